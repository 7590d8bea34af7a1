"""Which answer somebody preferred, and the tally of it per pair of models."""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts.models import Team, User
from playground.comparisons.models import Comparison, Rival, Vote
from playground.conversations.models import Generation, Message, branch_of
from playground.errors import Refused

JUDGED = (Generation.State.FINISHED, Generation.State.STOPPED)


@dataclass(frozen=True, slots=True)
class Contender:
    """One side of a pair: a language model, or an offer of none of them (then without a slug)."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Duel:
    """How often each of two models was preferred to the other. `practice`: by answers that the sandbox imitated."""

    one: Contender
    other: Contender
    won: int
    lost: int
    practice: bool

    @property
    def votes(self) -> int:
        """All votes on this pair."""
        return self.won + self.lost

    def turned(self) -> "Duel":
        """The same, seen from the other side."""
        return Duel(self.other, self.one, self.lost, self.won, self.practice)


def prefer(*, user: User, comparison: Comparison, answer: Message) -> Vote | None:
    """Prefer an answer to those that the other columns gave to the same question; the same one again takes it back.

    Raises Refused: `not_an_answer` for what no column shows, `nothing_to_prefer` without another answer beside it.
    """
    turns = _answers_by_turn(comparison)
    turn = next((number for number, shown in turns.items() if answer.pk in shown), None)
    if turn is None:
        raise Refused("not_an_answer", _("This answer is not shown in the comparison."))
    offers = turns[turn]
    if len(offers) < 2:
        raise Refused("nothing_to_prefer", _("There is no other answer yet to prefer it to."))
    with transaction.atomic():
        former = Vote.objects.select_for_update().filter(comparison=comparison, user=user, turn=turn).first()
        if former is not None:
            former.delete()
            if former.answer_id == answer.pk:
                return None
        vote = Vote.objects.create(
            team=comparison.team,
            user=user,
            voted_at=timezone.now(),
            comparison=comparison,
            turn=turn,
            answer=answer,
            offer_id=offers[answer.pk],
            blind=comparison.hides_names,
        )
        Rival.objects.bulk_create(
            [Rival(vote=vote, offer_id=offer) for message, offer in offers.items() if message != answer.pk]
        )
    return vote


def preferred(comparison: Comparison) -> dict[uuid.UUID, list[Vote]]:
    """The votes on answers of a comparison, by the answer, in the order in which they were cast."""
    votes = Vote.objects.filter(comparison=comparison).exclude(answer=None).select_related("user")
    found: dict[uuid.UUID, list[Vote]] = {}
    for vote in votes.order_by("voted_at", "pk"):
        if vote.answer_id:
            found.setdefault(vote.answer_id, []).append(vote)
    return found


def duels(team: Team) -> list[Duel]:
    """The tally of the team's votes per pair of models, most votes first; who won more often stands first in a pair.

    Votes between columns of the same model say nothing about models. Practice is counted by itself, at the end.
    """
    won = Counter[tuple[Contender, Contender, bool]]()
    rows = Rival.objects.filter(vote__team=team).values_list(
        "vote__offer__language_model__slug",
        "vote__offer__language_model__name",
        "vote__offer__title",
        "vote__offer__provider__practice",
        "offer__language_model__slug",
        "offer__language_model__name",
        "offer__title",
        "offer__provider__practice",
    )
    for *best, is_practice, slug, name, title, was_practice, count in rows.order_by().annotate(count=Count("pk")):
        pair = _contender(*best), _contender(slug, name, title)
        if pair[0] != pair[1]:
            won[*pair, is_practice or was_practice] += count
    found = [
        Duel(one, other, won[one, other, practice], won[other, one, practice], practice) for one, other, practice in won
    ]
    # Where both have won there are two of a pair, one from each side.
    led = {duel if (duel.won, duel.other.title) >= (duel.lost, duel.one.title) else duel.turned() for duel in found}
    return sorted(led, key=lambda duel: (duel.practice, -duel.votes, duel.one.title, duel.other.title))


def duels_of(team: Team, slug: str) -> list[Duel]:
    """Those of one language model, seen from its side."""
    return [
        duel if duel.one.slug == slug else duel.turned()
        for duel in duels(team)
        if slug in (duel.one.slug, duel.other.slug)
    ]


def _contender(slug: str | None, name: str | None, title: str) -> Contender:
    return Contender(slug or "", name or title)


def _answers_by_turn(comparison: Comparison) -> Mapping[int, dict[uuid.UUID, uuid.UUID]]:
    """For every question the answers that are shown and ended with a text: message to offer."""
    found: dict[int, dict[uuid.UUID, uuid.UUID]] = {}
    for column in comparison.shown_columns():
        rows = column.conversation.messages.select_related("generation").defer("reasoning_content")
        turn = 0
        for row in branch_of(rows, column.conversation.leaf_id):
            if row.role == Message.Role.USER:
                turn += 1
            elif row.role == Message.Role.ASSISTANT and row.content and row.generation.state in JUDGED:
                found.setdefault(turn, {})[row.pk] = row.generation.offer_id
    return found
