"""The capability table of one offer as the model's page shows it: every parameter, its bounds, and who states them."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.catalog.capabilities import Capability, capabilities_of
from playground.catalog.capability_words import label, why_not
from playground.catalog.models import LanguageModel, Offer, Source

OPENAI_REFERENCE = "openai-chat"  # slug of the source of what compatible servers imitate
FIGURES = {"thinking": "thinking", "reasoning_effort": "thinking", "max_tokens": "max_output"}
OF_SERIES = ("temperature", "top_p", "max_tokens")  # their defaults are


def parameter_rows(offer: Offer, model: LanguageModel) -> list[dict[str, Any]]:
    """Label, words, whether it is taken and the sources (rows of Source) of every parameter."""
    provider = offer.provider
    return [
        {
            "label": label(capability.name),
            "words": why_not(capability, model=offer.title, provider=provider.name) or _bounds(capability),
            "is_taken": capability.taken,
            "sources": list(dict.fromkeys(filter(None, _sources(capability, offer, model)))),
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
        return _("%(range)s, default not documented") % {"range": words} if capability.name in OF_SERIES else words
    return _("%(range)s, %(default)s by default") % {"range": words, "default": _number(capability.default)}


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _sources(capability: Capability, offer: Offer, model: LanguageModel) -> Iterator[Source | None]:
    """Who states what is taken, and the series' source where the default is its own."""
    yield _source(capability, offer, model)
    if capability.name in OF_SERIES and capability.default is not None:
        yield Source.objects.filter(title=model.family.source).first()


def _source(capability: Capability, offer: Offer, model: LanguageModel) -> Source | None:
    if capability.stated_by == "model":
        return (
            Source.objects.filter(slug=model.figure_sources.get(FIGURES.get(capability.name, ""))).first()
            or model.source
        )
    is_imitated = offer.provider.family == "openai" and capability.name != "thinking"  # a switch is a server's own
    if capability.stated_by == "family" and is_imitated:
        return Source.objects.filter(slug=OPENAI_REFERENCE).first()
    return Source.objects.filter(title=offer.provider.facts.get("source", "")).first()
