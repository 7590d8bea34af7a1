"""The JSON that the API answers: schemas for the OpenAPI document, beside the functions that fill them.

Amounts are texts, to the last digit: no reader makes floats of them by accident. Moments are UTC.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from playground.ledger.fold import COUNTS, Sum
from playground.web.usage_export import COLUMNS, HEAD, json_row

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
DAY: Final[Schema] = {"type": "string", "format": "date"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
CURRENCY: Final[Schema] = {"type": "string", "enum": ["CNY", "USD"]}
AMOUNT: Final[Schema] = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
TRUTH: Final[Schema] = {"type": "boolean"}
UUID: Final[Schema] = {"type": "string", "format": "uuid"}


def known_or_null(schema: Schema) -> Schema:
    """A value that may be unknown."""
    return {"anyOf": [schema, {"type": "null"}]}


def record_of(properties: Mapping[str, Schema], **more: Any) -> Schema:
    """An object that always has all of these, and nothing else."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


def list_of(name: str, **more: Schema) -> Schema:
    """A page of things: {"data": [...]}."""
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
    return record_of({"data": items, **more})


_UNKNOWN: Final = frozenset(
    {
        "corrects",
        "template",
        "template_version",
        "corrected_at",
        "corrected_by",
        "ttft_ms",
        "duration_ms",
        "tokens_per_second",
        "reasoning_tokens",
        "reasoning_basis",
        "cost_input",
        "cost_cached",
        "cost_output",
        "cost_total",
    }
)
_OF_ENTRY: Final[Mapping[str, Schema]] = {
    "id": COUNT,
    "created_at": MOMENT,
    "generation": UUID,
    "attempt": COUNT,
    "corrects": {**COUNT, "description": "The entry that this one corrects; its amounts add to those of that one."},
    "conversation": UUID,
    "message": UUID,
    "practice": TRUTH,
    "state": {"type": "string", "enum": ["finished", "stopped", "failed", "interrupted"]},
    "ttft_ms": COUNT,
    "duration_ms": COUNT,
    "tokens_per_second": AMOUNT,
    **dict.fromkeys(("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"), COUNT),
    "tokens_basis": {"type": "string", "enum": ["reported", "estimated", "none"]},
    "reasoning_basis": {
        "type": "string",
        "enum": ["reported", "estimated", "none"],
        "description": "How the reasoning tokens are known; null in entries older than this field.",
    },
    "currency": {"type": "string", "enum": ["", "CNY", "USD"]},
    **dict.fromkeys(("cost_input", "cost_cached", "cost_output", "cost_total"), AMOUNT),
    "cost_basis": {"type": "string", "enum": ["exact", "estimated", "reported", "unpriced"]},
    "upper_bound": TRUTH,
    "template": {**UUID, "description": "What the turn was made with, and its version; both may be gone since."},
    "template_version": UUID,
    "corrected_at": {
        **MOMENT,
        "description": "Of a correction: when it was made. Its `created_at` is that of its run.",
    },
    "corrected_by": {**TEXT, "description": "Of a correction: the address of who made it."},
}
ENTRY: Final = record_of(
    {name: known_or_null(_OF_ENTRY[name]) if name in _UNKNOWN else _OF_ENTRY.get(name, TEXT) for name in HEAD},
    description="One run, or a correction of one. The same columns as the files of the entries page.",
)


def entry(row: Sequence[Any], people: dict[int, str]) -> dict[str, Any]:
    """One row of usage_export.COLUMNS."""
    return dict(zip(HEAD, json_row(row, people), strict=True))


_SUMS: Final[Mapping[str, Schema]] = {
    "group": {
        **TEXT,
        "description": "Of what: a model, a provider, a key's name, a state, a person's number, a template's id.",
    },
    "currency": {"type": "string", "enum": ["", "CNY", "USD"], "description": "Empty: runs without a price."},
    "requests": COUNT,
    "unpriced": {**COUNT, "description": "Of them, those whose cost is not known: never counted as 0."},
    "succeeded": {**COUNT, "description": "Of them, those that were answered in full."},
    "faults": {
        **COUNT,
        "description": "Of them, those that failed through the provider, the network or the protocol. The success "
        "rate is succeeded / (succeeded + faults): what people stopped says nothing of it.",
    },
    "prompt_tokens": COUNT,
    "cached_tokens": {**COUNT, "description": "Part of the prompt tokens."},
    "completion_tokens": COUNT,
    "reasoning_tokens": {**COUNT, "description": "Part of the completion tokens."},
    "cost": AMOUNT,
    "saved": {**AMOUNT, "description": "What the cached tokens would have cost more at the price of fresh ones."},
}
TOTAL: Final = record_of({"first": DAY, "last": {**DAY, "description": "The last day that belongs to it."}, **_SUMS})
HOUR: Final = record_of(
    {"begins": MOMENT, "ends": {**MOMENT, "description": "The first moment that is not part of it."}, **_SUMS}
)


_COUNTED: Final = tuple(name for name in COUNTS if name != "entries")


def sums(group: str, currency: str, one: Sum) -> dict[str, Any]:
    """What a Total and an Hour have in common."""
    return {
        "group": group,
        "currency": currency,
        "requests": one.entries,
        **{name: getattr(one, name) for name in _COUNTED},
        "cost": amount(one.cost),
        "saved": amount(one.saved),
    }


TIER: Final = record_of(
    {
        "input": AMOUNT,
        "output": AMOUNT,
        "cached": known_or_null(AMOUNT),
        "prompt_min": COUNT,
        "prompt_max": known_or_null(COUNT),
        "completion_min": COUNT,
        "completion_max": known_or_null(COUNT),
    },
    description="Amounts per million tokens for requests of these lengths; an upper end is not included.",
)
PRICE: Final = record_of(
    {
        "id": UUID,
        "offer": UUID,
        "currency": CURRENCY,
        "tiers": {"type": "array", "items": {"$ref": "#/components/schemas/Tier"}, "minItems": 1},
        "valid_from": known_or_null(DAY),
        "valid_until": {**known_or_null(DAY), "description": "The first day on which it holds no longer."},
        "holds_now": TRUTH,
        "own": {**TRUTH, "description": "Whether the team typed it for itself."},
        "source": TEXT,
        "source_url": TEXT,
        "source_date": DAY,
    }
)
MODEL: Final = record_of(
    {
        "offer": UUID,
        "title": TEXT,
        "model": TEXT,
        "provider": TEXT,
        "provider_name": TEXT,
        "practice": TRUTH,
        "context_tokens": known_or_null(COUNT),
        "max_output_tokens": known_or_null(COUNT),
        "price": {"anyOf": [{"$ref": "#/components/schemas/Price"}, {"type": "null"}]},
    }
)
WHO: Final = record_of(
    {
        "name": TEXT,
        "person": TEXT,
        "team": TEXT,
        "scopes": {"type": "array", "items": TEXT},
        "sees_team": {**TRUTH, "description": "Whether it sees the whole team's usage, or its person's only."},
        "expires_at": MOMENT,
    }
)
PROBLEM: Final[Schema] = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "code": TEXT,
        "detail": TEXT,
        "parameter": TEXT,
    },
    "required": ["type", "title", "status", "code", "detail"],
    "additionalProperties": False,
}
SCHEMAS: Final[Mapping[str, Schema]] = {
    "Entry": ENTRY,
    "Total": TOTAL,
    "Hour": HOUR,
    "Tier": TIER,
    "Price": PRICE,
    "Model": MODEL,
    "Token": WHO,
    "Problem": PROBLEM,
}
ROW: Final = COLUMNS


def amount(value: Decimal) -> str:
    """Every digit of it, as text."""
    return f"{value:f}"


def moment(value: dt.datetime) -> str:
    """RFC 3339 in UTC."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
