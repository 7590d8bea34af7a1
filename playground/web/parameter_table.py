"""The capability table of one offer as the model's page shows it: every parameter, its bounds, and who states them."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.catalog.capabilities import Capability, capabilities_of
from playground.catalog.capability_words import label, why_not
from playground.catalog.models import LanguageModel, Offer, Source

OPENAI_REFERENCE = "openai-chat"  # slug of the source of what compatible servers imitate
FIGURES = {"thinking": "thinking", "reasoning_effort": "thinking", "max_tokens": "max_output"}


def parameter_rows(offer: Offer, model: LanguageModel) -> list[dict[str, Any]]:
    """Label, words, whether it is taken and the source (a row of Source or None) of every parameter."""
    provider = offer.provider
    return [
        {
            "label": label(capability.name),
            "words": why_not(capability, model=offer.title, provider=provider.name) or _bounds(capability),
            "is_taken": capability.taken,
            "source": _source(capability, offer, model),
        }
        for capability in capabilities_of(offer).values()
    ]


def _bounds(capability: Capability) -> str:
    if capability.values:
        return _(", ").join(capability.values)
    if capability.most is not None:
        return ngettext("one", "up to %(most)s", capability.most) % {"most": f"{capability.most:,}"}
    if capability.low is None or capability.high is None:
        return _("yes")
    words = _("%(low)s to %(high)s") % {"low": _number(capability.low), "high": _number(capability.high)}
    if capability.default is None:
        return words
    return _("%(range)s, %(default)s by default") % {"range": words, "default": _number(capability.default)}


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _source(capability: Capability, offer: Offer, model: LanguageModel) -> Source | None:
    if capability.stated_by == "model":
        return (
            Source.objects.filter(slug=model.figure_sources.get(FIGURES.get(capability.name, ""))).first()
            or model.source
        )
    if capability.stated_by == "family" and offer.provider.family == "openai":
        return Source.objects.filter(slug=OPENAI_REFERENCE).first()
    return Source.objects.filter(title=offer.provider.facts.get("source", "")).first()
