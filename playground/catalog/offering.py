"""From the entries of a language model and a provider to the offer between them. Pure; called by read.py."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playground.catalog.choices import DisabledReasons, Reasonings, Statuses, ThinkingModes, ThinkingSwitches
from playground.catalog.entries import Entries, OfferEntry, StatedPrice, Values
from playground.catalog.table import Table
from playground.pricing.money import CURRENCIES, PricingError
from playground.pricing.price import Price, Tier

# An offer's place in lists: that of its model, then that of its shop.
SHOP_PLACES: Final = 20


@dataclass(frozen=True, slots=True)
class Shops:
    """What a model's entry says about those who sell it; mappings by slug of the provider."""

    offered_by: Collection[str]
    text_works: bool
    concurrency: Mapping[str, Mapping[str, int]]
    facts: Mapping[str, Values]
    prices: Mapping[str, Sequence[StatedPrice]]


def shop_offers(slug: str, model: Values, shops: Shops, entries: Entries) -> Iterator[OfferEntry]:
    """The offers of one model at every provider that lists it or has a price for it."""
    for place, (provider, provider_values) in enumerate(entries.providers.items()):
        if provider not in shops.offered_by and provider not in shops.prices:
            continue
        prices = tuple(shops.prices.get(provider, ()))
        values = {
            **_abilities(model, entries.families[model["family_id"]], provider_values),
            **_selling(provider_values, prices, entries),
            **_availability(model, shops, provider),
            "mirrors": "",
            "concurrency": shops.concurrency.get(provider, {}),
            "facts": shops.facts.get(provider, {}),
            "sort": model["sort"] * SHOP_PLACES + place,
        }
        yield OfferEntry(provider, slug, slug, values, prices)


def practice_offers(
    provider: str, shops: Sequence[str], models: Sequence[str], entries: Entries
) -> Iterator[OfferEntry]:
    """Offers of the practice provider: the named models once for every shop that has a price for them."""
    for slug in models:
        model = entries.language_models[slug]
        abilities = _abilities(model, entries.families[model["family_id"]], entries.providers[provider])
        for place, shop in enumerate(shops):
            sold = entries.offers.get((shop, slug))
            if sold is None or not sold.prices:
                continue
            values = {
                **abilities,
                **{key: sold.values[key] for key in ("concurrency", "source", "source_date")},
                "mirrors": shop,
                "facts": {},
                "enabled": True,
                "disabled_reason": "",
                "sort": model["sort"] * SHOP_PLACES + place,
            }
            yield OfferEntry(provider, slug, f"{shop}/{slug}", values, sold.prices)


def stated_prices(tables: Iterable[Table], entries: Entries) -> dict[str, list[StatedPrice]]:
    """Price entries by provider. Raises CatalogFileError naming the entry."""
    prices: dict[str, list[StatedPrice]] = {}
    for table in tables:
        provider = table.text("provider", among=entries.providers)
        price = _price(table, entries)
        table.finish()
        if price.currency != entries.providers[provider]["currency"]:
            raise table.fail(f"{provider} does not bill in {price.currency}.")
        prices.setdefault(provider, []).append(price)
    return prices


def stated_tier(table: Table) -> Tier:
    """The amounts and ranges of one price entry. Raises CatalogFileError naming the entry."""
    try:
        return Tier(
            input=table.amount("input"),
            output=table.amount("output"),
            cached=table.amount_or_none("cached"),
            prompt_min=table.whole("prompt_min", 0),
            prompt_max=table.whole_or_none("prompt_max"),
            completion_min=table.whole("completion_min", 0),
            completion_max=table.whole_or_none("completion_max"),
        )
    except PricingError as error:
        raise table.fail(f"{error}.") from error


def _price(table: Table, entries: Entries) -> StatedPrice:
    source = entries.sources[table.text("source", among=entries.sources)]
    stated = StatedPrice(
        currency=table.text("currency", among=CURRENCIES),
        tiers=tuple(_tier_of_several(part) for part in table.tables("tiers"))
        if table.has("tiers")
        else (stated_tier(table),),
        source=source["title"],
        source_url=source["url"],
        source_date=source["date"],
        start=table.day_or_none("valid_from"),
        end=table.day_or_none("valid_until"),
        use=table.flag("use", True),
        also=tuple(entries.sources[slug]["title"] for slug in table.texts("also", among=entries.sources)),
        note=table.text("note", ""),
    )
    try:
        Price.from_json({"id": "file", **json.loads(json.dumps(stated.values, default=str))})
    except PricingError as error:
        raise table.fail(f"{error}.") from error
    return stated


def _tier_of_several(table: Table) -> Tier:
    tier = stated_tier(table)
    table.finish()
    return tier


def _abilities(model: Values, family: Values, provider: Values) -> Values:
    """What an offer can do: the model's features, as far as the provider's wire format carries them."""
    features, glm = model["features"], provider["family"] == "glm"
    return {
        "title": model["name"],
        **_thinking_values(model["thinking"], provider),
        "tools": "function_calling" in features,
        "tool_stream": glm and "tool_stream" in features,
        "json_mode": "structured_output" in features,
        "streaming": "streaming" in features or not features,
        "caching": "implicit_caching" in features,
        "web_search": glm and "web_search" in features,
        "keeps_thinking": glm and "preserved_thinking" in features,
        "context_tokens": model["context_tokens"],
        "max_output_tokens": model["max_output_tokens"],
        "temperature_default": family["temperature_default"],
        "top_p_default": family["top_p_default"],
        "max_tokens_default": _longest_by_default(model, family),
    }


def _longest_by_default(model: Values, family: Values) -> int | None:
    """The documented default of max_tokens; one above the model's own maximum is none."""
    stated, most = family["max_tokens_default"], model["max_output_tokens"]
    return stated if stated is not None and (most is None or stated <= most) else None


def _thinking_values(thinking: Values, provider: Values) -> Values:
    """Models without thinking, and those that always write it into the answer, know no parameter for it."""
    mode, switch, reasoning = ThinkingModes.OPTIONAL, provider["thinking_switch"], provider["reasoning"]
    if thinking["style"] == "none":
        mode, switch, reasoning = ThinkingModes.NONE, ThinkingSwitches.NONE, Reasonings.FIELD
    elif thinking["style"] == "inline_think_tags":
        mode, switch, reasoning = ThinkingModes.ALWAYS, ThinkingSwitches.NONE, Reasonings.INLINE
    elif not thinking.get("can_disable", True):
        mode = ThinkingModes.ALWAYS
    return {
        "thinking": str(mode),
        "thinking_switch": str(switch),
        "reasoning": str(reasoning),
        "efforts": thinking["efforts"],
    }


def _selling(provider: Values, prices: Iterable[StatedPrice], entries: Entries) -> Values:
    """Who says that the provider sells the model: its price list, else the documentation of the provider."""
    first = next((price for price in prices if price.use), None)
    if first is not None:
        return {"source": first.source, "source_date": first.source_date}
    title = provider["facts"]["source"]
    day = next((source["date"] for source in entries.sources.values() if source["title"] == title), None)
    return {"source": title, "source_date": day}


def _availability(model: Values, shops: Shops, provider: str) -> Values:
    reason = ""
    if model["status"] == Statuses.UNVERIFIED:
        reason = str(DisabledReasons.UNVERIFIED)
    elif provider not in shops.offered_by:
        reason = str(DisabledReasons.NOT_OFFERED)
    elif not shops.text_works:
        reason = str(DisabledReasons.VISION)
    return {"enabled": not reason, "disabled_reason": reason}
