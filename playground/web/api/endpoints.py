"""The endpoints: usage as the usage pages show it, and models with their prices as the models pages do."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.db.models import F, QuerySet
from django.utils import timezone

from playground.accounts.models import User
from playground.accounts.tokens import Scope
from playground.catalog.choices import EVERYONE
from playground.catalog.models import PriceRow
from playground.catalog.prices import rows_in_force
from playground.catalog.queries import offers_for
from playground.ledger.fold import Sum
from playground.ledger.history import ALL, GROUPS, Behind, Cell, Only, read
from playground.ledger.models import Entry
from playground.ledger.periods import Period, edges
from playground.ledger.repricing import scope_of
from playground.ledger.unpriced import UNPRICED
from playground.web.api import parameters as p
from playground.web.api import shapes
from playground.web.api.door import Caller, endpoint
from playground.web.api.problems import Problem
from playground.web.usage_export import people_in
from playground.web.usage_wish import STATUSES

MOST: Final = 1000  # entries of a page
USUAL: Final = 100
MOST_DAYS: Final = 366
MOST_DAYS_BY_HOUR: Final = 31
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)

_FILTERS: Final = (
    p.text("model", "Only this model, by its title."),
    p.text("provider", "Only this provider, by its short name."),
    p.text("key", "Only runs with the key of this name."),
    p.whole("person", "Only runs of the person with this number.", least=1, most=10**15),
    p.identifier("template", "Only runs made with the template of this id."),
    p.choice("status", "Only runs that ended like this.", STATUSES),
    p.flag("practice", "With runs of the sandbox, which cost nothing real."),
)
_COLUMNS: Final = {
    "model": "model",
    "provider": "provider",
    "key": "key_label",
    "person": "user",
    "template": "template",
    "status": "state",
}
ENTRIES: Final = (
    p.day("first", "From this day on, UTC."),
    p.day("last", "Until this day, which belongs to it, UTC."),
    *_FILTERS,
    p.flag("unpriced", "Only runs that have no price yet."),
    p.whole("limit", "How many at most.", least=1, most=MOST, default=USUAL),
    p.whole("cursor", "`next_cursor` of the page before.", least=0, most=10**18 - 1, default=0),
)
_FIRST: Final = p.day("first", "The first day, UTC. Without one, so that the last of the days is today.")
_BY: Final = p.choice("by", "What they are split by.", tuple(GROUPS), "model")
TOTALS: Final = (
    _FIRST,
    p.whole("days", "How many days.", least=1, most=MOST_DAYS, default=30),
    p.choice("unit", "How much time each total has. Weeks begin on Mondays.", ("day", "week", "month"), "day"),
    _BY,
    *_FILTERS,
)
HOURS: Final = (
    _FIRST,
    p.whole("days", "How many days.", least=1, most=MOST_DAYS_BY_HOUR, default=1),
    _BY,
    *_FILTERS,
)
PRICES: Final = (p.text("provider", "Only this provider, by its short name."),)


@endpoint(None)
def who(caller: Caller, _values: dict[str, Any]) -> dict[str, Any]:
    """What the token is good for."""
    token = caller.token
    return {
        "name": token.name,
        "person": token.user.email,
        "team": token.team.name,
        "scopes": token.scopes,
        "sees_team": caller.seat.sees_all,
        "expires_at": shapes.moment(token.expires_at),
    }


@endpoint(Scope.USAGE, ENTRIES)
def entries(caller: Caller, values: dict[str, Any]) -> dict[str, Any]:
    """Entries in the order they were written, a page at a time: corrections come after what they correct."""
    found = _entries(caller, values).filter(pk__gt=values["cursor"])
    rows = list(found.order_by("pk").values_list(*shapes.ROW)[: values["limit"] + 1])
    shown, is_last = rows[: values["limit"]], len(rows) <= values["limit"]
    known = User.objects.filter(pk__in={number for row in shown for number in people_in(row)})
    people = dict(known.values_list("pk", "email"))
    return {
        "data": [shapes.entry(row, people) for row in shown],
        "next_cursor": None if is_last else shown[-1][0],
    }


def _entries(caller: Caller, values: dict[str, Any]) -> "QuerySet[Entry]":
    seat = caller.seat
    found = Entry.objects.filter(team=seat.team)
    if not seat.sees_all:
        found = found.filter(user=seat.user)
    if not values["practice"]:
        found = found.filter(practice=False)
    if values["unpriced"]:
        found = found.filter(UNPRICED)
    if values["first"] is not None:
        found = found.filter(created_at__gte=_midnight(values["first"]))
    if values["last"] is not None and values["last"] < LATEST:
        found = found.filter(created_at__lt=_midnight(values["last"] + dt.timedelta(days=1)))
    wanted = {column: values[name] for name, column in _COLUMNS.items()}
    return found.filter(**{column: value for column, value in wanted.items() if value is not None})


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(min(max(day, EARLIEST), LATEST), dt.time(tzinfo=dt.UTC))


@endpoint(Scope.USAGE, TOTALS)
def totals(caller: Caller, values: dict[str, Any]) -> dict[str, Any]:
    """Sums by day, week or month, each currency by itself; what nobody used in is left out."""
    borders = edges(_period(values), values["unit"])
    rows = []
    for cell, one in _sums(caller, values, borders):
        end = borders[cell.bar + 1] - dt.timedelta(days=1)
        days = {"first": borders[cell.bar].date().isoformat(), "last": end.date().isoformat()}
        rows.append(days | shapes.sums(cell.group, cell.currency, one))
    return {"data": rows}


@endpoint(Scope.USAGE, HOURS)
def hours(caller: Caller, values: dict[str, Any]) -> dict[str, Any]:
    """Sums by hour, each currency by itself; hours in which nobody used anything are left out."""
    borders = edges(_period(values), "hour")
    rows = []
    for cell, one in _sums(caller, values, borders):
        moments = {"begins": shapes.moment(borders[cell.bar]), "ends": shapes.moment(borders[cell.bar + 1])}
        rows.append(moments | shapes.sums(cell.group, cell.currency, one))
    return {"data": rows}


def _sums(caller: Caller, values: dict[str, Any], borders: Sequence[dt.datetime]) -> list[tuple[Cell, Sum]]:
    """What is asked for, between the borders and in their order. Raises Problem while totals are being made."""
    only = Only(
        model=values["model"] or "",
        person=str(values["person"] or ""),
        key=values["key"],
        provider=values["provider"] or "",
        template=values["template"] and values["template"].hex,
        status=values["status"] or "",
        practice=values["practice"],
    )
    before = borders[0], borders[0]  # compared with nothing
    try:
        found = read(caller.seat.scope, only, group=values["by"], edges=borders, before=before, shown=ALL)
    except Behind as behind:
        raise Problem("not_ready", "Totals are being made; ask again.", headers={"Retry-After": "10"}) from behind
    return sorted(found.cells.items())


def _period(values: dict[str, Any]) -> Period:
    days = dt.timedelta(days=values["days"])
    first = values["first"] or timezone.now().astimezone(dt.UTC).date() - days + dt.timedelta(days=1)
    begin = _midnight(first)
    return Period(begin, begin + days)


@endpoint(Scope.CATALOG, PRICES)
def models(caller: Caller, values: dict[str, Any]) -> dict[str, Any]:
    """All that can be chosen, with the price in force."""
    scope = scope_of(caller.token.team_id)
    offers = offers_for([scope])
    if values["provider"] is not None:
        offers = offers.filter(provider__slug=values["provider"])
    held = rows_in_force([offer.pk for offer in offers], timezone.now(), scope=scope)
    return {
        "data": [
            {
                "offer": str(offer.pk),
                "title": offer.title,
                "model": offer.full_wire_name,
                "provider": offer.provider.slug,
                "provider_name": offer.provider.name,
                "practice": offer.provider.practice,
                "context_tokens": offer.context_tokens,
                "max_output_tokens": offer.max_output_tokens,
                "price": _price(held[offer.pk], holds=True) if offer.pk in held else None,
            }
            for offer in offers
        ]
    }


@endpoint(Scope.CATALOG, PRICES)
def prices(caller: Caller, values: dict[str, Any]) -> dict[str, Any]:
    """Every price costs are or were calculated with: past ones, those that hold, those to come."""
    scope = scope_of(caller.token.team_id)
    offers = offers_for([scope])
    if values["provider"] is not None:
        offers = offers.filter(provider__slug=values["provider"])
    numbers = list(offers.values_list("pk", flat=True))
    held = {row.pk for row in rows_in_force(numbers, timezone.now(), scope=scope).values()}
    return {"data": [_price(row, holds=row.pk in held) for row in _rows(numbers, scope)]}


def _rows(offers: Sequence[Any], scope: str) -> "QuerySet[PriceRow]":
    rows = PriceRow.objects.filter(offer__in=offers, use=True, scope__in={EVERYONE, scope})
    began = F("valid_from").asc(nulls_first=True)  # nobody says when: before all others, on both databases
    return rows.order_by("offer__provider__sort", "offer__sort", "offer", began, "source_date", "pk")


def _price(row: PriceRow, *, holds: bool) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "offer": str(row.offer_id),
        "currency": row.currency,
        "tiers": [tier.to_json() for tier in row.price.tiers],
        "valid_from": row.valid_from and row.valid_from.isoformat(),
        "valid_until": row.valid_until and row.valid_until.isoformat(),
        "holds_now": holds,
        "own": row.scope != EVERYONE,
        "source": row.source,
        "source_url": row.source_url,
        "source_date": row.source_date.isoformat(),
    }
