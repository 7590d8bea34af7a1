"""What somebody wants to see of the usage, as it stands in the address: range, bars, stacking, filters. Pure.

What makes no sense in an address is passed over: addresses are shared and grow old.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final
from urllib.parse import urlencode

from playground.ledger.history import CONVERSATION, GROUPS, Only
from playground.ledger.periods import PRESETS, Period, between, preset, units_for, usual_unit
from playground.pricing.money import CURRENCIES

MEASURES: Final = ("cost", "requests", "tokens")
USUAL_RANGE: Final = "30d"
STATUSES: Final = ("finished", "stopped", "failed", "interrupted")
LONGEST: Final = 200  # letters of a value
NO_KEY: Final = "-"  # in an address: entries that were made without a key's name; as well without a template


@dataclass(frozen=True, slots=True)
class Wish:
    """One state of the usage pages; empty strings are the usual. Field names are the names in the address."""

    range: str = ""  # a preset; whoever states one means no days
    first: str = ""  # or two days
    last: str = ""
    unit: str = ""
    by: str = ""
    measure: str = ""
    show: str = ""  # a currency that everything is converted to
    model: str = ""
    person: str = ""
    key: str = ""
    provider: str = ""
    template: str = ""  # its id in hexadecimal
    status: str = ""
    practice: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> "Wish":
        """From an address."""
        stated = {field.name: values.get(field.name, "").strip()[:LONGEST] for field in fields(cls)}
        known = {
            "range": PRESETS,
            "by": (*GROUPS, CONVERSATION),
            "measure": MEASURES,
            "show": (*CURRENCIES, "billed"),
            "status": STATUSES,
            "practice": ("1",),
        }
        for name, allowed in known.items():
            stated[name] = stated[name] if stated[name] in allowed else ""
        for name in ("first", "last"):
            stated[name] = stated[name] if _day(stated[name]) and not stated["range"] else ""
        for name, usual in (("range", USUAL_RANGE), ("by", next(iter(GROUPS))), ("measure", MEASURES[0])):
            stated[name] = "" if stated[name] == usual else stated[name]
        return cls(**stated)

    @property
    def only(self) -> Only:
        """The filter, for the ledger."""
        return Only(
            model=self.model,
            person=self.person,
            key=None if not self.key else "" if self.key == NO_KEY else self.key,
            provider=self.provider,
            template=None if not self.template else "" if self.template == NO_KEY else self.template,
            status=self.status,
            practice=bool(self.practice),
        )

    @property
    def narrows(self) -> bool:
        """Whether the filter leaves anything out."""
        return any((self.model, self.person, self.key, self.provider, self.template, self.status))

    @property
    def template_id(self) -> uuid.UUID | None:
        """The template that is asked for; one that no address can mean is one that there is not."""
        try:
            return None if self.template == NO_KEY else uuid.UUID(self.template)
        except ValueError:
            return uuid.UUID(int=0)

    @property
    def group(self) -> str:
        """What bars are stacked by."""
        return self.by or next(iter(GROUPS))

    @property
    def what(self) -> str:
        """What the chart measures."""
        return self.measure or MEASURES[0]

    def period(self, now: dt.datetime) -> Period:
        """The range, as of now in the reader's zone. Two days that were stated are no preset."""
        first, last = _day(self.first), _day(self.last)
        if first or last:
            return between(first or last or now.date(), last or now.date(), now.tzinfo)
        return preset(self.range or USUAL_RANGE, now)

    def unit_of(self, period: Period) -> str:
        """How much time a bar has: as stated, where that gives a chart that can be read."""
        return self.unit if self.unit in units_for(period) else usual_unit(period)

    def address(self, **changes: str) -> str:
        """The part of the address behind the path, with some values changed; empty when all is as usual."""
        changed = replace(self, **changes)
        stated = [(field.name, getattr(changed, field.name)) for field in fields(self)]
        words = urlencode([(name, value) for name, value in stated if value])
        return f"?{words}" if words else ""


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None
