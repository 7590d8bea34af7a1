"""Which of the answers side by side was fastest, cheapest, thought most. Pure."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from playground.pricing.money import Money, Rate, convert


class Award(StrEnum):
    """What one answer has more, or less, of than all the others."""

    FASTEST = "fastest"
    CHEAPEST = "cheapest"
    MOST_REASONING = "most_reasoning"


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of an ended answer; None is unknown, and unknown wins nothing."""

    column: uuid.UUID
    tokens_per_second: Decimal | None
    cost: Money | None
    reasoning_tokens: int | None


def awards(answers: Sequence[Figures], rate: Rate) -> dict[uuid.UUID, list[Award]]:
    """The awards by column. Nobody gets one that two share, or that has no other answer to be measured by.

    Costs in two currencies are compared at the rate.
    """
    won: dict[uuid.UUID, list[Award]] = {answer.column: [] for answer in answers}
    measures: tuple[tuple[Award, Callable[[Figures], Decimal | None]], ...] = (
        (Award.FASTEST, lambda answer: answer.tokens_per_second),
        (Award.CHEAPEST, lambda answer: None if answer.cost is None else -_in_cny(answer.cost, rate)),
        (Award.MOST_REASONING, lambda answer: Decimal(answer.reasoning_tokens) if answer.reasoning_tokens else None),
    )
    for award, measure in measures:
        if winner := _first(answers, measure, alone=award == Award.MOST_REASONING):
            won[winner].append(award)
    return won


def _first(
    answers: Sequence[Figures], measure: Callable[[Figures], Decimal | None], *, alone: bool
) -> uuid.UUID | None:
    """The column with the greatest measure. `alone`: also when it is the only one that has any."""
    known = sorted(
        ((value, answer.column) for answer in answers if (value := measure(answer)) is not None),
        key=lambda pair: pair[0],
        reverse=True,
    )
    if len(answers) < 2 or not known or (len(known) == 1 and not alone):
        return None
    return None if len(known) > 1 and known[0][0] == known[1][0] else known[0][1]


def _in_cny(cost: Money, rate: Rate) -> Decimal:
    return cost.amount if cost.currency == "CNY" else convert(cost, rate).amount
