"""What a stream says, once it is understood: one small object an event. Pure.

Thousands of these are made a second, so they are slotted but not frozen: a frozen dataclass costs three times as much
to make. Nobody changes one after it is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

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
    """A fragment of the tool call number `index`. `replaces`: the arguments came whole, not as a further piece."""

    index: int
    id: str
    name: str
    arguments: str
    replaces: bool = False


@dataclass(slots=True)
class WebSearchResult:
    """One source of a provider's own web search; `refer` is its mark in the text, such as ref_1."""

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
    """The sources of a provider's own web search; they may come anywhere in a stream."""

    results: Sequence[WebSearchResult]


@dataclass(slots=True)
class FilterReported:
    """What moderation objected to: pairs of role (user, assistant, history) and level, 0 being the worst."""

    findings: Sequence[tuple[str, int]]


@dataclass(slots=True)
class UsageReported:
    """Token counts. They may come more than once; the last ones hold. `raw`: the object they were read from.

    `usage` None: an object came that no counts can be read from.
    """

    usage: Usage | None
    raw: object = field(default=None, compare=False, repr=False)


@dataclass(slots=True)
class Identified:
    """The provider's id of this request and the model it says it ran; either may be empty."""

    provider_request_id: str
    model: str


@dataclass(slots=True)
class Finished:
    """The finish reason, word for word."""

    reason: str


@dataclass(slots=True)
class Damaged:
    """Chunks that could not be read were skipped: a fragment may be missing."""

    count: int = 1


@dataclass(slots=True)
class Reclassified:
    """An orphan `</think>` came: all content so far was reasoning (section 5.5, rule 5)."""


@dataclass(slots=True)
class Ended:
    """The last event of a stream. `clean`: [DONE] was seen, or it was one whole answer."""

    clean: bool


Event = (
    ContentDelta
    | ReasoningDelta
    | ToolCallDelta
    | WebSearchReported
    | FilterReported
    | UsageReported
    | Identified
    | Finished
    | Damaged
    | Reclassified
    | Ended
)
