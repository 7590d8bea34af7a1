"""One event's data to what it means (wire protocol, sections 5, 6, 8 and 9). Pure; on the hot path.

A parser is made for one stream. It raises WireError for an error object and for nothing else: what cannot be read is
counted as damaged, and more than a handful of that is a malformed stream. Only known fields are read, so that nothing
else a server sends gets any further.
"""

import dataclasses
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import orjson

from playground.wire.errors import WireError, from_object
from playground.wire.events import (
    ContentDelta,
    Damaged,
    Event,
    FilterReported,
    Finished,
    Identified,
    ReasoningDelta,
    ToolCallDelta,
    UsageReported,
    WebSearchReported,
    WebSearchResult,
)
from playground.wire.sse import ServerSentEvent
from playground.wire.text import clean, load_json
from playground.wire.thinking import ThinkSplitter
from playground.wire.usage import Usage, read_cost

DONE: Final = "[DONE]"
DAMAGED_AT_MOST: Final = 5
TOOL_CALLS_AT_MOST: Final = 128  # as many as a request may have tools (section 3.1)
SOURCES_AT_MOST: Final = 50  # as many as a web search can be asked for (section 3.4)
NAME_LENGTH: Final = 200  # characters kept of ids, names and finish reasons
GLUED_AT_MOST: Final = 4  # beginnings of a frame that are tried in a line of glued ones
_FRAME = re.compile(r"data: ?(?=\{)")
SOURCE_LENGTH: Final = 4000  # characters kept of each field of a web search's source


class ChunkParser:
    """Parses the chunks of one stream.

    `reasoning`: "field" where thinking has a field of its own, "inline" or "auto" where it may stand in tags. `done`
    tells whether [DONE] came.
    """

    __slots__ = (
        "_call_ids",
        "_calls",
        "_damaged",
        "_gateway_cost",
        "_id",
        "_last_call",
        "_model",
        "_splitter",
        "done",
    )

    def __init__(self, reasoning: str = "auto") -> None:
        self.done = False
        self._splitter = None if reasoning == "field" else ThinkSplitter()
        self._id = self._model = ""  # what was reported
        self._call_ids: dict[str, int] = {}
        self._calls = self._last_call = 0
        self._gateway_cost: Decimal | None = None
        self._damaged = 0

    def parse_event(self, event: ServerSentEvent) -> tuple[Event, ...]:
        """The events in one server-sent event; the type "error" makes an error of whatever its data is."""
        if event.event == "error":
            raise _error_in(event.data)
        return self.parse(event.data)

    def parse(self, data: str) -> tuple[Event, ...]:
        """The events in the data of one server-sent event. Raises WireError."""
        try:
            chunk = orjson.loads(data)
        except orjson.JSONDecodeError:
            return self._parse_odd(data)
        return self._read(chunk)

    def parse_answer(self, body: bytes) -> tuple[Event, ...]:
        """The events of a whole answer that is JSON, not a stream. Raises WireError, also when it is no answer."""
        try:
            answer = load_json(body.decode("utf-8", "replace"))
        except ValueError:
            answer = None
        error = from_object(answer)
        if error is not None:
            raise error
        choices = answer.get("choices") if isinstance(answer, dict) else None
        if not isinstance(choices, list) or not any(isinstance(choice, dict) for choice in choices):
            raise WireError("malformed_answer", "The answer is not a completion.")
        return self._read(answer) + self.finish()

    def finish(self) -> tuple[Event, ...]:
        """What was held back when the stream ended."""
        return tuple(self._splitter.finish()) if self._splitter else ()

    def _read(self, chunk: Any) -> tuple[Event, ...]:
        if not isinstance(chunk, dict):
            return (self._damage(),)
        choices = chunk.get("choices")
        if choices is None or "error" in chunk:
            error = from_object(chunk)
            if error is not None:
                raise error
        found: list[Event] = []
        if not (self._id and self._model):
            self._identify(chunk, found)
        if isinstance(choices, list):
            for choice in choices:
                if isinstance(choice, dict) and choice.get("index") in (0, None):
                    self._read_choice(choice, found)
        if (usage := chunk.get("usage")) is not None:
            self._read_usage(usage, found)
        if (search := chunk.get("web_search")) and (results := _web_search(search)):
            found.append(WebSearchReported(results))
        if (verdicts := chunk.get("content_filter")) and (findings := _content_filter(verdicts)):
            found.append(FilterReported(findings))
        return tuple(found)

    def _identify(self, chunk: dict[str, Any], found: list[Event]) -> None:
        """Report id and model when they come: some servers begin with empty ones, or name the model later."""
        name, model = self._id or _name(chunk.get("id")), self._model or _name(chunk.get("model"))
        if (name, model) != (self._id, self._model):
            self._id, self._model = name, model
            found.append(Identified(name, model))

    def _read_choice(self, choice: dict[str, Any], found: list[Event]) -> None:
        delta = choice.get("delta") or choice.get("message")
        if isinstance(delta, dict):
            content = delta.get("content")
            # Never both: some relays send the same thinking under two names (section 8.2).
            thought = delta.get("reasoning_content")
            if not thought or not isinstance(thought, str):
                thought = delta.get("reasoning")
                if thought is None and "reasoning_details" in delta:
                    thought = _details(delta["reasoning_details"])
            if thought and isinstance(thought, str) and (thought := clean(thought)):
                self._leave_tags(found)
                found.append(ReasoningDelta(thought))
            if content:
                self._read_content(content, found)
            if calls := delta.get("tool_calls"):
                self._read_tool_calls(calls, found)
            if "provider_metadata" in delta:
                self._gateway_cost = _gateway_cost(delta["provider_metadata"])
        reason = choice.get("finish_reason")
        if reason and isinstance(reason, str):
            found.extend(self.finish())
            found.append(Finished(_name(reason)))

    def _read_content(self, content: Any, found: list[Event]) -> None:
        text = clean(content) if isinstance(content, str) else _parts(content)
        if self._splitter is None:
            if text:
                found.append(ContentDelta(text))
            return
        found.extend(self._splitter.feed(text))
        if self._splitter.is_done:
            self._splitter = None

    def _leave_tags(self, found: list[Event]) -> None:
        """A provider that has a field for thinking writes no tags (section 5.5, rule 6)."""
        if self._splitter is not None:
            found.extend(self._splitter.finish())
            self._splitter = None

    def _read_tool_calls(self, calls: Any, found: list[Event]) -> None:
        if not isinstance(calls, list):
            return
        for place, call in enumerate(calls):
            if not isinstance(call, dict):
                continue
            call_id = _name(call.get("id"))
            index = self._call_index(call.get("index"), call_id, place if len(calls) > 1 else None)
            fragment = _tool_call(call, index, call_id)
            if index < TOOL_CALLS_AT_MOST and (call_id or fragment.name or fragment.arguments):
                found.append(fragment)

    def _call_index(self, given: Any, call_id: str, place: int | None) -> int:
        """Which call a fragment belongs to (section 5.3): by its index, its id, its place in a list, else the last."""
        if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
            index = given
        elif call_id:
            index = self._call_ids.get(call_id, self._calls)
        else:
            index = place if place is not None else self._last_call
        if index < TOOL_CALLS_AT_MOST:
            self._last_call, self._calls = index, max(self._calls, index + 1)
            if call_id:
                self._call_ids[call_id] = index
        return index

    def _read_usage(self, usage: Any, found: list[Event]) -> None:
        counted = Usage.from_wire(usage)
        if counted is not None and counted.reported_cost is None and self._gateway_cost is not None:
            counted = dataclasses.replace(counted, reported_cost=self._gateway_cost)
        found.append(UsageReported(counted, usage))

    def _parse_odd(self, data: str) -> tuple[Event, ...]:
        """What is not strict JSON: [DONE], nothing at all, nearly JSON, or frames that were glued together."""
        text = data.strip()
        if text == DONE:
            self.done = True
            return ()
        if not text:
            return ()  # an empty event keeps a connection alive
        try:
            return self._read(load_json(text))
        except ValueError:
            return (self._damage(), *self._parse_glued(text))

    def _parse_glued(self, text: str) -> tuple[Event, ...]:
        """The start of one frame, cut off, and the next one on the same line: keep what came last (section 9)."""
        if text.endswith(f"data: {DONE}"):
            self.done = True
            return ()
        starts = [match.end() for match in _FRAME.finditer(text)]
        for start in reversed(starts[-GLUED_AT_MOST:]):  # the last may stand inside a string of the one before it
            try:
                return self._read(load_json(text[start:]))
            except ValueError:
                continue
        return ()

    def _damage(self) -> Damaged:
        self._damaged += 1
        if self._damaged > DAMAGED_AT_MOST:
            raise WireError("malformed_stream", "Too many chunks could not be read.")
        return Damaged()


def _error_in(data: str) -> WireError:
    """The error of an event whose type says that it is one."""
    try:
        obj = load_json(data)
    except ValueError:
        obj = None
    if not isinstance(obj, dict):
        obj = {"error": data}
    return from_object(obj) or from_object({"error": obj}) or WireError("provider_error", data)


def _tool_call(call: dict[str, Any], index: int, call_id: str) -> ToolCallDelta:
    function = call.get("function")
    if not isinstance(function, dict):
        kind = _name(call.get("type"))
        if kind in {"", "function"}:
            return ToolCallDelta(index, call_id, "", "")
        return ToolCallDelta(index, call_id, kind, _json(call), replaces=True)  # mcp and the like: shown as it came
    name, arguments = _name(function.get("name")), function.get("arguments")
    if isinstance(arguments, dict | list):
        return ToolCallDelta(index, call_id, name, _json(arguments), replaces=True)
    return ToolCallDelta(index, call_id, name, _text(arguments))


def _web_search(rows: Any) -> Sequence[WebSearchResult]:
    names = ("refer", "title", "link", "media", "content", "publish_date")
    known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [
        WebSearchResult(*(_text(row.get(name))[:SOURCE_LENGTH] for name in names)) for row in known[:SOURCES_AT_MOST]
    ]


def _content_filter(rows: Any) -> Sequence[tuple[str, int]]:
    known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    found = [(_name(row.get("role")), row["level"]) for row in known if isinstance(row.get("level"), int)]
    return found[:SOURCES_AT_MOST]


def _gateway_cost(metadata: Any) -> Decimal | None:
    """What Vercel's gateway says a run cost, where the usage does not say it (section 8.3)."""
    gateway = metadata.get("gateway") if isinstance(metadata, dict) else None
    return read_cost(gateway.get("cost")) if isinstance(gateway, dict) else None


def _details(rows: Any) -> str:
    """`reasoning_details`: read only where both plain fields are absent (section 8.2)."""
    known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return "".join(_text(row.get("text") or row.get("summary")) for row in known)


def _parts(content: Any) -> str:
    """Content as a list of parts, as old vision models send it: its text."""
    known = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    return "".join(_text(part.get("text")) for part in known)


def _text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""


def _name(value: Any) -> str:
    return clean(value[:NAME_LENGTH]) if isinstance(value, str) else ""


def _json(value: Any) -> str:
    """JSON text of a value that came as JSON; "" for a nest too deep to write."""
    try:
        return clean(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        return ""
