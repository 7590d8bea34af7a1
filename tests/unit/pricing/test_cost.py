"""What a cost says beside its amounts: its basis, its reason, and what it refuses."""

from decimal import Decimal

import pytest

from playground.pricing.cost import CountsRefusedError, TokenCounts, cost, unpriced
from playground.pricing.money import Money
from tests.unit.pricing.price_lists import PRICES

COUNTS = TokenCounts(prompt=1_000, cached=200, completion=300, reasoning=250)


def test_reasoning_is_not_billed_a_second_time() -> None:
    price = PRICES["4.5 zai"]

    assert cost(TokenCounts(10, 0, 249, 239), price, "reported") == cost(TokenCounts(10, 0, 249, 0), price, "reported")


def test_estimated_tokens_make_an_estimated_cost() -> None:
    assert cost(COUNTS, PRICES["4.5 zai"], "estimated").basis == "estimated"


def test_an_unknown_price_is_unknown_and_not_zero() -> None:
    result = cost(COUNTS, None, "reported")

    assert (result.basis, result.reason, result.price_id) == ("unpriced", "no_price", "")
    assert (result.currency, result.input, result.cached, result.output, result.total, result.money) == (None,) * 6


@pytest.mark.parametrize("prompt", [1_000, 1_999, 3_000, 3_001])
def test_a_gap_between_tiers_is_unpriced_and_says_so(prompt: int) -> None:
    result = cost(TokenCounts(prompt), PRICES["with a gap"], "reported")

    assert (result.basis, result.reason, result.total) == ("unpriced", "no_tier", None)
    assert (result.currency, result.price_id) == ("CNY", "with a gap")
    assert result.money is None


def test_a_free_run_costs_a_known_zero() -> None:
    result = cost(COUNTS, PRICES["4.5-flash zai"], "reported")

    assert result.money == Money(Decimal(0), "USD")
    assert result.basis == "exact"


def test_what_the_gateway_reports_is_believed() -> None:
    result = cost(COUNTS, PRICES["4.5 zai"], "reported", reported=Money(Decimal("0.00123"), "USD"))

    assert (result.basis, result.money, result.price_id) == ("reported", Money(Decimal("0.00123"), "USD"), "4.5 zai")
    assert (result.input, result.cached, result.output) == (None, None, None)


def test_a_reported_cost_needs_no_price() -> None:
    assert cost(COUNTS, None, "reported", reported=Money(Decimal("0.5"), "USD")).basis == "reported"


def test_unpriced_can_be_said_without_counts() -> None:
    assert unpriced("no_price").total is None


@pytest.mark.parametrize(
    "counts",
    [
        {"prompt": -1},
        {"prompt": 1, "cached": -1},
        {"prompt": 1, "completion": -1},
        {"prompt": 1, "reasoning": -1},
        {"prompt": 10**12 + 1},
        {"prompt": 10**30},
        {"prompt": 1.0},
        {"prompt": "1"},
        {"prompt": None},
        {"prompt": True},
    ],
)
def test_impossible_counts_are_refused(counts: dict[str, int]) -> None:
    with pytest.raises(CountsRefusedError):
        TokenCounts(**counts)


def test_contradictory_subsets_are_clamped() -> None:
    counts = TokenCounts(prompt=10, cached=11, completion=2, reasoning=25)

    assert (counts.cached_part, counts.fresh_part, counts.answer) == (10, 0, 0)
