"""A chat request as the sandbox understands it: read from JSON, checked as strictly as the real provider checks.

Bounds and codes: the protocol's parameter table. `null` counts as absent and unknown fields are ignored, because the
official clients send both.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from playground.sandbox.models import SandboxModel, find_model
from playground.sandbox.refusal import RefusalError
from playground.wire.text import clean

Json = Mapping[str, object]
Dialect = Literal["glm", "openai"]

_ROLES = ("system", "user", "assistant", "tool")
_TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EFFORTS = ("max", "xhigh", "high", "medium", "low", "minimal", "none")


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation; `calls` names the functions an assistant message asked for."""

    role: str
    text: str
    calls: tuple[str, ...] = ()
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """A function the caller offers to run."""

    name: str
    description: str
    parameters: Json


@dataclass(frozen=True, slots=True)
class WebSearch:
    """The server-side search tool; `listed` asks for the sources in the answer."""

    query: str
    count: int
    listed: bool
    first: bool
    """Sources before the text instead of on the last chunk (`result_sequence`)."""


@dataclass(frozen=True, slots=True)
class Request:
    """Everything `script.answer` looks at."""

    model: SandboxModel
    asked_model: str
    dialect: Dialect
    messages: tuple[Said, ...]
    stream: bool = False
    include_usage: bool = False
    thinking: bool = True
    effort: str = "max"
    max_tokens: int = 0
    """0: not given."""
    stop: tuple[str, ...] = ()
    functions: tuple[Function, ...] = ()
    tool_choice: str = "auto"
    """auto, none, required, or the name of one function."""
    parallel: bool = True
    tool_stream: bool = False
    search: WebSearch | None = None
    json_answer: bool = False
    json_schema: Json = field(default_factory=dict)
    request_id: str = ""

    @property
    def prompt(self) -> str:
        """The last thing the user said."""
        return next((said.text for said in reversed(self.messages) if said.role == "user"), "")

    def asking(self, prompt: str) -> "Request":
        """Return the same request with another last prompt."""
        last = max(place for place, said in enumerate(self.messages) if said.role == "user")
        changed = replace(self.messages[last], text=prompt)
        return replace(self, messages=(*self.messages[:last], changed, *self.messages[last + 1 :]))

    @property
    def earlier_prompts(self) -> tuple[str, ...]:
        return tuple(said.text for said in self.messages if said.role == "user")[:-1]

    @property
    def system(self) -> str:
        return "\n".join(said.text for said in self.messages if said.role == "system")


def read_request(payload: object, models: Iterable[SandboxModel], *, dialect: Dialect = "glm") -> Request:
    """Return the checked request; raises RefusalError with the code the provider would give."""
    if not isinstance(payload, Mapping):
        raise RefusalError("1210", "the body is not a JSON object")
    given: Json = {name: value for name, value in payload.items() if value is not None}
    model = _model(given, models)
    _check_sampling(given, dialect)
    _length(given, "user_id", 6, 128)
    tools = _tools(given)
    return Request(
        model=model,
        asked_model=str(given["model"]),
        dialect=dialect,
        messages=_messages(given, dialect),
        stream=_flag(given, "stream"),
        include_usage=_flag(_mapping(given, "stream_options"), "include_usage"),
        thinking=_thinking(given, model),
        effort=_effort(given),
        max_tokens=_max_tokens(given, model),
        stop=_stop(given),
        functions=_functions(tools),
        tool_choice=_tool_choice(given, dialect),
        parallel=_flag(given, "parallel_tool_calls", default=True),
        tool_stream=dialect == "openai" or (model.tool_stream and _flag(given, "tool_stream")),
        search=_search(tools),
        json_answer=_response_format(given, dialect) != "text",
        json_schema=_mapping(_mapping(_mapping(given, "response_format"), "json_schema"), "schema"),
        request_id=_length(given, "request_id", 6, 64),
    )


def _model(given: Json, models: Iterable[SandboxModel]) -> SandboxModel:
    name = given.get("model")
    if not isinstance(name, str) or not name.strip():
        raise RefusalError("1213", "model")
    model = find_model(models, name)
    if model is None:
        raise RefusalError("1211", name[:80])
    return model


def _messages(given: Json, dialect: Dialect) -> tuple[Said, ...]:
    if "messages" not in given:
        raise RefusalError("1213", "messages")
    listed = given["messages"]
    if not isinstance(listed, Sequence) or isinstance(listed, str) or not listed:
        raise RefusalError("1214", "messages: a list with at least one message is needed")
    messages = tuple(_said(item, dialect) for item in listed)
    if all(said.role in ("system", "assistant") for said in messages):
        raise RefusalError("1214", "messages: there must be a user message")
    return messages


def _said(item: object, dialect: Dialect) -> Said:
    if not isinstance(item, Mapping):
        raise RefusalError("1214", "messages: every message is an object")
    role = item.get("role")
    if role == "developer" and dialect == "openai":
        role = "system"
    if role not in _ROLES:
        raise RefusalError("1214", f"messages.role: one of {', '.join(_ROLES)}")
    calls = tuple(_called(call) for call in item.get("tool_calls") or () if isinstance(call, Mapping))
    return Said(str(role), _text(item.get("content"), role, calls), calls, str(item.get("tool_call_id") or ""))


def _called(call: Json) -> str:
    return str(_mapping(call, "function").get("name") or "")


def _text(content: object, role: object, calls: tuple[str, ...]) -> str:
    if isinstance(content, str):
        return clean(content)
    if content is None and (role == "assistant" or calls):
        return ""
    if isinstance(content, list) and content:
        return "\n".join(_part(part) for part in content)
    raise RefusalError("1214", "messages.content: a text is needed")


def _part(part: object) -> str:
    if isinstance(part, Mapping) and part.get("type") == "text" and isinstance(part.get("text"), str):
        return clean(str(part["text"]))
    raise RefusalError("1210", "messages.content: this model reads text only")


def _check_sampling(given: Json, dialect: Dialect) -> None:
    _number(given, "temperature", 0.0, 1.0 if dialect == "glm" else 2.0)
    _number(given, "top_p", 0.01 if dialect == "glm" else 0.0, 1.0)


def _number(given: Json, name: str, low: float, high: float) -> None:
    value = given.get(name, high)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise RefusalError("1214", f"{name}: a number from {low:g} to {high:g} is needed")


def _max_tokens(given: Json, model: SandboxModel) -> int:
    name = "max_tokens" if "max_tokens" in given else "max_completion_tokens"
    value = given.get(name, model.max_output_tokens)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= model.max_output_tokens:
        raise RefusalError("1214", f"{name}: a whole number from 1 to {model.max_output_tokens} is needed")
    return value if name in given else 0


def _stop(given: Json) -> tuple[str, ...]:
    value = given.get("stop", [])
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or len(words) > 4 or not all(isinstance(word, str) for word in words):
        raise RefusalError("1214", "stop: a list of up to four texts is needed")
    return tuple(word for word in words if word)


def _thinking(given: Json, model: SandboxModel) -> bool:
    """Read every known spelling of the wish; only GLM's own can be refused."""
    kind = _mapping(given, "thinking").get("type") or "enabled"
    if kind not in ("enabled", "disabled"):
        raise RefusalError("1214", "thinking.type: enabled or disabled")
    if model.thinking == "none":
        return False
    if model.thinking == "inline":
        return True
    if kind == "disabled" and not model.can_disable:
        raise RefusalError("1214", f"thinking.type: {model.slug} cannot think less; use reasoning_effort")
    off = (
        kind == "disabled"
        or _mapping(given, "reasoning").get("enabled") is False
        or _mapping(given, "chat_template_kwargs").get("enable_thinking") is False
        or _effort(given) in ("none", "minimal")
    )
    return not (off and model.can_disable)


def _effort(given: Json) -> str:
    value = given.get("reasoning_effort", _mapping(given, "reasoning").get("effort", "max"))
    if value not in _EFFORTS:
        raise RefusalError("1214", f"reasoning_effort: one of {', '.join(_EFFORTS)}")
    return str(value)


def _tools(given: Json) -> tuple[Json, ...]:
    tools = given.get("tools", [])
    if not isinstance(tools, list) or len(tools) > 128 or not all(isinstance(tool, Mapping) for tool in tools):
        raise RefusalError("1214", "tools: a list of at most 128 objects is needed")
    return tuple(tools)


def _functions(tools: tuple[Json, ...]) -> tuple[Function, ...]:
    return tuple(_function(_mapping(tool, "function")) for tool in tools if tool.get("type") == "function")


def _function(tool: Json) -> Function:
    name = tool.get("name")
    if not isinstance(name, str) or not _TOOL_NAME.fullmatch(name):
        raise RefusalError("1214", "tools.function.name: 1 to 64 letters, digits, _ or -")
    return Function(name, str(tool.get("description") or ""), _mapping(tool, "parameters"))


def _search(tools: tuple[Json, ...]) -> WebSearch | None:
    for tool in tools:
        wanted = _mapping(tool, "web_search")
        if tool.get("type") == "web_search" and wanted.get("enable") is True:
            count = wanted.get("count", 10)
            if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 50:
                raise RefusalError("1214", "web_search.count: 1 to 50")
            listed = wanted.get("search_result") is True
            first = wanted.get("result_sequence") == "before"
            return WebSearch(str(wanted.get("search_query") or ""), count, listed, first)
    return None


def _tool_choice(given: Json, dialect: Dialect) -> str:
    choice = given.get("tool_choice", "auto")
    if choice == "auto":
        return "auto"
    if dialect == "glm":
        raise RefusalError("1214", "tool_choice: only auto")
    if isinstance(choice, Mapping):
        return str(_mapping(choice, "function").get("name") or "required")
    if choice not in ("none", "required"):
        raise RefusalError("1214", "tool_choice: auto, none, required or a function")
    return str(choice)


def _response_format(given: Json, dialect: Dialect) -> str:
    kind = _mapping(given, "response_format").get("type", "text")
    allowed = ("text", "json_object") if dialect == "glm" else ("text", "json_object", "json_schema")
    if kind not in allowed:
        raise RefusalError("1214", f"response_format.type: {' or '.join(allowed)}")
    return str(kind)


def _length(given: Json, name: str, low: int, high: int) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not low <= len(value) <= high:
        raise RefusalError("1214", f"{name}: {low} to {high} characters are needed")
    return value


def _flag(given: Json, name: str, *, default: bool = False) -> bool:
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise RefusalError("1214", f"{name}: true or false is needed")
    return value


def _mapping(given: Json, name: str) -> Json:
    value = given.get(name)
    return value if isinstance(value, Mapping) else {}
