"""All the catalog states about one language model, each figure with who states it. Plain values for templates."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from playground.catalog.choices import EVERYONE, Statuses
from playground.catalog.models import LanguageModel, Offer, PriceRow, Source, UnnamedRow
from playground.catalog.prices import rows_in_force
from playground.pricing.money import Currency
from playground.pricing.price import Tier
from playground.prompts.queries import builtin_uses
from playground.web.model_table import rate_words, rights_of, row_of, status_badge, try_url
from playground.web.moments import day_words
from playground.web.offers import Desk, count_words
from playground.web.parameter_table import parameter_rows
from playground.web.prices import PARTS, amount_words, rows_of
from playground.web.trials import first_trial

MEASURED_DAYS = (1, 7, 30, 90)  # what the figures of the own runs can be asked for; the second is the usual
FEATURES = {  # words of the catalog files
    "streaming": pgettext_lazy("feature", "Streaming"),
    "structured_output": gettext_lazy("Structured output"),
    "function_calling": gettext_lazy("Function calling"),
    "tool_stream": gettext_lazy("Streamed tool calls"),
    "reasoning": gettext_lazy("Thinking"),
    "reasoning_effort": gettext_lazy("Thinking effort"),
    "preserved_thinking": gettext_lazy("Preserved thinking"),
    "implicit_caching": gettext_lazy("Implicit caching"),
    "web_search": gettext_lazy("Web search"),
}
MODALITIES = {
    "text": gettext_lazy("text"),
    "image": gettext_lazy("images"),
    "video": gettext_lazy("video"),
    "file": gettext_lazy("files"),
    "audio": gettext_lazy("audio"),
}
SHOP_FACTS = {  # what a shop says of its offer, by the catalog's word for it
    "served_by": gettext_lazy("Served by"),
    "throughput_p50_tps": gettext_lazy("Median tokens per second"),
    "zero_data_retention": gettext_lazy("Keeps no data"),
    "no_training": gettext_lazy("Trains on no data"),
    "web_search": gettext_lazy("Web search"),
    "credentials": gettext_lazy("Credentials"),
    "more_capabilities": gettext_lazy("Further capabilities it does not name"),
}
PROMISES = {  # of those facts the ones that stand in the table, when a shop says yes and when it says no
    "zero_data_retention": (gettext_lazy("says it keeps no data"), gettext_lazy("does not promise to keep no data")),
    "no_training": (gettext_lazy("says it trains on no data"), gettext_lazy("does not promise not to train on data")),
}
CONTROLS = {
    "thinking.type": gettext_lazy("can be switched off"),
    "reasoning_effort": gettext_lazy("has levels of effort"),
    "gateway": gettext_lazy("is switched by the gateway"),
}


def model_page(desk: Desk, model: LanguageModel) -> dict[str, Any]:
    """Values of `models/model.html`."""
    language = get_language() or "en"
    words, family = model.words(language), model.family.words(language)
    mine = [offer for offer in desk.offers if offer.language_model_id == model.pk]
    return {
        "name": model.name,
        "note": words.note,
        "summary": words.summary,
        "family": family.name,
        "maker": model.family.maker,
        "status": status_badge(model),
        "try_url": try_url(_first_to_try(desk, mine)),
        "offers": [
            {**row_of(desk, offer, desk.tier_of(offer)), "promises": _promises(offer)}
            for offer in _best_first(desk, mine)
        ],
        "days": [(days, _days(days), days == desk.measured_days) for days in MEASURED_DAYS],
        "measured_days": desk.measured_days,
        "siblings": _siblings(model, language),
        "example": _example(_first_to_try(desk, mine)),
        "may_set_prices": desk.may_set_prices,
        "figures": _figures(desk, model),
        "features": [str(FEATURES.get(name, name)) for name in model.features],
        "features_source": _source(desk, _source_of(model, "features")),
        "use_cases": _uses(model, words.use_cases, language),
        "alternatives": _alternatives(words.alternatives),
        "claims": words.claims,
        "family_claims": family.claims,
        "benchmarks": [*model.benchmarks, *model.family.benchmarks],
        "guidance": family.thinking_guidance if "reasoning" in model.features else (),
        "sample": _sample(model.sample),
        "remarks": [desk.say(text) for text in (*model.remarks, *_notes(model.facts), *_notes(model.family.facts))],
        "shops": [_shop(desk, offer, model) for offer in _all_offers(desk, model)],
        "unnamed": [
            _unnamed(row, desk)
            for row in UnnamedRow.objects.filter(guess=model.slug).select_related("source", "provider")
        ],
        "rate": rate_words(desk.rate),
        "source": _source(desk, model.source),
        "series_source": _source(desk, _series_source(model)),
    }


def _days(count: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}


def _promises(offer: Offer) -> list[str]:
    """What the shop says about keeping requests and training on them; nothing where it says nothing."""
    return [
        str(says if offer.facts[name] else denies)
        for name, (says, denies) in PROMISES.items()
        if isinstance(offer.facts.get(name), bool)
    ]


def _siblings(model: LanguageModel, language: str) -> list[dict[str, str]]:
    """The other models of its series."""
    others = LanguageModel.objects.filter(family=model.family_id).exclude(pk=model.pk)
    return [
        {
            "slug": one.slug,
            "name": one.name,
            "note": one.words(language).note or one.parameters,
            "context": count_words(one.context_tokens),
        }
        for one in others
    ]


def _example(offer: Offer | None) -> dict[str, str] | None:
    """A request to try it with, for a use that is documented; it opens in the playground and is not sent."""
    shown = first_trial(offer) if offer else None
    if offer is None or shown is None:
        return None
    return {**shown, "url": f"{try_url(offer)}&{urlencode({'prompt': shown['prompt']})}"}


def _uses(model: LanguageModel, told: Sequence[Mapping[str, str]], language: str) -> list[dict[str, Any]]:
    """The documented uses in the reader's words, each with the built-in template for it."""
    found = builtin_uses(language)
    uses = []
    for use, words in zip(model.use_cases, told, strict=True):
        template = found.get((model.slug, use["title"])) or found.get(("", use["title"]))
        uses.append({**words, "template": reverse("template", args=[template]) if template else ""})
    return uses


def offer_prices(desk: Desk, offer: Offer) -> list[dict[str, Any]]:
    """Every price of an offer that the person's team may see: what holds now, what is to come, the past, references."""
    today = timezone.now().date()
    held = rows_in_force([offer.pk], today, scope=desk.scope).get(offer.pk)
    rows = [row for row in offer.prices.all() if row.scope in (EVERYONE, desk.scope)]
    rows.sort(key=lambda row: (row != held, not row.use, -(row.valid_from or row.source_date).toordinal()))
    shown = rows_of(rows, desk.rate, desk.say)
    return [{**words, **_standing(row, held, today)} for row, words in zip(rows, shown, strict=True)]


def _standing(row: PriceRow, held: PriceRow | None, today: dt.date) -> dict[str, Any]:
    """Where a price stands today: `holds`, or words for why not."""
    if row == held:
        return {"holds": True, "standing": ""}
    if not row.use:
        return {"holds": False, "standing": _("for reference; costs are not calculated with it")}
    if row.valid_from and row.valid_from > today:
        return {"holds": False, "standing": _("still to come")}
    if row.valid_until and row.valid_until <= today:
        return {"holds": False, "standing": _("past")}
    return {"holds": False, "standing": _("another price goes before it")}


def _best_first(desk: Desk, offers: Iterable[Offer]) -> list[Offer]:
    """What can run now stands first: with a key, then practice."""
    return sorted(offers, key=lambda offer: (bool(desk.refused(offer)), offer.provider.practice))


def _first_to_try(desk: Desk, offers: Iterable[Offer]) -> Offer | None:
    return next(iter(_best_first(desk, offers)), None)


def _figures(desk: Desk, model: LanguageModel) -> list[dict[str, Any]]:
    """What is known in figures, each with who states it."""
    rows: tuple[tuple[str, str, str], ...] = (
        ("released", _("Released"), day_words(model.released) if model.released else ""),
        ("parameters", _("Parameters"), desk.say(model.parameters)),
        ("input", _("Takes"), _modalities(model.input_modalities)),
        ("output", _("Gives"), _modalities(model.output_modalities)),
        ("context", _("Context"), _length(model.context_stated, model.context_tokens)),
        ("max_output", _("Longest answer"), _length(model.max_output_stated, model.max_output_tokens)),
        ("thinking", _("Thinking"), _thinking(model)),
        ("concurrency", _("Requests at once, V0 / V1 / V2 / V3"), _rights(model)),
        ("status", _("Status"), str(Statuses(model.status).label)),
    )
    family = model.family
    defaults = (
        (_("Default temperature"), family.temperature_default),
        (_("Default top P"), family.top_p_default),
        (_("Default for max tokens"), family.max_tokens_default and f"{family.max_tokens_default:,}"),
    )
    sourced = Source.objects.in_bulk(list(model.figure_sources.values()))
    stated = [
        {
            "label": label,
            "value": value,
            "source": _source(desk, sourced.get(model.figure_sources.get(name), model.source)),
        }
        for name, label, value in rows
        if value
    ]
    series = [
        {"label": label, "value": str(value), "source": _source(desk, _series_source(model))}
        for label, value in defaults
        if value is not None
    ]
    return stated + series


def _source_of(model: LanguageModel, figure: str) -> Source | None:
    """Who states a figure; where no source of its own is named, that is the model's."""
    return Source.objects.filter(pk=model.figure_sources.get(figure)).first() or model.source


def _shop_source(desk: Desk, offer: Offer) -> dict[str, str] | None:
    """Where and when the shop says so. Its address is that of the source with this title."""
    if not offer.source:
        return None
    known = Source.objects.filter(title=offer.source).first()
    date = day_words(offer.source_date) if offer.source_date else ""
    return {"title": desk.say(offer.source), "url": known.url if known else "", "date": date}


def _series_source(model: LanguageModel) -> Source | None:
    return Source.objects.filter(title=model.family.source).first()


def _source(desk: Desk, source: Source | None) -> dict[str, str] | None:
    return {"title": desk.say(source.title), "url": source.url, "date": day_words(source.date)} if source else None


def _modalities(names: Iterable[str]) -> str:
    return _(", ").join(str(MODALITIES.get(name, name)) for name in names)


def _length(stated: str, tokens: int | None) -> str:
    """As the source writes it, and how it is read."""
    if tokens is None:
        return stated
    words = {"stated": stated or count_words(tokens), "tokens": f"{tokens:,}"}
    return _("%(stated)s, read as %(tokens)s tokens") % words


def _rights(model: LanguageModel) -> str:
    sold = model.offers.filter(provider__scope=EVERYONE, provider__practice=False).select_related("provider")
    stated = [
        f"{offer.provider.name}: {' / '.join(str(right['count']) for right in rights_of(offer, ''))}"
        for offer in sold
        if offer.concurrency
    ]
    return pgettext("between clauses", ", ").join(stated)


def _thinking(model: LanguageModel) -> str:
    known = model.thinking
    style = known.get("style", "none")
    if style == "none":
        return _("does not think")
    if style == "inline_think_tags":
        return _("always thinks, inside the answer")
    parts = [_("thinks in a part of its own")]
    stays = known.get("can_disable") is False
    parts.append(_("cannot be switched off") if stays else str(CONTROLS.get(known.get("control", ""), "")))
    if known.get("dynamic"):
        parts.append(_("decides by itself how much"))
    if known.get("efforts"):
        parts.append(_("effort: %(words)s") % {"words": _(", ").join(known["efforts"])})
    return pgettext("between clauses", ", ").join(part for part in parts if part)


def _alternatives(stated: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = [(one["when"], one["models"]) for one in stated]
    named = LanguageModel.objects.filter(slug__in=[slug for _when, slugs in rows for slug in slugs])
    names = dict(named.values_list("slug", "name"))
    return [
        {"when": when, "models": [{"slug": slug, "name": names[slug]} for slug in slugs if slug in names]}
        for when, slugs in rows
    ]


def _sample(sample: Mapping[str, Any]) -> dict[str, Any] | None:
    """The example of the documentation: what it sent and what it used."""
    usage, request = sample.get("usage"), sample.get("request")
    if not usage and not request:
        return None
    lines = dict(request or {}) | {name: sample[name] for name in ("finish_reason", "echoed_as") if name in sample}
    return {
        "usage": [
            {"kind": kind, "word": word, "count": f"{usage[name]:,}"}
            for kind, word, name in (
                ("prompt", _("prompt"), "prompt_tokens"),
                ("completion", _("completion"), "completion_tokens"),
                ("", _("in all"), "total_tokens"),
            )
            if name in usage
        ]
        if usage
        else [],
        "lines": [f"{name} = {value}" for name, value in lines.items()],
    }


def _notes(facts: Mapping[str, Any]) -> list[str]:
    return [str(value) for name, value in facts.items() if name.endswith("_note")]


def _all_offers(desk: Desk, model: LanguageModel) -> Iterable[Offer]:
    """Also those that cannot be chosen: their prices are known all the same."""
    return (
        model.offers.filter(provider__scope=EVERYONE, provider__practice=False)
        .select_related("provider")
        .prefetch_related("prices")
        .order_by("provider__sort")
    )


def _shop(desk: Desk, offer: Offer, model: LanguageModel) -> dict[str, Any]:
    return {
        "name": offer.provider.name,
        "wire_name": offer.full_wire_name,
        "why_not": str(offer.get_disabled_reason_display()) if offer.disabled_reason else "",
        "prices": offer_prices(desk, offer),
        "parameters": [
            {**row, "sources": [_source(desk, one) for one in row["sources"] or [model.source]]}
            for row in parameter_rows(offer, model)
        ],
        "price_url": reverse("model-price", args=[offer.pk]) if desk.may_set_prices and offer.enabled else "",
        "facts": [
            {"label": str(label), "value": _plain(offer.facts[name], desk.say)}
            for name, label in SHOP_FACTS.items()
            if name in offer.facts
        ],
        "source": _shop_source(desk, offer),
        "try_url": try_url(offer) if offer.enabled else "",
        "refused": desk.refused(offer),
    }


def _unnamed(row: UnnamedRow, desk: Desk) -> dict[str, Any]:
    tier = Tier.from_json(row.tiers[0])
    currency: Currency = "CNY" if row.currency == "CNY" else "USD"
    return {
        "shop": row.provider.name,
        "released": day_words(row.released),
        "context": row.context_stated,
        "latency": _("%(seconds)s s") % {"seconds": row.latency_s},
        "throughput": row.throughput_tps,
        "hosts": _(", ").join(row.hosts),
        "price": {part: amount_words(getattr(tier, part), currency, desk.rate) for part in PARTS},
        "note": desk.say(row.note),
        "source": _source(desk, row.source),
    }


def _plain(value: object, say: Callable[[str], str]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _(", ").join(say(str(one)) for one in value) if isinstance(value, list) else say(str(value))
