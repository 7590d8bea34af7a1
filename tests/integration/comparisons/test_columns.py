"""Comparisons: columns are conversations that stand in no list, and the same question goes to all of them."""

from collections.abc import Callable

import pytest

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.comparisons import columns
from playground.comparisons.asking import Asked
from playground.comparisons.models import Column, Comparison
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn
from playground.errors import Refused
from playground.ledger.models import Entry
from playground.web import sidebar
from tests.integration.comparisons.conftest import finish, turn_of
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def code_of(deed: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.code


def test_a_question_is_one_turn_in_every_column(
    first_rate: None, comparison: Comparison, question: Callable[..., list[Asked]]
) -> None:
    asked = question("What is compared?\nAnd how?")
    assert len({turn_of(one).conversation_id for one in asked}) == 3
    assert Generation.objects.count() == 3
    comparison.refresh_from_db()
    assert comparison.title == "What is compared?"


def test_fifty_sends_of_one_client_id_at_once_ask_each_column_once(
    first_rate: None, comparison: Comparison, question: Callable[..., list[Asked]]
) -> None:
    answers = together(50, lambda number: question("once", client_id="the-same"))
    assert len({turn_of(one).generation_id for asked in answers for one in asked}) == 3
    assert (Message.objects.count(), Generation.objects.count()) == (6, 3)


def test_one_column_that_refuses_leaves_the_others_alone(
    first_rate: None, comparison: Comparison, question: Callable[..., list[Asked]]
) -> None:
    shop = Offer.objects.get(provider__slug="zai", wire_name="glm-4.5-air")
    refusing = comparison.shown_columns()[1]
    refusing.conversation.settings = RunSettings(offer=shop.pk).to_json()
    refusing.conversation.save()
    outcomes = [one.outcome for one in question()]
    assert [isinstance(one, Turn) for one in outcomes] == [True, False, True]
    assert isinstance(outcomes[1], Refused)
    assert outcomes[1].code == "no_key"


def test_columns_stand_in_no_list_and_in_no_search(
    first_rate: None, alice: User, comparison: Comparison, question: Callable[..., list[Asked]]
) -> None:
    for one in question("pangolin"):
        finish(one, "armadillo")
    assert sidebar.listing(alice)["groups"] == []
    for query in ("pangolin", "armadillo", "GLM"):
        assert sidebar.listing(alice, query=query)["groups"] == []


def test_to_continue_makes_a_listed_copy_and_leaves_the_comparison_as_it_was(
    first_rate: None, alice: User, comparison: Comparison, question: Callable[..., list[Asked]]
) -> None:
    column = comparison.shown_columns()[0]
    assert code_of(lambda: columns.continue_with(column, user=column.comparison.user)) == "nothing_to_continue"
    for one in question("pangolin"):
        finish(one, "armadillo")
    column = comparison.shown_columns()[0]
    room = columns.continue_with(column, user=column.comparison.user)
    assert [message.content for message in room.branch()] == ["pangolin", "armadillo"]
    assert [row["title"] for group in sidebar.listing(alice)["groups"] for row in group["rows"]] == ["pangolin"]
    assert [message.content for message in column.conversation.branch()] == ["pangolin", "armadillo"]
    assert Entry.objects.count() == 3, "nothing is paid twice"


def test_there_are_two_to_six_columns(first_rate: None, comparison: Comparison, offers: list[Offer]) -> None:
    added = [columns.add_column(comparison, RunSettings(offer=offers[0].pk)) for _ in range(3)]
    assert code_of(lambda: columns.add_column(comparison, RunSettings(offer=offers[0].pk))) == "too_many_columns"
    for column in (*added, comparison.shown_columns()[0]):
        columns.take_away(column)
    assert [column.place for column in comparison.shown_columns()] == [1, 2]
    assert code_of(lambda: columns.take_away(comparison.shown_columns()[0])) == "too_few_columns"


def test_ten_columns_added_at_once_are_six(first_rate: None, comparison: Comparison, offers: list[Offer]) -> None:
    def add(number: int) -> bool:
        try:
            columns.add_column(comparison, RunSettings(offer=offers[0].pk))
        except Refused:
            return False
        return True

    assert sum(together(10, add)) == 3
    assert [column.place for column in comparison.shown_columns()] == [0, 1, 2, 3, 4, 5]


def test_an_unused_comparison_is_taken_instead_of_another_one(
    first_rate: None, alice: User, charlie: User, comparison: Comparison, question: Callable[..., list[Asked]]
) -> None:
    again = columns.begin(user=alice, columns=[RunSettings(), RunSettings()])
    assert again == comparison
    assert columns.begin(user=charlie, columns=[RunSettings(), RunSettings()]) != comparison
    question()
    assert columns.begin(user=alice, columns=[RunSettings(), RunSettings()]) != comparison


def test_hidden_names_come_with_an_order_by_lot(first_rate: None, comparison: Comparison) -> None:
    before = [column.pk for column in comparison.shown_columns()]
    orders = set()
    for _ in range(60):  # of six orders; that one alone comes sixty times is less likely than a broken disk
        columns.hide_names(comparison, hidden=True)
        orders.add(tuple(column.pk for column in comparison.shown_columns()))
    assert len(orders) > 1
    assert all(set(order) == set(before) for order in orders)
    columns.hide_names(comparison, hidden=False)
    assert [column.pk for column in comparison.shown_columns()] == before


def test_deleting_names_what_still_runs_and_keeps_the_entries(
    first_rate: None, comparison: Comparison, question: Callable[..., list[Asked]]
) -> None:
    asked = question()
    finish(asked[0])
    assert set(columns.delete(comparison)) == {turn_of(one).generation_id for one in asked[1:]}
    assert (Comparison.objects.count(), Column.objects.count()) == (0, 0)
    assert Conversation.objects.filter(deleted_at=None).count() == 0
    assert Entry.objects.count() == 1


def test_taking_a_column_away_names_what_still_runs_in_it(
    first_rate: None, comparison: Comparison, question: Callable[..., list[Asked]]
) -> None:
    asked = question()
    assert columns.take_away(comparison.shown_columns()[2]) == [turn_of(asked[2]).generation_id]
    assert len(comparison.shown_columns()) == 2


def test_a_comparison_needs_a_title(first_rate: None, comparison: Comparison) -> None:
    assert code_of(lambda: columns.rename(comparison, " \n ")) == "empty_title"
    columns.rename(comparison, "  Customer   call ")
    assert Comparison.objects.get().title == "Customer call"
