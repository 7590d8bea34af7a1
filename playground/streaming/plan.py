"""A plan: all that one run needs, frozen, with no model instance in it. Made by records.plan_of. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.catalog.queries import OfferFacts
from playground.conversations.output_format import response_format
from playground.conversations.run_settings import RunSettings
from playground.errors import Refused
from playground.wire.client import Endpoint
from playground.wire.request import ChatMessage, CompletionRequest, Dialect
from playground.wire.secret import Secret


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer is to be JSON, and is judged when it is there; by a schema where one was given."""

    schema: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send where. `secret` hides its value from repr."""

    generation_id: uuid.UUID
    message_id: uuid.UUID
    user_id: int
    conversation_id: uuid.UUID
    endpoint: Endpoint
    secret: Secret | None
    request: CompletionRequest
    estimated_prompt_tokens: int
    judged: Judged | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """What a deed hands over for its run; `plan` is the refusal when the run cannot be made after all."""

    generation_id: uuid.UUID
    message_id: uuid.UUID
    conversation_id: uuid.UUID
    user_id: int
    plan: Plan | Refused


def dialect_of(offer: OfferFacts) -> Dialect:
    """How the provider of an offer is spoken to about this model."""
    return Dialect(
        family=offer.family,
        thinking_switch=offer.thinking_switch,
        model_prefix=offer.model_prefix,
        asks_usage=offer.asks_usage,
    )


def request_of(
    chosen: RunSettings,
    offer: OfferFacts,
    messages: Sequence[ChatMessage],
    *,
    request_id: str,
    tools: Sequence[Mapping[str, Any]] = (),
    named: str = "",
) -> CompletionRequest:
    """What is asked, with settings that fit the offer (run_settings.fit). `named`: the function that must be called.

    Arguments of calls are asked for as they are written, where that is known: somebody watches.
    """
    calls = any(tool.get("type") == "function" for tool in tools)
    return CompletionRequest(
        model=offer.wire_name,
        messages=tuple(messages),
        thinking=_thinking(chosen),
        reasoning_effort=chosen.effort,
        temperature=chosen.temperature,
        top_p=chosen.top_p,
        max_tokens=chosen.max_tokens,
        stop=chosen.stop,
        frequency_penalty=chosen.frequency_penalty,
        presence_penalty=chosen.presence_penalty,
        seed=chosen.seed,
        tools=tools,
        tool_choice=_tool_choice(chosen, messages, named) if calls else None,
        tool_stream=True if calls and offer.parameters["tool_stream"].taken else None,
        response_format=response_format(chosen, offer),
        request_id=request_id,
    )


def _tool_choice(chosen: RunSettings, messages: Sequence[ChatMessage], named: str) -> str | Mapping[str, object] | None:
    """A call that must be made is made once: with its results the model is free to answer, or it would never end."""
    if (named or chosen.tool_choice == "required") and messages and messages[-1].role == "tool":
        return "auto"
    if named:
        return {"type": "function", "function": {"name": named}}
    return None if chosen.named_function else chosen.tool_choice


def _thinking(chosen: RunSettings) -> str | None:
    if chosen.keep_thinking:
        return "enabled"  # what was thought before is kept only beside a wish to think
    return None if chosen.thinking is None else ("enabled" if chosen.thinking else "disabled")
