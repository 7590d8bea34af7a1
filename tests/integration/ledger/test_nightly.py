"""The night's work: each task once a night, whoever asks; done by another when a process is gone; written down."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from playground.ledger import nightly
from playground.ledger.models import NightlyTask, Total
from playground.ledger.nightly import CHECK, EXPORT, LEASE, TASKS
from playground.ledger.record import Facts, record
from tests.together import together

pytestmark = pytest.mark.django_db
MakeFacts = Callable[..., Facts]
NOW = dt.datetime(2026, 11, 26, 3, 20, tzinfo=dt.UTC)
TONIGHT = NOW.date()
LAST_NIGHT = TONIGHT - dt.timedelta(days=1)


@pytest.fixture
def last_night(db: None) -> None:
    """Both tasks were done last night."""
    for name in TASKS:
        NightlyTask.objects.create(name=name, night=LAST_NIGHT)


def end(name: str, owner: str, status: int = 0) -> NightlyTask | None:
    return nightly.finish(name, owner, night=TONIGHT, taken_at=NOW, status=status)


def test_a_new_installation_waits_for_its_first_night(db: None) -> None:
    assert nightly.take("a", TONIGHT, NOW) is None
    assert nightly.take("a", TONIGHT + dt.timedelta(days=1), NOW + dt.timedelta(days=1)) == EXPORT


def test_each_task_is_taken_once_in_its_order_and_again_the_next_night(last_night: None) -> None:
    for name in (EXPORT, CHECK):
        assert nightly.take("a", TONIGHT, NOW) == name
        end(name, "a")
    assert nightly.take("a", TONIGHT, NOW + dt.timedelta(hours=20)) is None
    assert nightly.take("b", TONIGHT + dt.timedelta(days=1), NOW + dt.timedelta(days=1)) == EXPORT


@pytest.mark.django_db(transaction=True)
def test_of_many_processes_that_ask_at_once_one_has_each_task(last_night: None) -> None:
    taken = together(8, lambda number: nightly.take(f"process {number}", TONIGHT, NOW))
    assert sorted(name for name in taken if isinstance(name, str)) == sorted(TASKS)
    assert taken.count(None) == 6


def test_a_task_of_a_process_that_is_gone_is_free_when_its_lease_has_run_out(last_night: None) -> None:
    NightlyTask.objects.filter(pk=CHECK).update(night=TONIGHT)
    assert nightly.take("gone", TONIGHT, NOW) == EXPORT
    assert nightly.take("b", TONIGHT, NOW + LEASE) is None
    assert nightly.take("b", TONIGHT, NOW + LEASE + dt.timedelta(seconds=1)) == EXPORT
    assert not nightly.renew(EXPORT, "gone", NOW)
    assert end(EXPORT, "gone") is None
    assert NightlyTask.objects.get(pk=EXPORT).owner == "b"


def test_a_task_that_goes_on_is_kept_and_one_that_was_broken_off_is_begun_again(last_night: None) -> None:
    assert nightly.take("a", TONIGHT, NOW) == EXPORT
    assert nightly.renew(EXPORT, "a", NOW + LEASE)
    assert nightly.take("b", TONIGHT, NOW + LEASE + dt.timedelta(seconds=1)) == CHECK
    nightly.give_back(EXPORT, "b")
    assert NightlyTask.objects.get(pk=EXPORT).owner == "a"
    nightly.give_back(EXPORT, "a")
    assert nightly.take("b", TONIGHT, NOW) == EXPORT


def test_a_task_that_died_without_a_word_has_failed_and_waits_for_the_next_night(last_night: None) -> None:
    assert nightly.take("a", TONIGHT, NOW) == EXPORT
    task = end(EXPORT, "a", status=-9)
    assert task is not None
    assert (task.outcome, task.night, "-9" in task.said) == ("failed", TONIGHT, True)
    assert nightly.take("a", TONIGHT, NOW) == CHECK


def test_what_a_task_says_of_itself_stands(last_night: None) -> None:
    assert nightly.take("a", TONIGHT, NOW) == EXPORT
    with nightly.reporting(EXPORT) as report:
        report.said = "three files"
    task = end(EXPORT, "a")
    assert task is not None
    assert (task.outcome, task.said) == ("well", "three files")


def test_the_check_writes_down_how_it_went_whoever_starts_it(make_facts: MakeFacts) -> None:
    record(make_facts())
    before = timezone.now()
    call_command(CHECK)
    task = NightlyTask.objects.get(pk=CHECK)
    assert (task.outcome, task.said) == ("well", "")
    assert task.began_at is not None
    assert task.ended_at is not None
    assert before <= task.began_at <= task.ended_at <= timezone.now()
    Total.objects.update(cost=7)
    with pytest.raises(CommandError):
        call_command(CHECK)
    task.refresh_from_db()
    assert task.outcome == "wrong"
    assert "team" in task.said


def test_an_error_is_written_down_and_an_end_from_outside_is_not(db: None) -> None:
    def fail(error: BaseException) -> None:
        with nightly.reporting(EXPORT):
            raise error

    with pytest.raises(KeyboardInterrupt):
        fail(KeyboardInterrupt())
    assert not NightlyTask.objects.exists()
    with pytest.raises(OSError, match="full"):
        fail(OSError("the disk is full"))
    task = NightlyTask.objects.get()
    assert (task.outcome, task.said) == ("failed", "OSError: the disk is full")
