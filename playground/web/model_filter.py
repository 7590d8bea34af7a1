"""What somebody looks for in the catalog, as it stands in the address: words, features, context, provider, order. Pure.

The picker searches the same words in the browser (static/js/elements/model-picker.js).
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from playground.catalog.choices import TIERS

FEATURES: Final = ("thinking", "tools", "json", "caching")
CONTEXTS: Final = (32_000, 128_000, 200_000, 1_000_000)  # tokens, the careful reading of 32K, 128K, 200K, 1M
# Columns to sort by, and whether the first press shows the largest first.
COLUMNS: Final[Mapping[str, bool]] = {
    **{"model": False, "input": False, "output": False, "cached": False},
    **{"context": True, "max_output": True, "parallel": True},
    **{"ttft": False, "speed": True, "success": True},
}
LONGEST_QUERY: Final = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """One state of the catalog page. `context`: at least so many tokens, 0 for any."""

    query: str = ""
    features: tuple[str, ...] = ()
    context: int = 0
    provider: str = ""
    tier: str = ""
    sort: str = ""
    is_descending: bool = False

    @classmethod
    def read(cls, values: Mapping[str, str], features: Iterable[str]) -> "Filter":
        """From an address. What makes no sense there is passed over: addresses are shared and grow old."""
        context, sort = values.get("context", ""), values.get("sort", "")
        column = sort.removeprefix("-")
        return cls(
            query=values.get("q", "").strip()[:LONGEST_QUERY],
            features=tuple(name for name in FEATURES if name in set(features)),
            context=next((tokens for tokens in CONTEXTS if str(tokens) == context), 0),
            provider=values.get("provider", "")[:40],
            tier=values.get("tier", "") if values.get("tier", "") in TIERS else "",
            sort=column if column in COLUMNS else "",
            is_descending=column in COLUMNS and sort.startswith("-"),
        )

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.query or self.features or self.context or self.provider)

    @property
    def order(self) -> str:
        """The order as it stands in the address."""
        return f"-{self.sort}" if self.is_descending else self.sort

    @property
    def address(self) -> str:
        """The part of the address behind the path; empty for the whole catalog."""
        stated = [
            ("q", self.query),
            *(("feature", name) for name in self.features),
            ("context", str(self.context or "")),
            ("provider", self.provider),
            ("tier", self.tier),
            ("sort", self.order),
        ]
        words = urlencode([(name, value) for name, value in stated if value])
        return f"?{words}" if words else ""

    def sorted_by(self, column: str) -> "Filter":
        """The state after a press on the head of a column: first as it suits the column, then the other way round."""
        is_descending = not self.is_descending if self.sort == column else COLUMNS[column]
        return replace(self, sort=column, is_descending=is_descending)


@dataclass(frozen=True, slots=True)
class Line:
    """What is filtered and sorted of one offer. `values`: by column, None where nothing is known."""

    words: str  # made by `searchable`
    features: frozenset[str]
    context: int | None
    provider: str
    values: Mapping[str, Decimal | int | str | None] = field(default_factory=dict)


def searchable(texts: Iterable[str]) -> str:
    """Texts as they are searched: full width like half width, capitals like small letters."""
    return unicodedata.normalize("NFKC", " ".join(filter(None, texts))).casefold()


def places(lines: Sequence[Line], wish: Filter) -> list[int]:
    """Which lines fit, as places in `lines`, in the wished order. What is not known stands last either way."""
    found = [place for place, line in enumerate(lines) if _fits(line, wish)]
    if not wish.sort:
        return found
    known = [place for place in found if lines[place].values.get(wish.sort) is not None]
    known.sort(key=lambda place: lines[place].values[wish.sort], reverse=wish.is_descending)  # type: ignore[arg-type, return-value]
    return known + [place for place in found if lines[place].values.get(wish.sort) is None]


def _fits(line: Line, wish: Filter) -> bool:
    return (
        all(word in line.words for word in searchable([wish.query]).split())
        and line.features.issuperset(wish.features)
        and (not wish.context or (line.context or 0) >= wish.context)
        and wish.provider in ("", line.provider)
    )
