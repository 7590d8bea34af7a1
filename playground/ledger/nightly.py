"""The night's work: what is done once a night, by whichever server process takes it first. Floor 3.

A row for each task says which night it was last done for, who is at it, and how it went. Whoever is at it renews a
lease; a process that is gone is followed by another one when it runs out. The tasks are management commands, which
write down how they went whoever starts them: a server (streaming/night_shift.py), cron or a person.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from playground.ledger.models import NightlyTask

EXPORT: Final = "export_usage"
CHECK: Final = "check_totals"
TASKS: Final = (EXPORT, CHECK)  # in this order
LEASE: Final = dt.timedelta(minutes=5)
LONGEST: Final = 2_000  # characters that are kept of what a task says


def night_of(now: dt.datetime, begins: dt.time, zone: dt.tzinfo) -> dt.date:
    """The night that has begun last, named by the day on which it did. By the clock on the wall: one for each day."""
    here = now.astimezone(zone)
    return here.date() if here.time() >= begins else here.date() - dt.timedelta(days=1)


def take(owner: str, tonight: dt.date, now: dt.datetime) -> str | None:
    """A task that is still to be done tonight and that nobody is at, taken for `owner`; None when there is none.

    A task that was never heard of waits for the next night: an installation does not begin with it.
    """
    known = dict(NightlyTask.objects.values_list("name", "night"))
    if new := [NightlyTask(name=name, night=tonight) for name in TASKS if name not in known]:
        NightlyTask.objects.bulk_create(new, ignore_conflicts=True)
    for name in TASKS:
        if known.get(name, tonight) >= tonight:
            continue
        # Asked and answered by one statement: of two that come at once one finds it taken.
        free = NightlyTask.objects.filter(Q(leased_until=None) | Q(leased_until__lt=now), pk=name, night__lt=tonight)
        if free.update(owner=owner, leased_until=now + LEASE):
            return name
    return None


def renew(name: str, owner: str, now: dt.datetime) -> bool:
    """Say that `owner` is still at it; False when it has passed to another."""
    return bool(_held(name, owner).update(leased_until=now + LEASE))


def give_back(name: str, owner: str) -> None:
    """Let another do it: it was not brought to an end."""
    _held(name, owner).update(owner="", leased_until=None)


def finish(name: str, owner: str, *, night: dt.date, taken_at: dt.datetime, status: int) -> NightlyTask | None:
    """It has ended, with this exit status, and is done for the night. One that said nothing of itself has failed.

    None when it has passed to another meanwhile.
    """
    if not _held(name, owner).update(owner="", leased_until=None, night=night):
        return None
    now = timezone.now()
    silent = NightlyTask.objects.filter(Q(ended_at=None) | Q(ended_at__lt=taken_at), pk=name)
    said = f"It ended with status {status}; the log of the server says more."
    silent.update(began_at=taken_at, ended_at=now, outcome=NightlyTask.Outcome.FAILED, said=said)
    return NightlyTask.objects.get(pk=name)


def _held(name: str, owner: str) -> "QuerySet[NightlyTask]":
    return NightlyTask.objects.filter(pk=name, owner=owner)


@dataclass(slots=True)
class Report:
    """How a task went, as it will be written down."""

    outcome: str = NightlyTask.Outcome.WELL
    said: str = ""


@contextmanager
def reporting(name: str) -> Iterator[Report]:
    """Write down how the task within went. An error is a failure, unless the report says what else it is.

    What is broken off from outside has not ended, and nothing is written down of it.
    """
    report, began = Report(), timezone.now()
    try:
        yield report
    except Exception as error:
        if report.outcome == NightlyTask.Outcome.WELL:
            report.outcome, report.said = NightlyTask.Outcome.FAILED, f"{type(error).__name__}: {error}"
        _write_down(name, report, began)
        raise
    _write_down(name, report, began)


def _write_down(name: str, report: Report, began: dt.datetime) -> None:
    told = {"began_at": began, "ended_at": timezone.now(), "outcome": report.outcome, "said": report.said[:LONGEST]}
    NightlyTask.objects.update_or_create(pk=name, defaults=told, create_defaults={"night": began.date(), **told})
