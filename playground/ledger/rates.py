"""The exchange rate of a day, for the view in the other currency. Owners add rates; no row is ever changed."""

import bisect
import datetime as dt
from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.errors import Refused
from playground.ledger.models import ExchangeRate
from playground.pricing.money import Rate

LOWEST, HIGHEST, PLACES = Decimal("0.01"), Decimal(10_000), 6


def rate_at(day: dt.date) -> Rate:
    """The rate in force on a day: the newest not after it, else the oldest one there is.

    There always is one: the migration adds 7.10 of 2026-11-21.
    """
    return sourced_rate_at(day)[0]


def sourced_rate_at(day: dt.date) -> tuple[Rate, str]:
    """The same, and where it comes from."""
    row = ExchangeRate.objects.filter(day__lte=day).order_by("-day", "-pk").first()
    row = row or ExchangeRate.objects.order_by("day", "-pk")[0]
    return Rate(base="USD", quote="CNY", value=row.cny_per_usd, date=row.day), row.source


def rates_at(days: Collection[dt.date]) -> dict[dt.date, Rate]:
    """The same for many days, from one query."""
    rows = list(ExchangeRate.objects.order_by("day", "pk")) if days else []
    starts = [row.day for row in rows]
    found = {day: rows[max(0, bisect.bisect_right(starts, day) - 1)] for day in days}
    return {day: Rate(base="USD", quote="CNY", value=row.cny_per_usd, date=row.day) for day, row in found.items()}


def set_rate(*, user: User, day: dt.date, cny_per_usd: Decimal, source: str) -> ExchangeRate:
    """Add the rate that holds from a day on. Owners of the installation only.

    Raises Refused: `not_allowed`; `bad_rate` for what is no rate with at most six places, or names no source.
    """
    if not (user.is_owner and user.is_active):
        raise Refused("not_allowed", _("Only an owner can change the exchange rate."))
    if not _is_rate(cny_per_usd):
        raise Refused("bad_rate", _("This is no rate of CNY per USD."))
    if not source.strip():
        raise Refused("bad_rate", _("Say where the rate comes from."))
    return ExchangeRate.objects.create(day=day, cny_per_usd=cny_per_usd, source=source.strip()[:200], created_by=user)


def _is_rate(value: Decimal) -> bool:
    return value.is_finite() and LOWEST <= value <= HIGHEST and value == round(value, PLACES)
