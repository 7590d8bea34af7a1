"""The exchange rate of a day, for the view in the other currency. Owners edit it; past rows are never changed."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.errors import Refused
from playground.ledger.models import ExchangeRate
from playground.pricing.money import Rate


def rate_at(day: dt.date) -> Rate:
    """The rate in force on a day: the newest row not after it, else the oldest one there is."""
    row = ExchangeRate.objects.filter(day__lte=day).order_by("-day").first() or ExchangeRate.objects.earliest("day")
    return Rate(base="USD", quote="CNY", value=row.cny_per_usd, date=row.day)


def set_rate(*, user: User, day: dt.date, cny_per_usd: Decimal, source: str) -> ExchangeRate:
    """Add the rate that holds from a day on, or correct that day's row. Owners only."""
    if not user.is_owner:
        raise Refused("not_allowed", _("Only an owner can change the exchange rate."))
    if not Decimal("0.01") <= cny_per_usd <= Decimal(10_000):
        raise Refused("bad_rate", _("This is no rate of CNY per USD."))
    row, _created = ExchangeRate.objects.update_or_create(
        day=day, defaults={"cny_per_usd": cny_per_usd, "source": source.strip()[:200], "created_by": user}
    )
    return row
