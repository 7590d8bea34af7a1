"""What is worth a look in the usage, in words and with a link to what it is about. Plain values for templates."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.ledger import anomalies, periods
from playground.ledger.fold import Sum
from playground.ledger.history import Behind, History, Only, read
from playground.ledger.measured import TRIED
from playground.ledger.models import Entry
from playground.vault import keys
from playground.web import night_words
from playground.web.money import format_money
from playground.web.usage_seat import Seat

FEW: Final = 6  # lines that stand there at once


def notices(seat: Seat, now: dt.datetime) -> list[dict[str, str]]:
    """All of them; what the team's managers see is of the team, what others see is of their own runs."""
    today = timezone.localtime(now).date()
    period = periods.between(today - dt.timedelta(days=anomalies.MEDIAN_DAYS), today, timezone.localtime(now).tzinfo)
    edges = periods.edges(period, "day")
    try:
        found = read(seat.scope, Only(), group="model", edges=edges, before=(period.first, period.first))
    except Behind:
        return [*_of_the_night(seat), *_unused(seat, now)]  # the overview says so itself
    return [
        *_of_the_night(seat),
        *(*_dear(found), *_failing(seat, found, edges[1]), *_unused(seat, now), *_unpriced(found, edges[1])),
    ]


def _of_the_night(seat: Seat) -> list[dict[str, str]]:
    """What went wrong at night, for those who see the page that says more."""
    if not seat.sees_all:
        return []
    return [{"words": words, "url": f"{reverse('usage-files')}#night"} for words in night_words.troubles()]


def _dear(found: History) -> list[dict[str, str]]:
    """Today against the days before it: the last bar against all others."""
    days: defaultdict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * (anomalies.MEDIAN_DAYS + 1))
    for cell, one in found.cells.items():
        if cell.currency:
            days[cell.currency][cell.bar] += one.cost
    return [
        {
            "words": _("Today cost %(amount)s, more than three times the median of 28 days.")
            % {"amount": format_money(amounts[-1], currency)},
            "url": _entries(range="today", currency=currency, sort="-cost"),
        }
        for currency, amounts in sorted(days.items())
        if anomalies.is_dear(amounts[-1], amounts[:-1])
    ]


def _of_28_days(found: History) -> Iterator[tuple[str, Sum]]:
    """What each model did today and in the 27 days before."""
    return ((cell.group, one) for cell, one in found.cells.items() if cell.bar)


def _failing(seat: Seat, found: History, first: dt.datetime) -> list[dict[str, str]]:
    """Of the models whose totals give reason to, the last fifty runs; the worst first."""
    tried: defaultdict[str, Sum] = defaultdict(Sum)
    for model, one in _of_28_days(found):
        tried[model].merge(one)
    models = [model for model, one in tried.items() if anomalies.may_be_failing(one.succeeded, one.faults)]
    last = [_last(seat, model, first) for model in models]
    return [
        {
            "words": _("%(model)s: %(faults)s of the last %(runs)s runs failed.")
            % {"model": runs.model, "faults": sum(runs.failed), "runs": len(runs.failed)},
            "url": _entries(model=runs.model, fault="1", since=runs.since.isoformat(), **_from(runs.since)),
        }
        for runs in sorted(last, key=lambda one: -sum(one.failed))
        if anomalies.is_failing(runs.failed)
    ]


class Last(NamedTuple):
    """The last runs that tell of a model: which of them failed, and when the oldest ended."""

    model: str
    failed: Sequence[bool]
    since: dt.datetime


def _last(seat: Seat, model: str, first: dt.datetime) -> Last:
    runs = Entry.objects.filter(
        TRIED, team=seat.team, model=model, created_at__gte=first, corrects=None, practice=False
    )
    if not seat.sees_all:
        runs = runs.filter(user=seat.user)
    newest = list(runs.order_by("-created_at", "-pk").values_list("created_at", "state")[: anomalies.LAST_RUNS])
    return Last(model, [state != "finished" for _at, state in newest], newest[-1][0] if newest else first)


def _unused(seat: Seat, now: dt.datetime) -> list[dict[str, str]]:
    """With a link to the runs of the last day on which it was used, where it ever was."""
    rows = keys.visible_to(seat.user, seat.team).filter(disabled_at=None)
    of_keys = {"also": _("Keys"), "also_url": reverse("keys")}
    return [
        {
            "words": _("The key “%(name)s” was not used for 90 days.") % {"name": row.label},
            **(
                {"url": _entries(key=row.label, **_from(row.last_used_at)), **of_keys}
                if row.last_used_at
                else {"url": reverse("keys")}
            ),
        }
        for row in rows
        if anomalies.is_unused(row.last_used_at, row.created_at, now)
    ]


def _unpriced(found: History, first: dt.datetime) -> list[dict[str, str]]:
    count = sum(one.unpriced for _model, one in _of_28_days(found))
    if not count:
        return []
    words = ngettext("%(count)s run of 28 days has no price.", "%(count)s runs of 28 days have no price.", count)
    return [{"words": words % {"count": f"{count:,}"}, "url": _entries(unpriced="1", **_from(first))}]


def _from(moment: dt.datetime) -> dict[str, str]:
    """The range in an address that goes from the day of a moment to today."""
    return {"first": timezone.localtime(moment).date().isoformat(), "last": timezone.localdate().isoformat()}


def _entries(**values: str) -> str:
    return f"{reverse('usage-entries')}?{urlencode(values)}"
