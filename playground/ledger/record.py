"""Writing an entry: once per generation, inside the transaction that settles it."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction

from playground.ledger.models import Entry
from playground.pricing.cost import Cost, TokenCounts


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a run when it is settled."""

    generation: uuid.UUID
    team_id: int
    user_id: int
    conversation: uuid.UUID
    message: uuid.UUID
    provider: str
    model: str
    offer_id: uuid.UUID
    key_label: str
    practice: bool
    state: str
    counts: TokenCounts
    tokens_basis: str
    price: dict[str, object] | None
    cost: Cost
    ttft_ms: int | None = None
    duration_ms: int | None = None
    tokens_per_second: Decimal | None = None
    provider_request_id: str = ""
    finish_reason: str = ""
    error_code: str = ""


def record(facts: Facts) -> Entry:
    """Write the entry of a run, or return the one that is there: recording twice records once."""
    found = Entry.objects.filter(generation=facts.generation).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():  # a savepoint: losing the race must not poison the caller's transaction
            return Entry.objects.create(**_columns(facts))
    except IntegrityError:
        return Entry.objects.get(generation=facts.generation)


def _columns(facts: Facts) -> dict[str, object]:
    counts, cost = facts.counts, facts.cost
    return {
        "generation": facts.generation,
        "team_id": facts.team_id,
        "user_id": facts.user_id,
        "conversation": facts.conversation,
        "message": facts.message,
        "provider": facts.provider,
        "model": facts.model,
        "offer": facts.offer_id,
        "key_label": facts.key_label,
        "practice": facts.practice,
        "state": facts.state,
        "finish_reason": facts.finish_reason[:64],
        "error_code": facts.error_code[:64],
        "provider_request_id": facts.provider_request_id[:200],
        "ttft_ms": facts.ttft_ms,
        "duration_ms": facts.duration_ms,
        "tokens_per_second": facts.tokens_per_second,
        "prompt_tokens": counts.prompt,
        "cached_tokens": counts.cached_part,
        "completion_tokens": counts.completion,
        "reasoning_tokens": counts.reasoning,
        "tokens_basis": facts.tokens_basis,
        "currency": cost.currency or "",
        "cost_input": cost.input,
        "cost_cached": cost.cached,
        "cost_output": cost.output,
        "cost_total": cost.total,
        "cost_basis": cost.basis,
        "upper_bound": cost.upper_bound,
        "price_id": cost.price_id,
        "price": facts.price,
    }
