"""Run settings: which offer a turn is sent to and with which parameters. Pure; kept as JSON on rows.

A parameter that nobody touched is None and is left out of the request, so that the provider's default applies
(wire protocol, section 3.5).
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.catalog.capability_words import label, why_not
from playground.catalog.queries import OfferFacts
from playground.conversations import web_search
from playground.conversations.context import WAYS, WhenFull
from playground.conversations.web_search import WebSearch
from playground.errors import Refused
from playground.tools.schemas import LONGEST as LONGEST_SCHEMA
from playground.wire.text import clean

T = TypeVar("T")

MAX_SYSTEM_PROMPT = 200_000  # characters
# What a person who chose nothing begins with. A model's own maximum is ten times as much and more: with it "at most"
# would say nothing about what a turn costs.
PROPOSED_MAX_TOKENS = 8192
MOST_STOP_WORDS, LONGEST_STOP_WORD = 16, 200
MOST_FUNCTIONS = 128
TEAM_FIRST = "team"  # in the place of a key's id
NUMBERS = ("temperature", "top_p", "max_tokens", "frequency_penalty", "presence_penalty", "seed")
PARAMETERS = {
    **{"thinking": "thinking", "effort": "reasoning_effort", "stop": "stop", **{name: name for name in NUMBERS}},
    **{"functions": "tools", "tool_choice": "tool_choice", "web_search": "web_search", "output": "response_format"},
    **{"keep_thinking": "clear_thinking"},
}
"""Settings by the names of their parameters in the capability table."""


class BadSetting(Refused):
    """One run setting that cannot be used; `field` names it. The code is `bad_settings`."""

    def __init__(self, field: str, message: object) -> None:
        super().__init__("bad_settings", message)
        self.field = field


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What the reader chose for the next turn. None means: the provider's default."""

    offer: uuid.UUID | None = None
    key: uuid.UUID | None = None  # None: by itself, in the order of the next field
    team_key_first: bool = False  # the team's before the person's own
    thinking: bool | None = None
    effort: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    functions: tuple[uuid.UUID, ...] = ()  # of the team, see tools.models.Function
    keep_thinking: bool | None = None  # earlier thinking goes along with the next request
    tool_choice: str | None = None  # a word of the capability table, or the id of the function that must be called
    web_search: WebSearch | None = None
    output: str | None = None  # json_object, json_schema; None: text
    schema: str = ""  # as it was typed, kept while another output is chosen
    when_full: WhenFull | None = None  # what is done about a full context; None: all is sent, and may be refused
    system_prompt: str = ""
    template: uuid.UUID | None = None  # the version of a prompt template that the system prompt came from

    @property
    def named_function(self) -> uuid.UUID | None:
        """The function that must be called, where the choice of tools names one that is switched on."""
        return next((one for one in self.functions if str(one) == self.tool_choice), None)

    def to_json(self) -> dict[str, object]:
        """JSON for a row or the browser; untouched parameters are absent."""
        values: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        values |= {name: str(values[name]) for name in ("offer", "key", "template") if values[name]}
        values |= {"stop": list(self.stop), "functions": [str(one) for one in self.functions]}
        values |= {"web_search": self.web_search.to_json() if self.web_search else None}
        if values.pop("team_key_first") and self.key is None:
            values["key"] = TEAM_FIRST
        return {name: value for name, value in values.items() if value not in (None, "", [])}


UNTOUCHED = RunSettings()


def parse(raw: Mapping[str, object]) -> RunSettings:
    """Read what a browser or a row holds. Unknown names are ignored; a wrong type raises BadSetting."""
    return RunSettings(
        offer=_uuid(raw.get("offer"), "offer", _("This model cannot be chosen any more. Choose another one.")),
        key=_key(raw.get("key")),
        team_key_first=raw.get("key") == TEAM_FIRST,
        thinking=_one_of(raw, "thinking", bool),
        effort=_one_of(raw, "effort", str),
        temperature=_number(raw, "temperature"),
        top_p=_number(raw, "top_p"),
        max_tokens=_one_of(raw, "max_tokens", int),
        stop=_stop(raw.get("stop")),
        frequency_penalty=_number(raw, "frequency_penalty"),
        presence_penalty=_number(raw, "presence_penalty"),
        seed=_one_of(raw, "seed", int),
        keep_thinking=_one_of(raw, "keep_thinking", bool) or None,
        functions=_functions(raw.get("functions")),
        tool_choice=_one_of(raw, "tool_choice", str),
        web_search=_web_search(raw.get("web_search")),
        output=_one_of(raw, "output", str),
        schema=_schema(raw.get("schema")),
        when_full=_when_full(raw.get("when_full")),
        system_prompt=_system_prompt(raw.get("system_prompt")),
        template=_template(raw.get("template")),
    )


def reserved_for_answer(settings: RunSettings, offer: OfferFacts) -> int:
    """The tokens of a context that the answer may need."""
    return settings.max_tokens or min(PROPOSED_MAX_TOKENS, offer.max_output_tokens or PROPOSED_MAX_TOKENS)


def without_summary(settings: RunSettings) -> RunSettings:
    """The same where no summary can come first: the oldest turns are left out instead."""
    return replace(settings, when_full="drop") if settings.when_full == "summarise" else settings


def propose(offer: OfferFacts, *, system_prompt: str = "") -> RunSettings:
    """What somebody begins with who chose this offer and nothing else."""
    most = min(PROPOSED_MAX_TOKENS, offer.max_output_tokens or PROPOSED_MAX_TOKENS)
    return RunSettings(offer=offer.id, max_tokens=most, system_prompt=system_prompt)


def clamp(settings: RunSettings, offer: OfferFacts) -> tuple[RunSettings, dict[str, str]]:
    """Bring settings into what the offer takes: those that fit, and a sentence for each that was changed or dropped.

    The sentences are keyed by the names of the settings.
    """
    notes: dict[str, str] = {}
    changed: dict[str, float] = {}
    for name, (low, high) in ranges(offer).items():
        value = getattr(settings, name)
        if value is None or low <= value <= high:
            continue
        changed[name] = type(value)(min(high, max(low, value)))
        notes[name] = _("%(model)s takes %(low)s to %(high)s here; it was %(value)s.") % {
            "model": offer.title,
            "low": f"{low:,g}" if low < 1 else f"{low:,}",
            "high": f"{high:,}" if isinstance(high, int) else f"{high:g}",
            "value": f"{value:,}",
        }
    brought = replace(settings, **changed)  # type: ignore[arg-type]
    fitting = replace(fit(replace(brought, stop=()), offer), stop=_stop_that_fits(brought, offer))
    return fitting, notes | _losses(brought, fitting, offer)


def told(notes: Mapping[str, str]) -> list[str]:
    """The sentences of `clamp` where they stand by themselves and not beside their fields: each names its setting."""
    return [_naming(name, sentence) for name, sentence in notes.items()]


def _naming(name: str, sentence: str) -> str:
    named = label(PARAMETERS[name]) if name in PARAMETERS else ""
    return sentence if not named or named in sentence else _("%(name)s: %(why)s") % {"name": named, "why": sentence}


def ranges(offer: OfferFacts) -> dict[str, tuple[float, float]]:
    """The least and the most of every number that the offer takes, by name."""
    return {name: offer.parameters[name].bounds for name in NUMBERS if offer.parameters[name].taken}


def fit(settings: RunSettings, offer: OfferFacts) -> RunSettings:
    """Check the parameters against the capability table; drop what the offer does not take.

    Raises BadSetting with what is allowed for a value that is out of it.
    """
    for name, (low, high) in ranges(offer).items():
        _check_range(name, getattr(settings, name), low, high)
    most = offer.parameters["stop"].most or 0
    if offer.parameters["stop"].taken and len(settings.stop) > most:
        raise BadSetting("stop", _too_many_stop_words(offer, most))
    lost: dict[str, object] = {
        setting: getattr(UNTOUCHED, setting)
        for setting, parameter in PARAMETERS.items()
        if not offer.parameters[parameter].taken
    }
    if settings.effort not in offer.parameters["reasoning_effort"].values:
        lost["effort"] = None
    if not _choice_is_taken(settings, offer.parameters["tool_choice"].values):
        lost["tool_choice"] = None
    if settings.output not in outputs(offer):
        lost["output"] = None
    if lost.get("thinking", settings.thinking) is False:
        lost["keep_thinking"] = None  # who does not think keeps no thoughts
    return _with_engine(replace(settings, **lost), offer)  # type: ignore[arg-type]


def _choice_is_taken(settings: RunSettings, values: Collection[str]) -> bool:
    if settings.named_function is not None:
        return "function" in values
    return settings.tool_choice != "function" and settings.tool_choice in values


def outputs(offer: OfferFacts) -> tuple[str, ...]:
    """What an answer can be asked to be beside text. A schema goes in the system prompt where only JSON is known."""
    return ("json_object", "json_schema") if "json_object" in offer.parameters["response_format"].values else ()


def _with_engine(settings: RunSettings, offer: OfferFacts) -> RunSettings:
    """A web search names its engine; each provider has its own, and some engines count results in tens."""
    engines, search = offer.parameters["web_search"].values, settings.web_search
    if search is None:
        return settings
    fallback = engines[0] if engines else ""
    return replace(settings, web_search=search.at(search.engine if search.engine in engines else fallback))


def _losses(before: RunSettings, after: RunSettings, offer: OfferFacts) -> dict[str, str]:
    """A sentence for every setting that was chosen and that this offer does not take."""
    lost = {name: parameter for name, parameter in PARAMETERS.items() if getattr(before, name) != getattr(after, name)}
    sentences = {name: _loss(parameter, offer) for name, parameter in lost.items()}
    if "web_search" in lost and before.web_search and after.web_search:
        sentences["web_search"] = _changed_search(before.web_search, after.web_search)
    return sentences


def _changed_search(before: WebSearch, after: WebSearch) -> str:
    values = {"engine": after.engine, "count": after.count}
    if before.engine != after.engine and before.count == after.count:
        return _("Web search stays on; its engine is now %(engine)s.") % values
    return _("Web search stays on with %(engine)s, which gives %(count)s results.") % values


def _loss(parameter: str, offer: OfferFacts) -> str:
    capability = offer.parameters[parameter]
    if parameter == "stop" and capability.taken:
        return _too_many_stop_words(offer, capability.most or 0)
    reason = why_not(capability, model=offer.title, provider=offer.provider_name)
    if not reason and parameter == "clear_thinking":
        reason = _("Thinking is switched off.")
    elif not reason and parameter == "response_format" and "json_object" not in capability.values:
        reason = _("%(model)s writes text only.") % {"model": offer.title}
    elif not reason:
        values = {"model": offer.title, "values": ", ".join(capability.values)}
        reason = _("%(model)s takes %(values)s here.") % values
    return _("%(parameter)s is left out. %(reason)s") % {"parameter": label(parameter), "reason": reason}


def _too_many_stop_words(offer: OfferFacts, most: int) -> str:
    sentence = ngettext(
        "%(model)s takes %(most)s stop word at most.", "%(model)s takes %(most)s stop words at most.", most
    )
    return sentence % {"model": offer.title, "most": most}


def _stop_that_fits(settings: RunSettings, offer: OfferFacts) -> tuple[str, ...]:
    capability = offer.parameters["stop"]
    return settings.stop[: capability.most] if capability.taken else ()


def _stop(value: object) -> tuple[str, ...]:
    """Stop words: a list of texts, or a text with one in each line. Blanks count, empty lines do not."""
    words = value.splitlines() if isinstance(value, str) else value
    if words is None:
        return ()
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise BadSetting("stop", _("This is not a usable value."))
    if len(words) > MOST_STOP_WORDS or any(len(word) > LONGEST_STOP_WORD for word in words):
        raise BadSetting("stop", _("A stop word may have %(count)s characters.") % {"count": LONGEST_STOP_WORD})
    return tuple(dict.fromkeys(filter(None, map(clean, words))))


def _functions(value: object) -> tuple[uuid.UUID, ...]:
    if value is None:
        return ()
    try:
        if not isinstance(value, list) or len(value) > MOST_FUNCTIONS:
            raise ValueError
        return tuple(dict.fromkeys(uuid.UUID(str(one)) for one in value))
    except ValueError:
        raise BadSetting("functions", _("This is not a usable value.")) from None


def _web_search(value: object) -> WebSearch | None:
    try:
        return web_search.parse(value)
    except ValueError:
        raise BadSetting("web_search", _("This is not a usable value.")) from None


def _schema(value: object) -> str:
    """A schema is kept as it is typed, finished or not: it is judged when a run is to begin."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_SCHEMA:
        raise BadSetting("schema", _("A schema may have %(count)s characters.") % {"count": f"{LONGEST_SCHEMA:,}"})
    return clean(value)


def _when_full(value: object) -> WhenFull | None:
    if value in (None, ""):
        return None
    known = next((way for way in WAYS if way == value), None)
    if known is None:
        raise BadSetting("when_full", _("This is not a usable value."))
    return known


def _one_of(raw: Mapping[str, object], name: str, kind: type[T]) -> T | None:
    value = raw.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise BadSetting(name, _("This is not a usable value."))
    return value


def _number(raw: Mapping[str, object], name: str) -> float | None:
    value = raw.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadSetting(name, _("This is not a usable value."))
    return float(value)


def _uuid(value: object, name: str, refusal: str) -> uuid.UUID | None:
    if value in (None, ""):
        return None
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise BadSetting(name, refusal) from None


def _key(value: object) -> uuid.UUID | None:
    refusal = _("This key cannot be used any more. Choose another one.")
    return None if value == TEAM_FIRST else _uuid(value, "key", refusal)


def _template(value: object) -> uuid.UUID | None:
    """What is no id is no template: it says where a text came from, and nothing depends on it."""
    try:
        return uuid.UUID(str(value)) if value else None
    except ValueError:
        return None


def _system_prompt(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_SYSTEM_PROMPT:
        raise BadSetting(
            "system_prompt", _("The system prompt may have %(count)s characters.") % {"count": f"{MAX_SYSTEM_PROMPT:,}"}
        )
    return clean(value)


def _check_range(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise BadSetting(
            name, _("%(name)s must be between %(low)g and %(high)g.") % {"name": name, "low": low, "high": high}
        )
