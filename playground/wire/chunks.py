"""One event's data to what it means (wire protocol, sections 5, 6, 8 and 9). Pure; on the hot path.

A parser is made for one stream. It raises WireError for an error object and never for anything else: what cannot be
read is counted as damaged, and more than a handful of that is a malformed stream.
"""

import orjson

from playground.wire.errors import WireError, from_object
from playground.wire.events import (
    ContentDelta,
    Damaged,
    Event,
    Finished,
    Identified,
    ReasoningDelta,
    ToolCallDelta,
    UsageReported,
    WebSearchReported,
    WebSearchResult,
)
from playground.wire.sse import ServerSentEvent
from playground.wire.text import clean
from playground.wire.thinking import ThinkSplitter
from playground.wire.usage import Usage

DONE = "[DONE]"
DAMAGED_AT_MOST = 5
TOOL_CALLS_AT_MOST = 128


class ChunkParser:
    """Parses the chunks of one stream. `reasoning`: field, inline or auto (section 5.5)."""

    __slots__ = ("_damaged", "_identified", "_splitter")

    def __init__(self, reasoning: str = "auto") -> None:
        self._splitter = None if reasoning == "field" else ThinkSplitter(orphans=reasoning == "auto")
        self._identified = False
        self._damaged = 0

    def parse_event(self, event: ServerSentEvent) -> list[Event]:
        """The events in one server-sent event; `event: error` makes an error of anything that looks like one."""
        if event.event == "error":
            raise self._error_event(event.data)
        return self.parse(event.data)

    def parse(self, data: str) -> list[Event]:
        """The events in one chunk. [DONE] is the caller's to see."""
        try:
            chunk: object = orjson.loads(data)
        except orjson.JSONDecodeError:
            return self._mend(data)
        if not isinstance(chunk, dict):
            return self._note_damage()
        if "error" in chunk or "choices" not in chunk:
            error = from_object(chunk)
            if error is not None:
                raise error
        return self._read(chunk)

    def finish(self) -> list[Event]:
        """What was held back when the stream ended."""
        return self._splitter.finish() if self._splitter else []

    def _read(self, chunk: dict[str, object]) -> list[Event]:
        found: list[Event] = []
        if not self._identified:
            self._identified = True
            found.append(Identified(_text(chunk.get("id"))[:200], _text(chunk.get("model"))[:200]))
        choices = chunk.get("choices")
        if isinstance(choices, list) and choices:
            choice = choices[0]
            if isinstance(choice, dict) and choice.get("index") in (0, None):
                self._read_choice(choice, found)
        if (usage := chunk.get("usage")) is not None and (counted := Usage.from_wire(usage)) is not None:
            found.append(UsageReported(counted))
        if search := chunk.get("web_search"):
            found.append(WebSearchReported(_web_search(search)))
        return found

    def _read_choice(self, choice: dict[str, object], found: list[Event]) -> None:
        delta = choice.get("delta")
        if delta is None:
            delta = choice.get("message")
        if isinstance(delta, dict):
            reasoning = delta.get("reasoning_content") or delta.get("reasoning") or _details(delta)
            if isinstance(reasoning, str) and reasoning:
                self._splitter = None  # a provider that has the field does not write tags (rule 6)
                found.append(ReasoningDelta(clean(reasoning)))
            content = delta.get("content")
            if content:
                self._read_content(content, found)
            if calls := delta.get("tool_calls"):
                found.extend(_tool_calls(calls))
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            found.extend(self.finish())
            found.append(Finished(clean(reason)[:64]))

    def _read_content(self, content: object, found: list[Event]) -> None:
        text = clean(content if isinstance(content, str) else _parts(content))
        if self._splitter is None:
            if text:
                found.append(ContentDelta(text))
            return
        found.extend(self._splitter.feed(text))
        if self._splitter.is_idle:
            self._splitter = None

    def _mend(self, data: str) -> list[Event]:
        """Glued frames: the start of one frame, cut off, and the next one on the same line. Keep the last."""
        glued = data.rfind("data: {")
        damaged = self._note_damage()
        if glued < 0:
            return damaged
        try:
            return damaged + self.parse(data[glued + 6 :])
        except RecursionError:
            return damaged

    def _note_damage(self) -> list[Event]:
        self._damaged += 1
        if self._damaged > DAMAGED_AT_MOST:
            raise WireError("malformed_stream", "Too many chunks could not be read.")
        return [Damaged()]

    @staticmethod
    def _error_event(data: str) -> WireError:
        try:
            chunk: object = orjson.loads(data)
        except orjson.JSONDecodeError:
            chunk = None
        wrapped = chunk if isinstance(chunk, dict) and "error" in chunk else {"error": chunk or data or "error"}
        return from_object(wrapped) or WireError("provider_error", data)


def parse_answer(data: object, reasoning: str) -> list[Event]:
    """The events of a whole, non-streamed answer. Raises WireError for an error object or what is no answer."""
    error = from_object(data)
    if error is not None:
        raise error
    if not isinstance(data, dict) or not isinstance(data.get("choices"), list):
        raise WireError("malformed_answer", "The answer is not a completion.")
    parser = ChunkParser(reasoning)
    return parser._read(data) + parser.finish()


def _tool_calls(calls: object) -> list[Event]:
    found: list[Event] = []
    for place, call in enumerate(calls if isinstance(calls, list) else []):
        if not isinstance(call, dict) or place >= TOOL_CALLS_AT_MOST:
            continue
        function = call.get("function")
        function = function if isinstance(function, dict) else {}
        arguments = function.get("arguments")
        whole = isinstance(arguments, dict | list)
        text = orjson.dumps(arguments).decode() if whole else _text(arguments)
        index = call.get("index")
        known = index if isinstance(index, int) and not isinstance(index, bool) else None
        if known is None and len(calls) > 1:  # type: ignore[arg-type]
            known = place
        found.append(ToolCallDelta(known, _text(call.get("id")), _text(function.get("name")), text, whole))
    return found


def _web_search(data: object) -> list[WebSearchResult]:
    names = ("refer", "title", "link", "media", "content", "publish_date")
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    return [WebSearchResult(*(_text(row.get(name))[:2000] for name in names)) for row in rows[:50]]


def _details(delta: dict[str, object]) -> str:
    """`reasoning_details`, for display only where both plain fields are absent (section 8.2)."""
    details = delta.get("reasoning_details")
    if not isinstance(details, list):
        return ""
    rows = [row for row in details if isinstance(row, dict)]
    return "".join(_text(row.get("text") or row.get("summary")) for row in rows)


def _parts(content: object) -> str:
    rows = [row for row in content if isinstance(row, dict)] if isinstance(content, list) else []
    return "".join(_text(row.get("text")) for row in rows)


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""
