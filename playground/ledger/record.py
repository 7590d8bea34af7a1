"""Writing an entry: once per generation and attempt, inside the transaction that settles it.

Counts and costs come from providers. Whatever they report, the entry is written: an amount that no column holds is
an unknown amount, and logged.
"""

import logging
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from playground.ledger.fields import LARGEST, UNIT
from playground.ledger.models import Entry
from playground.pricing.cost import Cost, TokenCounts
from playground.statements import Insert

log = logging.getLogger(__name__)

_insert = Insert(Entry)

FASTEST = Decimal(1_000_000)  # tokens per second; above it a clock was wrong


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
    attempt: int = 1
    api_key: uuid.UUID | None = None
    template: uuid.UUID | None = None
    template_version: uuid.UUID | None = None
    reasoning_basis: str = "reported"


def record(facts: Facts) -> Entry:
    """Write the entry of a run, or return the one that is there: recording twice records once.

    May be called inside an open transaction; losing a race does not poison it.
    """
    try:
        with transaction.atomic():  # a savepoint: PostgreSQL would refuse everything after a failed statement
            entry = Entry(**_columns(facts))
            _insert.execute(entry)
            return entry
    except IntegrityError:
        found = _entry_of(facts).first()  # asked only now: an honest run never meets one
        if found is None:
            raise  # not a lost race: the facts contradict themselves
        return found


def _entry_of(facts: Facts) -> QuerySet[Entry]:
    return Entry.objects.filter(generation=facts.generation, attempt=facts.attempt, corrects=None)


def _columns(facts: Facts) -> dict[str, object]:
    counts, cost = facts.counts, _storable(facts)
    return {
        "generation": facts.generation,
        "attempt": facts.attempt,
        "team_id": facts.team_id,
        "user_id": facts.user_id,
        "conversation": facts.conversation,
        "message": facts.message,
        "provider": facts.provider,
        "model": facts.model,
        "offer": facts.offer_id,
        "api_key": facts.api_key,
        "key_label": facts.key_label,
        "template": facts.template,
        "template_version": facts.template_version,
        "practice": facts.practice,
        "state": facts.state,
        "finish_reason": facts.finish_reason[:64],
        "error_code": facts.error_code[:64],
        "provider_request_id": facts.provider_request_id[:200],
        "ttft_ms": facts.ttft_ms,
        "duration_ms": facts.duration_ms,
        "tokens_per_second": _speed(facts.tokens_per_second),
        "prompt_tokens": counts.prompt,
        "cached_tokens": counts.cached_part,
        "completion_tokens": counts.completion,
        "reasoning_tokens": counts.reasoning,
        "tokens_basis": facts.tokens_basis,
        "reasoning_basis": facts.reasoning_basis,
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


def _storable(facts: Facts) -> Cost:
    """The cost as columns hold it: what a provider itself names is rounded to a picounit, the absurd is unknown."""
    cost = facts.cost
    if cost.total is None:
        return cost
    if not 0 <= cost.total <= LARGEST:
        log.error("generation %s: a cost of %s %s is kept as unknown", facts.generation, cost.total, cost.currency)
        return replace(cost, input=None, cached=None, output=None, total=None, basis="unpriced")
    return replace(cost, total=cost.total.quantize(UNIT)) if cost.basis == "reported" else cost


def _speed(tokens_per_second: Decimal | None) -> Decimal | None:
    return tokens_per_second if tokens_per_second is not None and 0 <= tokens_per_second <= FASTEST else None
