"""Bytes to server-sent events, incrementally and bounded: feed() what came, finish() at the end. Pure.

Lines end at LF, CR or CRLF only: `str.splitlines` and httpx's `aiter_lines` would also cut at U+2028, which may stand
raw inside JSON. UTF-8 is decoded per event, never per read, so that a cut at any byte gives the same events (wire
protocol, section 9). Nothing that is held is copied again when more comes: the work grows with the bytes alone.
"""

import re
from dataclasses import dataclass

from playground.wire.errors import WireError

MIB = 1024 * 1024
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class ServerSentEvent:
    """One event. `event` is its type: "" for none, "error" also for llama.cpp's field of that name."""

    event: str
    data: str


class SSEDecoder:
    """Turns reads of any size into events; holds only what is not a whole event yet. Bounds are in bytes.

    Beyond a bound it raises WireError("stream_too_large"): with the call that crossed it, or, when that call still
    brought events, with the next one. After that it is done for.
    """

    __slots__ = (
        "_at_start",
        "_clear",
        "_data",
        "_event",
        "_held",
        "_max_event",
        "_max_line",
        "_max_quick",
        "_max_stream",
        "_received",
        "_skip_lf",
        "_trouble",
    )

    def __init__(self, *, max_line: int = MIB, max_event: int = 4 * MIB, max_stream: int = 64 * MIB) -> None:
        self._max_line, self._max_event, self._max_stream = max_line, max_event, max_stream
        self._max_quick = min(max_line, max_event)
        self._received = 0
        self._held = bytearray()  # the beginning of a line whose end has not come
        self._data: bytearray | None = None  # the event's data lines so far, each with its LF
        self._event = b""
        self._skip_lf = False  # the last read ended with CR: an LF that follows belongs to it
        self._at_start = True
        self._clear = True  # between two events, with nothing held: the quick way may be taken
        self._trouble: WireError | None = None

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """The events that these bytes complete."""
        self._received += len(data)
        if self._received > self._max_stream or self._trouble is not None:
            raise self._fail(f"The stream is longer than {self._max_stream} bytes.")
        # The common case: a read is one or some whole events of one `data` line each, ended by LF.
        quick = self._clear and len(data) <= self._max_quick
        if quick and data[:6] == b"data: " and data[-2:] == b"\n\n" and b"\r" not in data:
            body = data[6:-2]
            if b"\n" not in body:
                self._at_start = False
                return [ServerSentEvent("", body.decode("utf-8", "replace"))]
            blocks = body.split(b"\n\ndata: ")
            if body.count(b"\n") == 2 * len(blocks) - 2:  # no block has a line break inside
                self._at_start = False
                return [ServerSentEvent("", block.decode("utf-8", "replace")) for block in blocks]
        return self._feed_lines(data)

    def finish(self) -> list[ServerSentEvent]:
        """What was pending when the stream ended: an event counts even without its blank line."""
        if self._trouble is not None:
            raise self._trouble
        found: list[ServerSentEvent] = []
        if self._held:
            self._take(bytes(self._held), found)
            self._held.clear()
        self._dispatch(found)
        return found

    def _feed_lines(self, data: bytes) -> list[ServerSentEvent]:
        if self._skip_lf and data:
            self._skip_lf = False
            data = data.removeprefix(b"\n")
        if b"\r" in data:
            lines = _LINE_END.split(data)
            self._skip_lf = data.endswith(b"\r")
        else:
            lines = data.split(b"\n")
        rest = lines.pop()
        found: list[ServerSentEvent] = []
        try:
            for line in lines:
                if self._held:
                    self._hold(line)
                    line, self._held = bytes(self._held), bytearray()  # noqa: PLW2901
                self._take(line, found)
            self._hold(rest)
        except WireError:
            if not found:
                raise
        self._clear = not (self._held or self._event or self._skip_lf or self._data is not None)
        return found

    def _hold(self, part: bytes) -> None:
        self._held += part
        if len(self._held) > self._max_line:
            raise self._fail(f"A line is longer than {self._max_line} bytes.")

    def _take(self, line: bytes, found: list[ServerSentEvent]) -> None:
        """Read one whole line: a field, a comment, or the blank line that ends an event."""
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(_BOM)
        if not line:
            self._dispatch(found)
            return
        if len(line) > self._max_line:
            raise self._fail(f"A line is longer than {self._max_line} bytes.")
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._event = value
        elif name in {b"data", b"error"}:
            self._event = b"error" if name == b"error" else self._event
            self._data = bytearray() if self._data is None else self._data
            self._data += value
            self._data += b"\n"
            if len(self._data) > self._max_event:
                raise self._fail(f"An event is longer than {self._max_event} bytes.")

    def _dispatch(self, found: list[ServerSentEvent]) -> None:
        if self._data is not None:
            kind, data = self._event.decode("utf-8", "replace"), self._data[:-1].decode("utf-8", "replace")
            found.append(ServerSentEvent(kind, data))
        self._data, self._event = None, b""

    def _fail(self, message: str) -> WireError:
        self._trouble = self._trouble or WireError("stream_too_large", message)
        return self._trouble
