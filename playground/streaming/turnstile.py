"""How many rows of a batch are with the provider at once: as many as chosen, fewer while it refuses.

A refusal for the limits of the moment costs nothing. It lowers the number to those that were let in, and the row asks
again after the time that the provider named, before any new row: it stays one run with one entry in the ledger. When
rows go well, one more is tried at a time.
"""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Final

from playground.wire.errors import WireError

FIRST_REST, LONGEST_REST = 1.0, 60.0  # seconds without a word of the provider's, doubled from one refusal to the next
LONGEST_ASKED: Final = 3_600.0  # seconds; what asks for a longer rest is a person's to decide
MOST_REFUSALS: Final = 20  # of one row
PATCH: Final = 2  # this many times as many good rows as are let in, before one more is


class Gate:
    """The state of one batch's traffic; `now` is a monotonic clock in seconds."""

    def __init__(self, most: int, *, first_rest: float = FIRST_REST, now: Callable[[], float] = time.monotonic) -> None:
        self.most = self.allowed = most
        self.rests_until = 0.0
        self.inside = self.waiting = 0
        self._now, self._first_rest = now, first_rest
        self._good = self._refused = 0
        self._changed = asyncio.Event()

    @property
    def free(self) -> int:
        """How many new rows may be begun now."""
        return 0 if self.rest > 0 else max(0, self.allowed - self.inside - self.waiting)

    @property
    def rest(self) -> float:
        """Seconds until anything may be sent."""
        return max(0.0, self.rests_until - self._now())

    def open_to(self, most: int) -> None:
        """The number that was chosen has changed."""
        if most != self.most:
            self.most = self.allowed = most
            self._tell()

    def enter(self) -> "Ticket":
        """A new row goes in."""
        self.inside += 1
        return Ticket(self)

    def left(self, *, good: bool) -> None:
        """A row came out."""
        self.inside -= 1
        if good:
            self._refused = 0
            self._good += 1
            if self._good >= PATCH * self.allowed and self.allowed < self.most:
                self.allowed, self._good = self.allowed + 1, 0
        self._tell()

    def refused(self, retry_after: float | None) -> None:
        """The provider sent a row back that was inside."""
        self.inside -= 1
        self.allowed, self._good = max(1, min(self.allowed, self.inside)), 0
        if self.rest <= 0:  # the others of a burst are not a further refusal
            self._refused += 1
        doubled = self._first_rest * 2.0 ** max(0, self._refused - 1)
        rest = min(LONGEST_REST, doubled) if retry_after is None else retry_after
        self.rests_until = max(self.rests_until, self._now() + rest)

    async def let_in(self) -> None:
        """Wait until one that was sent back may go in again."""
        self.waiting += 1
        try:
            while self.rest > 0 or self.inside >= self.allowed:
                if self.rest > 0:
                    await asyncio.sleep(self.rest + 0.1 * self._first_rest * random.random())  # noqa: S311 - spreads
                else:
                    await self._changed.wait()
            self.inside += 1
        finally:
            self.waiting -= 1

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class Ticket:
    """One row's way through the gate; its run asks it (engine.Turnstile)."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._refusals = 0
        self._is_inside = True

    async def again(self, error: WireError) -> bool:
        """Wait for another turn after a refusal; False when there were too many, or it would take too long."""
        self._refusals += 1
        self._is_inside = False
        self._gate.refused(error.retry_after if (error.retry_after or 0) <= LONGEST_ASKED else None)
        if self._refusals >= MOST_REFUSALS or (error.retry_after or 0) > LONGEST_ASKED:
            return False
        await self._gate.let_in()
        self._is_inside = True
        return True

    def leave(self, *, good: bool) -> None:
        """The run is over."""
        if self._is_inside:
            self._is_inside = False
            self._gate.left(good=good)
