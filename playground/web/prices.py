"""Prices per million tokens in words: the provider's own currency, and the other one beside it. For templates."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from playground.catalog.models import PriceRow
from playground.pricing.money import Currency, Money, Rate, convert
from playground.pricing.price import Price, Tier
from playground.web.moments import day_words
from playground.web.money import SIGNS

PARTS = ("input", "output", "cached")


def amount_words(amount: Decimal | None, currency: Currency | None, rate: Rate) -> dict[str, str]:
    """One amount: value ("$0.20", "Free", "—") and second ("≈ ¥1.42"). Without a currency nothing is known."""
    if amount is None or currency is None:
        return {"value": "—", "second": ""}
    if not amount:
        return {"value": _("Free"), "second": ""}
    other = convert(Money(amount, currency), rate)
    return {
        "value": f"{SIGNS[currency]}{plain(amount)}",
        "second": f"≈ {SIGNS[other.currency]}{plain(_rounded(other.amount))}",
    }


def _rounded(amount: Decimal) -> Decimal:
    """A converted price is a view: three figures are enough."""
    places = 2 if amount >= 1 else 3 if amount >= Decimal("0.01") else 5
    return round(amount, places)


def first_tier(price: Price, rate: Rate) -> dict[str, Any]:
    """The price of a short request, for a table; `from` when longer ones cost more."""
    tier = price.tiers[0]
    words = {part: amount_words(getattr(tier, part), price.currency, rate) for part in PARTS}
    return words | {"is_first_of_many": len(price.tiers) > 1}


def rows_of(prices: Sequence[PriceRow], rate: Rate, say: Callable[[str], str]) -> list[dict[str, Any]]:
    """Every stated price of an offer with its tiers, dates and sources; `say` puts texts into the reader's language."""
    return [
        {
            "tiers": [
                {"when": tier_words(tier)}
                | {part: amount_words(getattr(tier, part), row.price.currency, rate) for part in PARTS}
                for tier in row.price.tiers
            ],
            "period": _period(row),
            "source": say(row.source),
            "is_own": row.origin == PriceRow.Origin.TYPED,
            "source_url": row.source_url,
            "date": day_words(row.source_date),
            "also": _(", ").join(say(title) for title in row.also),
            "note": say(row.note),
            "is_used": row.use,
        }
        for row in prices
    ]


def tier_words(tier: Tier) -> str:
    """Which requests a tier bills: "prompt under 32,000, answer from 200"; "" for all of them."""
    words = (
        _range_words(_("prompt"), tier.prompt_min, tier.prompt_max),
        _range_words(_("answer"), tier.completion_min, tier.completion_max),
    )
    return ", ".join(word for word in words if word)


def _range_words(name: str, low: int, high: int | None) -> str:
    values = {"what": name, "low": f"{low:,}", "high": f"{high or 0:,}"}
    if low and high is not None:
        return _("%(what)s from %(low)s to below %(high)s tokens") % values
    if low:
        return _("%(what)s from %(low)s tokens") % values
    return _("%(what)s below %(high)s tokens") % values if high is not None else ""


def _period(row: PriceRow) -> str:
    begin, end = row.valid_from and day_words(row.valid_from), row.valid_until and day_words(row.valid_until)
    if begin and end:
        return _("%(begin)s until before %(end)s") % {"begin": begin, "end": end}
    if begin:
        return _("from %(begin)s") % {"begin": begin}
    return _("until before %(end)s") % {"end": end} if end else ""


def plain(amount: Decimal) -> str:
    """An amount as it was stated: at least two decimals, more where there are more."""
    whole, _dot, part = f"{amount.normalize():f}".partition(".")
    return f"{whole}.{part.ljust(2, '0')}"
