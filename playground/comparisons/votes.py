"""Which answer somebody preferred, and the tally of it per pair of models."""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts.models import Team, User
from playground.comparisons.models import Comparison, Rival, Vote
from playground.conversations.models import Generation, Message, branch_of
from playground.errors import Refused

JUDGED = (Generation.State.FINISHED, Generation.State.STOPPED)


@dataclass(frozen=True, slots=True)
class Duel:
    """How often one model was preferred to another and the other to it; `rival` is the other's slug and title."""

    rival_slug: str
    rival: str
    won: int
    lost: int
    practice: bool

    @property
    def votes(self) -> int:
        """All votes on this pair."""
        return self.won + self.lost


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


def preferred(comparison: Comparison) -> dict[uuid.UUID, Vote]:
    """The votes on answers of a comparison, by the answer."""
    votes = Vote.objects.filter(comparison=comparison).exclude(answer=None).select_related("user")
    return {vote.answer_id: vote for vote in votes if vote.answer_id}


def duels(team: Team, slug: str) -> list[Duel]:
    """How the language model did against every other one in the team's comparisons, most votes first.

    Votes between columns of the same model say nothing about models. Practice is counted by itself.
    """
    rivals = Rival.objects.filter(vote__team=team).exclude(
        vote__offer__language_model=F("offer__language_model"), offer__language_model__isnull=False
    )
    won: Counter[tuple[str, str, bool]] = Counter()
    lost: Counter[tuple[str, str, bool]] = Counter()
    for mine, other, counted in (("vote__offer", "offer", won), ("offer", "vote__offer", lost)):
        rows = (
            rivals.filter(**{f"{mine}__language_model__slug": slug})
            .values(
                f"{other}__language_model__slug",
                f"{other}__language_model__name",
                f"{other}__title",
                f"{other}__provider__practice",
                f"{mine}__provider__practice",
            )
            .annotate(count=Count("pk"))
        )
        for row in rows:
            name = row[f"{other}__language_model__name"] or row[f"{other}__title"]
            practice = row[f"{other}__provider__practice"] or row[f"{mine}__provider__practice"]
            counted[row[f"{other}__language_model__slug"] or "", name, practice] += row["count"]
    found = [Duel(slug, name, won[key], lost[key], practice) for key in won | lost for slug, name, practice in [key]]
    return sorted(found, key=lambda duel: (duel.practice, -duel.votes, duel.rival))


def _answers_by_turn(comparison: Comparison) -> Mapping[int, dict[uuid.UUID, uuid.UUID]]:
    """For every question the answers that are shown and ended with a text: message to offer."""
    found: dict[int, dict[uuid.UUID, uuid.UUID]] = {}
    for column in comparison.shown_columns():
        rows = column.conversation.messages.select_related("generation").defer("reasoning_content")
        turn = 0
        for row in branch_of(rows, column.conversation.leaf_id):
            if row.role == Message.Role.USER:
                turn += 1
            elif row.content and row.generation.state in JUDGED:
                found.setdefault(turn, {})[row.pk] = row.generation.offer_id
    return found
