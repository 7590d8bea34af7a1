"""A team's log as who leads it reads it: what was done, by whom, when; and who used which key, from the ledger."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from playground.accounts.models import Deed, Team, User
from playground.ledger import history
from playground.ledger.history import Only, Scope
from playground.ledger.periods import Period, between
from playground.web.audit_words import deed_words, detail_words, known_deeds
from playground.web.usage_export import BOM, csv_lines, formula_safe

ROWS: Final = 50  # of one page
USUAL: Final = dt.timedelta(days=29)  # before today
LONGEST: Final = 100
HEAD: Final = ("id", "created_at", "person", "deed", "subject", "details")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see of the log, as it stands in the address."""

    person: str = ""
    deed: str = ""
    first: str = ""
    last: str = ""
    before: str = ""  # the number of a line: only older ones

    @classmethod
    def read(cls, values: Mapping[str, str]) -> "Wish":
        """From an address; what makes no sense there is passed over."""
        stated = {field.name: values.get(field.name, "").strip()[:LONGEST] for field in fields(cls)}
        for name in ("person", "before"):
            stated[name] = stated[name] if stated[name].isdecimal() and len(stated[name]) < 18 else ""
        for name in ("first", "last"):
            stated[name] = stated[name] if _day(stated[name]) else ""
        return cls(**stated)

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.person or self.deed or self.first or self.last)

    def period(self) -> Period:
        """The days, in the reader's zone: those stated, else the last thirty."""
        today = timezone.localdate()
        last = _day(self.last) or max(today, _day(self.first) or today)
        return between(_day(self.first) or last - USUAL, last, timezone.get_current_timezone())

    def address(self, name: str = "audit", **changes: str) -> str:
        """The address of the page, or of the file, with something changed."""
        changed = replace(self, **changes)
        stated = [(field.name, getattr(changed, field.name)) for field in fields(self)]
        words = urlencode([(key, value) for key, value in stated if value])
        return f"{reverse(name)}?{words}" if words else reverse(name)


def deeds_within(team: Team, wish: Wish) -> "QuerySet[Deed]":
    """The lines that fit, newest first."""
    period = wish.period()
    found = Deed.objects.filter(team=team, created_at__gte=period.first, created_at__lt=period.end)
    wanted = {"person": wish.person, "name": wish.deed}
    return found.filter(**{name: value for name, value in wanted.items() if value}).order_by("-created_at", "-pk")


def log_view(team: Team, wish: Wish) -> dict[str, Any]:
    """Values of `teams/log.html`."""
    found, period = deeds_within(team, wish), wish.period()
    shown = found.filter(pk__lt=wish.before) if wish.before else found
    rows = list(shown.select_related("person")[: ROWS + 1])
    return {
        "wish": wish,
        "first": f"{period.first:%Y-%m-%d}",
        "last": f"{period.last_day:%Y-%m-%d}",
        "rows": [_row(row) for row in rows[:ROWS]],
        "people": _people(team, wish),
        "deeds": [{"value": name, "words": words, "is_on": name == wish.deed} for name, words in known_deeds()],
        "older": wish.address(before=str(rows[ROWS - 1].pk)) if len(rows) > ROWS else "",
        "newest": wish.address(before="") if wish.before else "",
        "export": wish.address("audit-export", before=""),
        "uses": _uses(team, period, wish),
        "uses_export": _uses_export(period, wish),
    }


def csv_file(team: Team, wish: Wish) -> Iterator[bytes]:
    """The lines that fit as a file for spreadsheets, oldest first; times in UTC."""
    yield (BOM + csv_lines([HEAD])).encode()
    for row in deeds_within(team, wish).order_by("created_at", "pk").iterator(chunk_size=1_000):
        moment = row.created_at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        texts = (row.address, row.name, row.subject, detail_words(row.details))
        yield csv_lines([(row.pk, moment, *map(formula_safe, texts))]).encode()


def _row(row: Deed) -> dict[str, Any]:
    return {
        # Translators: Django's date format characters: day, month, year, hour, minute and second.
        "moment": formats.date_format(timezone.localtime(row.created_at), pgettext("exact moment", "j M Y H:i:s")),
        "person": _name(row),
        "address": row.address,
        "deed": deed_words(row.name),
        "subject": row.subject,
        "details": detail_words(row.details),
    }


def _name(row: Deed) -> str:
    if row.person_id is None:
        return _("the program")
    return row.person.display_name if row.person else row.address  # the account is gone, the line stays


def _people(team: Team, wish: Wish) -> list[dict[str, Any]]:
    """Whoever did something that is in the log, members or not."""
    found = Deed.objects.filter(team=team).exclude(person=None).order_by().values_list("person", "address").distinct()
    names = sorted({str(pk): address for pk, address in found}.items(), key=lambda one: one[1])
    return [{"value": pk, "words": address, "is_on": pk == wish.person} for pk, address in names]


def _uses(team: Team, period: Period, wish: Wish) -> list[dict[str, Any]]:
    """Who ran how much with which key, most first."""
    only = Only(person=wish.person)
    edges = (period.first, period.end)
    found = history.read(Scope(team.pk, None), only, group="key", edges=edges, before=(period.first, period.first))
    runs: defaultdict[tuple[str, int], int] = defaultdict(int)
    for key, total in found.now.items():
        if key.key_label:
            runs[key.key_label, key.user_id] += total.entries
    people = User.objects.in_bulk({user_id for _label, user_id in runs})
    days = {"first": f"{period.first:%Y-%m-%d}", "last": f"{period.last_day:%Y-%m-%d}"}
    return [
        {
            "key": label,
            "person": people[user_id].display_name
            if user_id in people
            else _("former member %(number)s") % {"number": user_id},
            "runs": count,
            "url": f"{reverse('usage-entries')}?{urlencode({**days, 'key': label, 'person': user_id})}",
        }
        for (label, user_id), count in sorted(runs.items(), key=lambda one: (-one[1], one[0]))[:ROWS]
    ]


def _uses_export(period: Period, wish: Wish) -> str:
    """The address of the file that has every run of these days with its person and its key."""
    stated = {"first": f"{period.first:%Y-%m-%d}", "last": f"{period.last_day:%Y-%m-%d}", "person": wish.person}
    return f"{reverse('usage-export', args=['csv'])}?{urlencode({k: v for k, v in stated.items() if v})}"


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None
