"""Usage: what a provider says a run took, in tokens (wire protocol, section 6). Pure."""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from playground.wire.text import clean

TOKENS_LIMIT = 10**10  # a count beyond it is a fault of the sender
COST_LIMIT = Decimal(10**6)  # USD for one run; likewise
KEPT_LIMIT = 4_000  # characters of a usage object as JSON; providers send a few hundred


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one run. Cached tokens are part of the prompt's, reasoning tokens part of the completion's.

    Cached never exceed prompt. Reasoning may exceed completion: a gateway was recorded that reports it so, and the
    figure is kept as it came; None where none came, which is not 0: GLM-Z1 and many servers think and do not say how
    much. `reported_cost` is what a gateway says it bills, in USD; None where it says nothing.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int | None = None
    reported_cost: Decimal | None = None

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together; reasoning is in the completion already."""
        return self.prompt_tokens + self.completion_tokens

    @classmethod
    def from_wire(cls, obj: object) -> "Usage | None":
        """Read a `usage` object; None when its counts are missing, of a wrong type, negative or absurd.

        Never raises: a bad usage object must not end a stream, and the last good one holds.
        """
        if not isinstance(obj, dict):
            return None
        prompt, completion = _count(obj.get("prompt_tokens")), _count(obj.get("completion_tokens"))
        if prompt is None or completion is None:
            return None
        return cls(
            prompt_tokens=prompt,
            completion_tokens=completion,
            cached_tokens=min(_part(obj.get("prompt_tokens_details"), "cached_tokens") or 0, prompt),
            reasoning_tokens=_part(obj.get("completion_tokens_details"), "reasoning_tokens"),
            reported_cost=read_cost(obj.get("cost")),
        )


def as_text(obj: object) -> str:
    """A usage object as JSON, its fields in the order they came; "" for none and for one of absurd size or depth."""
    try:
        text = "" if obj is None else clean(json.dumps(obj, ensure_ascii=False, indent=2))
    except RecursionError:
        return ""
    return text if len(text) <= KEPT_LIMIT else ""


def read_cost(value: object) -> Decimal | None:
    """A cost as gateways write it, a number or a string; None when it is neither or absurd."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        cost = Decimal(str(value))
    except InvalidOperation:
        return None
    return cost if cost.is_finite() and 0 <= cost <= COST_LIMIT else None


def _count(value: object) -> int | None:
    """A whole number of tokens; 12.0 is one, "12", true and -1 are not."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= TOKENS_LIMIT:
        return None
    return int(value) if value == int(value) else None


def _part(details: object, name: str) -> int | None:
    return _count(details.get(name)) if isinstance(details, dict) else None
