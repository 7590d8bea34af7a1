"""The model picker: a row for every offer that can be chosen, and what its foot says. Plain values for templates."""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from playground.catalog.models import LanguageModel, Offer
from playground.conversations.models import Conversation
from playground.ledger.measured import Measured
from playground.pricing.price import Price
from playground.web.figures import seconds_words, speed_words
from playground.web.model_filter import searchable
from playground.web.money import SIGNS
from playground.web.offers import (
    OTHER,
    Desk,
    count_words,
    feature_words,
    features_of,
    note_of,
    other_rate,
    settings_url,
)
from playground.web.prices import plain

LANGUAGES = ("en", "zh-hans")  # both are searched, whichever the page speaks


def picker_view(desk: Desk, conversation: Conversation | None) -> dict[str, Any]:
    """Values of `conversations/_model_picker.html`."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for offer in desk.offers:
        groups[offer.provider.name].append(_row(desk, offer))
    # What can be run now comes first.
    ordered = sorted(groups.items(), key=lambda group: all(row["refused"] for row in group[1]))
    models = {offer.language_model.slug: offer.language_model for offer in desk.offers if offer.language_model}
    return {
        "count": len(desk.offers),
        "url": settings_url(conversation),
        "groups": [{"label": label if len(ordered) > 1 else "", "rows": rows} for label, rows in ordered],
        "models": [_about(model) for model in models.values()],
    }


def model_texts(model: LanguageModel) -> Iterable[str]:
    """What a language model is found by, in both languages: its names, what it is, what it is good for."""
    yield from (model.name, model.slug, model.parameters)
    for language in LANGUAGES:
        words = model.words(language)
        yield from (words.note, words.summary)
        yield from itertools.chain.from_iterable((case["title"], case["text"]) for case in words.use_cases)


def price_words(price: Price | None) -> tuple[str, str]:
    """A price in a few characters and its note: ("$0.20 / $1.10", "per M, in / out"), ("¥0.50", "per M")."""
    if price is None:
        return "—", _("no price")
    if price.is_free:
        return _("Free"), ""
    first, sign = price.tiers[0], SIGNS[price.currency]
    is_more = len(price.tiers) > 1
    if first.input == first.output:
        return f"{sign}{plain(first.input)}", _("per M, from") if is_more else _("per M")
    words = f"{sign}{plain(first.input)} / {sign}{plain(first.output)}"
    return words, _("per M, in / out, from") if is_more else _("per M, in / out")


def _about(model: LanguageModel) -> dict[str, Any]:
    words = model.words(get_language() or "en")
    return {
        "slug": model.slug,
        "find": searchable(model_texts(model)),
        "summary": words.summary,
        "uses": [case["title"] for case in words.use_cases],
    }


def _row(desk: Desk, offer: Offer) -> dict[str, Any]:
    price, model = desk.prices.get(offer.pk), offer.language_model
    words, price_note = price_words(price)
    tier = desk.tier_of(offer)
    return {
        "offer_id": str(offer.pk),
        "title": offer.title,
        "note": note_of(offer),
        "model": model.slug if model else "",
        "find": searchable([offer.title, offer.wire_name, note_of(offer), offer.provider.name]),
        "price": words,
        "price_note": price_note,
        "context": count_words(offer.context_tokens),
        **_speed(desk.measured.get(offer.pk)),
        "features": [name for name, has in features_of(offer) if has],
        "refused": desk.refused(offer),
        "chips": feature_words(offer),
        "rights": {"tier": tier, "count": offer.concurrency[tier]} if tier in offer.concurrency else None,
        "input_prices": _by_length(price),
        "sign": SIGNS[price.currency] if price else "",
        "other_sign": SIGNS[OTHER[price.currency]] if price else "",
        "other_rate": str(other_rate(price.currency, desk.rate)) if price else "",
    }


def _speed(figures: Measured | None) -> dict[str, str]:
    if figures is None or figures.ttft_ms is None:
        return {"ttft": "", "speed": ""}
    speed = speed_words(figures)
    return {"ttft": seconds_words(figures.ttft_ms), "speed": _("%(count)s tok/s") % {"count": speed}}


def _by_length(price: Price | None) -> str:
    """What a million prompt tokens cost, by the length of the prompt: "0:0.80 32000:1.20"; "" when unknown."""
    cheapest: dict[int, str] = {}
    for tier in sorted(price.tiers if price else (), key=lambda tier: (tier.prompt_min, tier.completion_min)):
        cheapest.setdefault(tier.prompt_min, f"{tier.input:f}")
    return " ".join(f"{low}:{amount}" for low, amount in cheapest.items())
