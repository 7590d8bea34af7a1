"""What was used before a budget was made, by the ledger: a purse of the period that was under way begins with it."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncHour

from playground.budgets import windows
from playground.budgets.measures import Taken, money_in
from playground.budgets.models import Budget
from playground.ledger.models import Entry
from playground.ledger.rates import rates_at
from playground.ledger.unpriced import UNPRICED
from playground.pricing.money import CURRENCIES, Money
from playground.vault.models import ApiKey

_HOUR = TruncHour("created_at", tzinfo=dt.UTC)


Hourly = Iterator[tuple[int, Taken]]  # hours since 1970; one may come several times


def taken_before(budget: Budget, *, holder: int, start: dt.datetime, now: dt.datetime) -> Hourly:
    """By hour, from the beginning of the period to the making of the budget.

    Nothing for what is for once.
    """
    if budget.span == windows.ONCE:
        return
    since = windows.EVER + windows.oldest_hour(now) * dt.timedelta(hours=1) if budget.span == windows.ROLLING else start
    if since >= budget.created_at:
        return
    entries = Entry.objects.filter(
        team=budget.team_id, practice=False, created_at__gte=since, created_at__lt=budget.created_at
    ).order_by()
    entries = entries.filter(_concerned(budget, holder))
    yield from _money(budget, entries) if budget.is_money else _tokens(entries)


def _concerned(budget: Budget, holder: int) -> Q:
    """Which of the team's entries a budget is about."""
    if whose := holder or budget.user_id:
        return Q(user=whose)
    if budget.template_id is not None:
        return Q(template=budget.template_id)
    return _of_key(budget.api_key) if budget.api_key is not None else Q()


def _of_key(key: ApiKey) -> Q:
    """Entries written before they knew their key are told by what it is called."""
    called = Q(api_key=None, key_label=key.label)
    return Q(api_key=key.pk) | (called if key.user_id is None else called & Q(user=key.user_id))


def _tokens(entries: "QuerySet[Entry]") -> Hourly:
    both = Sum(F("prompt_tokens") + F("completion_tokens"))
    for hour, tokens in entries.annotate(hour=_HOUR).values_list("hour").annotate(tokens=both):
        yield windows.hour_of(hour), Taken(tokens)


def _money(budget: Budget, entries: "QuerySet[Entry]") -> Hourly:
    billed = entries.filter(cost_total__isnull=False, currency__in=CURRENCIES)
    rows = list(billed.annotate(hour=_HOUR).values_list("hour", "currency").annotate(cost=Sum("cost_total")))
    rates = rates_at({hour.date() for hour, *_ in rows}) if budget.converts else {}
    for hour, currency, cost in rows:
        units = money_in(budget.measure, Money(cost, currency), rates.get(hour.date()))
        yield windows.hour_of(hour), Taken(units, 0 if currency == budget.measure else units)
    unknown = entries.filter(UNPRICED).annotate(hour=_HOUR).values_list("hour", "currency").annotate(runs=Count("pk"))
    for hour, currency, runs in unknown:
        if may_count(budget, currency):
            yield windows.hour_of(hour), Taken(unpriced=runs)


def may_count(budget: Budget, currency: str) -> bool:
    """Whether a budget of money would count what is billed in a currency; of one that nobody knows it could."""
    return not currency or currency == budget.measure or budget.converts
