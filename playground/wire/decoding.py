"""A stream's bytes to events: what the client feeds with each read, and the recordings' tests with each cut. Pure.

It never raises. What went wrong is kept in `error`, after all events that came before it were given.
"""

from playground.wire.chunks import ChunkParser
from playground.wire.errors import WireError
from playground.wire.events import Ended, Event, Finished
from playground.wire.sse import ServerSentEvent, SSEDecoder


class StreamDecoder:
    """Decodes one streamed answer. `over`: nothing more is to be read. `finished`: a finish reason was seen."""

    __slots__ = ("_parser", "_sse", "error", "finished", "over")

    def __init__(self, reasoning: str = "auto", sse: SSEDecoder | None = None) -> None:
        self._sse = sse or SSEDecoder()
        self._parser = ChunkParser(reasoning)
        self.error: WireError | None = None
        self.finished = False
        self.over = False

    def feed(self, data: bytes) -> tuple[Event, ...]:
        """The events that these bytes complete; the last of them is Ended when [DONE] came."""
        try:
            blocks = self._sse.feed(data)
            if len(blocks) == 1 and not blocks[0].event:
                found = self._parser.parse(blocks[0].data)
                if not self._parser.done:
                    self._note(found)
                    return found
                self.over = True
                return (*found, *self._parser.finish(), Ended(clean=True))
        except WireError as error:
            return self._fail(error)
        return self._parse(blocks)

    def finish(self, broken: WireError | None = None) -> tuple[Event, ...]:
        """What was pending when the connection closed; the last event is Ended unless there is an `error`.

        `broken`: how the connection broke, None when it was closed in order. After a finish reason both are an end:
        the answer is whole (section 5.6).
        """
        if self.over:
            return ()
        try:
            found = self._parse(self._sse.finish())
        except WireError as error:
            return self._fail(error)
        if self.over:
            return found
        if broken is not None and not self.finished:
            return (*found, *self._fail(broken))
        self.over = True
        return (*found, *self._parser.finish(), Ended(clean=False))

    def _parse(self, blocks: list[ServerSentEvent]) -> tuple[Event, ...]:
        found: list[Event] = []
        try:
            for block in blocks:
                found += self._parser.parse_event(block)
                if self._parser.done:
                    self.over = True
                    found += (*self._parser.finish(), Ended(clean=True))
                    break
        except WireError as error:
            found += self._fail(error)
        self._note(found)
        return tuple(found)

    def _note(self, found: "tuple[Event, ...] | list[Event]") -> None:
        for event in found:
            if type(event) is Finished:
                self.finished = True

    def _fail(self, error: WireError) -> tuple[Event, ...]:
        self.error, self.over = error, True
        return self._parser.finish()
