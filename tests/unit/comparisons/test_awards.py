"""Awards: only to who is alone at the top, and only for what is known."""

import uuid
from datetime import date
from decimal import Decimal

from playground.comparisons.awards import Award, Figures, awards
from playground.pricing.money import Currency, Money, Rate

RATE = Rate(base="USD", quote="CNY", value=Decimal("7.10"), date=date(2026, 11, 21))


def answer(speed: str | None = None, cost: tuple[str, Currency] | None = None, reasoning: int | None = None) -> Figures:
    money = Money(Decimal(cost[0]), cost[1]) if cost else None
    return Figures(uuid.uuid4(), Decimal(speed) if speed else None, money, reasoning)


def won(*answers: Figures) -> list[list[Award]]:
    return list(awards(answers, RATE).values())


def test_each_award_goes_to_who_is_alone_at_the_top() -> None:
    slow = answer("40.5", ("0.01", "CNY"), reasoning=10)
    fast = answer("90", ("0.02", "CNY"), reasoning=300)
    assert won(slow, fast) == [[Award.CHEAPEST], [Award.FASTEST, Award.MOST_REASONING]]


def test_two_that_share_the_top_get_nothing() -> None:
    assert won(answer("90", ("0.01", "CNY"), 5), answer("90", ("0.01", "CNY"), 5), answer("10", ("1", "CNY"), 1)) == [
        [],
        [],
        [],
    ]


def test_costs_in_two_currencies_are_compared_at_the_rate() -> None:
    yuan, dollar = answer(cost=("0.70", "CNY")), answer(cost=("0.10", "USD"))
    assert won(yuan, dollar) == [[Award.CHEAPEST], []]
    assert won(answer(cost=("0.72", "CNY")), dollar) == [[], [Award.CHEAPEST]]


def test_a_free_answer_is_the_cheapest_and_an_unknown_cost_is_not() -> None:
    assert won(answer(cost=("0", "CNY")), answer(cost=("0.1", "CNY")), answer()) == [[Award.CHEAPEST], [], []]
    assert won(answer(cost=("0.1", "CNY")), answer()) == [[], []], "nothing to be cheaper than"


def test_the_only_one_that_thinks_thought_most() -> None:
    assert won(answer(reasoning=7), answer(reasoning=0), answer()) == [[Award.MOST_REASONING], [], []]


def test_one_answer_alone_wins_nothing() -> None:
    assert won(answer("90", ("0.1", "CNY"), 7)) == [[]]
    assert won() == []
