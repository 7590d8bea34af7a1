"""Ranges, bars, counts and changes in words, for the usage pages."""

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils import formats
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from playground.ledger.periods import Period
from playground.ledger.spread import ERROR
from playground.web.moments import day_words
from playground.web.money import SIGNS

STEPS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"))


def preset_words(name: str) -> str:
    """A preset in the list of ranges."""
    words = {
        "today": _("Today"),
        "7d": _("Last 7 days"),
        "30d": _("Last 30 days"),
        "90d": _("Last 90 days"),
        "12m": _("Last 12 months"),
        "month": _("This month"),
        "last-month": _("Last month"),
    }
    return words[name]


def unit_words(unit: str) -> str:
    """How much time a bar has."""
    return {"hour": _("By hour"), "day": _("By day"), "week": _("By week"), "month": _("By month")}[unit]


def group_words(group: str) -> str:
    """What bars are stacked by."""
    words = {
        "model": _("By model"),
        "person": _("By person"),
        "key": _("By key"),
        "provider": _("By provider"),
        "template": _("By template"),
        "conversation": _("By conversation"),
        "status": _("By status"),
    }
    return words[group]


def column_words(group: str) -> str:
    """The head of the column that names what bars are stacked by."""
    words = {
        "model": _("Model"),
        "person": _("Person"),
        "key": _("Key"),
        "provider": _("Provider"),
        "template": _("Template"),
        "conversation": _("Conversation"),
        "status": _("Status"),
    }
    return words[group]


def measure_words(measure: str) -> str:
    """What a chart measures."""
    return {"cost": _("Cost"), "requests": _("Requests"), "tokens": _("Tokens")}[measure]


def period_words(period: Period, *, brief: bool = False) -> str:
    """ "1 – 30 Nov 2026", or with both months and years; `brief` leaves out a year that is this one."""
    first, last = period.first.date(), period.last_day if period.end > period.first else period.first.date()
    if brief:
        last = max(first, (period.end - dt.timedelta(microseconds=1)).date())
        return _short(first) if first == last else f"{_short(first)} – {_short(last)}"
    return day_words(first) if first == last else f"{day_words(first)} – {day_words(last)}"


def bar_label(moment: dt.datetime, unit: str) -> str:
    """Below a bar: "21 Nov", "14:00", "Nov 2026"."""
    if unit == "hour":
        return f"{moment:%H:%M}"
    if unit == "month":
        # Translators: Django's date format characters: month and year.
        return formats.date_format(moment, pgettext("month", "M Y"))
    return _short(moment.date())


def bar_title(first: dt.datetime, end: dt.datetime, unit: str) -> str:
    """A bar in full: "Fri 20 Nov 2026", with the hour, or from when to when."""
    if unit == "hour":
        return f"{_weekday(first)} {first:%H:%M}"
    if unit == "day":
        return _weekday(first)
    return period_words(Period(first, end))


def amount_tick(amount: Decimal, currency: str) -> str:
    """On the scale: as many places as the step needs."""
    if not currency:
        return f"{amount.normalize():f}"
    return f"{SIGNS[currency]}{amount.normalize():,f}"


def count_words(count: Decimal | int) -> str:
    """A count in three figures or so: "214.6M", "9,812"."""
    for size, sign in STEPS:
        if count >= size and (size > 1000 or count >= 10_000):
            return f"{Decimal(count) / size:.1f}".removesuffix(".0") + sign
    return f"{count:,.0f}" if count == int(count) else f"{count:f}"


def share_words(part: Decimal | int, whole: Decimal | int) -> str:
    """ "99.2%"; never rounded up to 100, and "—" of nothing."""
    if whole <= 0:
        return "—"
    percent = Decimal(part) * 100 / Decimal(whole)
    return f"{percent:.0f}%" if percent in (0, 100) else f"{min(percent, Decimal('99.9')):.1f}%"


def change_words(now: Decimal | float, before: Decimal | float) -> dict[str, Any] | None:
    """ "+12%" against what was before, "new" when that was nothing; None when there is nothing to compare."""
    if before == 0 and now > 0:
        return {"words": pgettext("change against the range before", "new"), "rises": True, "falls": False}
    if before <= 0:
        return None
    whole = round((Decimal(now) - Decimal(before)) * 100 / Decimal(before))
    return {"words": f"{_sign(whole)}{abs(whole):,}%", "rises": whole > 0, "falls": whole < 0}


def pace_change(now: float | None, before: float | None, *, is_wait: bool = False) -> dict[str, Any] | None:
    """The same of a percentile of speeds or waits, with which was faster in a word; None where one is not known.

    No word where the two are as near as two percentiles of the same values can be.
    """
    if now is None or before is None:
        return None
    sure = 1 + 2 * float(ERROR) + 0.01
    rises, falls = now > before * sure, before > now * sure
    faster, slower = (falls, rises) if is_wait else (rises, falls)
    verdict = _("faster") if faster else _("slower") if slower else ""
    return (change_words(now, before) or {}) | {"verdict": verdict, "tone": _tone(better=faster, worse=slower)}


def share_change(part: int, whole: int, part_before: int, whole_before: int) -> dict[str, Any] | None:
    """ "+0.4 points" of a share that should be large; None when one of both is a share of nothing."""
    if whole <= 0 or whole_before <= 0:
        return None
    points = round(Decimal(part) * 100 / whole - Decimal(part_before) * 100 / whole_before, 1)
    rises, falls = points > 0, points < 0
    words = _("%(points)s points") % {"points": f"{_sign(points)}{abs(points)}"}
    return {"words": words, "rises": rises, "falls": falls, "tone": _tone(better=rises, worse=falls)}


def _sign(number: Decimal | int) -> str:
    return "+" if number > 0 else "−" if number < 0 else "±"


def _tone(*, better: bool, worse: bool) -> str:
    return "ok" if better else "bad" if worse else ""


def _short(day: dt.date) -> str:
    # Translators: Django's date format characters: day and month.
    return _written(day, pgettext("day of a year", "j M"), get_language())


def _weekday(moment: dt.datetime) -> str:
    # Translators: Django's date format characters: weekday, day, month and year.
    return _written(moment.date(), pgettext("weekday and day", "D j M Y"), get_language())


@lru_cache(maxsize=4_096)  # a chart names its ninety days twice, and every reader the same ones
def _written(day: dt.date, form: str, _language: str | None) -> str:
    return formats.date_format(day, form)
