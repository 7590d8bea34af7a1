"""The whole answer, folded from events; and what its end means (wire protocol, sections 5.3, 5.4 and 5.6). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from playground.wire.errors import WireError
from playground.wire.events import (
    ContentDelta,
    Damaged,
    Event,
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

# Finish reasons that say: this did not end well. Section 5.4.
_FAILURES = {
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
        """Whether the arguments are a JSON object."""
        try:
            return isinstance(orjson.loads(self.arguments or "{}"), dict)
        except orjson.JSONDecodeError:
            return False

    def to_json(self) -> dict[str, object]:
        """JSON for a row, in the wire's own shape."""
        return {
            "id": self.id,
            "type": "function",
            "function": {"name": self.name, "arguments": self.arguments or "{}"},
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: finished, failed or interrupted. `warning` names what a reader should know of a finished one."""

    state: str
    error: WireError | None = None
    warning: str = ""


class Completion:
    """Grows by `add`. Text is kept in pieces and joined when asked for."""

    __slots__ = (
        "_content",
        "_reasoning",
        "characters",
        "damaged",
        "finish_reason",
        "model",
        "provider_request_id",
        "tool_calls",
        "usage",
        "web_search",
    )

    def __init__(self) -> None:
        self._content: list[str] = []
        self._reasoning: list[str] = []
        self.characters = 0
        self.tool_calls: list[ToolCall] = []
        self.web_search: Sequence[WebSearchResult] = ()
        self.finish_reason = ""
        self.usage: Usage | None = None
        self.provider_request_id = ""
        self.model = ""
        self.damaged = 0

    @property
    def content(self) -> str:
        """The answer so far."""
        if len(self._content) > 1:
            self._content = ["".join(self._content)]
        return self._content[0] if self._content else ""

    @property
    def reasoning_content(self) -> str:
        """The shown thinking so far."""
        if len(self._reasoning) > 1:
            self._reasoning = ["".join(self._reasoning)]
        return self._reasoning[0] if self._reasoning else ""

    @property
    def started(self) -> bool:
        """Whether the provider has answered with anything: then nothing is retried by itself any more."""
        return bool(self.characters or self.tool_calls or self.finish_reason or self.usage or self.provider_request_id)

    def add(self, event: Event) -> None:
        """Take one event in."""
        kind = type(event)
        if kind is ContentDelta:
            self._content.append(event.text)  # type: ignore[union-attr]
            self.characters += len(event.text)  # type: ignore[union-attr]
        elif kind is ReasoningDelta:
            self._reasoning.append(event.text)  # type: ignore[union-attr]
            self.characters += len(event.text)  # type: ignore[union-attr]
        else:
            self._add_rare(event)

    def outcome(self, ended: str) -> Outcome:
        """What the end means. `ended`: "done" for [DONE] or one whole answer, "eof" for a connection that closed."""
        if self.finish_reason in _FAILURES:
            code = _FAILURES[self.finish_reason]
            return Outcome("failed", WireError(code, f"finish_reason: {self.finish_reason}"))
        if self.finish_reason:
            truncated = self.finish_reason == "length"
            only_thinking = truncated and not self.content and bool(self.reasoning_content)
            warning = "only_thinking" if only_thinking else "truncated" if truncated else ""
            return Outcome("finished", warning=warning or ("damaged" if self.damaged else ""))
        if ended == "done":
            return Outcome("finished", warning="unterminated")
        return Outcome("interrupted", WireError("interrupted", "The connection closed before the answer ended."))

    def _add_rare(self, event: Event) -> None:
        match event:
            case ToolCallDelta():
                self._add_tool_call(event)
            case UsageReported():
                self.usage = event.usage
            case Finished():
                self.finish_reason = event.reason
            case Identified():
                self.provider_request_id = self.provider_request_id or event.provider_request_id
                self.model = self.model or event.model
            case WebSearchReported():
                self.web_search = event.results
            case Damaged():
                self.damaged += event.count
            case Reclassified():
                self._reasoning += self._content
                self._content = []

    def _add_tool_call(self, delta: ToolCallDelta) -> None:
        call = self._call_for(delta)
        call.id = call.id or delta.id
        call.name = call.name or delta.name
        call.arguments = delta.arguments if delta.replaces else call.arguments + delta.arguments
        self.characters += len(delta.arguments)

    def _call_for(self, delta: ToolCallDelta) -> ToolCall:
        if delta.index is not None:
            found = next((call for call in self.tool_calls if call.index == delta.index), None)
        elif delta.id:
            found = next((call for call in self.tool_calls if call.id == delta.id), None)
        else:
            found = self.tool_calls[-1] if self.tool_calls else None
        if found is None:
            found = ToolCall(index=len(self.tool_calls) if delta.index is None else delta.index)
            self.tool_calls.append(found)
        return found
