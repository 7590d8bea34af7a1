"""Bring the catalog's rows in step with its files. Called by `manage.py load_catalog`; twice is the same as once.

What is new is added, what differs is changed, and nothing that a run may name is deleted: offers that left the files
are disabled, prices are closed on the day their successor begins. Rows that people typed are left alone.
"""

import datetime as dt
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import QuerySet

from playground.catalog.choices import EVERYONE, DisabledReasons
from playground.catalog.entries import Entries, StatedPrice, Values
from playground.catalog.models import (
    LanguageModel,
    ModelFamily,
    Offer,
    Phrase,
    PriceRow,
    Provider,
    Source,
    UnnamedRow,
)
from playground.catalog.prices import close
from playground.catalog.read import read

DATA: Final = Path(__file__).resolve().parent / "data"

Row = TypeVar("Row", bound=models.Model)
Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class Changes:
    """What a load did: kind of row -> how many were added, changed, disabled or closed."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def note(self, kind: str, deed: str) -> None:
        """Count one row."""
        deeds = self.counts.setdefault(kind, {})
        deeds[deed] = deeds.get(deed, 0) + 1

    def __bool__(self) -> bool:
        return bool(self.counts)

    def __str__(self) -> str:
        told = (
            f"{kind} {', '.join(f'{count} {deed}' for deed, count in deeds.items())}"
            for kind, deeds in self.counts.items()
        )
        return "; ".join(told) or "nothing changed"


def data_files() -> list[Path]:
    """The files that come with the program, and those an owner put into the folder `catalog` of the data folder."""
    return [*DATA.glob("*.toml"), *(Path(settings.DATA) / "catalog").glob("*.toml")]


@transaction.atomic
def load(paths: Iterable[Path]) -> Changes:
    """Load the files, all or nothing. Raises CatalogFileError naming file and entry."""
    entries = read(paths)
    changes = Changes()
    _sync(Source.objects.all(), entries.sources, "sources", changes)
    _sync(ModelFamily.objects.all(), entries.families, "families", changes)
    providers = _sync(Provider.objects.filter(scope=EVERYONE), entries.providers, "providers", changes)
    language_models = _sync(LanguageModel.objects.all(), entries.language_models, "models", changes)
    offers = _sync_offers(entries, providers, language_models, changes)
    _sync_prices(entries, offers, changes)
    _sync_unnamed_rows(entries, providers, changes)
    _sync_phrases(entries, changes)
    return changes


def _by(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, Row]:
    return {key(row): row for row in rows}


def _sync(known: QuerySet[Row], stated: Mapping[str, Values], name: str, changes: Changes) -> dict[str, Row]:
    """Add and change rows that are known by their slug; what left the files stays. Returns the rows by slug."""
    rows = _by(known, lambda row: str(getattr(row, "slug")))  # noqa: B009 - Row is any of four models
    for slug, values in stated.items():
        row = rows.get(slug)
        if row is None:
            rows[slug] = _add(known.model(slug=slug, **values), name, changes)
        else:
            _change(row, values, name, changes)
    return rows


def _add(row: Row, name: str, changes: Changes) -> Row:
    row.save(force_insert=True)
    changes.note(name, "added")
    return row


def _change(row: models.Model, values: Values, name: str, changes: Changes, deed: str = "changed") -> None:
    different = [key for key, value in values.items() if getattr(row, key) != value]
    if not different:
        return
    for key in different:
        setattr(row, key, values[key])
    row.save()
    changes.note(name, deed)


def _sync_offers(
    entries: Entries, providers: Mapping[str, Provider], language_models: Mapping[str, LanguageModel], changes: Changes
) -> dict[tuple[str, str], Offer]:
    rows = _by(
        Offer.objects.filter(provider__scope=EVERYONE).select_related("provider"),
        lambda row: (row.provider.slug, row.wire_name),
    )
    for key, entry in entries.offers.items():
        values = {**entry.values, "language_model_id": language_models[entry.language_model].pk}
        row = rows.get(key)
        if row is None:
            rows[key] = _add(
                Offer(provider=providers[entry.provider], wire_name=entry.wire_name, **values), "offers", changes
            )
        else:
            _change(row, _without_switch(values) if _by_hand(row) else values, "offers", changes)
    for key in rows.keys() - entries.offers.keys():
        gone: Values = {"enabled": False, "disabled_reason": str(DisabledReasons.WITHDRAWN)}
        if rows[key].language_model_id is not None and not _by_hand(rows[key]):
            _change(rows[key], gone, "offers", changes, "disabled")
    return rows


def _by_hand(row: Offer) -> bool:
    return row.disabled_reason == DisabledReasons.BY_HAND


def _without_switch(values: Values) -> Values:
    return {key: value for key, value in values.items() if key not in ("enabled", "disabled_reason")}


def _sync_prices(entries: Entries, offers: Mapping[tuple[str, str], Offer], changes: Changes) -> None:
    rows: dict[Any, list[PriceRow]] = {}
    for row in PriceRow.objects.filter(origin=PriceRow.Origin.FILE, offer__provider__scope=EVERYONE):
        rows.setdefault(row.offer_id, []).append(row)
    for key, offer in offers.items():
        stated = entries.offers[key].prices if key in entries.offers else ()
        _sync_prices_of(offer, rows.get(offer.pk, []), stated, entries.day, changes)


def _sync_prices_of(
    offer: Offer, rows: Collection[PriceRow], stated: Sequence[StatedPrice], day: dt.date, changes: Changes
) -> None:
    """Keep what is still stated, take over new words about the same amounts, let new amounts follow the old ones."""
    known = {row.fingerprint for row in rows if row.fingerprint}
    spoken = {price.fingerprint for price in stated}
    news = [price for price in stated if price.fingerprint not in known]
    gone = [row for row in rows if row.fingerprint and row.fingerprint not in spoken]
    for price in list(news):
        twin = next((row for row in gone if _same_amounts(row, price)), None)
        if twin is not None:
            gone.remove(twin)
            news.remove(price)
            _reword(twin, price, changes)
    past = [row for row in rows if row.use and (row in gone or not row.fingerprint)]
    starts = [_start(price, past) if rows else price.start for price in news]
    successors = [start for start, price in zip(starts, news, strict=True) if start and price.use]
    for row in gone:
        row.fingerprint = ""
        close(row, min(successors, default=max(day, row.source_date)))
        changes.note("prices", "closed")
    for start, price in zip(starts, news, strict=True):
        values = {**price.values, "valid_from": start, "fingerprint": price.fingerprint}
        _add(PriceRow(offer=offer, **values), "prices", changes)


def _same_amounts(row: PriceRow, price: StatedPrice) -> bool:
    """Whether the price is the row told anew: other source, date or remark, a later end, but the same money."""
    values = price.values
    return (
        (row.currency, row.tiers, row.use) == (values["currency"], values["tiers"], price.use)
        and price.start in (None, row.valid_from)
        and (price.end is None or row.valid_from is None or row.valid_from < price.end)
    )


def _reword(row: PriceRow, price: StatedPrice, changes: Changes) -> None:
    values = price.values
    del values["valid_from"]  # a row may have begun later than its source says: when it followed another
    if price.end is None and _gave_way(row):
        del values["valid_until"]
    _change(row, {**values, "fingerprint": price.fingerprint}, "prices", changes, "confirmed")


def _gave_way(row: PriceRow) -> bool:
    """Whether a row ended because an owner typed what holds from that day on."""
    typed = PriceRow.objects.filter(offer=row.offer_id, scope=EVERYONE, origin=PriceRow.Origin.TYPED)
    return row.valid_until is not None and typed.filter(valid_from=row.valid_until).exists()


def _start(price: StatedPrice, past: Iterable[PriceRow]) -> dt.date | None:
    """The day a price begins that takes over from others: as stated, else the day its source was read.

    Never before the last day the earlier ones are known to have held: the past keeps its prices.
    """
    if price.start is not None or not price.use:
        return price.start
    held = [(row.valid_from or row.source_date) if row.fingerprint else row.valid_until for row in past]
    start = max([price.source_date, *filter(None, held)])
    return start if price.end is None or start < price.end else None


def _sync_unnamed_rows(entries: Entries, providers: Mapping[str, Provider], changes: Changes) -> None:
    rows = _by(
        UnnamedRow.objects.select_related("provider"), lambda row: (row.provider.slug, row.source_id, row.released)
    )
    for key, values in entries.unnamed_rows.items():
        provider, source, released = key
        if key in rows:
            _change(rows[key], values, "unnamed rows", changes)
        else:
            row = UnnamedRow(provider=providers[provider], source_id=source, released=released, **values)
            _add(row, "unnamed rows", changes)
    for key in rows.keys() - entries.unnamed_rows.keys():
        rows[key].delete()  # nothing refers to them
        changes.note("unnamed rows", "removed")


def _sync_phrases(entries: Entries, changes: Changes) -> None:
    rows = _by(Phrase.objects.all(), lambda row: (row.language, row.text))
    for key, told in entries.phrases.items():
        if key in rows:
            _change(rows[key], {"told": told}, "phrases", changes)
        else:
            _add(Phrase(language=key[0], text=key[1], told=told), "phrases", changes)
    for key in rows.keys() - entries.phrases.keys():
        rows[key].delete()  # nothing refers to them
        changes.note("phrases", "removed")
