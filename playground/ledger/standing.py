"""Standing totals: kept by a cursor over the ledger, so that recording a run costs nothing more. Floor 3.

`advance` folds what came after the cursor, a batch in one transaction: totals and cursor move together. Who reads
totals adds the entries after the cursor himself (history.py), so that every sum is exact at every moment. `rebuild`
makes all totals anew; `differences` adds every entry up again, in the database instead of here, and compares.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple, cast

from django.db import OperationalError, connection, models, transaction
from django.db.models import Count, Max, Min, Q
from django.db.models import Sum as DbSum
from django.db.models.functions import Coalesce

from playground.ledger.fields import UNIT, AmountField
from playground.ledger.fold import AMOUNTS, COUNTS, KEY_FIELDS, READ, SPREADS, Key, Line, Sum
from playground.ledger.models import Entry, Total, TotalCursor
from playground.ledger.spans import DAY, Level, moment_of, quarter_of, starts_of
from playground.ledger.spread import from_text, to_text
from playground.ledger.totals import TOKENS

BATCH: Final = 5_000  # entries of one transaction
REBUILD_BATCH: Final = 50_000
LITTLE: Final = 500
_LOCK_WAIT: Final = "200ms"

_VALUES: Final = (*COUNTS, *AMOUNTS, *SPREADS)


class Place(NamedTuple):
    """One total: how much time, from when, and of what."""

    level: int
    start: int
    key: Key


Folds = dict[Place, Sum]


def advance(batch: int = BATCH) -> int:
    """Fold everything that is settled and not yet in the totals. Returns the number of entries."""
    return sum(_advance(batch))


def rebuild() -> int:
    """Throw all totals away and make them again from the entries. Returns the number of entries."""
    with transaction.atomic():
        _locked_cursor()
        Total.objects.all().delete()
        TotalCursor.objects.update(last_entry=0)
    return advance(REBUILD_BATCH)


def advance_a_little(batch: int = LITTLE) -> None:
    """For a process that has other things to do: one small batch, and only when it is full."""
    last = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
    if last - (TotalCursor.objects.aggregate(last=Max("last_entry"))["last"] or 0) >= batch:
        next(_advance(batch), 0)


def differences() -> list[str]:
    """What the totals say otherwise than the entries they include, in words; nothing when all is well.

    Nobody folds while a day is compared, nor while the levels are; in between everything goes on.
    """
    return [*(wrong for day in _days() for wrong in _wrong_quarters(day)), *_wrong_sums()]


def _advance(batch: int) -> Iterator[int]:
    """Batches, until all that was settled at the beginning is in."""
    horizon = _settled()
    while horizon is not None:
        with transaction.atomic():
            cursor = _locked_cursor()
            lines = _lines(Entry.objects.filter(pk__gt=cursor.last_entry, pk__lte=horizon).order_by("pk")[:batch])
            if not lines:
                return
            _store(_folded(lines))
            TotalCursor.objects.update(last_entry=lines[-1].pk)
        yield len(lines)


def _settled() -> int | None:
    """The last entry before which no other can appear any more.

    On PostgreSQL an entry gets its number before its transaction ends: a lower one may become visible later. Whoever
    has a number and has not ended yet holds a lock on the table, which this one waits for; if that takes long, the
    totals wait until the next time.
    """
    if connection.vendor == "postgresql":
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
                cursor.execute("LOCK TABLE ledger_entry IN SHARE MODE")
                cursor.execute("SET LOCAL lock_timeout = DEFAULT")
        except OperationalError:
            return None
    return cast("int | None", Entry.objects.aggregate(last=Max("pk"))["last"])


def _locked_cursor() -> TotalCursor:
    return TotalCursor.objects.select_for_update().get_or_create(pk=1)[0]


def _lines(entries: "models.QuerySet[Entry]") -> list[Line]:
    return [Line._make(row) for row in entries.values_list(*READ)]


def _folded(lines: Sequence[Line]) -> Folds:
    folds: Folds = defaultdict(Sum)
    for line in lines:
        for place in _places(line):
            folds[place].add(line)
    for line in relieved(lines):
        for place in _places(line):
            folds[place].unpriced -= 1
    return folds


def relieved(lines: Sequence[Line]) -> list[Line]:
    """Entries without a price that some of `lines` correct: they are not unpriced any more."""
    numbers = [line.corrects_id for line in lines if line.corrects_id is not None]
    return _lines(Entry.objects.filter(pk__in=numbers, cost_basis=Entry.CostBasis.UNPRICED)) if numbers else []


def _places(line: Line) -> Iterator[Place]:
    key = line.key
    for level, start in enumerate(starts_of(quarter_of(line.created_at))):
        yield Place(level, start, key)


def _store(folds: Folds) -> None:
    """Written in one statement for all: through model instances a fold takes five times as long."""
    for place, before in _known(folds):
        folds[place].merge(before)
    columns = ("level", "start", *KEY_FIELDS, *_VALUES)
    sql = (
        f"INSERT INTO ledger_total ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) "  # noqa: S608 - our own names
        f"ON CONFLICT (team_id, level, start, {', '.join(KEY_FIELDS[1:])}) "
        f"DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _VALUES)}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(*place[:2], *place.key, *_columns(fold)) for place, fold in folds.items()])


def _columns(fold: Sum) -> Iterator[int | str]:
    yield from (getattr(fold, name) for name in COUNTS)
    yield from (int(getattr(fold, name) / UNIT) for name in AMOUNTS)
    yield from (to_text(getattr(fold, name)) for name in SPREADS)


def _known(folds: Folds) -> Iterator[tuple[Place, Sum]]:
    """Those of the places that have a total already, and what it says."""
    teams = {place.key.team_id for place in folds}
    for level in Level:
        starts = [place.start for place in folds if place.level == level]
        rows = Total.objects.filter(team__in=teams, level=level, start__gte=min(starts), start__lte=max(starts))
        yield from ((place, total) for place, total in _stored(rows) if place in folds)


def _stored(rows: "models.QuerySet[Total]") -> Iterator[tuple[Place, Sum]]:
    width = 2 + len(KEY_FIELDS)
    for row in rows.values_list("level", "start", *KEY_FIELDS, *_VALUES).iterator(chunk_size=2_000):
        values: dict[str, Any] = dict(zip(_VALUES, row[width:], strict=True))
        values |= {name: from_text(values[name]) for name in SPREADS}
        yield Place(row[0], row[1], Key(*row[2:width])), Sum(**values)


def _days() -> Iterator[int]:
    """The days from the first entry or total to the last, as quarters."""
    entries = Entry.objects.aggregate(first=Min("created_at"), last=Max("created_at"))
    totals = Total.objects.filter(level=Level.QUARTER).aggregate(first=Min("start"), last=Max("start"))
    quarters = [quarter_of(moment) for moment in entries.values() if moment]
    quarters += [quarter for quarter in totals.values() if quarter is not None]
    if quarters:
        yield from range(min(quarters) // DAY * DAY, max(quarters) + 1, DAY)


@transaction.atomic
def _wrong_quarters(day: int) -> list[str]:
    """Quarter hours of a day whose entries, folded again, make something else."""
    entries = Entry.objects.filter(pk__lte=_locked_cursor().last_entry)
    lines = _lines(entries.filter(created_at__gte=moment_of(day), created_at__lt=moment_of(day + DAY)))
    unpriced = [line.pk for line in lines if line.cost_basis == Entry.CostBasis.UNPRICED]
    priced_later = set(entries.filter(corrects__in=unpriced).values_list("corrects_id", flat=True))
    folds: Folds = defaultdict(Sum)
    for line in lines:
        place = next(_places(line))
        folds[place].add(line)
        folds[place].unpriced -= line.pk in priced_later
    stored = dict(_stored(Total.objects.filter(level=Level.QUARTER, start__gte=day, start__lt=day + DAY)))
    return [
        f"{moment_of(place.start):%Y-%m-%d %H:%M}, {place.key}"
        for place in sorted(folds.keys() | stored.keys())
        if folds.get(place, Sum()) != stored.get(place, Sum())
    ]


@transaction.atomic
def _wrong_sums() -> list[str]:
    """Levels whose totals add up to something else than the entries do; added by the database."""
    entries: dict[str, Any] = {name: DbSum(name) for name in TOKENS}
    entries["entries"] = Count("pk", filter=Q(corrects=None))
    entries["cost"] = Coalesce(DbSum("cost_total"), 0, output_field=AmountField())
    totals = {name: DbSum(name) for name in entries}
    by = ("team_id", "currency", "practice")
    meant = _by(Entry.objects.filter(pk__lte=_locked_cursor().last_entry), by, entries)
    wrong: list[str] = []
    for level in Level:
        found = _by(Total.objects.filter(level=level), by, totals)
        wrong += [
            f"{level.name.lower()} totals of team {key[0]}, {key[1] or 'no currency'}: "
            f"{found.get(key)} instead of {meant.get(key)}"
            for key in sorted(meant.keys() | found.keys())
            if meant.get(key) != found.get(key)
        ]
    return wrong


def _by(
    rows: "models.QuerySet[Any]", by: Sequence[str], sums: dict[str, Any]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    grouped = rows.order_by().values_list(*by).annotate(**sums)
    return {row[: len(by)]: row[len(by) :] for row in grouped}
