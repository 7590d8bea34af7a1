"""Catalog files to entries; no database. Called by load.py.

Files are read in the order of their names, which begin with their date. A later file may repeat an entry by its slug:
the keys it states replace the earlier ones, and the prices it states for a provider replace that provider's prices.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playground.catalog.capabilities import REFUSALS_OF_PROVIDERS
from playground.catalog.choices import FAMILIES, REASONINGS, THINKING_SWITCHES, TIERS, Kinds, Statuses
from playground.catalog.entries import Entries, Values
from playground.catalog.offering import Shops, practice_offers, shop_offers, stated_prices, stated_tier
from playground.catalog.table import Table, read_toml
from playground.pricing.money import CURRENCIES
from playground.wire.parameters import NAMES

SCHEMA_VERSION: Final = 1
FEATURES: Final = (
    "streaming",
    "structured_output",
    "function_calling",
    "tool_stream",
    "reasoning",
    "reasoning_effort",
    "preserved_thinking",
    "implicit_caching",
    "web_search",
)
STATED_OF_PARAMETERS: Final = frozenset({"refused", "values", "most", "low", "high"})
LANGUAGES: Final = ("zh-hans",)  # of translations; the entries themselves are English
STYLES: Final = ("none", "inline_think_tags", "reasoning_content")


def read(paths: Iterable[Path], *, upon: Iterable[Table] = ()) -> Entries:
    """Read the files and check them against each other. Raises CatalogFileError naming file and entry.

    `upon`: tables of further files, laid over all the others.
    """
    pile = _Pile()
    for path in sorted(paths, key=lambda path: path.name):
        pile.add(Table(read_toml(path), path.name))
    for table in upon:
        pile.add(table)
    return _put_together(pile)


@dataclass(slots=True)
class _Layer:
    """The tables of one slug from all files, laid over each other."""

    where: str
    data: Values = field(default_factory=dict)
    prices: list[Table] = field(default_factory=list)

    @property
    def table(self) -> Table:
        return Table(self.data, self.where)


class _Pile:
    """Tables by kind and key, before they are understood."""

    def __init__(self) -> None:
        self.days: list[dt.date] = []
        self.layers: dict[str, dict[str, _Layer]] = {"sources": {}, "providers": {}, "families": {}, "models": {}}
        self.unnamed_rows: list[Table] = []
        self.texts: list[Table] = []
        self.phrases: dict[tuple[str, str], str] = {}
        self.practice: Table | None = None

    def add(self, file: Table) -> None:
        if file.whole("schema_version") != SCHEMA_VERSION:
            raise file.fail("this version of the schema is not known.")
        self.days.append(file.day("checked"))
        for kind, layers in self.layers.items():
            for entry in file.tables(kind, "slug"):
                self._lay(layers, entry)
        self.unnamed_rows += file.tables("unnamed_rows", "released")
        self.texts += file.tables("texts", "language", "family", "model")
        if file.has("phrases"):
            self._add_phrases(file.table("phrases"))
        if file.has("practice"):
            self.practice = file.table("practice")
        file.finish()

    def _add_phrases(self, languages: Table) -> None:
        for language in LANGUAGES:
            if languages.has(language):
                table = languages.table(language)
                self.phrases |= {(language, english): table.text(english) for english, _told in table.items()}
        languages.finish()

    @staticmethod
    def _lay(layers: dict[str, _Layer], entry: Table) -> None:
        prices = list(entry.tables("prices", "provider", "source"))
        layer = layers.setdefault(entry.text("slug"), _Layer(entry.where))
        repriced = {price.text("provider") for price in prices}
        layer.where = entry.where
        layer.data |= {key: value for key, value in entry.items() if key != "prices"}
        layer.prices = [old for old in layer.prices if old.text("provider") not in repriced] + prices


def _put_together(pile: _Pile) -> Entries:
    entries = Entries(day=max(pile.days, default=dt.date.min), phrases=pile.phrases)
    for slug, layer in pile.layers["sources"].items():
        entries.sources[slug] = _source(layer.table)
    for slug, layer in pile.layers["providers"].items():
        entries.providers[slug] = _provider(layer.table, entries)
    for slug, layer in pile.layers["families"].items():
        entries.families[slug] = _family(layer.table, entries)
    for slug, layer in pile.layers["models"].items():
        _add_model(slug, layer, entries)
    if pile.practice is not None:
        _add_practice(pile.practice, entries)
    for table in pile.unnamed_rows:
        _add_unnamed_row(table, entries)
    for table in pile.texts:
        _add_texts(table, entries)
    for slug, values in entries.language_models.items():
        _check_pointers(slug, pile.layers["models"][slug].table, values, entries)
    return entries


def _source(table: Table) -> Values:
    values = {
        "title": table.text("title"),
        "url": _address(table),
        "via": table.text("via", ""),
        "note": table.text("note", ""),
        "date": table.day("date"),
        "date_stated": table.text("date_stated", ""),
        "mentions": table.texts("mentions"),
    }
    _finish(table)
    return values


def _address(table: Table) -> str:
    url = table.text("url", "")
    if url and not url.startswith(("https://", "http://")):
        raise table.fail(f"url must begin with https:// or http://, not {url!r}.")
    return url


def _provider(table: Table, entries: Entries) -> Values:
    values = {
        "name": table.text("name"),
        "base_url": table.text("base_url"),
        "currency": table.text("currency", "", among=("", *CURRENCIES)),
        "family": table.text("family", among=FAMILIES),
        "thinking_switch": table.text("thinking_switch", among=THINKING_SWITCHES),
        "reasoning": table.text("reasoning", "field", among=REASONINGS),
        "model_prefix": table.text("model_prefix", ""),
        "asks_usage": table.flag("asks_usage", False),
        "parameters": _parameters(table),
        "temperature_max": table.amount("temperature_max"),
        "top_p_max": table.amount("top_p_max"),
        "practice": table.flag("practice", False),
        "default_wire_name": table.text("default_wire_name", ""),
        "sort": table.whole("sort"),
        "facts": {**table.json("facts"), "source": _source_title(table, entries)},
    }
    _finish(table)
    return values


def _parameters(table: Table) -> Values:
    """What a provider takes unlike its family (catalog/capabilities.py)."""
    own = table.json("parameters")
    for name, stated in own.items():
        if name not in NAMES or not isinstance(stated, dict) or not set(stated) <= STATED_OF_PARAMETERS:
            raise table.fail(
                f"parameters: {name} must be a known parameter with {', '.join(sorted(STATED_OF_PARAMETERS))}."
            )
        if stated.get("refused", REFUSALS_OF_PROVIDERS[0]) not in REFUSALS_OF_PROVIDERS:
            raise table.fail(f"parameters: {name} is refused as one of {', '.join(REFUSALS_OF_PROVIDERS)}.")
    return own


def _family(table: Table, entries: Entries) -> Values:
    values = {
        "name": table.text("name"),
        "maker": table.text("maker"),
        "temperature_default": table.amount_or_none("temperature"),
        "top_p_default": table.amount_or_none("top_p"),
        "max_tokens_default": table.whole_or_none("max_tokens"),
        "claims": table.texts("claims"),
        "benchmarks": table.texts("benchmarks"),
        "thinking_guidance": [_guidance(item) for item in table.tables("thinking_guidance", "level")],
        "facts": table.json("facts"),
        "source": _source_title(table, entries),
        "translations": {},
    }
    _finish(table)
    return values


def _guidance(table: Table) -> Values:
    values = {
        "level": table.text("level"),
        "advice": table.text("advice"),
        "examples": table.texts("examples"),
    }
    table.finish()
    return values


def _add_model(slug: str, layer: _Layer, entries: Entries) -> None:
    table = layer.table
    model = _language_model(table, entries)
    shops = Shops(
        offered_by=table.texts("offered_by", among=entries.providers),
        text_works=table.flag("text_works", model["kind"] == Kinds.TEXT),
        concurrency=_concurrency(table, entries),
        facts=table.json("offer_facts"),
        prices=stated_prices(layer.prices, entries),
    )
    _finish(table)
    entries.language_models[slug] = model
    for offer in shop_offers(slug, model, shops, entries):
        entries.offers[offer.provider, offer.wire_name] = offer


def _language_model(table: Table, entries: Entries) -> Values:
    return {
        "name": table.text("name"),
        "family_id": table.text("family", among=entries.families),
        "kind": table.text("kind", among=Kinds.values),
        "status": table.text("status", among=Statuses.values),
        "note": table.text("note", ""),
        "summary": table.text("summary", ""),
        "parameters": table.text("parameters", ""),
        "released": table.day_or_none("released"),
        "input_modalities": table.texts("input"),
        "output_modalities": table.texts("output"),
        "context_stated": table.text("context", ""),
        "context_tokens": table.whole_or_none("context_tokens"),
        "max_output_stated": table.text("max_output", ""),
        "max_output_tokens": table.whole_or_none("max_output_tokens"),
        "features": table.texts("features", among=FEATURES),
        "thinking": _thinking(table.table("thinking")),
        "use_cases": [_use_case(item) for item in table.tables("use_cases", "title")],
        "alternatives": [_alternative(item) for item in table.tables("alternatives", "when")],
        "claims": table.texts("claims"),
        "benchmarks": table.texts("benchmarks"),
        "sample": table.json("sample"),
        "remarks": table.texts("remarks"),
        "facts": table.json("facts"),
        "figure_sources": _figure_sources(table, entries),
        "source_id": table.text("source", among=entries.sources) if table.has("source") else None,
        "sort": table.whole("sort"),
        "translations": {},
    }


def _thinking(table: Table) -> Values:
    values: Values = {
        "style": table.text("style", among=STYLES),
        "control": table.text("control"),
        "default": table.text("default"),
        "efforts": table.texts("efforts"),
    }
    for key in ("dynamic", "can_disable"):  # absent: not stated
        if table.has(key):
            values[key] = table.flag(key, default=False)
    table.finish()
    return values


def _use_case(table: Table) -> Values:
    values = {"title": table.text("title"), "text": table.text("text")}
    table.finish()
    return values


def _alternative(table: Table) -> Values:
    values = {"when": table.text("when"), "models": table.texts("models")}
    table.finish()
    return values


def _figure_sources(table: Table, entries: Entries) -> Values:
    values = table.json("figure_sources")
    if unknown := [slug for slug in values.values() if slug not in entries.sources]:
        raise table.fail(f"figure_sources names {', '.join(map(str, unknown))}, which is no source.")
    return values


def _concurrency(table: Table, entries: Entries) -> dict[str, dict[str, int]]:
    rights = table.json("concurrency")
    for provider, tiers in rights.items():
        if provider not in entries.providers or not isinstance(tiers, dict) or set(tiers) != set(TIERS):
            raise table.fail(f"concurrency must give {', '.join(TIERS)} for a known provider.")
        if not all(isinstance(count, int) and count > 0 for count in tiers.values()):
            raise table.fail("concurrency must be whole numbers above 0.")
    return rights


def _add_practice(table: Table, entries: Entries) -> None:
    provider = table.text("provider", among=entries.providers)
    shops = table.texts("shops", among=entries.providers)
    models = table.texts("models", among=entries.language_models)
    table.finish()
    for offer in practice_offers(provider, shops, models, entries):
        entries.offers[offer.provider, offer.wire_name] = offer


def _add_unnamed_row(table: Table, entries: Entries) -> None:
    provider, source = table.text("provider", among=entries.providers), table.text("source", among=entries.sources)
    released = table.day("released")
    entries.unnamed_rows[provider, source, released] = {
        "context_stated": table.text("context"),
        "latency_s": table.amount("latency_s"),
        "throughput_tps": table.whole("throughput_tps"),
        "currency": table.text("currency", among=CURRENCIES),
        "tiers": [stated_tier(table).to_json()],
        "hosts": table.texts("hosts"),
        "more_hosts": table.whole("more_hosts", 0),
        "guess": table.text("guess", ""),
        "note": table.text("note", ""),
    }
    table.finish()


def _add_texts(table: Table, entries: Entries) -> None:
    """Lay translated texts over a family or a model. A translation that lacks a sentence is a mistake."""
    language = table.text("language", among=LANGUAGES)
    if table.has("family"):
        whole = entries.families[table.text("family", among=entries.families)]
        told: Values = {
            "name": table.text("name"),
            "claims": table.texts("claims"),
            "thinking_guidance": [_guidance(item) for item in table.tables("thinking_guidance", "level")],
        }
    else:
        whole = entries.language_models[table.text("model", among=entries.language_models)]
        told = {
            "note": table.text("note", ""),
            "summary": table.text("summary", ""),
            "use_cases": [_use_case(item) for item in table.tables("use_cases", "title")],
            "alternatives": [
                {"when": when, "models": pointer["models"]}
                for when, pointer in zip(table.texts("alternatives"), whole["alternatives"], strict=False)
            ],
            "claims": table.texts("claims"),
        }
    table.finish()
    for key, value in told.items():
        if _size(value) != _size(whole[key]):
            raise table.fail(f"{key} does not say as much as the English entry.")
    whole["translations"][language] = told


def _size(value: str | list[Any]) -> int:
    return len(value) if isinstance(value, list) else bool(value)


def _check_pointers(slug: str, table: Table, values: Values, entries: Entries) -> None:
    for alternative in values["alternatives"]:
        if unknown := [model for model in alternative["models"] if model not in entries.language_models]:
            raise table.fail(f"{slug} points to {', '.join(unknown)}, which the catalog does not have.")


def _source_title(table: Table, entries: Entries) -> str:
    """The title of the entry's source; empty when the entry names none."""
    if not table.has("source"):
        return ""
    title: str = entries.sources[table.text("source", among=entries.sources)]["title"]
    return title


def _finish(table: Table) -> None:
    """Finish an entry that was found by its slug."""
    if table.has("slug"):
        table.text("slug")
    table.finish()
