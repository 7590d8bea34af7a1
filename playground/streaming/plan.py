"""A plan: all that one run needs, frozen, with no model instance in it. Made by records.load_plan."""

import uuid
from dataclasses import dataclass

from playground.wire.client import Endpoint
from playground.wire.request import CompletionRequest
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
