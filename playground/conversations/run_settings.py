"""Run settings: which offer a turn is sent to and with which parameters. Pure; kept as JSON on rows.

A parameter that nobody touched is None and is left out of the request, so that the provider's default applies
(wire protocol, section 3.5).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from django.utils.translation import gettext as _

from playground.catalog.queries import OfferFacts
from playground.errors import Refused
from playground.wire.text import clean

T = TypeVar("T")

MAX_SYSTEM_PROMPT = 200_000  # characters
# What a person who chose nothing begins with. A model's own maximum is ten times as much and more: with it "at most"
# would say nothing about what a turn costs.
PROPOSED_MAX_TOKENS = 8192


class BadSetting(Refused):
    """One run setting that cannot be used; `field` names it. The code is `bad_settings`."""

    def __init__(self, field: str, message: object) -> None:
        super().__init__("bad_settings", message)
        self.field = field


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What the reader chose for the next turn. None means: the provider's default."""

    offer: uuid.UUID | None = None
    thinking: bool | None = None
    effort: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    system_prompt: str = ""

    def to_json(self) -> dict[str, object]:
        """JSON for a row or the browser; untouched parameters are absent."""
        values: dict[str, object] = {name: getattr(self, name) for name in self.__slots__ if name != "offer"}
        values["offer"] = str(self.offer) if self.offer else None
        return {name: value for name, value in values.items() if value not in (None, "")}


def parse(raw: Mapping[str, object]) -> RunSettings:
    """Read what a browser or a row holds. Unknown names are ignored; a wrong type raises BadSetting."""
    return RunSettings(
        offer=_uuid(raw.get("offer")),
        thinking=_one_of(raw, "thinking", bool),
        effort=_one_of(raw, "effort", str),
        temperature=_number(raw, "temperature"),
        top_p=_number(raw, "top_p"),
        max_tokens=_one_of(raw, "max_tokens", int),
        system_prompt=_system_prompt(raw.get("system_prompt")),
    )


def propose(offer: OfferFacts, *, system_prompt: str = "") -> RunSettings:
    """What somebody begins with who chose this offer and nothing else."""
    most = min(PROPOSED_MAX_TOKENS, offer.max_output_tokens or PROPOSED_MAX_TOKENS)
    return RunSettings(offer=offer.id, max_tokens=most, system_prompt=system_prompt)


def clamp(settings: RunSettings, offer: OfferFacts) -> tuple[RunSettings, dict[str, str]]:
    """Bring numbers into the offer's ranges: the settings that fit, and a sentence for every number it changed."""
    notes: dict[str, str] = {}
    changed: dict[str, float] = {}
    for name, (low, high) in ranges(offer).items():
        value = getattr(settings, name)
        if value is None or low <= value <= high:
            continue
        changed[name] = type(value)(min(high, max(low, value)))
        notes[name] = _("%(model)s takes %(low)s to %(high)s here; it was %(value)s.") % {
            "model": offer.title,
            "low": f"{low:,g}" if low < 1 else f"{low:,}",
            "high": f"{high:,}" if isinstance(high, int) else f"{high:g}",
            "value": f"{value:,}",
        }
    return fit(replace(settings, **changed), offer), notes  # type: ignore[arg-type]


def ranges(offer: OfferFacts) -> dict[str, tuple[float, float]]:
    """The least and the most of every number, by name."""
    return {
        "temperature": (0, offer.temperature_max),
        "top_p": (0.01, offer.top_p_max),
        "max_tokens": (1, offer.max_output_tokens or 1_000_000),
    }


def fit(settings: RunSettings, offer: OfferFacts) -> RunSettings:
    """Check the parameters against what the offer can do; drop what it does not know.

    Raises BadSetting with the allowed range for a number that is out of it.
    """
    for name, (low, high) in ranges(offer).items():
        _check_range(name, getattr(settings, name), low, high)
    return replace(
        settings,
        thinking=None if offer.thinking == "none" or not offer.can_disable_thinking else settings.thinking,
        effort=settings.effort if settings.effort in offer.efforts else None,
    )


def _one_of(raw: Mapping[str, object], name: str, kind: type[T]) -> T | None:
    value = raw.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise BadSetting(name, _("This is not a usable value."))
    return value


def _number(raw: Mapping[str, object], name: str) -> float | None:
    value = raw.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadSetting(name, _("This is not a usable value."))
    return float(value)


def _uuid(value: object) -> uuid.UUID | None:
    if value in (None, ""):
        return None
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise BadSetting("offer", _("This model cannot be chosen any more. Choose another one.")) from None


def _system_prompt(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_SYSTEM_PROMPT:
        raise BadSetting(
            "system_prompt", _("The system prompt may have %(count)s characters.") % {"count": f"{MAX_SYSTEM_PROMPT:,}"}
        )
    return clean(value)


def _check_range(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise BadSetting(
            name, _("%(name)s must be between %(low)g and %(high)g.") % {"name": name, "low": low, "high": high}
        )
