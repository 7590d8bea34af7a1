"""One frozen request, and its JSON body in a provider's dialect (wire protocol, sections 3 and 8.5). Pure.

A body never holds a field outside its dialect's list, and thinking that is switched off is said, never omitted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.wire.text import clean


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a request."""

    role: str
    content: str
    reasoning_content: str = ""
    tool_calls: Sequence[Mapping[str, object]] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a provider wants to be spoken to.

    `family`: glm or openai. `thinking_switch`: the field that turns thinking on and off (section 3.3): glm,
    reasoning, chat_template_kwargs, reasoning_effort, or none when the model has no switch.
    """

    family: str
    thinking_switch: str = "none"
    model_prefix: str = ""
    asks_usage: bool = False


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """What is asked. A parameter that is None is left out: the provider's default applies."""

    model: str
    messages: Sequence[ChatMessage]
    stream: bool = True
    thinking: str | None = None  # enabled | disabled
    reasoning_effort: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: Sequence[str] = ()
    tools: Sequence[Mapping[str, object]] = ()
    tool_choice: str | None = None
    tool_stream: bool | None = None
    response_format: Mapping[str, object] | None = None
    request_id: str | None = None
    user_id: str | None = None
    do_sample: bool | None = None


_BOTH = frozenset(
    {"model", "messages", "stream", "temperature", "top_p", "max_tokens", "stop", "tools", "tool_choice"}
    | {"response_format", "reasoning_effort", "stream_options"}
)
FIELDS: Mapping[str, frozenset[str]] = {
    "glm": _BOTH | {"thinking", "tool_stream", "request_id", "user_id", "do_sample"},
    "openai": _BOTH | {"thinking", "reasoning", "chat_template_kwargs", "user"},
}


def build_payload(request: CompletionRequest, dialect: Dialect) -> dict[str, object]:
    """The JSON body of `POST /chat/completions`, cleaned of what cannot be encoded."""
    payload: dict[str, object] = {
        "model": _model(request.model, dialect.model_prefix),
        "messages": [_message(message) for message in request.messages],
        "stream": request.stream,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_tokens": request.max_tokens,
        "stop": [clean(word) for word in request.stop] or None,
        "tools": [dict(tool) for tool in request.tools] or None,
        "tool_choice": request.tool_choice if request.tools else None,
        "response_format": dict(request.response_format) if request.response_format else None,
        "reasoning_effort": request.reasoning_effort,
        **_thinking(request, dialect),
        **(_glm(request) if dialect.family == "glm" else _openai(request)),
    }
    if request.stream and dialect.asks_usage:
        payload["stream_options"] = {"include_usage": True}
    known = FIELDS[dialect.family]
    return {name: value for name, value in payload.items() if value is not None and name in known}


def _model(name: str, prefix: str) -> str:
    return name if not prefix or name.startswith(prefix) else prefix + name


def _message(message: ChatMessage) -> dict[str, object]:
    body: dict[str, object] = {"role": "system" if message.role == "developer" else message.role}
    body["content"] = clean(message.content)
    if message.reasoning_content:
        body["reasoning_content"] = clean(message.reasoning_content)
    if message.tool_calls:
        body["tool_calls"] = [dict(call) for call in message.tool_calls]
    if message.tool_call_id:
        body["tool_call_id"] = message.tool_call_id
    return body


def _thinking(request: CompletionRequest, dialect: Dialect) -> dict[str, object]:
    """The wish in the provider's words; nothing when nobody chose or the model has no switch."""
    if request.thinking is None:
        return {}
    wanted = request.thinking == "enabled"
    match dialect.thinking_switch:
        case "glm":
            return {"thinking": {"type": "enabled" if wanted else "disabled"}}
        case "reasoning":
            return {"reasoning": {"enabled": wanted}}
        case "chat_template_kwargs":
            return {"chat_template_kwargs": {"enable_thinking": wanted}}
        case "reasoning_effort":
            return {} if wanted else {"reasoning_effort": "none"}
    return {}


def _glm(request: CompletionRequest) -> dict[str, object]:
    return {
        "do_sample": request.do_sample,
        "tool_stream": request.tool_stream,
        "request_id": request.request_id,
        "user_id": request.user_id,
    }


def _openai(request: CompletionRequest) -> dict[str, object]:
    return {"user": request.user_id}
