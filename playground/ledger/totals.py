"""Sums over entries: each currency by itself, what has no price counted beside, practice only when asked for."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from playground.accounts.models import Team, User
from playground.accounts.people import role_in
from playground.accounts.roles import Act, Thing, may
from playground.ledger.models import Entry
from playground.ledger.unpriced import UNPRICED

TOKENS = ("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens")


@dataclass(frozen=True, slots=True)
class Totals:
    """Amounts by currency (never added across), tokens, runs, and how many of them have no price yet."""

    amounts: dict[str, Decimal]
    entries: int
    unpriced: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int


def entries_of(team: Team, *, practice: bool = False) -> QuerySet[Entry]:
    """The entries of a team, newest first; those of the sandbox only when asked for."""
    entries = Entry.objects.filter(team=team).order_by("-created_at", "-pk")
    return entries if practice else entries.filter(practice=False)


def entries_for(user: User, team: Team, *, practice: bool = False) -> QuerySet[Entry]:
    """What a person may see of a team's entries: those who manage it see all, others their own, strangers none."""
    role = role_in(user, team)
    entries = entries_of(team, practice=practice)
    if may(role, Act.MANAGE, Thing.USAGE):
        return entries
    return entries.filter(user=user) if may(role, Act.VIEW, Thing.USAGE) else entries.none()


def totals(entries: QuerySet[Entry]) -> Totals:
    """Add entries up in the database, to the last digit. Corrections are added, and not counted as runs."""
    entries = entries.order_by()
    amounts = entries.exclude(cost_total=None).values_list("currency").annotate(total=Sum("cost_total"))
    counts = entries.aggregate(
        entries=Count("pk", filter=Q(corrects=None)),
        unpriced=Count("pk", filter=UNPRICED),
        **{name: Coalesce(Sum(name), 0) for name in TOKENS},
    )
    return Totals(amounts=dict(amounts), **counts)
