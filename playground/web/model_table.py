"""The table of the models page: what can be chosen, filtered and sorted, with prices, limits and what was measured.

Plain values for templates.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from playground.catalog.choices import TIERS, Statuses
from playground.catalog.models import LanguageModel, Offer, PriceRow
from playground.pricing.money import Money, Rate, convert
from playground.web.figures import measured_words
from playground.web.model_filter import COLUMNS, CONTEXTS, FEATURES, Filter, Line, places, searchable
from playground.web.moments import day_words
from playground.web.offers import Desk, count_words, features_of, shop_words
from playground.web.picker import model_texts
from playground.web.prices import PARTS, first_tier

TONES = {Statuses.ENDING: "warn", Statuses.RETIRED: "warn", Statuses.UNVERIFIED: "warn"}
ICONS = {"thinking": "brain", "tools": "wrench", "json": "braces", "caching": "database"}


def catalog_page(desk: Desk, wish: Filter) -> dict[str, Any]:
    """Values of `models/page.html` and `models/_results.html`."""
    tier = wish.tier or _usual_tier(desk)
    # What can be run now comes first, each provider's newest models at its head.
    offers = sorted(desk.offers, key=lambda offer: bool(desk.refused(offer)))
    found = places([_line(desk, offer, tier) for offer in offers], wish)
    providers = _providers(offers)
    return {
        "wish": wish,
        "tier": tier,
        "all": len(offers),
        "rows": [row_of(desk, offers[place], tier) for place in found],
        "columns": {column: _head(wish, column) for column in COLUMNS},
        "filters": {
            "features": [
                {"name": name, "icon": ICONS[name], "word": word, "is_on": name in wish.features}
                for name, word in feature_names().items()
            ],
            "contexts": [
                {"tokens": tokens, "words": count_words(tokens), "is_on": tokens == wish.context} for tokens in CONTEXTS
            ],
            "providers": [{"slug": slug, "name": name, "is_on": slug == wish.provider} for slug, name in providers],
            "tiers": [{"name": name, "is_on": name == tier} for name in TIERS],
        },
        "told": _told(wish, dict(providers)),
        "elsewhere": _known_elsewhere(desk, wish),
        "may_set_prices": desk.may_set_prices,
        "rate": rate_words(desk.rate),
        "checked": day_words(max((row.source_date for row in desk.price_rows.values()), default=None)),
    }


def row_of(desk: Desk, offer: Offer, tier: str) -> dict[str, Any]:
    """One offer: a row of the catalog, and of the offers side by side on a model's page."""
    model, row = offer.language_model, desk.price_rows.get(offer.pk)
    return {
        "id": offer.pk,
        "title": offer.title,
        "slug": model.slug if model else "",
        "provider": offer.provider.name,
        "note": note_words(offer),
        "status": status_badge(model) if model else None,
        "price": price_of(desk, row) if row else None,
        "price_url": "" if offer.provider.practice else reverse("model-price", args=[offer.pk]),
        "context": count_words(offer.context_tokens),
        "max_output": count_words(offer.max_output_tokens),
        "parallel": f"{offer.concurrency[tier]:,}" if tier in offer.concurrency else "—",
        "features": [
            {"icon": ICONS[name], "word": feature_names()[name], "has": has}
            for name, has in features_of(offer)
            if name in ICONS
        ],
        "rights": rights_of(offer, desk.tier_of(offer) if offer.provider_id in desk.keys else ""),
        "measured": measured_words(desk.measured.get(offer.pk)),
        "practice": offer.provider.practice,
        "refused": desk.refused(offer),
        "try_url": try_url(offer),
    }


def price_of(desk: Desk, row: PriceRow) -> dict[str, Any]:
    """The price of a short request, and whose it is: `is_own` when the team typed it."""
    return {
        **first_tier(row.price, desk.rate),
        "is_own": row.origin == PriceRow.Origin.TYPED,
        "source": desk.say(row.source),
        "date": day_words(row.source_date),
    }


def feature_names() -> dict[str, str]:
    """The features that can be asked for, in words."""
    words = (_("Thinking"), _("Tools"), _("Structured output"), _("Caching"))
    return dict(zip(FEATURES, words, strict=True))


def rate_words(rate: Rate) -> dict[str, str]:
    """The exchange rate and its day."""
    return {"value": f"{rate.value.normalize():f}", "date": day_words(rate.date)}


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


def note_words(offer: Offer) -> str:
    """A few words about an offer: whose prices it repeats, else what its model is."""
    if offer.mirrors:
        return shop_words(offer)
    if offer.language_model is None:
        return offer.wire_name if offer.wire_name != offer.title else ""
    return offer.language_model.words(get_language() or "en").note or offer.language_model.parameters


def _usual_tier(desk: Desk) -> str:
    """The tier of the person's first key at a provider that states rights by tier, else the lowest."""
    return next(
        (desk.tier_of(offer) for offer in desk.offers if offer.concurrency and offer.provider_id in desk.keys), TIERS[0]
    )


def _line(desk: Desk, offer: Offer, tier: str) -> Line:
    price, figures, model = desk.prices.get(offer.pk), desk.measured.get(offer.pk), offer.language_model
    texts = [
        offer.title,
        offer.wire_name,
        offer.provider.name,
        note_words(offer),
        *(model_texts(model) if model else ()),
    ]
    values: dict[str, Decimal | int | str | None] = {
        "model": offer.title.casefold(),
        "context": offer.context_tokens,
        "max_output": offer.max_output_tokens,
        "parallel": offer.concurrency.get(tier),
        "ttft": figures.ttft_ms if figures else None,
        "speed": figures.tokens_per_second if figures else None,
        "success": Decimal(figures.succeeded) / figures.runs if figures else None,
    }
    for part in PARTS:
        amount = getattr(price.tiers[0], part) if price else None
        values[part] = _in_dollars(Money(amount, price.currency), desk.rate) if price and amount is not None else None
    return Line(
        words=searchable(texts),
        features=frozenset(name for name, has in features_of(offer) if has),
        context=offer.context_tokens,
        provider=offer.provider.slug,
        values=values,
    )


def _in_dollars(money: Money, rate: Rate) -> Decimal:
    """Only to compare amounts of both currencies with each other."""
    return money.amount if money.currency == "USD" else convert(money, rate).amount


def _head(wish: Filter, column: str) -> dict[str, str]:
    """The head of a column: where a press on it leads, and how the table is sorted by it now."""
    sorted_now = "descending" if wish.is_descending else "ascending"
    address = reverse("models") + wish.sorted_by(column).address
    return {"url": address, "sorted": sorted_now if wish.sort == column else ""}


def _providers(offers: Sequence[Offer]) -> list[tuple[str, str]]:
    named = {offer.provider.slug: (offer.provider.sort, offer.provider.name) for offer in offers}
    return [(slug, named[slug][1]) for slug in sorted(named, key=lambda slug: named[slug])]


def _told(wish: Filter, providers: dict[str, str]) -> str:
    """The filter in words, for the place where nothing fits."""
    names = feature_names()
    parts = [
        _("“%(words)s”") % {"words": wish.query} if wish.query else "",
        *(names[name] for name in wish.features),
        _("context ≥ %(tokens)s") % {"tokens": count_words(wish.context)} if wish.context else "",
        providers.get(wish.provider, wish.provider),
    ]
    return pgettext("between filters", ", ").join(part for part in parts if part)


def _known_elsewhere(desk: Desk, wish: Filter) -> list[dict[str, str]]:
    """Language models that nobody offers here, and why; only those the words fit, and no filter of offers is set."""
    if wish.features or wish.context or wish.provider:
        return []
    offered = {offer.language_model_id for offer in desk.offers if offer.language_model_id is not None}
    models = LanguageModel.objects.exclude(pk__in=offered).prefetch_related("offers")
    words = searchable([wish.query]).split()
    return [
        {"slug": model.slug, "name": model.name, "why": _why_not(model)}
        for model in models
        if all(word in searchable(model_texts(model)) for word in words)
    ]


def _why_not(model: LanguageModel) -> str:
    reasons = [str(offer.get_disabled_reason_display()) for offer in model.offers.all() if offer.disabled_reason]
    return reasons[0] if reasons else _("No provider of the catalog offers it.")
