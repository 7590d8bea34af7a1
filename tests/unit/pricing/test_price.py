"""Prices: which one holds when, which tier holds for what, and what is refused."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from playground.pricing.money import PricingError
from playground.pricing.price import Price, PriceDamagedError, Tier, price_in_force
from tests.unit.pricing.price_lists import PRICES, price, tier

LAUNCH = price("launch", "USD", tier("0.075", "0.25", "0.015"), end=date(2026, 9, 10))
LIST = price("list", "USD", tier("0.15", "0.5", "0.03"), start=date(2026, 9, 10))
SALE = price("sale", "USD", tier("0.1", "0.3"), start=date(2026, 11, 11), end=date(2026, 11, 13))
DATED = (LIST, SALE, LAUNCH)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2020, 1, 1), LAUNCH),
        (date(2026, 9, 9), LAUNCH),
        (date(2026, 9, 10), LIST),
        (date(2026, 9, 11), LIST),
        (date(2026, 11, 10), LIST),
        (date(2026, 11, 11), SALE),
        (date(2026, 11, 12), SALE),
        (date(2026, 11, 13), LIST),
        (date(2030, 1, 1), LIST),
    ],
)
def test_promotions_hold_on_their_days_only(day: date, expected: Price) -> None:
    assert price_in_force(DATED, day) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 9, 9, 23, 59, 59, tzinfo=UTC), LAUNCH),
        (datetime(2026, 9, 10, tzinfo=UTC), LIST),
        (datetime(2026, 9, 10, 7, 59, tzinfo=timezone(timedelta(hours=8))), LAUNCH),
        (datetime(2026, 9, 9, 20, 0, tzinfo=timezone(timedelta(hours=-4))), LIST),
    ],
)
def test_days_begin_at_midnight_utc(moment: datetime, expected: Price) -> None:
    assert price_in_force(DATED, moment) is expected


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(PricingError, match="time zone"):
        price_in_force(DATED, datetime(2026, 9, 10))


def test_no_price_holds_before_the_first_or_after_the_last() -> None:
    assert price_in_force([SALE], date(2026, 11, 10)) is None
    assert price_in_force([SALE], date(2026, 11, 13)) is None
    assert price_in_force([], date(2026, 11, 13)) is None


def test_of_two_prices_of_one_day_the_newer_source_wins() -> None:
    old = Price("b", "USD", (tier("1", "1"),), "July list", date(2026, 7, 2))
    new = Price("a", "USD", (tier("2", "2"),), "August list", date(2026, 8, 21))

    assert price_in_force([old, new], date(2026, 11, 1)) is new
    assert price_in_force([new, old], date(2026, 11, 1)) is new


@pytest.mark.parametrize(
    ("prompt", "completion", "index"),
    [
        (0, 0, 0),
        (31_999, 199, 0),
        (31_999, 200, 1),
        (31_999, 201, 1),
        (32_000, 0, 2),
        (32_000, 199, 2),
        (32_001, 200, 2),
        (10**9, 10**9, 2),
    ],
)
def test_tiers_take_their_lower_edge_and_leave_the_upper(prompt: int, completion: int, index: int) -> None:
    air = PRICES["4.5-air bigmodel"]

    assert air.tier_for(prompt, completion) is air.tiers[index]


@pytest.mark.parametrize("prompt", [1_000, 1_999, 3_000])
def test_no_tier_holds_in_a_gap(prompt: int) -> None:
    assert PRICES["with a gap"].tier_for(prompt, 0) is None


@pytest.mark.parametrize(("name", "free"), [("4.5-flash zai", True), ("4.7-flash zai", True), ("z1-flashx", False)])
def test_free_means_every_stated_amount_is_zero(name: str, free: bool) -> None:
    assert PRICES[name].is_free is free


@pytest.mark.parametrize("name", PRICES)
def test_every_price_survives_json(name: str) -> None:
    written = json.dumps(PRICES[name].to_json())

    assert Price.from_json(json.loads(written)) == PRICES[name]


def test_dates_survive_json() -> None:
    assert Price.from_json(SALE.to_json()) == SALE
    assert Price.from_json(LAUNCH.to_json()) == LAUNCH


def test_amounts_in_json_are_strings() -> None:
    assert tier("0.06", "0.40", "1E-6").to_json() == {
        "input": "0.06",
        "output": "0.40",
        "cached": "0.000001",
        "prompt_min": 0,
        "prompt_max": None,
        "completion_min": 0,
        "completion_max": None,
    }


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        ("-0.1", "at least 0"),
        ("1000000", "below"),
        ("NaN", "finite"),
        ("Infinity", "finite"),
        ("0.0000001", "decimal places"),
        ("1E-999999", "decimal places"),
        ("1." + "0" * 40 + "1", "decimal places"),
    ],
)
def test_impossible_amounts_are_refused(amount: str, why: str) -> None:
    one, bad = Decimal(1), Decimal(amount)
    for amounts in ((bad, one, one), (one, bad, one), (one, one, bad)):
        with pytest.raises(PriceDamagedError, match=why):
            Tier(*amounts)


def test_floats_are_refused() -> None:
    with pytest.raises(PriceDamagedError, match="Decimal"):
        Tier(0.1, Decimal(1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "ranges",
    [
        {"prompt_min": -1},
        {"prompt_min": 5, "prompt_max": 5},
        {"prompt_min": 6, "prompt_max": 5},
        {"completion_min": 200, "completion_max": 199},
        {"prompt_max": 0},
        {"prompt_max": 32.0},
        {"prompt_min": True},
    ],
)
def test_impossible_ranges_are_refused(ranges: dict[str, Any]) -> None:
    with pytest.raises(PriceDamagedError):
        tier("1", "1", **ranges)


def test_overlapping_tiers_are_refused() -> None:
    with pytest.raises(PriceDamagedError, match="overlaps"):
        price("x", "CNY", tier("1", "1", prompt_max=32_001), tier("2", "2", prompt_min=32_000))


def test_a_price_needs_tiers_a_source_and_a_sensible_period() -> None:
    day, tiers = date(2026, 1, 1), (tier("1", "1"),)
    with pytest.raises(PriceDamagedError, match="tier"):
        Price("x", "CNY", (), "page", day)
    with pytest.raises(PriceDamagedError, match="source"):
        Price("x", "CNY", tiers, "", day)
    with pytest.raises(PriceDamagedError, match="valid_until"):
        Price("x", "CNY", tiers, "page", day, day, day)
    with pytest.raises(PriceDamagedError, match="currency"):
        Price("x", "EUR", tiers, "page", day)  # type: ignore[arg-type]


DAMAGE: list[dict[str, Any]] = [
    {"currency": "EUR"},
    {"currency": None},
    {"tiers": []},
    {"tiers": "none"},
    {"tiers": ["none"]},
    {"tiers": [{"input": 0.1, "output": "1"}]},
    {"tiers": [{"input": "ten", "output": "1"}]},
    {"tiers": [{"input": "1"}]},
    {"tiers": [{"input": "1", "output": "1", "prompt_max": "32000"}]},
    {"tiers": [{"input": "1", "output": "1", "cached": 0}]},
    {"tiers": [{"input": "1", "output": "1", "cache": "0"}]},
    {"source": ""},
    {"source": None},
    {"source_date": None},
    {"source_date": "yesterday"},
    {"valid_from": 20260101},
    {"valid_until": "2026-13-01"},
    {"id": None},
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_json_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(PriceDamagedError):
        Price.from_json({**SALE.to_json(), **damage})


@pytest.mark.parametrize("data", [None, [], "price", 1])
def test_what_is_no_price_at_all_is_refused(data: object) -> None:
    with pytest.raises(PriceDamagedError):
        Price.from_json(data)
