"""What is worth a look in the usage, in words and with a link to what it is about. Plain values for templates."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.ledger import anomalies, periods
from playground.ledger.history import Behind, History, Only, read
from playground.vault import keys
from playground.web import night_words
from playground.web.money import format_money
from playground.web.usage_seat import Seat


def notices(seat: Seat, now: dt.datetime) -> list[dict[str, str]]:
    """All of them; what the team's managers see is of the team, what others see is of their own runs."""
    today = timezone.localtime(now).date()
    period = periods.between(today - dt.timedelta(days=anomalies.MEDIAN_DAYS), today, timezone.localtime(now).tzinfo)
    edges = periods.edges(period, "day")
    try:
        found = read(seat.scope, Only(), group="model", edges=edges, before=(period.first, period.first))
    except Behind:
        return [*_of_the_night(seat), *_unused(seat, now)]  # the overview says so itself
    range_words = {"first": period.first.date().isoformat(), "last": today.isoformat()}
    return [
        *_of_the_night(seat),
        *(*_dear(found), *_failing(found, range_words), *_unused(seat, now), *_unpriced(found, range_words)),
    ]


def _of_the_night(seat: Seat) -> list[dict[str, str]]:
    """What went wrong at night, for those who see the page that says more."""
    if not seat.sees_all:
        return []
    return [{"words": words, "url": f"{reverse('usage-files')}#night"} for words in night_words.troubles()]


def _dear(found: History) -> list[dict[str, str]]:
    days: defaultdict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * (anomalies.MEDIAN_DAYS + 1))
    for cell, one in found.cells.items():
        if cell.currency:
            days[cell.currency][cell.bar] += one.cost
    return [
        {
            "words": _("Today cost %(amount)s, more than three times the median of 28 days.")
            % {"amount": format_money(amounts[-1], currency)},
            "url": _entries(range="today", sort="-cost"),
        }
        for currency, amounts in sorted(days.items())
        if anomalies.is_dear(amounts[-1], amounts[:-1])
    ]


def _failing(found: History, range_words: dict[str, str]) -> list[dict[str, str]]:
    tried: dict[str, tuple[int, int]] = {}
    for key, one in found.now.items():
        succeeded, faults = tried.get(key.model, (0, 0))
        tried[key.model] = succeeded + one.succeeded, faults + one.faults
    return [
        {
            "words": _("%(model)s: %(faults)s of %(runs)s runs failed in 28 days.")
            % {"model": model, "faults": f"{tried[model][1]:,}", "runs": f"{sum(tried[model]):,}"},
            "url": _entries(model=model, fault="1", **range_words),
        }
        for model in anomalies.failing(tried)
    ]


def _unused(seat: Seat, now: dt.datetime) -> list[dict[str, str]]:
    rows = keys.visible_to(seat.user, seat.team).filter(disabled_at=None)
    return [
        {
            "words": _("The key “%(name)s” was not used for 90 days.") % {"name": row.label},
            "url": _entries(key=row.label, range="12m"),
            "also": _("Keys"),
            "also_url": reverse("keys"),
        }
        for row in rows
        if anomalies.is_unused(row.last_used_at, row.created_at, now)
    ]


def _unpriced(found: History, range_words: dict[str, str]) -> list[dict[str, str]]:
    count = sum(one.unpriced for one in found.now.values())
    if not count:
        return []
    words = ngettext("%(count)s run of 28 days has no price.", "%(count)s runs of 28 days have no price.", count)
    return [{"words": words % {"count": f"{count:,}"}, "url": _entries(unpriced="1", **range_words)}]


def _entries(**values: str) -> str:
    return f"{reverse('usage-entries')}?{urlencode(values)}"
