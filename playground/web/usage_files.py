"""A team's usage as files, one for each month that is over: written by `manage.py export_usage`, listed on a page.

Below the data folder: exports/team-<number>/usage-2026-10.csv. Months are those of UTC, in which the file's times are.
Entries never change; what can still come to a month that is over are corrections, which have the moment of their run.
So a file is right unless a correction was made after it, and is written again then. It appears only when it is whole.
"""

import datetime as dt
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import Max, Min
from django.db.models.functions import TruncMonth
from django.utils import formats
from django.utils.translation import pgettext

from playground.accounts.models import Team
from playground.ledger.totals import entries_of
from playground.web.moments import moment_words
from playground.web.usage_export import HEAD, csv_lines, csv_part, parts

SETTLED: Final = dt.timedelta(hours=1)  # after which everything that was under way is written: runs and corrections
_NAME: Final = re.compile(r"usage-(\d{4})-(\d{2})\.csv")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: dt.datetime) -> "Month":
        """The month that a moment lies in."""
        moment = moment.astimezone(dt.UTC)
        return cls(moment.year, moment.month)

    @property
    def first(self) -> dt.datetime:
        """When it begins."""
        return dt.datetime(self.year, self.number, 1, tzinfo=dt.UTC)

    @property
    def next(self) -> "Month":
        """The one after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


def folder_of(team: Team) -> Path:
    """Where a team's files are."""
    return Path(settings.DATA) / "exports" / f"team-{team.pk}"


def path_of(team: Team, month: Month) -> Path:
    """Where the file of a month is, or will be."""
    return folder_of(team) / f"usage-{month}.csv"


def months_due(team: Team, now: dt.datetime) -> Iterator[Month]:
    """The months that are over, from the team's first entry on, and have no file or one older than a correction."""
    began = entries_of(team).order_by().aggregate(first=Min("created_at"))["first"]
    if began is None:
        return
    corrected, month = _corrected(team), Month.of(began)
    while month.next.first + SETTLED <= now:
        if not _is_right(path_of(team, month), corrected.get(month)):
            yield month
        month = month.next


def _corrected(team: Team) -> dict[Month, dt.datetime]:
    """When the entries of each month were last corrected."""
    corrections = entries_of(team).filter(corrects__isnull=False, corrected_at__isnull=False).order_by()
    months = corrections.values_list(TruncMonth("created_at", tzinfo=dt.UTC)).annotate(Max("corrected_at"))
    return {Month.of(first): at for first, at in months}


def _is_right(file: Path, corrected_at: dt.datetime | None) -> bool:
    if not file.exists():
        return False
    written = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)
    return corrected_at is None or corrected_at + SETTLED < written


def write(team: Team, month: Month) -> int:
    """Write the file of a month. Returns the number of entries."""
    target = path_of(team, month)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    entries = entries_of(team).filter(created_at__lt=month.next.first)
    unfinished = target.with_suffix(f".{os.getpid()}.part")
    count = 0
    try:
        with open(unfinished, "wb", opener=_private) as file:
            file.write(csv_lines([HEAD]).encode())
            for part in parts(lambda first: entries.filter(created_at__gte=first), month.first):
                file.write(csv_part(part))
                count += len(part[0])
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def files_of(team: Team) -> list[dict[str, Any]]:
    """The files there are, the newest month first, for `usage/files.html`."""
    found = []
    for path in sorted(folder_of(team).glob("usage-*.csv"), reverse=True):
        if match := _NAME.fullmatch(path.name):
            month, stat = Month(int(match[1]), int(match[2])), path.stat()
            written = dt.datetime.fromtimestamp(stat.st_mtime, dt.UTC)
            # Translators: Django's date format characters: month and year.
            words = formats.date_format(month.first, pgettext("month in full", "F Y"))
            found.append({"name": path.name, "month": words, "bytes": stat.st_size, "written": moment_words(written)})
    return found


def file_of(team: Team, name: str) -> Path | None:
    """The file of that name, if the team has it."""
    match = _NAME.fullmatch(name)
    path = path_of(team, Month(int(match[1]), int(match[2]))) if match and 1 <= int(match[2]) <= 12 else None
    return path if path is not None and path.is_file() else None
