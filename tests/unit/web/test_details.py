"""The sum of a cost, with the numbers put in."""

from datetime import date
from decimal import Decimal

from playground.ledger.models import Entry
from playground.pricing.cost import TokenCounts, cost
from playground.pricing.price import Price, Tier
from playground.web.details import price_of

TIERS = (
    Tier(input=Decimal("0.8"), output=Decimal(2), cached=Decimal("0.16"), prompt_max=32_000),
    Tier(input=Decimal("1.2"), output=Decimal(8), cached=Decimal("0.24"), prompt_min=32_000),
)
PRICE = Price("p", "CNY", TIERS, "BigModel's price page", date(2026, 11, 21))


def entry_of(counts: TokenCounts, price: Price | None = PRICE) -> Entry:
    """An entry as settling writes it."""
    sum_ = cost(counts, price, "reported")
    return Entry(
        prompt_tokens=counts.prompt,
        cached_tokens=counts.cached_part,
        completion_tokens=counts.completion,
        reasoning_tokens=counts.reasoning,
        currency=sum_.currency or "",
        cost_input=sum_.input,
        cost_cached=sum_.cached,
        cost_output=sum_.output,
        cost_total=sum_.total,
        cost_basis=sum_.basis,
        upper_bound=sum_.upper_bound,
        price=price.to_json() if price else None,
    )


def test_the_terms_are_those_of_the_tier_and_make_the_total() -> None:
    view = price_of(entry_of(TokenCounts(40_000, 10_000, 518, 200)), {PRICE.source: "the page"}.__getitem__)
    assert view is not None
    assert [(term.tokens, term.per_million, term.amount) for term in view.terms] == [
        (30_000, "¥1.20", "¥0.036"),
        (10_000, "¥0.24", "¥0.0024"),
        (518, "¥8.00", "¥0.004144"),
    ]
    assert view.total == "¥0.042544"
    assert view.source == "the page"
    assert "2026" in view.date
    assert view.valid_from == "not stated"


def test_without_a_price_there_is_no_sum() -> None:
    assert price_of(entry_of(TokenCounts(7, 0, 3, 0), None), str) is None
