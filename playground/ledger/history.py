"""What was used and spent, for pages: sums of a stretch of time, by whatever somebody asks for. Exact at every moment.

Exact because it is totals up to the cursor plus the entries after it (standing.py). When the cursor moves between two
statements, they are asked again. Three statements, whatever the range; both databases; plain values out. A zone whose
meridian has no totals yet is read by hours, and what no hour fits into by entries: right as well, only slower.
"""

import bisect
import datetime as dt
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Q

from playground.ledger.fold import AMOUNTS, COUNTS, KEY_FIELDS, SPREADS, Key, Line, Sum, lines_of
from playground.ledger.lookups import for_each
from playground.ledger.models import Entry
from playground.ledger.spans import UTC, Cover, cover, meridian_of, moment_of, quarter_of
from playground.ledger.spread import from_text
from playground.ledger.standing import corrected_among, keep, relieved

MANY: Final = 3_000  # entries after the cursor: with more, adding them up is no work for a page

# What a chart can be stacked by: the name in addresses, and the column.
GROUPS: Final[Mapping[str, str]] = {
    "model": "model",
    "person": "user_id",
    "key": "key_label",
    "provider": "provider",
    "template": "template",
    "status": "state",
}
_MAY_BE_EMPTY: Final = ("key_label", "template")
CONVERSATION: Final = "conversation"  # too many for totals: see by_conversation.py
OTHERS: Final = "\x1f"  # the group of all that have no part of a bar to themselves; nothing is called so
DRAWN: Final = ("entries", "unpriced", "prompt_tokens", "completion_tokens", "cost")  # what a chart shows
ALL: Final = (*COUNTS, *AMOUNTS)
_DIMENSIONS: Final = KEY_FIELDS[1:]  # within a team

Stretch = tuple[int, int]  # from a quarter hour to another
Spreads = tuple[str, str]  # waits and speeds as spread.py writes them


class Behind(Exception):
    """The totals are being made, after an upgrade: `done` of `all` entries are in. Seconds to minutes; ask again."""

    def __init__(self, done: int, all_: int) -> None:
        super().__init__(f"{done} of {all_} entries are added up")
        self.done, self.all = done, all_


class _NotReady(Exception):
    """One of the meridians that were asked has no totals, or not all of them yet."""


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
    template: str | None = None  # its id in hexadecimal; empty is none
    status: str = ""
    practice: bool = False

    def judge(self) -> Callable[[Key], bool]:
        """Says of a key whether what is summed under it is wanted. Made once for many keys."""
        practice, wanted = self.practice, list(self.columns.items())
        return lambda key: (
            (practice or not key.practice) and all(str(getattr(key, column)) == value for column, value in wanted)
        )

    @property
    def columns(self) -> dict[str, str]:
        """The columns that are narrowed, and to what."""
        stated = {column: getattr(self, name) for name, column in GROUPS.items()}
        return {column: value for column, value in stated.items() if value or (value == "" and column in _MAY_BE_EMPTY)}


class Cell(NamedTuple):
    """A part of one bar: the bar's place, what it is stacked by, in which currency."""

    bar: int
    group: str
    currency: str


@dataclass(slots=True)
class History:
    """The answer. `now` and `before`: what fits, by key, in the whole range and in the one it is compared with.

    Waits and speeds of the latter are in `before_as_one` alone: taking them apart by key costs twice as much.
    """

    now: dict[Key, Sum] = field(default_factory=dict)
    before: dict[Key, Sum] = field(default_factory=dict)
    before_as_one: Sum = field(default_factory=Sum)
    cells: dict[Cell, Sum] = field(default_factory=dict)
    keys: set[Key] = field(default_factory=set)  # all there are in the range, whether they fit or not
    count: int = 0  # entries in the range, whether they fit or not


def read(
    scope: Scope,
    only: Only,
    *,
    group: str,
    edges: Sequence[dt.datetime],
    before: tuple[dt.datetime, dt.datetime],
    named: Callable[[Mapping[Key, Sum]], Collection[str]] | None = None,
    many: int = MANY,
    shown: Sequence[str] = DRAWN,
) -> History:
    """Sums between the first and the last edge, in bars between the edges, and those of the stretch `before`.

    `named`: of all sums, the groups that have parts of the bars to themselves; the others share one, OTHERS. Without
    it every group has. Bars have what is `shown` of them: DRAWN, which an index holds, or ALL; by conversation there
    are none. Raises Behind.
    """
    quarters = [quarter_of(edge) for edge in edges]
    bars = list(itertools.pairwise(quarters))
    whole = [(quarters[0], quarters[-1]), (quarter_of(before[0]), quarter_of(before[1]))]
    column, fits = GROUPS.get(group, ""), only.judge()

    meridians = _meridians(edges)
    while True:
        parts, steps = _covers(whole, meridians), _covers(bars, meridians)
        try:
            totals, texts, cursor = _totals(scope, parts)
            late = _late(scope, cursor, many)
            rest = _rest(scope, cursor, [*parts, *steps])
            _take_in(totals, late, _finder(enumerate(whole)), _total_of)
            _take_in(totals, rest, _finder(_rests(parts)), _total_of)
            now = {key: total for (part, key), total in totals.items() if part == 0 and fits(key)}
            own = named(now) if named and column else ()
            cells, later = _cells(scope, only, column, own, steps, shown) if column else ({}, cursor)
        except _NotReady:
            meridians = keep(meridians)
            continue
        if later == cursor:
            break

    def cell_of(place: int, key: Key) -> Cell | None:
        group = str(getattr(key, column))
        return Cell(place, group if group in own or not own else OTHERS, key.currency) if fits(key) else None

    if column:
        _take_in(cells, late, _finder(enumerate(bars)), cell_of)
        _take_in(cells, rest, _finder(_rests(steps)), cell_of)
    compared = {key: total for (part, key), total in totals.items() if part == 1 and fits(key)}
    return History(
        now=now,
        before=compared,
        before_as_one=_as_one(compared, texts),
        cells=cells,
        keys={key for (part, key) in totals if part == 0},
        count=sum(total.entries for (part, _key), total in totals.items() if part == 0),
    )


@dataclass(frozen=True, slots=True)
class Within:
    """Sums of a stretch by key, without waits and speeds; not all that was used while the totals are being made."""

    sums: dict[Key, Sum]
    is_whole: bool


def within(scope: Scope, first: dt.datetime, end: dt.datetime) -> Within:
    """What the entries of a stretch come to. At most three statements."""
    stretch = (quarter_of(first), quarter_of(end))
    covers = _covers([stretch], _meridians([first, end]))
    try:
        totals, _texts, cursor = _totals(scope, covers)
    except _NotReady:
        covers = _covers([stretch], keep(_meridians([first, end])))
        totals, _texts, cursor = _totals(scope, covers)
    try:
        late, is_whole = _late(scope, cursor, MANY), True
    except Behind:
        late, is_whole = [], False
    _take_in(totals, late, _finder([(0, stretch)]), _total_of)
    _take_in(totals, _rest(scope, cursor, covers), _finder(_rests(covers)), _total_of)
    return Within({key: total for (_part, key), total in totals.items()}, is_whole)


def merged(sums: Iterable[Sum]) -> Sum:
    """One sum of many, of one currency or for what has none."""
    result = Sum()
    for one in sums:
        result.merge(one)
    return result


def _as_one(sums: Mapping[Key, Sum], texts: Mapping[Key, Spreads]) -> Sum:
    """All of them, with the waits and speeds that are still texts."""
    total = merged(sums.values())
    fitting = [texts[key] for key in sums if key in texts]
    total.ttft += from_text(" ".join(ttft for ttft, _speed in fitting))
    total.speed += from_text(" ".join(speed for _ttft, speed in fitting))
    return total


def _meridians(edges: Sequence[dt.datetime]) -> list[int]:
    """Those that a reader of these edges counts by: one, or two where the clocks are changed."""
    return sorted({meridian_of(edge) for edge in edges} - {UTC})


def _covers(stretches: Sequence[Stretch], meridians: Sequence[int]) -> list[Cover]:
    return [cover(first, end, tuple(meridians)) for first, end in stretches]


def _rests(covers: Sequence[Cover]) -> Iterator[tuple[int, Stretch]]:
    return ((place, rest) for place, one in enumerate(covers) for rest in one.rests)


def _totals(scope: Scope, covers: Sequence[Cover]) -> tuple[dict[tuple[int, Key], Sum], dict[Key, Spreads], int]:
    """What the totals say of each stretch, by key, and the last entry they include.

    The waits and speeds of the second stretch are apart from its sums, as texts.
    """
    join = "STRING_AGG({0}, ' ')" if connection.vendor == "postgresql" else "GROUP_CONCAT({0}, ' ')"
    spread = ", ".join(join.format(f"NULLIF(t.{name}, '')") + f" AS {name}" for name in SPREADS)
    keys, values = _keys(scope, None)
    summed = ", ".join(f"SUM(t.{name}) AS {name}" for name in ALL)
    dimensions = ", ".join(f"k.{name}" for name in _DIMENSIONS)
    rows, cursor = _ask(
        covers,
        f"SELECT s.place, {dimensions}, {', '.join(f's.{name}' for name in (*ALL, *SPREADS))} FROM ("  # noqa: S608 - names of our own
        f"SELECT spans.place, t.key_id, {summed}, {spread} FROM spans {_within(keys, (*ALL, *SPREADS))} "
        f"GROUP BY spans.place, t.key_id) s "
        f"JOIN ledger_totalkey k ON k.id = s.key_id",
        [scope.team_id, *values],
    )
    width = 1 + len(_DIMENSIONS)
    found: dict[tuple[int, Key], Sum] = {}
    texts: dict[Key, Spreads] = {}
    for row in rows:
        key = Key._make((scope.team_id, *row[1 : width - 1], bool(row[width - 1])))
        *sums, ttft, speed = row[width:-2]
        total = found[row[0], key] = Sum(*map(int, sums))
        if row[0] == 0:
            total.ttft, total.speed = from_text(ttft or ""), from_text(speed or "")
        else:
            texts[key] = ttft or "", speed or ""
    return found, texts, cursor


def _cells(
    scope: Scope, only: Only, column: str, own: Collection[str], covers: Sequence[Cover], shown: Sequence[str]
) -> tuple[dict[Cell, Sum], int]:
    keys, values = _keys(scope, only)
    group, names = _group(column, own)
    summed = ", ".join(f"SUM(t.{name})" for name in shown)
    rows, cursor = _ask(
        covers,
        f"SELECT spans.place, {group}, k.currency, {summed} "  # noqa: S608 - names of our own
        f"FROM spans {_within(keys, shown)} JOIN ledger_totalkey k ON k.id = t.key_id "
        f"GROUP BY 1, 2, 3",  # by place: two times the same parameters are not the same to PostgreSQL
        [*names, scope.team_id, *values],
    )
    sum_of = _drawn if shown is DRAWN else _all
    return {Cell(row[0], str(row[1]), row[2]): sum_of(row[3:-2]) for row in rows}, cursor


def _group(column: str, own: Collection[str]) -> tuple[str, list[Any]]:
    """What a bar's parts are called: by the column, or OTHERS for what is not among `own`."""
    if not own:
        return f"k.{column}", []
    names = [_whole(name) if column == "user_id" else name for name in sorted(own)]
    marks = ", ".join(["%s"] * len(names))
    return f"CASE WHEN k.{column} IN ({marks}) THEN CAST(k.{column} AS text) ELSE %s END", [*names, OTHERS]


def _within(keys: str, columns: Sequence[str]) -> str:
    """The totals within each span of one team, and their columns."""
    where = "t.team_id = %s AND t.meridian = spans.meridian AND t.level = spans.level"
    span = "t.start >= spans.first AND t.start < spans.past"
    return for_each("ledger_total", "t", ["key_id", *columns], f"{where} AND {span}{keys}")


def _ask(covers: Sequence[Cover], select: str, values: Sequence[Any]) -> tuple[list[Any], int]:
    """The rows of a select over `spans`, the outer loop of which each is one look-up, and the cursor."""
    spans = [
        f"({place}, {span.meridian}, {span.level:d}, {span.first}, {span.end})"
        for place, one in enumerate(covers)
        for span in one.spans
    ]
    used = {span.meridian for one in covers for span in one.spans} | {UTC}
    standing = (
        "SELECT COALESCE(MAX(CASE WHEN m.east = 0 THEN m.last_entry END), 0) AS reached, "  # noqa: S608 - numbers
        f"COUNT(*) AS meridians, MIN(m.last_entry) AS least FROM ledger_meridian m WHERE m.east IN ({_list(used)})"
    )
    sql = (
        f"WITH spans (place, meridian, level, first, past) AS (VALUES {', '.join(spans or ['(0, 0, 0, 0, 0)'])}) "  # noqa: S608
        f"SELECT r.*, CASE WHEN c.meridians = {len(used)} THEN c.least END, c.reached "
        f"FROM ({standing}) c LEFT JOIN ({select}) r ON 1 = 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = list(cursor.fetchall())
    least, reached = rows[0][-2:]
    if least != reached and used != {UTC}:
        raise _NotReady
    return [row for row in rows if row[0] is not None], int(reached)


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _keys(scope: Scope, only: Only | None) -> tuple[str, list[Any]]:
    """Which keys are wanted, as a condition on `t.key_id`; nothing where all of the team's are."""
    wanted: dict[str, Any] = {"user_id": scope.user_id} if scope.user_id is not None else {}
    if only is not None:
        narrowed: dict[str, Any] = dict(only.columns)
        if "user_id" in narrowed:
            narrowed["user_id"] = _whole(str(narrowed["user_id"]))
        if scope.user_id is not None and narrowed.get("user_id", scope.user_id) != scope.user_id:
            return " AND 1 = 0", []
        wanted |= narrowed
    words = [f"{column} = %s" for column in wanted]
    if only is not None and not only.practice:
        words.append("NOT practice")
    if not words:
        return "", []
    chosen = " AND ".join(["team_id = %s", *words])
    return f" AND t.key_id IN (SELECT id FROM ledger_totalkey WHERE {chosen})", [scope.team_id, *wanted.values()]  # noqa: S608


def _whole(text: str) -> int:
    """A person's number from an address; 0 is nobody."""
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _drawn(values: Sequence[Any]) -> Sum:
    entries, unpriced, prompt, completion, cost = map(int, values)
    # By place: a chart of 25 people over 90 days has thousands of them.
    return Sum(entries, unpriced, 0, 0, prompt, 0, completion, 0, cost)


def _all(values: Sequence[Any]) -> Sum:
    return Sum(*map(int, values))


@dataclass(frozen=True, slots=True)
class _Change:
    """An entry that no total has; or one whose price came later, which is not unpriced any more."""

    line: Line
    is_relief: bool = False


def _late(scope: Scope, cursor: int, many: int) -> list[_Change]:
    """The entries after the cursor, whosever they are: that they are few is what is asked first. Raises Behind."""
    lines = lines_of(Entry.objects.filter(pk__gt=cursor).order_by("pk")[: many + 1])
    if len(lines) > many:
        raise Behind(cursor, Entry.objects.order_by("-pk").values_list("pk", flat=True)[0])
    own = [line for line in lines if _is_of(scope, line)]
    return [*map(_Change, own), *(_Change(line, is_relief=True) for line in relieved(own))]


def _rest(scope: Scope, cursor: int, covers: Sequence[Cover]) -> list[_Change]:
    """The entries up to the cursor in what no total fits into."""
    stretches = sorted({rest for _place, rest in _rests(covers)})
    if not stretches:
        return []
    within = Q()
    for first, end in stretches:
        within |= Q(created_at__gte=moment_of(first), created_at__lt=moment_of(end))
    entries = Entry.objects.filter(pk__lte=cursor)
    lines = [line for line in lines_of(entries.filter(within, team=scope.team_id)) if _is_of(scope, line)]
    priced_later = corrected_among(lines, entries)
    return [
        *map(_Change, lines),
        *(_Change(line, is_relief=True) for line in lines if line.pk in priced_later),
    ]


def _is_of(scope: Scope, line: Line) -> bool:
    return line.team_id == scope.team_id and scope.user_id in (None, line.user_id)


def _finder(stretches: Iterable[tuple[int, Stretch]]) -> Callable[[int], int | None]:
    """Which of some stretches, none of which overlap, a quarter hour lies in."""
    ordered = sorted((first, end, place) for place, (first, end) in stretches if first < end)
    firsts = [first for first, _end, _place in ordered]

    def find(quarter: int) -> int | None:
        found = bisect.bisect_right(firsts, quarter) - 1
        return ordered[found][2] if found >= 0 and quarter < ordered[found][1] else None

    return find


def _total_of(place: int, key: Key) -> tuple[int, Key]:
    return place, key


def _take_in(
    found: dict[Any, Sum],
    changes: Iterable[_Change],
    find: Callable[[int], int | None],
    name: Callable[[int, Key], Any],
) -> None:
    """Add entries to the sums of the places that they lie in; `name` says what a place is called, None: not wanted."""
    for change in changes:
        place = find(quarter_of(change.line.created_at))
        called = None if place is None else name(place, change.line.key)
        if called is None:
            continue
        total = found.setdefault(called, Sum())
        if change.is_relief:
            total.unpriced -= 1
        else:
            total.add(change.line)
