"""One frozen request, and its JSON body in a provider's dialect (wire protocol, sections 3 and 8.5). Pure.

A body never holds a field outside its dialect's list, and thinking that is switched off is said, never omitted. What
a person set is sent as it is set; only what a dialect has no word for is left out or said in its own words.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playground.wire.errors import WireError
from playground.wire.text import clean


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a request; `tool_calls` in the wire's own shape, `tool_call_id` for an answer to one."""

    role: str
    content: str
    reasoning_content: str = ""
    tool_calls: Sequence[Mapping[str, object]] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a provider wants to be spoken to.

    `family`: glm or openai. `thinking_switch`: the field that turns thinking on and off (section 3.3), none where the
    model has no switch. `model_prefix`: what a gateway puts before a model's name. `asks_usage`: whether token counts
    come only when they are asked for.
    """

    family: str
    thinking_switch: str = "none"
    model_prefix: str = ""
    asks_usage: bool = False


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """What is asked. A parameter that is None is left out, so that the provider's default applies."""

    model: str
    messages: Sequence[ChatMessage]
    stream: bool = True
    thinking: str | None = None  # enabled, disabled
    reasoning_effort: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: Sequence[str] = ()
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    tools: Sequence[Mapping[str, object]] = ()
    tool_choice: str | Mapping[str, object] | None = None  # a mapping names the function that must be called
    tool_stream: bool | None = None
    response_format: Mapping[str, object] | None = None
    request_id: str | None = None
    user_id: str | None = None
    do_sample: bool | None = None


_BOTH: Final = frozenset(
    {"model", "messages", "stream", "stream_options", "temperature", "top_p", "max_tokens", "stop"}
    | {"tools", "tool_choice", "response_format"}
    | {"reasoning_effort", "thinking", "reasoning", "chat_template_kwargs"}  # as the dialect's switch says
)
FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "glm": _BOTH | {"do_sample", "tool_stream", "request_id", "user_id"},
    "openai": _BOTH | {"frequency_penalty", "presence_penalty", "seed"},
}
DEEPEST: Final = 64  # nests of a tool's schema; JSON encoders end somewhere beyond a hundred
_REQUEST_ID: Final = (6, 64)  # characters; others are refused with 1214
_USER_ID: Final = (6, 128)


def build_payload(request: CompletionRequest, dialect: Dialect) -> dict[str, object]:
    """The JSON body of `POST /chat/completions`: finite numbers and clean text only.

    Raises WireError("invalid_request") for what no JSON can say.
    """
    glm = dialect.family == "glm"
    keep_thought = _keeps_thoughts(request, dialect)
    payload: dict[str, object] = {
        "model": _model(request.model, dialect.model_prefix),
        "messages": [_message(message, keep_thought=keep_thought) for message in request.messages],
        "stream": request.stream,
        "stream_options": {"include_usage": True} if request.stream and dialect.asks_usage else None,
        "max_tokens": request.max_tokens,
        **(_glm(request) if glm else _openai(request)),
        **_thinking(request, dialect),
    }
    known = FIELDS["glm" if glm else "openai"]
    plain = {name: _plain(value) for name, value in payload.items() if name in known}
    return {name: value for name, value in plain.items() if value is not None}


def wire_messages(messages: Sequence[ChatMessage], *, keep_thought: bool = False) -> list[dict[str, object]]:
    """Messages as they stand in a body; `keep_thought`: thinking is sent back with them."""
    shown = [_message(message, keep_thought=keep_thought) for message in messages]
    return [{name: _plain(value) for name, value in one.items()} for one in shown]


def _model(name: str, prefix: str) -> str:
    return name if name.startswith(prefix) else prefix + name


def _keeps_thoughts(request: CompletionRequest, dialect: Dialect) -> bool:
    """Old thinking is resent only where it can be asked to be kept; elsewhere the field is unknown or refused."""
    return dialect.family == "glm" and dialect.thinking_switch == "glm" and request.thinking == "enabled"


def _message(message: ChatMessage, *, keep_thought: bool) -> dict[str, object]:
    # There is no developer role on the GLM sites (section 3.2), and older compatible servers do not know it either.
    body: dict[str, object] = {"role": "system" if message.role == "developer" else message.role}
    body["content"] = message.content
    if keep_thought and message.reasoning_content:
        body["reasoning_content"] = message.reasoning_content
    if message.tool_calls:
        body["tool_calls"] = message.tool_calls
    if message.tool_call_id:
        body["tool_call_id"] = message.tool_call_id
    return body


def _glm(request: CompletionRequest) -> dict[str, object]:
    """GLM's own words. Greedy is `do_sample`; it knows no schema, one stop word, and no choice of tools but auto."""
    greedy = request.do_sample is False
    tools = () if request.tool_choice == "none" else request.tools
    return {
        "do_sample": request.do_sample,
        "temperature": None if greedy else _two_places(request.temperature),
        "top_p": None if greedy else _two_places(request.top_p),
        "stop": request.stop[:1] or None,
        "tools": tools or None,
        "tool_choice": "auto" if tools and request.tool_choice else None,
        "tool_stream": request.tool_stream if tools else None,
        "response_format": _without_schema(request.response_format),
        "request_id": _of_length(request.request_id, _REQUEST_ID),
        "user_id": _of_length(request.user_id, _USER_ID),
    }


def _openai(request: CompletionRequest) -> dict[str, object]:
    """The OpenAI family's words. Greedy is temperature 0; only functions are tools there (section 3.4)."""
    tools = [tool for tool in request.tools if tool.get("type", "function") == "function"]
    return {
        "temperature": 0 if request.do_sample is False else request.temperature,
        "top_p": request.top_p,
        "stop": request.stop[:4] or None,
        "frequency_penalty": request.frequency_penalty,
        "presence_penalty": request.presence_penalty,
        "seed": request.seed,
        "tools": tools or None,
        "tool_choice": request.tool_choice if tools else None,
        "response_format": request.response_format,
    }


def _thinking(request: CompletionRequest, dialect: Dialect) -> dict[str, object]:
    """The wish about thinking in the provider's words; nothing when nobody chose or the model has no switch."""
    wish, effort = request.thinking, request.reasoning_effort
    if wish is None:
        inside = dialect.thinking_switch == "reasoning" and effort
        return {"reasoning": {"effort": effort}} if inside else {"reasoning_effort": effort}
    on = wish == "enabled"
    effort = effort if on else None  # an effort beside "off" would contradict it
    match dialect.thinking_switch:
        case "glm":
            switch: dict[str, object] = {"type": "enabled" if on else "disabled"}
            if on and any(message.reasoning_content for message in request.messages):
                switch["clear_thinking"] = False  # or what is resent would be dropped on the other side
            return {"thinking": switch, "reasoning_effort": effort}
        case "reasoning":
            return {"reasoning": {"enabled": on, **({"effort": effort} if effort else {})}}
        case "chat_template_kwargs":
            return {"chat_template_kwargs": {"enable_thinking": on}, "reasoning_effort": effort}
        case "reasoning_effort":
            return {"reasoning_effort": effort if on else "none"}
    return {"reasoning_effort": effort}


def _without_schema(wanted: Mapping[str, object] | None) -> Mapping[str, object] | None:
    """GLM writes JSON when asked to, but to no schema: the prompt has to say what it should look like."""
    return {"type": "json_object"} if wanted and wanted.get("type") == "json_schema" else wanted


def _two_places(value: float | None) -> float | None:
    """GLM takes two decimals; a slider's 0.7000000000000001 is refused there."""
    return None if value is None or not math.isfinite(value) else round(value, 2)


def _of_length(text: str | None, bounds: tuple[int, int]) -> str | None:
    return text if text and bounds[0] <= len(text) <= bounds[1] else None


def _plain(value: object, depth: int = 0) -> object:
    """A copy that any JSON encoder takes: plain containers, clean text, finite numbers of 64 bits."""
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if depth > DEEPEST:
        raise WireError("invalid_request", "The request is nested too deep.")
    if isinstance(value, Mapping):
        return {clean(str(name)): _plain(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    raise WireError("invalid_request", "The request holds what no JSON can say.")


def _number(value: float) -> float | None:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if -(2**63) <= value < 2**64:
        return value
    return float(value) if abs(value) < 10**300 else None
