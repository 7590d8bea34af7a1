"""Standing totals: kept by a cursor over the ledger, so that recording a run costs nothing more. Floor 3.

`advance` folds what came after the cursor, a batch in one transaction: totals and cursor move together. Who reads
totals adds the entries after the cursor himself (history.py), so that every sum is exact at every moment. Each meridian
(spans.py) has a cursor of its own: a new one catches up in the background, and from then on moves with that of UTC.
`rebuild` makes all totals anew; check.py adds every entry up again and compares.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, cast

from django.db import OperationalError, connection, models, transaction
from django.db.models import Max

from playground.ledger.fold import AMOUNTS, COUNTS, KEY_FIELDS, SPREADS, Key, Line, Sum, lines_of, picounits
from playground.ledger.models import Entry, Meridian, Total, TotalKey
from playground.ledger.spans import UTC, Level, hours_of, quarter_of, start_of
from playground.ledger.spread import from_text, to_text
from playground.ledger.unpriced import is_unpriced

BATCH: Final = 5_000  # entries of one transaction
REBUILD_BATCH: Final = 20_000
LITTLE: Final = 500  # a running server folds when there are so many
STEP: Final = 1_500  # and at most so many at once: other things wait meanwhile
MOST_MERIDIANS: Final = 8  # each one more makes folding dearer by a tenth
_LOCK_WAIT: Final = "200ms"

_VALUES: Final = (*COUNTS, *AMOUNTS, *SPREADS)


class Place(NamedTuple):
    """One total: of which meridian, how much time, from when, and of what."""

    meridian: int
    level: int
    start: int
    key: Key


Folds = dict[Place, Sum]
_Stretch = dict[tuple[int, Key], Sum]  # the totals of one level, by start


def advance(batch: int = BATCH) -> int:
    """Fold everything that is settled and not yet in the totals. Returns the number of entries."""
    count = sum(_advance(batch))
    while _catch_up(batch):
        pass
    return count


def rebuild() -> int:
    """Throw all totals away and make them again from the entries. Returns the number of entries."""
    with transaction.atomic():
        locked_cursors()
        Total.objects.all().delete()
        TotalKey.objects.all().delete()
        Meridian.objects.update(last_entry=0)
    return advance(REBUILD_BATCH)


def advance_a_little(least: int = LITTLE, batch: int = STEP) -> None:
    """For a process that has other things to do: one batch at most, and only when it is worth it."""
    if (_last() or 0) - reached() >= least:
        next(_advance(batch), 0)
    else:
        _catch_up(batch)


def reached() -> int:
    """The last entry that the totals include. Below it no other can appear any more."""
    return _cursor_of_utc().first() or 0


def keep(meridians: Collection[int]) -> list[int]:
    """Have totals for these, from some time soon on; returns those that have them now."""
    cursors = dict(Meridian.objects.values_list("pk", "last_entry"))
    missing = [meridian for meridian in meridians if meridian not in cursors]
    room = MOST_MERIDIANS - len(cursors)
    if missing and room > 0:
        # Where nothing was folded yet they begin with all the others.
        Meridian.objects.bulk_create([Meridian(pk=one) for one in missing[:room]], ignore_conflicts=True)
    return [meridian for meridian in meridians if cursors.get(meridian, -1) == cursors.get(UTC)]


def _advance(batch: int) -> Iterator[int]:
    """Batches, until all that was settled at the beginning is in."""
    horizon = _settled()
    while horizon is not None:
        with transaction.atomic():
            cursors = locked_cursors()
            last = cursors[UTC]
            lines = lines_of(Entry.objects.filter(pk__gt=last, pk__lte=horizon).order_by("pk")[:batch])
            if not lines:
                return
            together = [meridian for meridian, cursor in cursors.items() if cursor == last]
            _store(folded(lines, together))
            Meridian.objects.filter(pk__in=together).update(last_entry=lines[-1].pk)
        yield len(lines)


def _catch_up(batch: int) -> int:
    """Bring one meridian that is behind UTC a batch nearer to it. Returns the number of entries."""
    if not Meridian.objects.filter(last_entry__lt=_cursor_of_utc()).exists():
        return 0
    with transaction.atomic():
        cursors = locked_cursors()
        goal = cursors[UTC]
        behind = [(cursor, meridian) for meridian, cursor in cursors.items() if cursor < goal]
        if not behind:
            return 0
        last, meridian = max(behind)
        lines = lines_of(Entry.objects.filter(pk__gt=last, pk__lte=goal).order_by("pk")[:batch])
        _store(folded(lines, [meridian]))
        reached = lines[-1].pk if len(lines) == batch else goal
        Meridian.objects.filter(pk=meridian).update(last_entry=reached)
    return len(lines) or 1


def _cursor_of_utc() -> "models.QuerySet[Meridian, int]":
    return Meridian.objects.filter(pk=UTC).values_list("last_entry", flat=True)


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
                return _last()  # while nobody can take a number
        except OperationalError:
            return None
    return _last()


def _last() -> int | None:
    return cast("int | None", Entry.objects.aggregate(last=Max("pk"))["last"])


def locked_cursors() -> dict[int, int]:
    """The last entry that the totals of each meridian include. Nobody else folds until the transaction ends."""
    first, _made = Meridian.objects.select_for_update().get_or_create(pk=UTC)  # whoever has this one has them all
    others = Meridian.objects.exclude(pk=UTC).values_list("pk", "last_entry")
    return {UTC: first.last_entry, **dict(others)}


def folded(lines: Sequence[Line], meridians: Iterable[int]) -> Folds:
    """Totals of some entries: hours from the entries, days from hours, weeks and months from days."""
    meridians = sorted(set(meridians))
    lighter = relieved(lines)
    hours = {one: _hours(lines, lighter, one) for one in {hours_of(meridian) for meridian in meridians}}
    folds: Folds = {}
    for meridian in meridians:
        levels = {Level.HOUR: hours[hours_of(meridian)]}
        levels[Level.DAY] = _raised(levels[Level.HOUR], Level.DAY, meridian)
        levels[Level.WEEK] = _raised(levels[Level.DAY], Level.WEEK, meridian)
        levels[Level.MONTH] = _raised(levels[Level.DAY], Level.MONTH, meridian)
        if hours_of(meridian) != meridian:
            del levels[Level.HOUR]  # they are those of UTC
        folds |= {
            Place(meridian, level, start, key): total
            for level, totals in levels.items()
            for (start, key), total in totals.items()
        }
    return folds


def _hours(lines: Sequence[Line], lighter: Sequence[Line], meridian: int) -> _Stretch:
    found: defaultdict[tuple[int, Key], Sum] = defaultdict(Sum)
    for line in lines:
        found[start_of(Level.HOUR, quarter_of(line.created_at), meridian), line.key].add(line)
    for line in lighter:
        found[start_of(Level.HOUR, quarter_of(line.created_at), meridian), line.key].unpriced -= 1
    return found


def _raised(totals: _Stretch, level: Level, meridian: int) -> _Stretch:
    found: defaultdict[tuple[int, Key], Sum] = defaultdict(Sum)
    for (start, key), total in totals.items():
        found[start_of(level, start, meridian), key].merge(total)
    return found


def relieved(lines: Sequence[Line]) -> list[Line]:
    """Entries without a price that some of `lines` correct: they are not unpriced any more."""
    numbers = [line.corrects_id for line in lines if line.corrects_id is not None]
    if not numbers:
        return []
    return lines_of(Entry.objects.filter(pk__in=numbers, cost_basis=Entry.CostBasis.UNPRICED))


def corrected_among(lines: Sequence[Line], entries: "models.QuerySet[Entry]") -> set[int]:
    """Those of the lines that have no price, but a correction among the entries."""
    unpriced = [line.pk for line in lines if is_unpriced(line.cost_basis)]
    if not unpriced:
        return set()
    found = entries.filter(corrects__in=unpriced).values_list("corrects_id", flat=True)
    return {number for number in found if number is not None}


def _store(folds: Folds) -> None:
    """Written in one statement for all: through model instances a fold takes five times as long."""
    numbers = _numbers_of({place.key for place in folds})
    for place, before in _known(folds):
        folds[place].merge(before)
    columns = ("team_id", "meridian", "level", "start", "key_id", *_VALUES)
    sql = (
        f"INSERT INTO ledger_total ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) "  # noqa: S608 - our own names
        f"ON CONFLICT (team_id, meridian, level, start, key_id) "
        f"DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _VALUES)}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            sql, [(place.key.team_id, *place[:3], numbers[place.key], *_columns(fold)) for place, fold in folds.items()]
        )


def _numbers_of(keys: set[Key]) -> dict[Key, int]:
    """The numbers of keys; those that are new get one."""
    rows = TotalKey.objects.filter(team__in={key.team_id for key in keys})
    found = {Key._make(row[1:]): row[0] for row in rows.values_list("pk", *KEY_FIELDS)}
    if new := keys - found.keys():
        made = TotalKey.objects.bulk_create([TotalKey(**key._asdict()) for key in sorted(new)])
        found |= {Key._make(getattr(row, name) for name in KEY_FIELDS): row.pk for row in made}
    return found


def _columns(fold: Sum) -> Iterator[int | str]:
    yield from (getattr(fold, name) for name in COUNTS)
    yield from (fold.cost_units, fold.saved_units)
    yield from (to_text(getattr(fold, name)) for name in SPREADS)


def _known(folds: Folds) -> Iterator[tuple[Place, Sum]]:
    """Those of the places that have a total already, and what it says."""
    starts: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for place in folds:
        starts[place.meridian, place.level].append(place.start)
    teams = {place.key.team_id for place in folds}
    for (meridian, level), begin in starts.items():
        rows = Total.objects.filter(
            team__in=teams, meridian=meridian, level=level, start__gte=min(begin), start__lte=max(begin)
        )
        yield from ((place, total) for place, total in stored(rows) if place in folds)


def stored(rows: "models.QuerySet[Total]") -> Iterator[tuple[Place, Sum]]:
    """Totals as they stand in rows."""
    sums = (*COUNTS, *(picounits(name) for name in AMOUNTS), *SPREADS)
    columns = ("meridian", "level", "start", *(f"key__{name}" for name in KEY_FIELDS), *sums)
    width = 3 + len(KEY_FIELDS)
    for row in rows.values_list(*columns).iterator(chunk_size=2_000):
        values: dict[str, Any] = dict(zip(_VALUES, row[width:], strict=True))
        values |= {name: from_text(values[name]) for name in SPREADS}
        yield Place(row[0], row[1], row[2], Key._make(row[3:width])), Sum(*values.values())
