"""The night's work in the running server: in a process of its own, once, and left off when the server ends."""

import datetime as dt
import os

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from playground.accounts.models import Team, User
from playground.ledger.models import NightlyTask
from playground.ledger.nightly import CHECK, EXPORT, TASKS
from playground.streaming import records
from playground.streaming.night_shift import NICE, NightShift
from playground.web.usage_files import Month, path_of
from tests.entries import write_entry

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def night(settings: Settings, monkeypatch: pytest.MonkeyPatch, alice: User, team: Team) -> None:
    """It is night, an old month has no file yet, and what is begun finds the database of the tests."""
    settings.NIGHTLY_AT = dt.time(0, 0)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "playground.settings")
    monkeypatch.setenv("DB_NAME", str(connection.settings_dict["NAME"]))
    monkeypatch.setenv("PLAYGROUND_DATA", str(settings.DATA))
    write_entry(alice, team, at=dt.datetime(2025, 11, 3, tzinfo=dt.UTC))
    for name in TASKS:
        NightlyTask.objects.create(name=name, night=timezone.now().date() - dt.timedelta(days=2))


def told() -> dict[str, tuple[str, str]]:
    return {task.name: (task.outcome, task.owner) for task in NightlyTask.objects.all()}


async def test_both_tasks_are_done_once_by_one_of_two_processes(night: None, team: Team) -> None:
    one, other = NightShift("one"), NightShift("other")
    await one.tick()
    assert one.is_at_work
    assert one.pid is not None
    assert os.getpriority(os.PRIO_PROCESS, one.pid) >= NICE
    await other.tick()
    await one.tick()
    await one.until_idle()
    await other.until_idle()
    assert await records.do(told) == {EXPORT: ("well", ""), CHECK: ("well", "")}
    assert path_of(team, Month(2025, 11)).read_text().count("\n") == 2
    for shift in (one, other):
        await shift.tick()
        assert not shift.is_at_work


async def test_what_is_broken_off_with_the_server_is_free_at_once(night: None) -> None:
    shift = NightShift("one")
    await shift.tick()
    await shift.close()
    assert not shift.is_at_work
    task = await records.do(NightlyTask.objects.get, pk=EXPORT)
    assert (task.owner, task.leased_until, task.night < timezone.now().date()) == ("", None, True)


async def test_what_cannot_be_done_is_told_as_failed(
    night: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PLAYGROUND_PORT", "none")  # nothing of ours starts with such an environment
    shift = NightShift("one")
    await shift.tick()
    await shift.until_idle()
    assert (await records.do(told))[EXPORT] == ("failed", "")
    assert "The night's export_usage failed" in caplog.text


async def test_a_server_that_leaves_it_to_a_timer_begins_nothing(night: None, settings: Settings) -> None:
    settings.NIGHTLY_AT = None
    shift = NightShift("one")
    await shift.tick()
    assert not shift.is_at_work
