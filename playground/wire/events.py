"""What a stream says, once it is understood. One small object an event; ToolCallDelta fragments are joined later."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.wire.usage import Usage


@dataclass(slots=True)
class ContentDelta:
    """A piece of the answer."""

    text: str


@dataclass(slots=True)
class ReasoningDelta:
    """A piece of the model's shown thinking."""

    text: str


@dataclass(slots=True)
class ToolCallDelta:
    """A fragment of a tool call. `index` None: the provider gave none; `replaces`: the arguments came whole."""

    index: int | None
    id: str
    name: str
    arguments: str
    replaces: bool = False


@dataclass(slots=True)
class WebSearchResult:
    """One source of a built-in web search."""

    refer: str
    title: str
    link: str
    media: str
    content: str
    publish_date: str

    def to_json(self) -> dict[str, str]:
        """JSON for a row."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class WebSearchReported:
    """The sources of a built-in web search."""

    results: Sequence[WebSearchResult]


@dataclass(slots=True)
class UsageReported:
    """Token counts. May come more than once; the last one holds."""

    usage: Usage


@dataclass(slots=True)
class Identified:
    """The provider's id of this request and the model it says it ran."""

    provider_request_id: str
    model: str


@dataclass(slots=True)
class Finished:
    """The finish reason, word for word."""

    reason: str


@dataclass(slots=True)
class Damaged:
    """An event that could not be read was skipped; a fragment may be missing."""

    count: int = 1


@dataclass(slots=True)
class Reclassified:
    """An orphan `</think>` showed that all content so far was reasoning (section 5.5, rule 5)."""


@dataclass(slots=True)
class Ended:
    """The last event of a stream. `clean`: its end was marked by [DONE] or it was one whole answer."""

    clean: bool


Event = (
    ContentDelta
    | ReasoningDelta
    | ToolCallDelta
    | WebSearchReported
    | UsageReported
    | Identified
    | Finished
    | Damaged
    | Reclassified
    | Ended
)
