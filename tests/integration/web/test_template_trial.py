"""Two versions of a template on the same inputs: one form, two columns, nothing sent."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from playground.accounts.models import User
from playground.batches.models import Batch
from playground.catalog.models import Offer
from playground.comparisons.models import Comparison
from playground.conversations.models import Generation
from playground.prompts import library
from playground.prompts.models import TemplateVersion
from tests.integration.prompts.conftest import Make, content, make
from tests.integration.web.conftest import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
__all__ = ["make"]  # a fixture

Pair = tuple[TemplateVersion, TemplateVersion]


@pytest.fixture
def pair(make: Make, alice: User) -> Pair:
    """Version 1 asks for a team, version 2 for a tone too; their first messages are the same."""
    found = make(first_message="Say hello to {{team}}.", model="glm-4.5-air", settings={"temperature": 0.25})
    first = found.shown
    newer = content(
        system_prompt="You write for {{team}}, in a {{tone}} tone.",
        first_message="Say hello to {{team}}.",
        variables=[{"name": "tone", "default": "warm", "example": "dry"}],
        model="glm-4.5-air",
    )
    return first, library.save(found, author=alice, content=newer, base=1)


def address(left: TemplateVersion, right: TemplateVersion) -> str:
    return f"{reverse('template-try-both')}?left={left.pk}&right={right.pk}"


def test_one_form_asks_for_the_variables_of_both(alices: Client, pair: Pair) -> None:
    answer = alices.get(address(*pair))
    page = answer.content.decode()
    assert page.count('name="value-team"') == page.count('name="value-tone"') == 1
    assert 'name="first"' not in page, "their first messages are the same"
    assert 'value="warm"' in page
    assert 'value="dry"' in alices.post(address(*pair), {"act": "example"}).content.decode()


def test_both_versions_are_filled_with_the_same_and_nothing_is_sent(alices: Client, pair: Pair) -> None:
    answer = alices.post(address(*pair), {"value-team": "Sales", "value-tone": "dry"})
    made = Comparison.objects.get()
    chosen = [column.conversation.settings for column in made.shown_columns()]
    assert [one["system_prompt"] for one in chosen] == [
        "You write for Sales.",
        "You write for Sales, in a dry tone.",
    ]
    assert [one["template"] for one in chosen] == [str(side.pk) for side in pair]
    assert chosen[0]["offer"] == chosen[1]["offer"]
    assert (chosen[0].get("temperature"), chosen[1].get("temperature")) == (0.25, None)
    assert Offer.objects.get(pk=chosen[0]["offer"]).language_model is not None
    page = alices.get(answer.headers["Location"])
    assert page.context["text"] == "Say hello to Sales."
    assert not Generation.objects.exists()


def test_what_a_recommended_model_does_not_take_is_said(alices: Client, make: Make, alice: User) -> None:
    settings = {"temperature": 0.25, "seed": 7}
    found = make(first_message="Hello", system_prompt="Be brief.", variables=[], model="glm-4.5-air", settings=settings)
    page = alices.post(address(found.shown, found.shown), follow=True)
    assert [sentence for sentence in page.context["dropped"] if "Seed is left out." in sentence] != []
    assert len(page.context["dropped"]) == 1, "once, though both are on the same model"


def test_columns_say_which_version_they_are(alices: Client, pair: Pair) -> None:
    answer = alices.post(address(*pair), {"value-team": "Sales", "value-tone": "dry"})
    heads = [column.head.differs for column in alices.get(answer.headers["Location"]).context["columns"]]
    assert ["Template Meeting summary v1" in heads[0], "Template Meeting summary v2" in heads[1]] == [True, True]
    assert "System prompt “You write for Sales, in a dry to…”, 35 characters" in heads[1]


@pytest.mark.parametrize("place", [0, 1])
def test_where_the_first_messages_differ_one_of_them_is_chosen(
    alices: Client, make: Make, alice: User, place: int
) -> None:
    found = make(first_message="Old {{team}}?")
    left = found.shown
    right = library.save(found, author=alice, content=content(first_message="New {{team}}?"), base=1)
    assert "First message of" in text_of(alices.get(address(left, right)))
    chosen = (left, right)[place]
    answer = alices.post(address(left, right), {"value-team": "Sales", "first": str(chosen.pk)})
    page = alices.get(answer.headers["Location"])
    assert page.context["text"] == ("Old Sales?", "New Sales?")[place]


def test_a_third_version_becomes_a_column_of_its_own(alices: Client, alice: User, pair: Pair) -> None:
    left, right = pair
    newest = content(
        system_prompt="You write for {{team}} in {{language}}.",
        first_message="Say hello to {{team}}.",
        variables=[{"name": "language"}],
        model="glm-4.5-air",
    )
    third = library.save(right.template, author=alice, content=newest, base=2)
    form = alices.get(address(left, right)).content.decode()
    assert f'name="also" value="{third.pk}"' in form.replace("  ", " ")
    posted = {"value-team": "Sales", "value-tone": "dry", "also": [str(third.pk)]}
    refused = alices.post(address(left, right), posted)
    assert refused.status_code == 422, "a variable that only the third version has is asked for"
    alices.post(address(left, right), posted | {"value-language": "Norwegian"})
    made = Comparison.objects.get()
    chosen = [column.conversation.settings for column in made.shown_columns()]
    assert [one["template"] for one in chosen] == [str(side.pk) for side in (left, right, third)]
    assert chosen[2]["system_prompt"] == "You write for Sales in Norwegian."
    heads = alices.get(reverse("comparison-parts", args=[made.pk])).content.decode().split("data-head")[1:]
    assert [f"v{number}" in head for number, head in enumerate(heads, 1)] == [True, True, True]


def test_a_version_of_another_template_is_no_further_column(alices: Client, make: Make, pair: Pair) -> None:
    stranger = make(first_message="Hello").shown
    alices.post(address(*pair), {"value-team": "Sales", "value-tone": "dry", "also": [str(stranger.pk)]})
    assert Comparison.objects.get().columns.count() == 2


def test_a_value_that_is_missing_is_asked_for(alices: Client, pair: Pair) -> None:
    answer = alices.post(address(*pair), {"value-team": ""})
    assert answer.status_code == 422
    assert not Comparison.objects.exists()


def test_a_comparison_that_was_begun_is_not_taken_for_it(alices: Client, pair: Pair) -> None:
    alices.post(reverse("comparison-begin"))
    alices.post(address(*pair), {"value-team": "Sales", "value-tone": "dry"})
    assert Comparison.objects.count() == 2


def test_versions_lead_to_it(alices: Client, pair: Pair) -> None:
    left, right = pair
    shown = alices.get(reverse("template", args=[left.template_id])).content.decode()
    assert address(left, right).replace("&", "&amp;") in shown
    side_by_side = alices.get(f"{reverse('template-compare')}?left={left.pk}&right={right.pk}")
    assert "Try both on the same inputs" in text_of(side_by_side)


def test_strangers_and_viewers_find_nothing(
    pair: Pair, browser_of: Callable[[User], Client], charlie: User, viewer: User
) -> None:
    for person in (charlie, viewer):
        browser = browser_of(person)
        assert browser.get(address(*pair)).status_code == 404
        assert browser.post(address(*pair), {"value-team": "Sales"}).status_code == 404
    assert not Comparison.objects.exists()


@pytest.mark.parametrize("query", ["", "?left=x&right=y", "?left=00000000-0000-0000-0000-000000000001"])
def test_an_address_that_names_no_versions_is_not_found(alices: Client, query: str) -> None:
    assert alices.get(reverse("template-try-both") + query).status_code == 404


def test_both_versions_run_on_one_table_and_are_looked_at_side_by_side(alices: Client, pair: Pair, alice: User) -> None:
    left, right = pair
    way = f"{reverse('batch-new')}?template={left.pk}&beside={right.pk}"
    compared = alices.get(f"{reverse('template-compare')}?left={left.pk}&right={right.pk}").content.decode()
    assert escape(way) in compared
    assert "Two drafts with the same rows" in text_of(alices.get(way))
    answer = alices.post(way, {"pasted": "team,tone\nSales,dry\nSupport,warm\n"})
    drafts = list(Batch.objects.order_by("title"))
    assert [one.template_version for one in drafts] == [left, right]
    assert drafts[0].table == drafts[1].table
    assert [one.title[-2:] for one in drafts] == ["v1", "v2"]
    assert [sorted(one.sources) for one in drafts] == [["team"], ["team", "tone"]]
    assert answer.headers["Location"] == reverse("batch", args=[drafts[0].pk])
    assert drafts[1].title in text_of(alices.get(answer.headers["Location"])), "one leads to the other"
    assert not Generation.objects.exists()
    for one in drafts:
        Batch.objects.filter(pk=one.pk).update(state=Batch.State.DONE, settings=one.conversation.settings)
    beside = reverse("batch-beside", args=[one.pk for one in drafts])
    assert beside in alices.get(answer.headers["Location"]).content.decode()
    assert [f"v{side.number}" in text_of(alices.get(beside)) for side in pair] == [True, True]


def test_a_version_that_is_not_theirs_begins_no_second_draft(
    pair: Pair, charlie: User, browser_of: Callable[[User], Client]
) -> None:
    left, right = pair
    answer = browser_of(charlie).post(
        f"{reverse('batch-new')}?template={left.pk}&beside={right.pk}", {"pasted": "a\n1"}
    )
    assert (answer.status_code, Batch.objects.count()) == (404, 0)
