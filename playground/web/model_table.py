"""The table of the models page: what can be chosen, by provider, with prices and limits. Plain values for templates."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from playground.catalog.choices import TIERS, Statuses
from playground.catalog.models import LanguageModel, Offer
from playground.web.moments import day_words
from playground.web.offers import Desk, count_words
from playground.web.prices import first_tier

TONES = {Statuses.ENDING: "warn", Statuses.RETIRED: "warn", Statuses.UNVERIFIED: "warn"}


def groups(desk: Desk) -> list[dict[str, Any]]:
    """Values of `models/_group.html`: what can be chosen, by provider."""
    found: dict[int, dict[str, Any]] = {}
    for offer in desk.offers:
        provider = offer.provider
        group = found.setdefault(
            provider.pk,
            {
                "id": provider.slug,
                "name": provider.name,
                "practice": provider.practice,
                "is_custom": provider.is_custom,
                "key": desk.keys.get(provider.pk),
                "rows": [],
            },
        )
        group["rows"].append(_row(desk, offer))
    return list(found.values())


def known_elsewhere(desk: Desk) -> list[dict[str, str]]:
    """Language models that nobody offers here, and why."""
    offered = {offer.language_model_id for offer in desk.offers if offer.language_model_id is not None}
    models = LanguageModel.objects.exclude(pk__in=offered).prefetch_related("offers")
    return [{"slug": model.slug, "name": model.name, "why": _why_not(model)} for model in models]


def try_url(offer: Offer | None) -> str:
    """Where a new conversation with this offer begins."""
    return f"{reverse('playground')}?{urlencode({'offer': offer.pk})}" if offer else ""


def rights_of(offer: Offer, mine: str) -> list[dict[str, Any]]:
    """Requests in flight by tier; `mine` is the tier of the person's key."""
    return [
        {"tier": tier, "count": offer.concurrency[tier], "is_mine": tier == mine}
        for tier in TIERS
        if tier in offer.concurrency
    ]


def status_badge(model: LanguageModel) -> dict[str, str] | None:
    """A badge for a model that is not simply current."""
    if model.status == Statuses.CURRENT:
        return None
    return {"tone": TONES.get(Statuses(model.status), ""), "words": str(Statuses(model.status).label)}


def _row(desk: Desk, offer: Offer) -> dict[str, Any]:
    price, model = desk.prices.get(offer.pk), offer.language_model
    key = desk.keys.get(offer.provider_id)
    return {
        "title": offer.title,
        "slug": model.slug if model else "",
        "note": _note(offer),
        "status": status_badge(model) if model else None,
        "price": first_tier(price, desk.rate) if price else None,
        "context": count_words(offer.context_tokens),
        "max_output": count_words(offer.max_output_tokens),
        "features": [
            {"icon": icon, "word": word, "has": has}
            for icon, word, has in (
                ("brain", _("Thinking"), offer.thinking != "none"),
                ("wrench", _("Tools"), offer.tools),
                ("braces", _("Structured output"), offer.json_mode),
                ("database", _("Caching"), offer.caching),
            )
        ],
        "rights": rights_of(offer, key.tier if key else ""),
        "source": price.source if price else offer.source,
        "date": day_words(price.source_date if price else offer.source_date),
        "refused": desk.refused(offer),
        "try_url": try_url(offer),
    }


def _note(offer: Offer) -> str:
    if offer.mirrors:
        return _("%(shop)s prices") % {"shop": offer.mirrors}
    if offer.language_model is None:
        return offer.wire_name
    return offer.language_model.words(get_language() or "en").note or offer.language_model.parameters


def _why_not(model: LanguageModel) -> str:
    reasons = [str(offer.get_disabled_reason_display()) for offer in model.offers.all() if offer.disabled_reason]
    return reasons[0] if reasons else _("No provider of the catalog offers it.")
