"""The nightly check: every entry added up again and compared with the totals. Called by `manage.py check_totals`.

Twice, in different ways: the smallest totals of each meridian against entries that are folded again, and all levels
against sums that the database makes. A day, and the levels, are read as they are at one moment; nobody waits for that.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Count, Max, Min, Q
from django.db.models import Sum as DbSum
from django.db.models.functions import Coalesce

from playground.ledger.fields import AmountField
from playground.ledger.fold import Sum, lines_of
from playground.ledger.models import Entry, Meridian, Total
from playground.ledger.spans import DAY, UTC, Level, hours_of, moment_of, quarter_of, start_of
from playground.ledger.standing import Place, corrected_among, stored
from playground.ledger.totals import TOKENS


def differences() -> list[str]:
    """What the totals say otherwise than the entries they include, in words; nothing when all is well."""
    meridians = [UTC, *Meridian.objects.exclude(pk=UTC).values_list("pk", flat=True)]
    days = (
        wrong
        for team in _teams()
        for meridian in meridians
        for day in _days(team, meridian)
        for wrong in _wrong_day(team, meridian, day)
    )
    return [*days, *(wrong for meridian in meridians for wrong in _wrong_sums(meridian))]


def smallest_of(meridian: int) -> Level:
    """The smallest totals that a meridian has of its own."""
    return Level.HOUR if hours_of(meridian) == meridian else Level.DAY


def _teams() -> list[int]:
    entries = set(Entry.objects.order_by().values_list("team", flat=True).distinct())
    return sorted(entries | set(Total.objects.order_by().values_list("team", flat=True).distinct()))


def _days(team: int, meridian: int) -> Iterator[int]:
    """The days from the first entry or total to the last, as quarters."""
    entries = Entry.objects.filter(team=team).aggregate(first=Min("created_at"), last=Max("created_at"))
    totals = Total.objects.filter(team=team, meridian=meridian, level=smallest_of(meridian))
    found = totals.aggregate(first=Min("start"), last=Max("start"))
    quarters = [quarter_of(moment) for moment in entries.values() if moment]
    quarters += [quarter for quarter in found.values() if quarter is not None]
    if quarters:
        yield from range(start_of(Level.DAY, min(quarters), meridian), max(quarters) + 1, DAY)


@contextmanager
def _at_one_moment() -> Iterator[None]:
    """What is read within is of one moment, and nothing is locked meanwhile.

    Sums of a million entries take seconds, in which runs are to be settled. Within a transaction that one decides.
    """
    connection.ensure_connection()  # which is what sets the mode
    usual = connection.transaction_mode if connection.vendor == "sqlite" else None  # type: ignore[attr-defined]
    try:
        if usual:
            connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]  # a reader of the write-ahead log
        is_outermost = not connection.in_atomic_block
        with transaction.atomic():
            if is_outermost and connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        if usual:
            connection.transaction_mode = usual  # type: ignore[attr-defined]


def _cursor_of(meridian: int) -> int:
    return Meridian.objects.filter(pk=meridian).values_list("last_entry", flat=True).first() or 0


@_at_one_moment()
def _wrong_day(team: int, meridian: int, day: int) -> list[str]:
    """Totals of a day whose entries, folded again, make something else."""
    entries = Entry.objects.filter(pk__lte=_cursor_of(meridian))
    lines = lines_of(entries.filter(team=team, created_at__gte=moment_of(day), created_at__lt=moment_of(day + DAY)))
    level = smallest_of(meridian)
    folds: defaultdict[Place, Sum] = defaultdict(Sum)
    priced_later = corrected_among(lines, entries)
    for line in lines:
        place = Place(meridian, level, start_of(level, quarter_of(line.created_at), meridian), line.key)
        folds[place].add(line)
        folds[place].unpriced -= line.pk in priced_later
    rows = Total.objects.filter(team=team, meridian=meridian, level=level, start__gte=day, start__lt=day + DAY)
    found = dict(stored(rows))
    return [
        f"{moment_of(place.start):%Y-%m-%d %H:%M}, {place.key}"
        for place in sorted(folds.keys() | found.keys())
        if folds.get(place, Sum()) != found.get(place, Sum())
    ]


@_at_one_moment()
def _wrong_sums(meridian: int) -> list[str]:
    """Levels whose totals add up to something else than the entries do; added by the database."""
    entries: dict[str, Any] = {name: DbSum(name) for name in TOKENS}
    entries["entries"] = Count("pk", filter=Q(corrects=None))
    entries["cost"] = Coalesce(DbSum("cost_total"), 0, output_field=AmountField())
    totals = {name: DbSum(name) for name in entries}
    of_entry, of_total = ("team_id", "currency", "practice"), ("team_id", "key__currency", "key__practice")
    meant = _by(Entry.objects.filter(pk__lte=_cursor_of(meridian)), of_entry, entries)
    wrong: list[str] = []
    for level in (level for level in Level if level >= smallest_of(meridian)):
        found = _by(Total.objects.filter(meridian=meridian, level=level), of_total, totals)
        wrong += [
            f"{level.name.lower()} totals of team {key[0]}, {key[1] or 'no currency'}, {meridian / 4:+} h from UTC: "
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
