"""TTFT, thinking time and speed of one run. Pure: the clock is passed in.

TTFT: request sent to first delta of either kind. Tokens per second: completion tokens over the time from the first
delta to the last (docs/architecture.md, glossary).
"""

from collections.abc import Callable
from decimal import Decimal


class Stopwatch:
    """Started when the request is sent; told of deltas; `now` is a monotonic clock in seconds."""

    __slots__ = ("_content", "_first", "_last", "_now", "_reasoning", "_sent")

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._sent = now()
        self._first: float | None = None
        self._last: float | None = None
        self._reasoning: float | None = None
        self._content: float | None = None

    def restart(self) -> None:
        """A further attempt: TTFT counts from the request that was answered."""
        self._sent = self._now()

    def saw(self, *, reasoning: bool, content: bool) -> None:
        """A read brought deltas of these kinds."""
        now = self._last = self._now()
        if self._first is None:
            self._first = now
        if reasoning and self._reasoning is None:
            self._reasoning = now
        if content and self._content is None:
            self._content = now

    @property
    def ttft_ms(self) -> int | None:
        """Milliseconds from the request to the first delta; None when none came."""
        return None if self._first is None else _ms(self._first - self._sent)

    @property
    def duration_ms(self) -> int:
        """Milliseconds from the request until now."""
        return _ms(self._now() - self._sent)

    @property
    def thinking_ms(self) -> int | None:
        """Milliseconds from the first reasoning delta to the first of content (or the last of either)."""
        if self._reasoning is None or self._last is None:
            return None
        return _ms((self._content if self._content is not None else self._last) - self._reasoning)

    def tokens_per_second(self, completion_tokens: int) -> Decimal | None:
        """Speed over the time in which text came; None when it came all at once."""
        if self._first is None or self._last is None or self._last <= self._first or completion_tokens <= 0:
            return None
        return Decimal(completion_tokens / (self._last - self._first)).quantize(Decimal("0.01"))


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))
