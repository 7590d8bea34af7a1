"""What was used before a budget was made, by the ledger: a purse of the period that was under way begins with it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncHour

from playground.budgets import windows
from playground.budgets.measures import money_in
from playground.budgets.models import Budget
from playground.ledger.models import Entry
from playground.ledger.rates import rates_at
from playground.pricing.money import CURRENCIES, Money


class Used(NamedTuple):
    """What one hour used, in units of the budget; `converted` is the part that was billed in the other currency."""

    hour: int
    spent: int
    converted: int


def used_before(budget: Budget, *, holder: int, start: dt.datetime, now: dt.datetime) -> Iterator[Used]:
    """By hour, from the beginning of the period to the making of the budget.

    Nothing for keys and templates, which an entry does not know, nor for what is for once.
    """
    if budget.span == windows.ONCE or budget.scope in (Budget.Scope.KEY, Budget.Scope.TEMPLATE):
        return
    since = windows.EVER + windows.oldest_hour(now) * dt.timedelta(hours=1) if budget.span == windows.ROLLING else start
    if since >= budget.created_at:
        return
    entries = Entry.objects.filter(
        team=budget.team_id, practice=False, created_at__gte=since, created_at__lt=budget.created_at
    ).order_by()
    if whose := holder or budget.user_id:
        entries = entries.filter(user=whose)
    by_hour = entries.values(hour=TruncHour("created_at", tzinfo=dt.UTC))
    yield from _money(budget, by_hour) if budget.is_money else _tokens(by_hour)


def _tokens(by_hour: "QuerySet[Entry, dict[str, Any]]") -> Iterator[Used]:
    for row in by_hour.annotate(tokens=Sum(F("prompt_tokens") + F("completion_tokens"))):
        yield Used(windows.hour_of(row["hour"]), row["tokens"], 0)


def _money(budget: Budget, by_hour: "QuerySet[Entry, dict[str, Any]]") -> Iterator[Used]:
    rows = list(by_hour.filter(cost_total__isnull=False).values("hour", "currency").annotate(cost=Sum("cost_total")))
    rates = rates_at({row["hour"].date() for row in rows}) if budget.converts else {}
    for row in rows:
        if row["currency"] not in CURRENCIES:
            continue
        units = money_in(budget.measure, Money(row["cost"], row["currency"]), rates.get(row["hour"].date()))
        yield Used(windows.hour_of(row["hour"]), units, 0 if row["currency"] == budget.measure else units)
