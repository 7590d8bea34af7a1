"""The deadlines of one request: a single timer, re-armed only when it rings, so that a read costs almost nothing.

asyncio.timeout around every read would cost more than parsing what was read. Used by client.py alone.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, Self

from playground.wire.errors import WireError

_MESSAGES: Final = {
    "first_byte_timeout": "The provider did not begin to answer within {:g} seconds.",
    "idle_timeout": "The provider went silent for {:g} seconds in the middle of its answer.",
    "total_timeout": "The answer took longer than {:g} seconds.",
}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. A thinking model may be silent for minutes before its first byte (wire protocol, section 2.4).

    `between_bytes` counts bytes that say something: comments that only keep a connection alive do not reset it.
    `after_finish`: how long to wait for usage and [DONE] when a finish reason has come. `refusal`: for its words.
    """

    connect: float = 8.0
    first_byte: float = 300.0
    between_bytes: float = 300.0
    total: float = 1800.0
    after_finish: float = 5.0
    refusal: float = 10.0


class Deadlines:
    """Watches one request, as a context manager. Bracket each wait for the network with `begin` and `end`.

    A deadline that passes during a wait cancels the waiting task; `translate` makes a WireError of that. Silence does
    not count while the reader is busy elsewhere.
    """

    __slots__ = (
        "_began",
        "_cancelling",
        "_code",
        "_last",
        "_loop",
        "_task",
        "_timer",
        "_until",
        "silent",
        "timeouts",
    )

    def __init__(self, timeouts: Timeouts) -> None:
        self.timeouts = timeouts
        self._loop = asyncio.get_running_loop()
        self._began = self._last = self._loop.time()
        self.silent = True  # not a byte of an answer has come
        self._until: float | None = None
        self._code = ""
        self._task: asyncio.Task[Any] | None = None
        self._cancelling = 0
        self._timer = self._loop.call_at(self._due()[0], self._ring)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._task = None

    def begin(self) -> None:
        """The running task is about to wait for the network. Raises WireError when time is already up."""
        if self._code:
            raise self._error()
        task = asyncio.current_task()
        if task is not None:
            self._cancelling = task.cancelling()
        self._task = task

    def end(self) -> None:
        """The wait is over, in whatever way."""
        self._task = None

    def translate(self) -> WireError | None:
        """What a cancellation during a wait means: the deadline's error, or None for a cancellation by others."""
        task = asyncio.current_task()
        if not self._code or task is None or task.uncancel() > self._cancelling:
            return None
        return self._error()

    def came(self, *, words: bool) -> None:
        """Bytes have come. `words`: they say something, so that the silence begins anew."""
        if words or self.silent:
            self._last = self._loop.time()
        if self.silent:
            self.silent = False
            self._arm()  # the deadline that counts now may be nearer than the one before

    def at_most(self, seconds: float) -> None:
        """How it ends is known: what may still follow has these seconds, and nothing that comes can put off the end."""
        until = self._loop.time() + seconds
        self._until = until if self._until is None else min(until, self._until)
        self._arm()

    def _arm(self) -> None:
        self._timer.cancel()
        self._timer = self._loop.call_at(self._due()[0], self._ring)

    def _due(self) -> tuple[float, str]:
        """When the next deadline passes, and which one it is."""
        times = self.timeouts
        if self.silent:
            silence = (self._began + times.first_byte, "first_byte_timeout")
        else:
            silence = (self._last + times.between_bytes, "idle_timeout")
        due = min(silence, (self._began + times.total, "total_timeout"))
        return due if self._until is None else min(due, (self._until, "idle_timeout"))

    def _ring(self) -> None:
        now = self._loop.time()
        if self._task is None and not self.silent:
            self._last = now  # nobody is listening at the moment: the silence may be ours
        due, code = self._due()
        if now < due:
            self._timer = self._loop.call_at(due, self._ring)
            return
        self._code = code
        if self._task is not None:
            self._task.cancel()

    def _error(self) -> WireError:
        times = self.timeouts
        seconds = {
            "first_byte_timeout": times.first_byte,
            "idle_timeout": times.between_bytes,
            "total_timeout": times.total,
        }[self._code]
        return WireError(self._code, _MESSAGES[self._code].format(seconds))
