"""Live streams in the memory of one process: the default, with no service beside the server."""

import asyncio
import math
from array import array
from collections.abc import Sequence

from playground.streaming.live import Batch, End, Part


class MemoryLiveStream:
    """The log of parts and the followers that wait for more.

    A log is kept for as long as somebody may still follow, and a part is a word: as tuples and strings it would take
    twenty times the memory of its text. So the text is one buffer, and a part is its kind and where it ends. It is also
    the only place where the text of a running generation is kept.
    """

    __slots__ = ("_end", "_ends", "_kinds", "_text", "_waiting")

    def __init__(self) -> None:
        self._text = bytearray()  # UTF-8; lone surrogates never leave the wire
        self._ends = array("I")  # for each part, where its text ends
        self._kinds = bytearray()  # for each part, its kind in ASCII
        self._end: End | None = None
        self._waiting: list[asyncio.Future[None]] = []

    async def append(self, parts: Sequence[Part]) -> int:
        """Add parts and wake the followers. Never suspends."""
        for kind, text in parts:
            self._text += text.encode()
            self._ends.append(len(self._text))
            self._kinds.append(ord(kind))
        self._wake()
        return len(self._kinds)

    async def close(self, end: End) -> None:
        """Add the end and wake the followers."""
        if self._end is None:
            self._end = end
            self._wake()

    async def read(self, after: int, *, wait: float | None = None) -> Batch | None:
        """Everything after the cursor; waits up to `wait` seconds when there is nothing yet."""
        if after > len(self._kinds):
            after = 0  # the cursor is of another log with this name; begin anew
        if after == len(self._kinds) and self._end is None and (wait is None or not await self._something_new(wait)):
            return None
        return Batch(after, len(self._kinds), self._merged(after), self._end)

    def text(self) -> tuple[str, str]:
        """All reasoning content and all content so far."""
        reasoning = content = ""
        for kind, text in self._merged(0):
            if kind == "c":
                content += text
            elif kind in "rm":  # thinking; or the mark that all content so far was
                reasoning += content + text if kind == "m" else text
                content = "" if kind == "m" else content
        return reasoning, content

    def _merged(self, after: int) -> list[Part]:
        """The parts behind a cursor, adjacent ones of a kind as one."""
        merged: list[Part] = []
        start, begin = after, self._ends[after - 1] if after else 0
        while start < len(self._kinds):
            kind = self._kinds[start : start + 1]
            stop = len(self._kinds) - len(self._kinds[start:].lstrip(kind))
            merged.append((kind.decode(), self._text[begin : self._ends[stop - 1]].decode()))
            start, begin = stop, self._ends[stop - 1]
        return merged

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
