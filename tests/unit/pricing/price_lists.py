"""Prices as the catalog has them, and edge cases that no provider has yet, for the tables of this folder."""

from datetime import date
from decimal import Decimal

from playground.pricing.money import Currency
from playground.pricing.price import Price, Tier

D = Decimal


def tier(input: str, output: str, cached: str | None = None, **ranges: int | None) -> Tier:
    return Tier(D(input), D(output), None if cached is None else D(cached), **ranges)  # type: ignore[arg-type]


def price(id: str, currency: Currency, *tiers: Tier, start: date | None = None, end: date | None = None) -> Price:
    return Price(id, currency, tiers, "price page", date(2026, 10, 6), start, end)


PRICES = {
    p.id: p
    for p in (
        price("z1-flashx", "CNY", tier("0.1", "0.1")),
        price("4-flashx", "CNY", tier("0.1", "0.1", "0.05")),
        price("z1-air", "CNY", tier("0.5", "0.5")),
        price("4.7-flashx vercel", "USD", tier("0.06", "0.40", "0.01")),
        price("4.7-flashx zai", "USD", tier("0.07", "0.40", "0.01")),
        price("4.7-flashx bigmodel", "CNY", tier("0.5", "3", "0.1")),
        price("4.5 zai", "USD", tier("0.6", "2.2", "0.11")),
        price("4.5-x zai", "USD", tier("2.2", "8.9", "0.45")),
        price("4.5-flash zai", "USD", tier("0", "0")),
        price("4.7-flash zai", "USD", tier("0", "0", "0")),
        price(
            "4.5-air bigmodel",
            "CNY",
            tier("0.8", "2", "0.16", prompt_max=32_000, completion_max=200),
            tier("0.8", "6", "0.16", prompt_max=32_000, completion_min=200),
            tier("1.2", "8", "0.24", prompt_min=32_000),
        ),
        price(
            "4.7 bigmodel",
            "CNY",
            tier("2", "8", "0.4", prompt_max=32_000, completion_max=200),
            tier("3", "14", "0.6", prompt_max=32_000, completion_min=200),
            tier("4", "16", "0.8", prompt_min=32_000),
        ),
        price(
            "5 bigmodel",
            "CNY",
            tier("4", "18", "1", prompt_max=32_000),
            tier("6", "22", "1.5", prompt_min=32_000),
        ),
        price("finest", "USD", tier("0.000001", "0.000001", "0.000001")),
        price("a thousandth", "USD", tier("0.001", "0.001", "0.001")),
        price("dearest", "CNY", tier("999999.999999", "999999.999999", "999999.999999")),
        price(
            "with a gap",
            "CNY",
            tier("1", "2", prompt_max=1_000),
            tier("3", "4", prompt_min=2_000, prompt_max=3_000),
        ),
    )
}
