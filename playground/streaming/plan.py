"""A plan: all that one run needs, frozen, with no model instance in it. Made by records.plan_of. Pure."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from playground.catalog.queries import OfferFacts
from playground.conversations.run_settings import RunSettings
from playground.wire.client import Endpoint
from playground.wire.request import ChatMessage, CompletionRequest, Dialect
from playground.wire.secret import Secret


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


def dialect_of(offer: OfferFacts) -> Dialect:
    """How the provider of an offer is spoken to about this model."""
    return Dialect(
        family=offer.family,
        thinking_switch=offer.thinking_switch,
        model_prefix=offer.model_prefix,
        asks_usage=offer.asks_usage,
    )


def request_of(
    chosen: RunSettings, offer: OfferFacts, messages: Sequence[ChatMessage], *, request_id: str
) -> CompletionRequest:
    """What is asked, with settings that fit the offer (run_settings.fit)."""
    return CompletionRequest(
        model=offer.wire_name,
        messages=tuple(messages),
        thinking=None if chosen.thinking is None else ("enabled" if chosen.thinking else "disabled"),
        reasoning_effort=chosen.effort,
        temperature=chosen.temperature,
        top_p=chosen.top_p,
        max_tokens=chosen.max_tokens,
        stop=chosen.stop,
        frequency_penalty=chosen.frequency_penalty,
        presence_penalty=chosen.presence_penalty,
        seed=chosen.seed,
        request_id=request_id,
    )
