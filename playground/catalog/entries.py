"""The values that catalog files state, checked and put together. Made by read.py, written to rows by load.py."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from playground.pricing.price import Tier

Values = dict[str, Any]
"""Field values of one row, ready for a model."""


@dataclass(frozen=True, slots=True)
class StatedPrice:
    """One price as a file states it. `start` None: the source does not say when it began."""

    currency: str
    tiers: tuple[Tier, ...]
    source: str
    source_url: str
    source_date: dt.date
    start: dt.date | None
    end: dt.date | None
    use: bool
    also: tuple[str, ...]
    note: str

    @property
    def values(self) -> Values:
        """Field values of its row."""
        return {
            "currency": self.currency,
            "tiers": [tier.to_json() for tier in self.tiers],
            "source": self.source,
            "source_url": self.source_url,
            "source_date": self.source_date,
            "valid_from": self.start,
            "valid_until": self.end,
            "use": self.use,
            "also": list(self.also),
            "note": self.note,
        }

    @property
    def fingerprint(self) -> str:
        """Changes when any word of the file about this price does."""
        return hashlib.sha256(json.dumps(self.values, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OfferEntry:
    """One offer with its prices."""

    provider: str
    language_model: str
    wire_name: str
    values: Values
    prices: tuple[StatedPrice, ...]


@dataclass(slots=True)
class Entries:
    """Everything the files say, by the key of its row. `day`: the date of the newest file."""

    day: dt.date
    sources: dict[str, Values] = field(default_factory=dict)
    providers: dict[str, Values] = field(default_factory=dict)
    families: dict[str, Values] = field(default_factory=dict)
    language_models: dict[str, Values] = field(default_factory=dict)
    offers: dict[tuple[str, str], OfferEntry] = field(default_factory=dict)
    phrases: dict[tuple[str, str], str] = field(default_factory=dict)  # (language, English text) -> the text in it
    unnamed_rows: dict[tuple[str, str, dt.date], Values] = field(default_factory=dict)
