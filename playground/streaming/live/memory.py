"""Live streams in the memory of one process: the default, with no service beside the server."""

import asyncio
import math
from collections.abc import Sequence

from playground.streaming.live import Batch, End, Part, merge


class MemoryLiveStream:
    """A list of parts and the followers that wait for more."""

    __slots__ = ("_end", "_parts", "_waiting")

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self._end: End | None = None
        self._waiting: list[asyncio.Future[None]] = []

    async def append(self, parts: Sequence[Part]) -> int:
        """Add parts and wake the followers. Never suspends."""
        self._parts.extend(parts)
        self._wake()
        return len(self._parts)

    async def close(self, end: End) -> None:
        """Add the end and wake the followers."""
        if self._end is None:
            self._end = end
            self._wake()

    async def read(self, after: int, *, wait: float | None = None) -> Batch | None:
        """Everything after the cursor; waits up to `wait` seconds when there is nothing yet."""
        if after > len(self._parts):
            after = 0  # the cursor is of another log with this name; begin anew
        if after == len(self._parts) and self._end is None and (wait is None or not await self._something_new(wait)):
            return None
        return Batch(after, len(self._parts), merge(self._parts[after:]), self._end)

    async def _something_new(self, wait: float) -> bool:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        # A follower waits for as long as it takes: a timer for each part would cost more than the part.
        timer = None if wait == math.inf else asyncio.get_running_loop().call_later(wait, _expire, waiter)
        try:
            await waiter
        except TimeoutError:
            self._waiting.remove(waiter)
            return False
        except asyncio.CancelledError:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            raise
        finally:
            if timer is not None:
                timer.cancel()
        return True

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)


def _expire(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(TimeoutError())
