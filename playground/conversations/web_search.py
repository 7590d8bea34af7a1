"""The provider's own web search as a person sets it up for a run (wire protocol, section 3.4). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from playground.wire.text import clean

MOST_RESULTS: Final = 50
LONGEST_DOMAIN: Final = 200  # characters
LONGEST_QUERY: Final = 500
RECENCIES: Final = ("oneDay", "oneWeek", "oneMonth", "oneYear")
SIZES: Final = ("medium", "high")
INTENTS: Final = ("true", "false")  # whether the model first decides if a search is needed; text on the wire too
SEQUENCES: Final = ("before", "after")
LONGEST_PROMPT: Final = 2_000
STEPS: Final[Mapping[str, int]] = {"search_pro_sogou": 10}  # engines that give results by the ten only


@dataclass(frozen=True, slots=True)
class WebSearch:
    """Its options. Empty ones are left out, so that the provider's default applies."""

    engine: str = ""
    count: int | None = None
    recency: str = ""
    domain: str = ""
    size: str = ""
    query: str = ""  # what is searched for instead of what the model makes of the prompt
    intent: str = ""
    required: bool = False
    sequence: str = ""  # whether the list of results comes before or after the answer
    prompt: str = ""  # how the model is to use the results; the provider puts a date in for {{current_date}}

    def to_json(self) -> dict[str, object]:
        """JSON for a row."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) not in (None, "", False)}

    def at(self, engine: str) -> "WebSearch":
        """The same with this engine, and as many results as it gives: it may count in tens."""
        step = STEPS.get(engine, 1)
        count = None if self.count is None else min(MOST_RESULTS, -(-self.count // step) * step)
        return replace(self, engine=engine, count=count)

    def tool(self) -> dict[str, Any]:
        """As one of a request's `tools`. The sources are asked for: an answer without them cannot be checked."""
        options = {
            "enable": True,
            "search_engine": self.engine,
            "search_result": True,
            "count": self.count,
            "search_recency_filter": self.recency or None,
            "search_domain_filter": self.domain or None,
            "content_size": self.size or None,
            "search_query": self.query or None,
            "search_intent": self.intent or None,
            "require_search": self.required or None,
            "result_sequence": self.sequence or None,
            "search_prompt": self.prompt or None,
        }
        return {
            "type": "web_search",
            "web_search": {name: value for name, value in options.items() if value is not None},
        }


def parse(raw: object) -> WebSearch | None:
    """Read what a browser or a row holds; None when it is off. Raises ValueError for what is no option."""
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        raise ValueError("no options")
    return WebSearch(
        engine=_text(raw, "engine", 40),
        count=_count(raw.get("count")),
        recency=_among(raw, "recency", RECENCIES),
        domain=_text(raw, "domain", LONGEST_DOMAIN),
        size=_among(raw, "size", SIZES),
        query=_text(raw, "query", LONGEST_QUERY),
        intent=_among(raw, "intent", INTENTS),
        required=raw.get("required") is True,
        sequence=_among(raw, "sequence", SEQUENCES),
        prompt=_text(raw, "prompt", LONGEST_PROMPT),
    )


def _text(raw: Mapping[str, object], name: str, longest: int) -> str:
    value = raw.get(name) or ""
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(name)
    return clean(value).strip()


def _among(raw: Mapping[str, object], name: str, known: tuple[str, ...]) -> str:
    value = raw.get(name) or ""
    if value and value not in known:
        raise ValueError(name)
    return str(value)


def _count(value: object) -> int | None:
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_RESULTS:
        raise ValueError("count")
    return value
