"""Entries folded into totals: which total an entry belongs to, and what it adds. Pure but for the shape of its rows.

The one place that decides what counts; `standing.py` keeps the result in rows, `history.py` folds what came after them.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from playground.ledger.fields import UNIT
from playground.ledger.measured import FAULTS
from playground.ledger.models import Entry
from playground.ledger.spread import one
from playground.pricing.price import Price


class Key(NamedTuple):
    """Who, what for and how it ended: totals are kept for each combination."""

    team_id: int
    user_id: int
    provider: str
    model: str
    key_label: str
    state: str
    currency: str
    practice: bool


KEY_FIELDS: Final = Key._fields
READ: Final = (
    *("pk", "created_at", "corrects_id", "conversation", *KEY_FIELDS, "error_code", "ttft_ms", "duration_ms"),
    *("tokens_per_second", "prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"),
    *("cost_basis", "cost_input", "cost_cached", "cost_total", "price"),
)


class Line(NamedTuple):
    """What is read of an entry, in the order of READ."""

    pk: int
    created_at: dt.datetime
    corrects_id: int | None
    conversation: uuid.UUID
    team_id: int
    user_id: int
    provider: str
    model: str
    key_label: str
    state: str
    currency: str
    practice: bool
    error_code: str
    ttft_ms: int | None
    duration_ms: int | None
    tokens_per_second: Decimal | None
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cost_basis: str
    cost_input: Decimal | None
    cost_cached: Decimal | None
    cost_total: Decimal | None
    price: dict[str, object] | None

    @property
    def key(self) -> Key:
        """The totals it belongs to."""
        return Key(*self[4:12])


COUNTS: Final = (
    *("entries", "unpriced", "succeeded", "faults"),
    *("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"),
)
AMOUNTS: Final = ("cost", "saved")
SPREADS: Final = ("ttft", "speed")


@dataclass(slots=True)
class Sum:
    """What some entries add up to."""

    entries: int = 0
    unpriced: int = 0
    succeeded: int = 0
    faults: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cost: Decimal = Decimal(0)
    saved: Decimal = Decimal(0)
    ttft: int = 0  # spreads (spread.py)
    speed: int = 0

    def add(self, line: Line) -> None:
        """Take an entry in."""
        self.prompt_tokens += line.prompt_tokens
        self.cached_tokens += line.cached_tokens
        self.completion_tokens += line.completion_tokens
        self.reasoning_tokens += line.reasoning_tokens
        if line.cost_total is not None:
            self.cost += line.cost_total
            self.saved += saved_by_caching(line)
        if line.cost_basis == Entry.CostBasis.UNPRICED:
            self.unpriced += 1
        if line.corrects_id is None:
            self._count(line)

    def merge(self, other: "Sum") -> None:
        """Take in what others add up to."""
        for name in (*COUNTS, *AMOUNTS, *SPREADS):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def _count(self, line: Line) -> None:
        self.entries += 1
        if line.state == "finished":
            self.succeeded += 1
            if line.ttft_ms is not None:
                self.ttft += one(line.ttft_ms)
            if line.tokens_per_second is not None:
                self.speed += one(float(line.tokens_per_second))
        elif is_fault(line):
            self.faults += 1


def is_fault(line: Line) -> bool:
    """Whether the run failed through the offer, as measured.py counts it."""
    return line.state in ("failed", "interrupted") and line.error_code in FAULTS and line.duration_ms is not None


def saved_by_caching(line: Line) -> Decimal:
    """What the cached tokens would have cost more as fresh ones, exactly; 0 where no part of the cost is known."""
    if not line.cached_tokens or line.cost_input is None or line.cost_cached is None:
        return Decimal(0)
    fresh = line.prompt_tokens - line.cached_tokens
    if fresh > 0:
        # Exact: the cost of the fresh tokens is their number times whole picounits.
        return line.cached_tokens * (line.cost_input / fresh).quantize(UNIT) - line.cost_cached
    return _saved_by_price(line, line.cost_cached)


def _saved_by_price(line: Line, cost_cached: Decimal) -> Decimal:
    """For a prompt that was cached whole: nothing fresh tells the price, so the price itself does."""
    price = Price.from_json(line.price) if line.price else None
    tier = price.tier_for(line.prompt_tokens, line.completion_tokens) if price else None
    return line.cached_tokens * tier.input.scaleb(-6) - cost_cached if tier else Decimal(0)
