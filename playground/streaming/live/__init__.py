"""The live stream of a running generation: an append-only, numbered log of its text.

The log is the truth and a socket is a hint: a follower pulls everything after its cursor, whether it follows for
the first time, after a reload, after a lost connection or on a second device. `memory` keeps logs in this process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# ("r" reasoning content | "c" content, text); ("m", ""): all content so far turned out to be reasoning content;
# ("t", lines): pieces of tool calls, each a line of JSON (frames.call_piece), so that merged parts are still lines;
# ("w", lines): nothing of the answer, but when the provider is asked again (frames.waiting)
Part = tuple[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """How the generation ended; the last thing in a log. It is appended after the row is settled."""

    state: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What a follower reads at once: the parts numbered `after` + 1 to `seq`, merged, and the end if it is reached."""

    after: int
    seq: int
    parts: Sequence[Part]
    end: End | None = None


class LiveStream(Protocol):
    """One generation's log. Numbers start at 1; a cursor is the number of the last part seen, 0 for none."""

    async def append(self, parts: Sequence[Part]) -> int:
        """Add parts, wake the followers, return the number of the last one."""

    async def close(self, end: End) -> None:
        """Add the end. Nothing can be appended after it."""

    async def read(self, after: int, *, wait: float | None = None) -> Batch | None:
        """Everything after the cursor, adjacent parts of a kind merged.

        With nothing there, wait up to `wait` seconds (None: not at all) and return None if there is still nothing.
        Raises Gone when the log does not reach back to the cursor.
        """

    def text(self) -> tuple[str, str]:
        """All reasoning content and all content so far; for the process that runs the generation."""


class Gone(Exception):
    """The log does not hold what the follower asks for: the row does. The follower is sent the whole text anew."""
