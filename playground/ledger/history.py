"""What was used and spent, for pages: sums of a stretch of time, by whatever somebody asks for. Exact at every moment.

Exact because it is totals up to the cursor plus the entries after it (standing.py). When the cursor moves between two
statements, they are asked again. Three statements, whatever the range; both databases; plain values out.
"""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from django.db import connection

from playground.ledger.fields import UNIT
from playground.ledger.fold import AMOUNTS, COUNTS, KEY_FIELDS, READ, SPREADS, Key, Line, Sum
from playground.ledger.models import Entry, TotalCursor
from playground.ledger.spans import cover, moment_of, quarter_of
from playground.ledger.spread import from_text
from playground.ledger.standing import advance, relieved

MANY: Final = 1_000  # entries after the cursor: from here on they are folded first

# What a chart can be stacked by: the name in addresses, and the column.
GROUPS: Final[Mapping[str, str]] = {
    "model": "model",
    "person": "user_id",
    "key": "key_label",
    "provider": "provider",
    "status": "state",
}
_SUMMED: Final = (*COUNTS, *AMOUNTS)
_DRAWN: Final = ("entries", "unpriced", "prompt_tokens", "completion_tokens", "cost")  # what a chart shows
_DIMENSIONS: Final = KEY_FIELDS[1:]  # within a team


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose entries: a team's, or one person's within it."""

    team_id: int
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Only:
    """What the entries are narrowed to; an empty string is anything. `practice`: with the sandbox's."""

    model: str = ""
    person: str = ""
    key: str | None = None  # a key's label may be empty: None is any
    provider: str = ""
    status: str = ""
    practice: bool = False

    def fits(self, key: Key) -> bool:
        """Whether what is summed under `key` is wanted."""
        return (self.practice or not key.practice) and all(
            str(getattr(key, column)) == value for column, value in self.columns.items()
        )

    @property
    def columns(self) -> dict[str, str]:
        """The columns that are narrowed, and to what."""
        stated = {column: getattr(self, name) for name, column in GROUPS.items()}
        return {column: value for column, value in stated.items() if value or (value == "" and column == "key_label")}


class Cell(NamedTuple):
    """A part of one bar: the bar's place, what it is stacked by, in which currency."""

    bar: int
    group: str
    currency: str


@dataclass(slots=True)
class History:
    """The answer. `now` and `before`: what fits, by key, in the whole range and in the one it is compared with."""

    now: dict[Key, Sum] = field(default_factory=dict)
    before: dict[Key, Sum] = field(default_factory=dict)
    cells: dict[Cell, Sum] = field(default_factory=dict)
    keys: set[Key] = field(default_factory=set)  # all there are in the range, whether they fit or not


def read(
    scope: Scope,
    only: Only,
    *,
    group: str,
    edges: Sequence[dt.datetime],
    before: tuple[dt.datetime, dt.datetime],
    many: int = MANY,
) -> History:
    """Sums between the first and the last edge, in bars between the edges, and those of the stretch `before`."""
    quarters = [quarter_of(edge) for edge in edges]
    bars = list(itertools.pairwise(quarters))
    whole = [(quarters[0], quarters[-1]), (quarter_of(before[0]), quarter_of(before[1]))]
    while True:
        totals, cursor = _totals(scope, whole)
        pending = _pending(scope, cursor, min(moment_of(first) for first, _end in whole))
        if len(pending) > many and advance():
            continue
        cells, later = _cells(scope, only, GROUPS[group], bars)
        if later in (None, cursor):
            break
    _add_pending(totals, cells, pending, whole, bars, only, GROUPS[group])
    return History(
        now={key: total for (part, key), total in totals.items() if part == 0 and only.fits(key)},
        before={key: total for (part, key), total in totals.items() if part == 1 and only.fits(key)},
        cells=cells,
        keys={key for (part, key) in totals if part == 0},
    )


def keys_within(scope: Scope, first: dt.datetime, end: dt.datetime) -> set[Key]:
    """What the entries of a stretch have: for filters, so that one that is just being folded may be missing."""
    stretch = (quarter_of(first), quarter_of(end))
    totals, cursor = _totals(scope, [stretch])
    pending = _pending(scope, cursor, first)
    return {key for _part, key in totals} | {line.key for line in pending if line.created_at < end}


def merged(sums: Iterator[Sum] | Sequence[Sum]) -> Sum:
    """One sum of many, of one currency or for what has none."""
    result = Sum()
    for one in sums:
        result.merge(one)
    return result


def _totals(scope: Scope, stretches: Sequence[tuple[int, int]]) -> tuple[dict[tuple[int, Key], Sum], int]:
    """What the totals say of each stretch, by key, and the last entry they include."""
    join = "STRING_AGG({0}, ' ')" if connection.vendor == "postgresql" else "GROUP_CONCAT({0}, ' ')"
    # Only of the range itself: what it is compared with shows no percentiles, and the texts are most of the work.
    spread = ", ".join(
        join.format(f"CASE WHEN spans.place = 0 AND t.{name} <> '' THEN t.{name} END") for name in SPREADS
    )
    rows = _ask(scope, stretches, columns=_DIMENSIONS, sums=_SUMMED, more=f", {spread}")
    found: dict[tuple[int, Key], Sum] = {}
    cursor = None
    width = 1 + len(_DIMENSIONS)
    for row in rows:
        cursor = row[-1]
        total = _sum(_SUMMED, row[width:])
        total.ttft, total.speed = from_text(row[-3] or ""), from_text(row[-2] or "")
        key = Key._make((scope.team_id, *row[1 : width - 1], bool(row[width - 1])))
        found[row[0], key] = total
    return found, _cursor() if cursor is None else cursor


def _cells(
    scope: Scope, only: Only, column: str, bars: Sequence[tuple[int, int]]
) -> tuple[dict[Cell, Sum], int | None]:
    rows = _ask(scope, bars, columns=(column, "currency"), sums=_DRAWN, only=only)
    cells: dict[Cell, Sum] = {}
    cursor = None
    for row in rows:
        cursor = row[-1]
        cells[Cell(row[0], str(row[1]), row[2])] = _sum(_DRAWN, row[3:])
    return cells, cursor


def _ask(
    scope: Scope,
    stretches: Sequence[tuple[int, int]],
    *,
    columns: Sequence[str],
    sums: Sequence[str],
    more: str = "",
    only: Only | None = None,
) -> list[Any]:
    """Rows of (place of the stretch, columns, sums, more, cursor). The spans are the outer loop, each one look-up."""
    spans = ", ".join(
        f"({place}, {span.level:d}, {span.first}, {span.end})"
        for place, (first, end) in enumerate(stretches)
        for span in cover(first, end)
    )
    if not spans:
        return []
    names = ", ".join(f"t.{name}" for name in columns)
    summed = ", ".join(f"SUM(t.{name})" for name in sums)
    where, values = _where(scope, only)
    sql = (
        f"WITH spans (place, level, first, past) AS (VALUES {spans}) "  # noqa: S608 - numbers and names of our own
        f"SELECT spans.place, {names}, {summed}{more}, (SELECT last_entry FROM ledger_totalcursor) "
        f"FROM spans CROSS JOIN ledger_total t "
        f"WHERE t.team_id = %s AND t.level = spans.level AND t.start >= spans.first AND t.start < spans.past{where} "
        f"GROUP BY spans.place, {names}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [scope.team_id, *values])
        return list(cursor.fetchall())


def _where(scope: Scope, only: Only | None) -> tuple[str, list[Any]]:
    wanted: dict[str, Any] = {"user_id": scope.user_id} if scope.user_id is not None else {}
    if only is not None:
        narrowed: dict[str, Any] = dict(only.columns)
        if "user_id" in narrowed:
            narrowed["user_id"] = _whole(str(narrowed["user_id"]))
        if scope.user_id is not None and narrowed.get("user_id", scope.user_id) != scope.user_id:
            return " AND 1 = 0", []
        wanted |= narrowed
    words = "".join(f" AND t.{column} = %s" for column in wanted)
    if only is not None and not only.practice:
        words += " AND NOT t.practice"
    return words, list(wanted.values())


def _whole(text: str) -> int:
    """A person's number from an address; 0 is nobody."""
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _sum(names: Sequence[str], values: Sequence[Any]) -> Sum:
    found: dict[str, Any] = {name: int(value) for name, value in zip(names, values, strict=False)}
    return Sum(**found | {name: found[name] * UNIT for name in AMOUNTS if name in found})


def _cursor() -> int:
    return TotalCursor.objects.filter(pk=1).values_list("last_entry", flat=True).first() or 0


def _pending(scope: Scope, cursor: int, since: dt.datetime) -> list[Line]:
    """The entries after the cursor."""
    entries = Entry.objects.filter(pk__gt=cursor, team=scope.team_id, created_at__gte=since).order_by()
    if scope.user_id is not None:
        entries = entries.filter(user=scope.user_id)
    return [Line._make(row) for row in entries.values_list(*READ)]


def _add_pending(
    totals: dict[tuple[int, Key], Sum],
    cells: dict[Cell, Sum],
    pending: Sequence[Line],
    stretches: Sequence[tuple[int, int]],
    bars: Sequence[tuple[int, int]],
    only: Only,
    column: str,
) -> None:
    own: defaultdict[Any, Sum] = defaultdict(Sum)
    changes = [(line, False) for line in pending] + [(line, True) for line in relieved(pending)]
    for line, is_relieved in changes:
        quarter, key = quarter_of(line.created_at), line.key
        places: list[Any] = [
            (part, key) for part, stretch in enumerate(stretches) if stretch[0] <= quarter < stretch[1]
        ]
        if only.fits(key):
            group = str(getattr(key, column))
            places += [
                Cell(bar, group, key.currency) for bar, (first, end) in enumerate(bars) if first <= quarter < end
            ]
        for place in places:
            if is_relieved:
                own[place].unpriced -= 1
            else:
                own[place].add(line)
    for place, total in own.items():
        target: dict[Any, Sum] = cells if isinstance(place, Cell) else totals
        target.setdefault(place, Sum()).merge(total)
