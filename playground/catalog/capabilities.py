"""The capability table: what each offer takes in a request, and why not where it does not. Pure; read by queries.py.

Three lay over each other: what the family of the provider takes (wire/parameters.py), what this provider states
otherwise (its row), and what the model can do (the offer's columns). Whatever the table does not allow is neither
shown as a control nor ever sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from playground.catalog.models import Offer
from playground.wire.parameters import FAMILIES, NAMES, Parameter

Refusal = Literal["", "not_in_schema", "unverified", "not_the_model", "always_thinks", "no_switch"]
StatedBy = Literal["family", "provider", "model"]

REFUSALS_OF_PROVIDERS: Final = ("not_in_schema", "unverified")


@dataclass(frozen=True, slots=True)
class Capability:
    """One parameter at one offer.

    Numbers have `low`, `high` and `step`; lists may have `most` items; choices one of `values`. `default` is the
    documented one. `refused` says why it is never sent, "" when it may be. `stated_by` says whose documentation
    decided; the default of temperature, top_p and max_tokens is the series' own.
    """

    name: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    most: int | None = None
    values: tuple[str, ...] = ()
    default: float | None = None
    refused: Refusal = ""
    stated_by: StatedBy = "family"

    @property
    def taken(self) -> bool:
        """Whether a request may hold it."""
        return not self.refused

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most of a number."""
        if self.low is None or self.high is None:
            raise TypeError(f"{self.name} is no number")
        return self.low, self.high


Capabilities = Mapping[str, Capability]
"""By name, for every name of wire.parameters.NAMES."""


def capabilities_of(offer: Offer) -> Capabilities:
    """The table of one offer; its provider should be loaded with it."""
    provider = offer.provider
    family = FAMILIES[provider.family]
    stated = {name: _of_provider(name, family[name], provider.parameters.get(name, {})) for name in NAMES}
    return {name: _of_model(capability, offer) for name, capability in stated.items()}


def _of_provider(name: str, known: Parameter, own: Mapping[str, Any]) -> Capability:
    return Capability(
        name=name,
        low=own.get("low", known.low),
        high=own.get("high", known.high),
        step=known.step,
        most=own.get("most", known.most),
        values=tuple(own.get("values", known.values)),
        default=known.default,
        refused=own.get("refused", known.refused),
        stated_by="provider" if own else "family",
    )


def _of_model(capability: Capability, offer: Offer) -> Capability:
    """What the model narrows; a parameter that the provider refuses stays refused."""
    if not capability.taken:
        return capability
    if capability.name in _ABILITIES:
        narrowed = replace(capability, refused=_lack(capability.name, offer), **_words(capability, offer))
        return capability if narrowed == capability else replace(narrowed, stated_by="model")
    return replace(capability, **_numbers(capability, offer))


_ABILITIES: Final = (
    "thinking",
    "reasoning_effort",
    "tools",
    "tool_choice",
    "tool_stream",
    "response_format",
    "web_search",
    "clear_thinking",
)


def _lack(name: str, offer: Offer) -> Refusal:
    has = {
        "reasoning_effort": bool(offer.efforts),
        "tools": offer.tools,
        "tool_choice": offer.tools,
        "tool_stream": offer.tool_stream,
        "web_search": offer.web_search,
        "clear_thinking": offer.keeps_thinking and offer.thinking_switch == "glm",
    }
    if name == "thinking":
        return _thinking_refusal(offer)
    return "" if has.get(name, True) else "not_the_model"


def _words(capability: Capability, offer: Offer) -> dict[str, Any]:
    if capability.name == "reasoning_effort":
        return {"values": tuple(offer.efforts)}
    if capability.name == "response_format" and not offer.json_mode:
        return {"values": ("text",)}
    return {}


def _numbers(capability: Capability, offer: Offer) -> dict[str, Any]:
    if capability.name == "temperature":
        limit, default = offer.provider.temperature_max, offer.temperature_default
    elif capability.name == "top_p":
        limit, default = offer.provider.top_p_max, offer.top_p_default
    elif capability.name == "max_tokens" and offer.max_output_tokens:
        return {"high": offer.max_output_tokens, "default": offer.max_tokens_default, "stated_by": "model"}
    else:
        return {}
    stated_by = capability.stated_by if limit == capability.high else "provider"
    return {"high": float(limit), "default": _number(default), "stated_by": stated_by}


def _thinking_refusal(offer: Offer) -> Refusal:
    if offer.thinking == "none":
        return "not_the_model"
    if offer.thinking == "always":
        return "always_thinks"
    return "" if offer.can_disable_thinking else "no_switch"


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
