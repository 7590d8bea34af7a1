"""The whole answer, folded from events; and what its end means (wire protocol, sections 5.3, 5.4 and 5.6). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import orjson

from playground.wire.errors import WireError
from playground.wire.events import (
    ContentDelta,
    Damaged,
    Event,
    FilterReported,
    Finished,
    Identified,
    ReasoningDelta,
    Reclassified,
    ToolCallDelta,
    UsageReported,
    WebSearchReported,
    WebSearchResult,
)
from playground.wire.usage import Usage

# Finish reasons that tell of a failure inside an answer that began well (section 5.4). Every other one is a good end.
_FAILURES: Final[Mapping[str, str]] = {
    "network_error": "network_error",
    "error": "provider_error",
    "sensitive": "content_filtered",
    "content_filter": "content_filtered",
    "model_context_window_exceeded": "context_too_long",
}


@dataclass(slots=True)
class ToolCall:
    """A tool call, complete when the stream is. `arguments` is JSON text as the model wrote it, valid or not."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether the arguments are a JSON object; no arguments at all mean an empty one."""
        try:
            return isinstance(orjson.loads(self.arguments or "{}"), dict)
        except orjson.JSONDecodeError:
            return False

    def to_json(self) -> dict[str, object]:
        """JSON for a row and for the next request, in the wire's own shape."""
        return {
            "id": self.id or f"call_{self.index}",  # a relay may give none, and a result must name its call
            "type": "function",
            "function": {"name": self.name, "arguments": self.arguments or "{}"},
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    `warning` says what a reader should know of a finished one: "truncated" (the length limit), "only_thinking" (it
    was reached before any answer), "unterminated" ([DONE] without a finish reason), "damaged" (a fragment is missing).
    """

    state: Literal["finished", "failed", "interrupted"]
    error: WireError | None = None
    warning: str = ""


class Text(Protocol):
    """Where the text of a completion is kept, when it is not kept here."""

    def text(self) -> tuple[str, str]:
        """The shown thinking and the answer so far."""


class Completion:
    """Grows by `add`. Text is kept in pieces and joined when somebody asks for it.

    `kept`: somebody else keeps the text of the same events; it is read there and not kept twice.
    """

    __slots__ = (
        "_calls",
        "_content",
        "_kept",
        "_reasoning",
        "characters",
        "content_filter",
        "damaged",
        "finish_reason",
        "model",
        "provider_request_id",
        "raw_usage",
        "usage",
        "web_search",
    )

    def __init__(self, kept: Text | None = None) -> None:
        self._kept = kept
        self._content: list[str] = []
        self._reasoning: list[str] = []
        self._calls: dict[int, _GrowingCall] = {}
        self.characters = 0  # of all text and arguments so far, to be bounded by the reader
        self.web_search: Sequence[WebSearchResult] = ()
        self.content_filter: Sequence[tuple[str, int]] = ()
        self.finish_reason = ""
        self.usage: Usage | None = None
        self.raw_usage: object = None  # the object that the usage was read from, or could not be
        self.provider_request_id = ""
        self.model = ""
        self.damaged = 0

    @property
    def content(self) -> str:
        """The answer so far."""
        return self._kept.text()[1] if self._kept else _joined(self._content)

    @property
    def reasoning_content(self) -> str:
        """The shown thinking so far."""
        return self._kept.text()[0] if self._kept else _joined(self._reasoning)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tool calls so far, in their order."""
        return [self._calls[index].call() for index in sorted(self._calls)]

    @property
    def started(self) -> bool:
        """Whether the provider has answered with anything: then nothing is sent again by itself."""
        return bool(self.characters or self._calls or self.finish_reason or self.usage or self.provider_request_id)

    def add(self, event: Event) -> None:
        """Take one event in."""
        if isinstance(event, ContentDelta | ReasoningDelta):
            self.characters += len(event.text)
            if self._kept is None:
                (self._content if isinstance(event, ContentDelta) else self._reasoning).append(event.text)
        elif isinstance(event, ToolCallDelta):
            self._calls.setdefault(event.index, _GrowingCall(event.index)).add(event)
            self.characters += len(event.arguments)
        else:
            self._add_rare(event)

    def outcome(self, ended: Literal["done", "eof"]) -> Outcome:
        """What the end means. `ended`: "done" for [DONE] or one whole answer, "eof" for a connection that closed."""
        if self.finish_reason in _FAILURES:
            return Outcome("failed", WireError(_FAILURES[self.finish_reason], self._failure()))
        if self.finish_reason:
            return Outcome("finished", warning=self._warning())
        if ended == "done":
            return Outcome("finished", warning="unterminated")
        return Outcome("interrupted", WireError("interrupted", "The connection closed before the answer ended."))

    def _warning(self) -> str:
        silent = not self.content.strip() and not self._calls
        if silent and self.reasoning_content:
            return "only_thinking"
        if self.finish_reason == "length":
            return "truncated"
        return "damaged" if self.damaged else ""

    def _failure(self) -> str:
        """The finish reason and, where moderation named it, whose words it objected to."""
        roles = ", ".join(f"{role} (level {level})" for role, level in self.content_filter)
        return f"finish_reason: {self.finish_reason}" + (f"; {roles}" if roles else "")

    def _add_rare(self, event: Event) -> None:
        match event:
            case UsageReported():
                if event.usage is not None or self.usage is None:  # what cannot be read replaces nothing that could
                    self.usage, self.raw_usage = event.usage, event.raw
            case Finished():
                self.finish_reason = event.reason
            case Identified():
                self.provider_request_id = self.provider_request_id or event.provider_request_id
                self.model = self.model or event.model
            case WebSearchReported():
                self.web_search = event.results
            case FilterReported():
                self.content_filter = event.findings
            case Damaged():
                self.damaged += event.count
            case Reclassified():
                self._reasoning += self._content
                self._content = []


class _GrowingCall:
    """A tool call whose argument pieces are still coming; they are joined once."""

    __slots__ = ("_arguments", "_id", "_index", "_name")

    def __init__(self, index: int) -> None:
        self._index = index
        self._id = self._name = ""
        self._arguments: list[str] = []

    def add(self, delta: ToolCallDelta) -> None:
        """Set id and name once: relays repeat them on every fragment. Arguments that come whole replace."""
        self._id = self._id or delta.id
        self._name = self._name or delta.name
        if delta.replaces:
            self._arguments = [delta.arguments]
        elif delta.arguments:
            self._arguments.append(delta.arguments)

    def call(self) -> ToolCall:
        return ToolCall(self._index, self._id, self._name, _joined(self._arguments))


def _joined(pieces: list[str]) -> str:
    """The text of the pieces; they are replaced by it, so that asking often stays cheap."""
    if len(pieces) > 1:
        pieces[:] = ["".join(pieces)]
    return pieces[0] if pieces else ""
