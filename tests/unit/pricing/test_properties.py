"""What holds for every price and every count, not only for those in the tables."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.pricing.cost import TokenCounts, cost
from playground.pricing.money import EXACT, Money, Rate, convert
from playground.pricing.price import Price, Tier, price_in_force

steady = settings(deadline=None)  # a busy machine is no failure

amounts = st.integers(0, 10**12 - 1).map(lambda micros: Decimal(micros).scaleb(-6))
tokens = st.integers(0, 10**9)
counts = st.builds(TokenCounts, tokens, tokens, tokens, tokens)
days = st.dates(date(2024, 1, 1), date(2028, 1, 1))
edges = st.lists(st.integers(1, 200_000), max_size=3, unique=True).map(sorted)


@st.composite
def tilings(draw: st.DrawFn) -> tuple[Tier, ...]:
    """Tiers that cover every request exactly once: bands of prompt length, each cut by completion length."""
    bands = []
    prompt_edges = [0, *draw(edges), None]
    for prompt_min, prompt_max in pairwise(prompt_edges):
        completion_edges = [0, *draw(edges), None]
        for completion_min, completion_max in pairwise(completion_edges):
            amount = draw(amounts), draw(amounts), draw(st.none() | amounts)
            bands.append(Tier(*amount, prompt_min or 0, prompt_max, completion_min or 0, completion_max))
    return tuple(draw(st.permutations(bands)))


@st.composite
def prices(draw: st.DrawFn) -> Price:
    first, second = sorted((draw(days), draw(days)))
    return Price(
        id=draw(st.uuids()).hex,
        currency=draw(st.sampled_from(("CNY", "USD"))),
        tiers=draw(tilings()),
        source=draw(st.text(min_size=1, max_size=20)),
        source_date=draw(days),
        valid_from=draw(st.none() | st.just(first)),
        valid_until=draw(st.none() | st.just(second)) if second > first else None,
    )


flat_prices = st.builds(
    lambda tier: Price("flat", "USD", (tier,), "page", date(2026, 1, 1)),
    st.builds(Tier, amounts, amounts, st.none() | amounts),
)


@steady
@given(counts, prices())
def test_the_parts_are_the_total_to_the_last_digit(counts: TokenCounts, price: Price) -> None:
    result = cost(counts, price, "reported")

    assert result.input is not None
    assert result.cached is not None
    assert result.output is not None
    assert EXACT.add(EXACT.add(result.input, result.cached), result.output) == result.total
    assert result.total >= 0
    assert 10**12 % result.total.as_integer_ratio()[1] == 0  # twelve places hold it


@steady
@given(counts, prices())
def test_a_cost_is_its_formula_in_whole_numbers(counts: TokenCounts, price: Price) -> None:
    """The same sum once more without Decimal: picounits of currency as integers."""
    tier = price.tier_for(counts.prompt, counts.completion)
    assert tier is not None
    cached = min(counts.cached, counts.prompt)
    micros = [
        int(amount * 10**6) for amount in (tier.input, tier.input if tier.cached is None else tier.cached, tier.output)
    ]

    total = cost(counts, price, "reported").total

    assert total is not None
    assert int(EXACT.scaleb(total, 12)) == sum(
        count * micro for count, micro in zip((counts.prompt - cached, cached, counts.completion), micros, strict=True)
    )


@steady
@given(counts, flat_prices, st.integers(0, 10**6))
def test_more_tokens_never_cost_less(counts: TokenCounts, price: Price, more: int) -> None:
    def total(counts: TokenCounts) -> Decimal:
        result = cost(counts, price, "reported").total
        assert result is not None
        return result

    assert total(replace(counts, completion=counts.completion + more)) >= total(counts)
    assert total(replace(counts, prompt=counts.prompt + more, cached=counts.cached_part)) >= total(counts)


@steady
@given(tokens, tokens, flat_prices)
def test_a_cache_that_is_not_dearer_never_costs_more(prompt: int, cached: int, price: Price) -> None:
    tier = price.tiers[0]
    with_cache, without = (cost(TokenCounts(prompt, c), price, "reported").total for c in (cached, 0))

    assert with_cache is not None
    assert without is not None
    if tier.cached is None or tier.cached <= tier.input:
        assert with_cache <= without


@steady
@given(tokens, tokens, tilings())
def test_a_tiling_has_exactly_one_tier_for_every_request(prompt: int, completion: int, tiers: tuple[Tier, ...]) -> None:
    assert sum(tier.covers(prompt, completion) for tier in tiers) == 1


@steady
@given(prices())
def test_json_keeps_everything(price: Price) -> None:
    assert Price.from_json(json.loads(json.dumps(price.to_json()))) == price


@steady
@given(st.lists(prices(), max_size=6), days)
def test_the_price_in_force_holds_that_day_and_began_last(candidates: list[Price], day: date) -> None:
    chosen = price_in_force(candidates, day)
    holding = [price for price in candidates if price.in_force(day)]

    assert (chosen is None) == (not holding)
    if chosen is not None:
        assert chosen in holding
        assert all((price.valid_from or date.min) <= (chosen.valid_from or date.min) for price in holding)


@steady
@given(st.integers(-(10**18), 10**18), st.integers(1, 10**8))
def test_there_and_back_is_the_same_to_twelve_places(picos: int, rate: int) -> None:
    money = Money(Decimal(picos).scaleb(-12), "USD")
    rates = Rate("USD", "CNY", Decimal(rate).scaleb(-4), date(2026, 1, 1))

    assert convert(convert(money, rates), rates) == money
