"""Plays a script in time: an async iterator over the bytes that are due. Both doors read from it.

One timer per wait and no task: 500 playbacks cost little. `close` may come from anywhere, also while somebody waits.
"""

import asyncio
from collections.abc import Callable, Iterator

from playground.sandbox.mishaps import Piece
from playground.sandbox.script import Script

_TURN = 16
"""Pieces without a wait after which the event loop gets its turn."""

_JOINED = 64 * 1024
"""Bytes joined at most when several pieces are overdue."""


class DroppedError(ConnectionError):
    """The script ends by breaking the connection."""


class SilentError(TimeoutError):
    """The next piece is further away than the reader is willing to wait."""


class Playback:
    """`speed` 2 plays twice as fast; 0 never waits (except where the script holds for good).

    `patience`: seconds the reader waits for the next bytes before SilentError; None for ever.
    """

    def __init__(
        self, script: Script, release: Callable[[], None], *, speed: float = 1.0, patience: float | None = None
    ) -> None:
        self._pieces: Iterator[Piece] = script.pieces
        self._breaks = script.breaks
        self._release = release
        self._scale = 1 / speed if speed > 0 else 0.0
        self._patience = patience
        self._due: float | None = None
        self._next: Piece | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False
        self._turn = 0

    def __aiter__(self) -> "Playback":
        return self

    async def __anext__(self) -> bytes:
        if self._closed:
            raise StopAsyncIteration
        try:
            return await self._bytes_due()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop at once. May be called more than once."""
        if self._closed:
            return
        self._closed = True
        self._next = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        self._release()

    async def _bytes_due(self) -> bytes:
        loop = asyncio.get_running_loop()
        piece = self._take()
        if self._due is None:
            self._due = loop.time()
        if not self._scale and piece[0] != float("inf"):
            return await self._hurried(piece)
        self._due += piece[0] * (self._scale or 1.0)
        await self._wait(self._due - loop.time())
        return self._joined(piece[1], loop.time())

    def _take(self) -> Piece:
        piece, self._next = self._next, None
        if piece is None:
            piece = next(self._pieces, None)
        if piece is not None:
            return piece
        if self._breaks:
            raise DroppedError("the sandbox drops the connection")
        raise StopAsyncIteration

    async def _hurried(self, piece: Piece) -> bytes:
        self._turn += 1
        if self._turn % _TURN == 0:
            await asyncio.sleep(0)
        return piece[1]

    async def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            await self._hurried((0.0, b""))
            return
        too_long = self._patience is not None and seconds > self._patience
        self._waiter = waiter = asyncio.get_running_loop().create_future()
        timer = None
        if seconds != float("inf") or too_long:
            span = self._patience if too_long and self._patience is not None else seconds
            timer = asyncio.get_running_loop().call_later(span, _wake, waiter)
        try:
            await waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()
        if self._closed:
            raise StopAsyncIteration
        if too_long:
            raise SilentError("no bytes in time")

    def _joined(self, data: bytes, now: float) -> bytes:
        """Add what has become due in the meantime: a late reader gets fewer, larger pieces."""
        parts, size = [data], len(data)
        while size < _JOINED and self._due is not None:
            piece = next(self._pieces, None)
            if piece is None:
                break
            due = self._due + piece[0] * self._scale
            if due > now:
                self._next = piece
                break
            self._due = due
            parts.append(piece[1])
            size += len(piece[1])
        return b"".join(parts)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
