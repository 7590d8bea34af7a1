"""The usage by conversation: the largest by name, all others together. Plain values."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from playground.ledger import by_conversation
from playground.ledger.fold import Sum
from playground.ledger.history import OTHERS, Cell, History, Only, Scope
from playground.pricing.money import Rate

LARGEST: Final = 25  # by each of what a chart measures


def fits(history: History) -> bool:
    """Whether the range has few enough entries."""
    return history.count <= by_conversation.MOST


def cells_of(scope: Scope, only: Only, edges: Sequence[dt.datetime], rate: Rate) -> dict[Cell, Sum]:
    """What the largest conversations used in each bar, and what the others did."""
    found = by_conversation.read_conversations(scope, only, edges)
    largest = _largest(found, rate)
    cells: defaultdict[Cell, Sum] = defaultdict(Sum)
    for cell, one in found.items():
        cells[cell if cell.group in largest else cell._replace(group=OTHERS)].merge(one)
    return dict(cells)


def _largest(cells: dict[Cell, Sum], rate: Rate) -> set[str]:
    """Those that are among the largest by cost, by runs or by tokens; cost is compared in one currency."""
    cost: defaultdict[str, float] = defaultdict(float)
    runs: defaultdict[str, int] = defaultdict(int)
    tokens: defaultdict[str, int] = defaultdict(int)
    in_usd = {"USD": 1.0, "CNY": 1 / float(rate.value)}
    for cell, one in cells.items():
        cost[cell.group] += one.cost_units * in_usd.get(cell.currency, 0.0)
        runs[cell.group] += one.entries
        tokens[cell.group] += one.prompt_tokens + one.completion_tokens
    sizes: tuple[dict[str, float] | dict[str, int], ...] = (cost, runs, tokens)
    return {group for size in sizes for group in sorted(size, key=lambda one: (-size[one], one))[:LARGEST]}
