"""Which budgets a run concerns: who sends, with which key, from which template."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from playground.accounts.models import Member
from playground.budgets.models import Budget
from playground.budgets.recent import budgets_of
from playground.prompts.models import TemplateVersion


@dataclass(frozen=True, slots=True)
class Who:
    """A run as far as it decides which budgets it concerns."""

    team_id: int
    user_id: int
    key_id: uuid.UUID | None = None
    template_version: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The purse of a period. In this order purses are locked, everywhere."""

    budget_id: int
    holder: int
    start: dt.datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A budget that applies, and the purse it is paid from. The budget is as it was a moment ago."""

    place: Place
    budget: Budget


def claims_of(who: Who, now: dt.datetime) -> Sequence[Claim]:
    """All budgets that a run concerns, in the order of their purses. A team without budgets costs no query."""
    found = [budget for budget in budgets_of(who.team_id) if _concerns(budget, who)]
    return sorted((claim_of(budget, who.user_id, now) for budget in found), key=lambda claim: claim.place)


def claim_of(budget: Budget, user_id: int, now: dt.datetime) -> Claim:
    """The purse of a budget for this person now."""
    holder = user_id if budget.is_personal else 0
    return Claim(Place(budget.pk, holder, budget.window(now).start), budget)


def _concerns(budget: Budget, who: Who) -> bool:
    if budget.scope == Budget.Scope.MEMBER:
        return budget.user_id == who.user_id
    if budget.scope == Budget.Scope.KEY:
        return budget.api_key_id == who.key_id
    if budget.scope == Budget.Scope.TEMPLATE:
        if who.template_version is None:
            return False
        return TemplateVersion.objects.filter(pk=who.template_version, template=budget.template_id).exists()
    return budget.scope != Budget.Scope.NEWCOMER or is_newcomer(budget, who.user_id)


def is_newcomer(budget: Budget, user_id: int) -> bool:
    """Whether somebody joined the team after the budget was made."""
    return Member.objects.filter(team=budget.team_id, user=user_id, joined_at__gte=budget.created_at).exists()
