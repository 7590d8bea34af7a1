"""The budgets page: which budgets a person sees and what stands about each. Plain values for templates."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Act, Thing, may
from playground.budgets import words
from playground.budgets.claims import claim_of, is_newcomer
from playground.budgets.models import Budget, Purse
from playground.web.budget_bars import Bar, bar_of, purses_of

SHARES = 50  # members of a budget that each has for themselves


@dataclass(frozen=True, slots=True)
class Share:
    """A member's part of a budget that each has for themselves."""

    name: str
    bar: Bar


@dataclass(frozen=True, slots=True)
class Card:
    """One budget. `bar` is the common one, or the reader's own; `shares` are everybody's, for who manages."""

    id: int
    title: str
    facts: Sequence[str]
    bar: Bar | None
    shares: Sequence[Share]
    more: int  # shares that are not shown


def seen_by(user: User, team: Team, *, manages: bool) -> "QuerySet[Budget]":
    """The budgets a person sees: who manages all, others those that concern them."""
    found = Budget.objects.filter(team=team).select_related("user", "api_key", "template__live", "template__newest")
    if manages:
        return found
    theirs = Q(scope=Budget.Scope.MEMBER, user=user)
    keys = Q(scope=Budget.Scope.KEY) & (Q(api_key__user=None) | Q(api_key__user=user))
    common = Q(scope__in=[Budget.Scope.TEAM, Budget.Scope.EACH, Budget.Scope.NEWCOMER, Budget.Scope.TEMPLATE])
    return found.filter(theirs | keys | common)


def cards(user: User, team: Team, *, manages: bool) -> list[Card]:
    """Everything the page lists, in the order in which it was made."""
    now = timezone.now()
    found = list(seen_by(user, team, manages=manages))
    if not manages:
        found = [one for one in found if one.scope != Budget.Scope.NEWCOMER or is_newcomer(one, user.pk)]
    common = {purse.budget_id: purse for purse in purses_of(claim_of(one, user.pk, now) for one in found)}
    members = _members(found, team) if manages else {}
    return [_card(one, common[one.pk], members.get(one.pk), now, manages=manages) for one in found]


def _card(budget: Budget, purse: Purse, members: Sequence[User] | None, now: dt.datetime, *, manages: bool) -> Card:
    purse.budget = budget  # with what it is for
    shares = _shares(budget, members or (), now) if manages and budget.is_personal else []
    return Card(
        id=budget.pk,
        title=words.title(budget, mine=budget.is_personal and not manages),
        facts=facts_of(budget),
        bar=None if manages and budget.is_personal else bar_of(purse, now),
        shares=shares[:SHARES],
        more=max(0, len(shares) - SHARES),
    )


def _members(found: Sequence[Budget], team: Team) -> dict[int, list[User]]:
    """Who has a part of each budget that members have for themselves."""
    personal = [one for one in found if one.is_personal]
    rows = Member.objects.filter(team=team).select_related("user").order_by("joined_at") if personal else []
    members: defaultdict[int, list[User]] = defaultdict(list)
    for row in rows:
        for one in personal:
            if one.scope == Budget.Scope.EACH or row.joined_at >= one.created_at:
                members[one.pk].append(row.user)
    return members


def _shares(budget: Budget, members: Sequence[User], now: dt.datetime) -> list[Share]:
    """The fullest first."""
    by_holder = {purse.holder: purse for purse in purses_of(claim_of(budget, user.pk, now) for user in members)}
    shares = [Share(user.display_name, bar_of(by_holder[user.pk], now)) for user in members]
    return sorted(shares, key=lambda share: -share.bar.fullness)


def facts_of(budget: Budget) -> list[str]:
    """What it counts, in a few words each."""
    facts = [words.subject(budget), str(Budget.Span(budget.span).label)]
    if budget.is_money:
        seen = _("counts ¥ and $, converted") if budget.converts else _("counts %(currency)s only")
        facts.append(seen % {"currency": Budget.Measure(budget.measure).label})
        if budget.unpriced == Budget.Unpriced.ALLOW:
            facts.append(_("counts runs without a price beside what is used"))
        else:
            facts.append(_("refuses runs without a price"))
    if budget.window(timezone.now()).end is not None:
        facts.append(budget.time_zone)
    return facts


def may_manage(role: str | None) -> bool:
    """Whether a role lets somebody change budgets."""
    return may(role, Act.MANAGE, Thing.BUDGETS)
