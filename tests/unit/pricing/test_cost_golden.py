"""Costs worked out by hand. The parts are prompt, cached, completion tokens -> input, cached, output amounts."""

from decimal import Decimal

import pytest

from playground.pricing.cost import TokenCounts, cost
from tests.unit.pricing.price_lists import PRICES

# price, prompt, cached, completion, input amount, cached amount, output amount, total
GOLDEN = [
    # nothing at all, and one token of each kind
    ("4.5 zai", 0, 0, 0, "0", "0", "0", "0"),
    ("4.5 zai", 1, 0, 0, "0.0000006", "0", "0", "0.0000006"),
    ("4.5 zai", 1, 1, 0, "0", "0.00000011", "0", "0.00000011"),
    ("4.5 zai", 0, 0, 1, "0", "0", "0.0000022", "0.0000022"),
    # a million of each is the list price
    ("4.5 zai", 1_000_000, 0, 0, "0.6", "0", "0", "0.6"),
    ("4.5 zai", 1_000_000, 1_000_000, 0, "0", "0.11", "0", "0.11"),
    ("4.5 zai", 0, 0, 1_000_000, "0", "0", "2.2", "2.2"),
    ("4.5-x zai", 1_000_000, 0, 1_000_000, "2.2", "0", "8.9", "11.1"),
    # the sample answers of the model pages
    ("z1-flashx", 146, 0, 2_411, "0.0000146", "0", "0.0002411", "0.0002557"),
    ("4-flashx", 529, 0, 617, "0.0000529", "0", "0.0000617", "0.0001146"),
    ("z1-air", 140, 0, 2_550, "0.00007", "0", "0.001275", "0.001345"),
    # one model in three shops
    ("4.7-flashx vercel", 10_000, 0, 1_000, "0.0006", "0", "0.0004", "0.001"),
    ("4.7-flashx zai", 10_000, 0, 1_000, "0.0007", "0", "0.0004", "0.0011"),
    ("4.7-flashx bigmodel", 10_000, 0, 1_000, "0.005", "0", "0.003", "0.008"),
    # the cached part of the prompt has its own price
    ("4-flashx", 1_000, 400, 0, "0.00006", "0.00002", "0", "0.00008"),
    ("4-flashx", 1_000, 999, 1, "0.0000001", "0.00004995", "0.0000001", "0.00005015"),
    ("4-flashx", 1_000, 1_000, 0, "0", "0.00005", "0", "0.00005"),
    ("4.7-flashx vercel", 12_000, 8_000, 500, "0.00024", "0.00008", "0.0002", "0.00052"),
    ("4.7-flashx zai", 12_000, 8_000, 500, "0.00028", "0.00008", "0.0002", "0.00056"),
    ("4.7-flashx bigmodel", 12_000, 8_000, 500, "0.002", "0.0008", "0.0015", "0.0043"),
    ("4.5 zai", 100_000, 64_000, 2_000, "0.0216", "0.00704", "0.0044", "0.03304"),
    # no cached price known: the input price, for the cached part too
    ("z1-air", 1_000, 600, 0, "0.0002", "0.0003", "0", "0.0005"),
    ("z1-flashx", 1_000, 1_000, 10, "0", "0.0001", "0.000001", "0.000101"),
    # more cached than prompt: the whole prompt was cached, no more
    ("4.5 zai", 100, 101, 0, "0", "0.000011", "0", "0.000011"),
    ("4.5 zai", 100, 10**9, 0, "0", "0.000011", "0", "0.000011"),
    ("4.5 zai", 0, 50, 10, "0", "0", "0.000022", "0.000022"),
    # free
    ("4.5-flash zai", 0, 0, 0, "0", "0", "0", "0"),
    ("4.5-flash zai", 1_000_000, 500_000, 98_304, "0", "0", "0", "0"),
    ("4.7-flash zai", 200_000, 100_000, 131_072, "0", "0", "0", "0"),
    # tiers by prompt length: 32K is 32,000 and the edge belongs to the upper tier
    ("5 bigmodel", 31_999, 0, 0, "0.127996", "0", "0", "0.127996"),
    ("5 bigmodel", 32_000, 0, 0, "0.192", "0", "0", "0.192"),
    ("5 bigmodel", 32_001, 0, 0, "0.192006", "0", "0", "0.192006"),
    ("5 bigmodel", 31_999, 31_999, 0, "0", "0.031999", "0", "0.031999"),
    ("5 bigmodel", 32_000, 32_000, 0, "0", "0.048", "0", "0.048"),
    ("5 bigmodel", 32_000, 31_999, 0, "0.000006", "0.0479985", "0", "0.0480045"),
    ("5 bigmodel", 31_999, 0, 100_000, "0.127996", "0", "1.8", "1.927996"),
    ("5 bigmodel", 32_000, 0, 100_000, "0.192", "0", "2.2", "2.392"),
    # tiers by completion length too, below 32,000 prompt tokens
    ("4.5-air bigmodel", 1_000, 0, 199, "0.0008", "0", "0.000398", "0.001198"),
    ("4.5-air bigmodel", 1_000, 0, 200, "0.0008", "0", "0.0012", "0.002"),
    ("4.5-air bigmodel", 1_000, 0, 201, "0.0008", "0", "0.001206", "0.002006"),
    ("4.5-air bigmodel", 31_999, 0, 199, "0.0255992", "0", "0.000398", "0.0259972"),
    ("4.5-air bigmodel", 31_999, 0, 200, "0.0255992", "0", "0.0012", "0.0267992"),
    ("4.5-air bigmodel", 32_000, 0, 199, "0.0384", "0", "0.001592", "0.039992"),
    ("4.5-air bigmodel", 32_000, 0, 200, "0.0384", "0", "0.0016", "0.04"),
    ("4.5-air bigmodel", 32_001, 0, 201, "0.0384012", "0", "0.001608", "0.0400092"),
    ("4.5-air bigmodel", 31_999, 16_000, 200, "0.0127992", "0.00256", "0.0012", "0.0165592"),
    ("4.5-air bigmodel", 32_000, 16_000, 200, "0.0192", "0.00384", "0.0016", "0.02464"),
    ("4.5-air bigmodel", 0, 0, 0, "0", "0", "0", "0"),
    ("4.7 bigmodel", 31_999, 0, 199, "0.063998", "0", "0.001592", "0.06559"),
    ("4.7 bigmodel", 31_999, 0, 200, "0.095997", "0", "0.0028", "0.098797"),
    ("4.7 bigmodel", 31_999, 0, 201, "0.095997", "0", "0.002814", "0.098811"),
    ("4.7 bigmodel", 32_000, 0, 199, "0.128", "0", "0.003184", "0.131184"),
    ("4.7 bigmodel", 32_000, 0, 200, "0.128", "0", "0.0032", "0.1312"),
    ("4.7 bigmodel", 32_001, 0, 201, "0.128004", "0", "0.003216", "0.13122"),
    ("4.7 bigmodel", 31_999, 31_999, 199, "0", "0.0127996", "0.001592", "0.0143916"),
    ("4.7 bigmodel", 31_999, 31_999, 200, "0", "0.0191994", "0.0028", "0.0219994"),
    # as fine and as large as it gets, without a digit lost
    ("a thousandth", 1, 0, 0, "0.000000001", "0", "0", "0.000000001"),
    ("a thousandth", 3, 1, 7, "0.000000002", "0.000000001", "0.000000007", "0.00000001"),
    ("finest", 1, 0, 0, "0.000000000001", "0", "0", "0.000000000001"),
    ("finest", 999_999_999_999, 1, 1, "0.999999999998", "0.000000000001", "0.000000000001", "1.000000000000"),
    ("dearest", 10**12, 0, 1, "999999999999.000000", "0", "0.999999999999", "999999999999.999999999999"),
    # prices with a gap, beside the gap
    ("with a gap", 999, 0, 1, "0.000999", "0", "0.000002", "0.001001"),
    ("with a gap", 2_000, 0, 1, "0.006", "0", "0.000004", "0.006004"),
    ("with a gap", 2_999, 0, 0, "0.008997", "0", "0", "0.008997"),
]


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{case[0]}: {case[1]} ({case[2]}) + {case[3]}")
def test_cost_is_what_the_price_page_says(case: tuple[str, int, int, int, str, str, str, str]) -> None:
    name, prompt, cached, completion, *amounts = case

    result = cost(TokenCounts(prompt, cached, completion), PRICES[name], "reported")

    assert [result.input, result.cached, result.output, result.total] == [Decimal(amount) for amount in amounts]
    assert (result.basis, result.price_id, result.reason) == ("exact", name, "")
    assert result.currency == PRICES[name].currency


def test_there_are_at_least_sixty_golden_cases() -> None:
    assert len(set(GOLDEN)) == len(GOLDEN) >= 60


# price, prompt, cached: whether the sum is only an upper bound
UPPER_BOUNDS = [
    ("z1-air", 1_000, 0, False),
    ("z1-air", 1_000, 1, True),
    ("z1-air", 0, 5, False),
    ("4.5 zai", 1_000, 500, False),
    ("4.5-flash zai", 1_000, 500, False),  # free stays free, cached or not
]


@pytest.mark.parametrize(("price", "prompt", "cached", "upper_bound"), UPPER_BOUNDS)
def test_an_unknown_cached_price_makes_the_sum_an_upper_bound(
    price: str, prompt: int, cached: int, upper_bound: bool
) -> None:
    assert cost(TokenCounts(prompt, cached), PRICES[price], "reported").upper_bound is upper_bound
