"""Entries folded into totals: which total an entry belongs to, and what it adds. Pure but for the shape of its rows.

The one place that decides what counts; `standing.py` keeps the result in rows, `history.py` folds what came after them.
Amounts are whole picounits here: exact, and many times as fast as decimals.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import BigIntegerField, Case, ExpressionWrapper, F, When

from playground.ledger.fields import UNIT
from playground.ledger.measured import FAULTS
from playground.ledger.models import Entry
from playground.ledger.spread import one
from playground.ledger.unpriced import is_unpriced
from playground.pricing.price import Price

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Key(NamedTuple):
    """Who, what for and how it ended: totals are kept for each combination."""

    team_id: int
    user_id: int
    provider: str
    model: str
    key_label: str
    template: str  # the id in hexadecimal; empty for none
    state: str
    currency: str
    practice: bool


KEY_FIELDS: Final = Key._fields


class Line(NamedTuple):
    """What is read of an entry, in the order of _READ."""

    pk: int
    created_at: dt.datetime
    corrects_id: int | None
    team_id: int
    user_id: int
    provider: str
    model: str
    key_label: str
    template: uuid.UUID | None
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
    cost_input: int | None  # picounits
    cost_cached: int | None
    cost_total: int | None
    price: dict[str, object] | None  # of prompts that were cached whole: nothing else tells what that saved

    @property
    def key(self) -> Key:
        """The totals it belongs to."""
        template = self.template.hex if self.template else ""
        return Key._make((*self[3:8], template, *self[9:12]))


def picounits(column: str) -> Any:
    """An amount as the database has it, without a decimal made of it."""
    return ExpressionWrapper(F(column), output_field=BigIntegerField())


_AMOUNTS: Final = ("cost_input", "cost_cached", "cost_total")
_READ: Final = tuple(picounits(name) if name in _AMOUNTS else name for name in Line._fields[:-1])
_WHOLE_PRICE: Final = Case(When(cached_tokens__gt=0, cached_tokens__gte=F("prompt_tokens"), then=F("price")))


def lines_of(entries: "QuerySet[Entry]") -> list[Line]:
    """Entries as they are folded."""
    return [Line._make(row) for row in entries.values_list(*_READ, _WHOLE_PRICE)]


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
    cost_units: int = 0  # picounits
    saved_units: int = 0
    ttft: int = 0  # spreads (spread.py)
    speed: int = 0

    @property
    def cost(self) -> Decimal:
        """What it cost, in its currency."""
        return self.cost_units * UNIT

    @property
    def saved(self) -> Decimal:
        """What caching saved, in its currency."""
        return self.saved_units * UNIT

    def add(self, line: Line) -> None:
        """Take an entry in."""
        self.prompt_tokens += line.prompt_tokens
        self.cached_tokens += line.cached_tokens
        self.completion_tokens += line.completion_tokens
        self.reasoning_tokens += line.reasoning_tokens
        if line.cost_total is not None:
            self.cost_units += line.cost_total
            self.saved_units += saved_by_caching(line)
        if is_unpriced(line.cost_basis):
            self.unpriced += 1  # until a correction takes it back (standing.relieved)
        if line.corrects_id is None:
            self._count(line)

    def merge(self, other: "Sum") -> None:
        """Take in what others add up to. Spelt out: folding a year spends most of its time here."""
        self.entries += other.entries
        self.unpriced += other.unpriced
        self.succeeded += other.succeeded
        self.faults += other.faults
        self.prompt_tokens += other.prompt_tokens
        self.cached_tokens += other.cached_tokens
        self.completion_tokens += other.completion_tokens
        self.reasoning_tokens += other.reasoning_tokens
        self.cost_units += other.cost_units
        self.saved_units += other.saved_units
        self.ttft += other.ttft
        self.speed += other.speed

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


def saved_by_caching(line: Line) -> int:
    """What the cached tokens would have cost more as fresh ones, exactly; 0 where no part of the cost is known."""
    if not line.cached_tokens or line.cost_input is None or line.cost_cached is None:
        return 0
    fresh = line.prompt_tokens - line.cached_tokens
    if fresh > 0:
        # Exact: the cost of the fresh tokens is their number times whole picounits.
        return line.cached_tokens * (line.cost_input // fresh) - line.cost_cached
    return _saved_by_price(line, line.cost_cached)


def _saved_by_price(line: Line, cost_cached: int) -> int:
    """For a prompt that was cached whole: nothing fresh tells the price, so the price itself does."""
    price = Price.from_json(line.price) if line.price else None
    tier = price.tier_for(line.prompt_tokens, line.completion_tokens) if price else None
    return int(line.cached_tokens * tier.input.scaleb(6)) - cost_cached if tier else 0
