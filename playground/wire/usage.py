"""Usage: what a provider says a run took, in tokens (wire protocol, section 6)."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

LIMIT = 10**10  # a count beyond it is a fault of the sender
COST_LIMIT = Decimal(10**6)  # USD for one run; likewise


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one run. Cached are part of prompt, reasoning part of completion.

    `reported_cost` is what a gateway says it bills, in USD; None where it says nothing.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    reported_cost: Decimal | None = None

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens

    @classmethod
    def from_wire(cls, data: object) -> "Usage | None":
        """Read a `usage` object; None when it is not usable (missing or absurd counts). Never raises."""
        if not isinstance(data, dict):
            return None
        prompt, completion = _count(data.get("prompt_tokens")), _count(data.get("completion_tokens"))
        if prompt is None or completion is None:
            return None
        cached = _detail(data, "prompt_tokens_details", "cached_tokens")
        reasoning = _detail(data, "completion_tokens_details", "reasoning_tokens")
        # Clamped: gateways have reported more reasoning than completion (section 6).
        return cls(prompt, completion, min(cached, prompt), min(reasoning, completion), _cost(data.get("cost")))


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value <= LIMIT or value != int(value):
        return None
    return int(value)


def _detail(data: dict[str, object], group: str, name: str) -> int:
    details = data.get(group)
    return (_count(details.get(name)) or 0) if isinstance(details, dict) else 0


def _cost(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        cost = Decimal(str(value))
    except InvalidOperation:
        return None
    return cost if cost.is_finite() and 0 <= cost <= COST_LIMIT else None
