"""Votes: one for a person and a question, with who and when; the tally of them outlives the comparison."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.catalog.models import Offer
from playground.comparisons import columns, votes
from playground.comparisons.asking import Asked
from playground.comparisons.models import Comparison, Rival, Vote
from playground.comparisons.votes import Contender, Duel
from playground.conversations.models import Message
from playground.conversations.turns import regenerate
from playground.errors import Refused
from tests.integration.comparisons.conftest import finish, turn_of

pytestmark = pytest.mark.django_db(transaction=True)


def answer(asked: Asked) -> Message:
    return Message.objects.get(pk=turn_of(asked).assistant_message_id)


def code_of(deed: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.code


@pytest.fixture
def asked(first_rate: None, question: Callable[..., list[Asked]]) -> list[Asked]:
    """A question that all columns have answered."""
    answered = question()
    for one in answered:
        finish(one)
    return answered


def test_a_vote_says_who_when_and_against_what(
    alice: User, comparison: Comparison, asked: list[Asked], offers: list[Offer]
) -> None:
    began = timezone.now()
    vote = votes.prefer(user=alice, comparison=comparison, answer=answer(asked[1]))
    assert vote is not None
    assert (vote.user, vote.turn, vote.offer, vote.blind) == (alice, 1, offers[1], False)
    assert began <= vote.voted_at <= timezone.now()
    assert {rival.offer for rival in vote.rivals.all()} == {offers[0], offers[2]}
    assert votes.preferred(comparison) == {answer(asked[1]).pk: [vote]}


def test_another_answer_takes_the_place_of_the_vote_and_the_same_one_takes_it_back(
    alice: User, comparison: Comparison, asked: list[Asked], offers: list[Offer]
) -> None:
    votes.prefer(user=alice, comparison=comparison, answer=answer(asked[1]))
    votes.prefer(user=alice, comparison=comparison, answer=answer(asked[0]))
    assert [vote.offer for vote in Vote.objects.all()] == [offers[0]]
    assert votes.prefer(user=alice, comparison=comparison, answer=answer(asked[0])) is None
    assert (Vote.objects.count(), Rival.objects.count()) == (0, 0)


def test_every_question_has_its_own_vote(
    alice: User, comparison: Comparison, asked: list[Asked], question: Callable[..., list[Asked]]
) -> None:
    votes.prefer(user=alice, comparison=comparison, answer=answer(asked[0]))
    more = question("And then?")
    for one in more:
        finish(one)
    votes.prefer(user=alice, comparison=comparison, answer=answer(more[2]))
    assert sorted(Vote.objects.values_list("turn", flat=True)) == [1, 2]


def test_a_vote_without_names_says_so(alice: User, comparison: Comparison, asked: list[Asked]) -> None:
    columns.hide_names(comparison, hidden=True)
    vote = votes.prefer(user=alice, comparison=comparison, answer=answer(asked[0]))
    assert vote is not None
    assert vote.blind


def test_only_a_shown_answer_with_another_beside_it_can_be_preferred(
    first_rate: None, alice: User, comparison: Comparison, question: Callable[..., list[Asked]]
) -> None:
    running = question()
    finish(running[0])
    assert (
        code_of(lambda: votes.prefer(user=alice, comparison=comparison, answer=answer(running[0])))
        == "nothing_to_prefer"
    )
    assert (
        code_of(lambda: votes.prefer(user=alice, comparison=comparison, answer=answer(running[1]))) == "not_an_answer"
    )
    finish(running[1])
    regenerate(user=alice, message=answer(running[0]), client_id="again", owner="here")
    assert (
        code_of(lambda: votes.prefer(user=alice, comparison=comparison, answer=answer(running[0]))) == "not_an_answer"
    )


def test_the_tally_counts_pairs_of_models_and_outlives_the_comparison(
    alice: User, team: Team, comparison: Comparison, asked: list[Asked], offers: list[Offer]
) -> None:
    votes.prefer(user=alice, comparison=comparison, answer=answer(asked[0]))
    columns.delete(comparison)
    won, lost = offers[0].language_model, offers[1].language_model
    other = offers[2].language_model
    assert won
    assert lost
    assert other
    best, beaten, third = (Contender(model.slug, model.name) for model in (won, lost, other))
    beside = sorted((beaten, third), key=lambda side: side.title)
    assert votes.duels(team) == [Duel(best, side, won=1, lost=0, practice=True) for side in beside]
    assert votes.duels_of(team, lost.slug) == [Duel(beaten, best, won=0, lost=1, practice=True)]


def test_votes_for_either_side_are_one_pair(
    alice: User, team: Team, comparison: Comparison, asked: list[Asked], question: Callable[..., list[Asked]]
) -> None:
    votes.prefer(user=alice, comparison=comparison, answer=answer(asked[0]))
    for chosen in (1, 1):
        more = question()
        for one in more:
            finish(one)
        votes.prefer(user=alice, comparison=comparison, answer=answer(more[chosen]))
    first = votes.duels(team)[0]
    assert (first.won, first.lost, first.votes) == (2, 1, 3)
    assert sorted((duel.won, duel.lost) for duel in votes.duels(team)) == [(1, 0), (2, 0), (2, 1)]


def test_another_team_has_its_own_tally(alice: User, charlie: User, comparison: Comparison, asked: list[Asked]) -> None:
    votes.prefer(user=alice, comparison=comparison, answer=answer(asked[0]))
    assert charlie.current_team
    assert votes.duels(charlie.current_team) == []


def test_columns_of_one_model_say_nothing_about_models(
    first_rate: None, alice: User, team: Team, comparison: Comparison, question: Callable[..., list[Asked]]
) -> None:
    first, *others = comparison.shown_columns()
    for column in others:
        column.conversation.settings = first.conversation.settings
        column.conversation.save()
    asked = question()
    for one in asked:
        finish(one)
    votes.prefer(user=alice, comparison=comparison, answer=answer(asked[0]))
    assert Vote.objects.count() == 1
    assert votes.duels(team) == []
