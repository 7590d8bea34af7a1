"""Bytes to server-sent events, incrementally and bounded: feed() what came, finish() at the end. Pure.

Lines end at LF, CR or CRLF only: `str.splitlines` would also cut at U+2028, which may stand raw inside JSON. UTF-8 is
decoded per event, never per read, so that a cut at any byte gives the same events (wire protocol, section 9).
"""

import re
from dataclasses import dataclass

from playground.wire.errors import WireError

MIB = 1024 * 1024
_LINE_END = re.compile(rb"\r\n|\n|\r")
_PLAIN = b"data: "


@dataclass(slots=True)
class ServerSentEvent:
    """One event. `event` is its type ("" for none; "error" also for llama.cpp's field of that name)."""

    event: str
    data: str


class SSEDecoder:
    """Holds what is not a whole event yet. Raises WireError("stream_too_large") beyond a bound, in bytes."""

    __slots__ = (
        "_data",
        "_event",
        "_first",
        "_held",
        "_held_size",
        "_max_event",
        "_max_line",
        "_max_stream",
        "_size",
        "_total",
    )

    def __init__(self, *, max_line: int = 4 * MIB, max_event: int = 4 * MIB, max_stream: int = 64 * MIB) -> None:
        self._max_line, self._max_event, self._max_stream = max_line, max_event, max_stream
        self._held: list[bytes] = []  # pieces of an unfinished line: joined once, when its end comes
        self._held_size = 0
        self._data: list[bytes] = []
        self._size = 0
        self._event = b""
        self._total = 0
        self._first = True

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """The events that these bytes complete."""
        self._total += len(data)
        if self._total > self._max_stream:
            raise WireError("stream_too_large", f"The stream is longer than {self._max_stream} bytes.")
        return self._whole_events(data) or self._lines(data)

    def finish(self) -> list[ServerSentEvent]:
        """What was pending when the stream ended: an event counts even without its blank line."""
        found: list[ServerSentEvent] = []
        if self._held:
            line, self._held, self._held_size = b"".join(self._held), [], 0
            self._take(line.removesuffix(b"\r"), found)
        self._dispatch(found)
        return found

    def _whole_events(self, data: bytes) -> list[ServerSentEvent] | None:
        """The common case, cheaply: a read that is some whole one-line events. None when it is something else."""
        if self._held or self._data or self._event or self._first or not data.endswith(b"\n\n") or b"\r" in data:
            return None
        found: list[ServerSentEvent] = []
        for block in data[:-2].split(b"\n\n"):
            if not block.startswith(_PLAIN) or b"\n" in block or len(block) > self._max_line:
                return None
            found.append(ServerSentEvent("", block[6:].decode("utf-8", "replace")))
        return found

    def _lines(self, data: bytes) -> list[ServerSentEvent]:
        found: list[ServerSentEvent] = []
        if self._held and self._held[-1].endswith(b"\r"):  # a CR whose LF may be in this read
            line, self._held, self._held_size = b"".join(self._held)[:-1], [], 0
            self._take(line, found)
            data = data.removeprefix(b"\n")
        start = 0
        for end in _LINE_END.finditer(data):
            if end.group() == b"\r" and end.end() == len(data):
                break  # its LF may come with the next read
            if self._held:
                line = b"".join((*self._held, data[start : end.start()]))
                self._held, self._held_size = [], 0
            else:
                line = data[start : end.start()]
            start = end.end()
            self._take(line, found)
        if start < len(data):
            self._held.append(data[start:] if start else data)
            self._held_size += len(data) - start
            if self._held_size > self._max_line:
                raise WireError("stream_too_large", f"A line is longer than {self._max_line} bytes.")
        return found

    def _take(self, line: bytes, found: list[ServerSentEvent]) -> None:
        if self._first:
            self._first = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > self._max_line:
            raise WireError("stream_too_large", f"A line is longer than {self._max_line} bytes.")
        if not line:
            self._dispatch(found)
            return
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._event = value
        elif name in (b"data", b"error"):
            self._event = b"error" if name == b"error" else self._event
            self._data.append(value)
            self._size += len(value) + 1
            if self._size > self._max_event:
                raise WireError("stream_too_large", f"An event is longer than {self._max_event} bytes.")

    def _dispatch(self, found: list[ServerSentEvent]) -> None:
        if self._data:
            data = b"\n".join(self._data).decode("utf-8", "replace")
            found.append(ServerSentEvent(self._event.decode("utf-8", "replace"), data))
        self._data, self._size, self._event = [], 0, b""
