"""What counts when an offer is measured: which runs, how far back, whose, and from which index."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.ledger.measured import (
    _ANSWERED,
    FAILED,
    FAULTS,
    KEPT_TIMES,
    NEUTRAL,
    SAMPLE,
    WINDOW,
    Measured,
    _entries,
    measured,
    measured_of_late,
)
from playground.ledger.models import Entry
from playground.ledger.record import Facts, record
from playground.wire.errors import CODES
from tests.integration.ledger.test_append_only import correction_of

pytestmark = pytest.mark.django_db
MakeFacts = Callable[..., Facts]

OFFER, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.fixture
def run(make_facts: MakeFacts) -> Callable[..., Entry]:
    """One run of OFFER; name what should differ."""

    def made(**changes: Any) -> Entry:
        return record(make_facts(**{"offer_id": OFFER, **changes}))

    return made


def failed(code: str, **changes: Any) -> dict[str, Any]:
    return {"state": "failed", "error_code": code, "ttft_ms": None, "tokens_per_second": None, **changes}


def figures(*, now: dt.datetime | None = None, **practice: bool) -> Measured | None:
    return measured({OFFER: practice.get("practice", False)}, now=now or timezone.now()).get(OFFER)


def test_an_offer_that_nobody_used_is_not_measured() -> None:
    assert figures() is None
    assert measured({}, now=timezone.now()) == {}


def test_medians_and_success_of_answered_and_failed_runs(run: Callable[..., Entry]) -> None:
    for wait, speed in ((300, "40"), (500, "60"), (2000, "80")):
        run(ttft_ms=wait, tokens_per_second=Decimal(speed))
    run(**failed("overloaded"))
    assert figures() == Measured(runs=4, succeeded=3, ttft_ms=500, tokens_per_second=Decimal(60))


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_error_of_the_wire_is_the_offers_or_says_nothing(run: Callable[..., Entry], code: str) -> None:
    run()
    run(**failed(code))
    found = figures()
    assert found is not None
    assert found.runs == (2 if code in FAULTS else 1)


def test_no_error_is_undecided() -> None:
    assert (CODES, frozenset()) == (FAULTS | NEUTRAL, FAULTS & NEUTRAL)


def test_a_stop_by_a_person_counts_neither_way(run: Callable[..., Entry]) -> None:
    run(state="stopped", ttft_ms=9000)
    assert figures() is None
    run(ttft_ms=100)
    found = figures()
    assert found is not None
    assert (found.runs, found.succeeded, found.ttft_ms) == (1, 1, 100)


def test_an_answer_cut_off_by_the_provider_failed_and_one_lost_with_this_server_counts_not(
    run: Callable[..., Entry],
) -> None:
    run()
    run(**failed("interrupted", state="interrupted"))
    run(**failed("interrupted", state="interrupted", duration_ms=None))
    run(**failed("no_key", duration_ms=None))
    found = figures()
    assert found is not None
    assert (found.runs, found.succeeded) == (2, 1)


def test_an_offer_that_only_failed_has_a_rate_and_no_medians(run: Callable[..., Entry]) -> None:
    run(**failed("overloaded"))
    assert figures() == Measured(1, 0, None, None)


def test_only_the_last_seven_days_count(run: Callable[..., Entry]) -> None:
    entry = run()
    assert figures(now=entry.created_at + WINDOW) is not None
    assert figures(now=entry.created_at + WINDOW + dt.timedelta(seconds=1)) is None


def test_practice_counts_for_the_sandboxs_offers_only(run: Callable[..., Entry]) -> None:
    run(practice=True, ttft_ms=1)
    assert figures(practice=False) is None
    found = figures(practice=True)
    assert found is not None
    assert found.runs == 1
    run(practice=False)
    found = figures(practice=True)
    assert found is not None
    assert found.runs == 1


def test_everybodys_runs_count_and_each_offer_for_itself(run: Callable[..., Entry], charlie: User) -> None:
    run(ttft_ms=100)
    run(ttft_ms=300, user_id=charlie.pk, team_id=current_team(charlie).pk)
    run(ttft_ms=9000, offer_id=OTHER)
    both = measured({OFFER: False, OTHER: False}, now=timezone.now())
    assert (both[OFFER].runs, both[OFFER].ttft_ms) == (2, 200)
    assert (both[OTHER].runs, both[OTHER].ttft_ms) == (1, 9000)


def test_a_correction_is_no_run(run: Callable[..., Entry]) -> None:
    correction_of(run()).save()
    found = figures()
    assert found is not None
    assert found.runs == 1


def test_runs_without_usage_have_a_ttft_and_no_speed(run: Callable[..., Entry]) -> None:
    run(tokens_per_second=None)
    assert figures() == Measured(1, 1, 420, None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(min_value=0, max_value=600_000), min_size=1, max_size=15))
def test_the_median_is_the_middle_of_all_runs(make_facts: MakeFacts, waits: list[int]) -> None:
    offer = uuid.uuid4()
    for wait in waits:
        record(make_facts(offer_id=offer, ttft_ms=wait))
    found = measured({offer: False}, now=timezone.now())[offer]
    assert (found.runs, found.ttft_ms) == (len(waits), round(median(waits)))


@pytest.mark.parametrize(
    ("runs", "succeeded", "percent"),
    [(1, 1, "100"), (318, 315, "99.1"), (100_000, 99_999, "99.9"), (3, 2, "66.7"), (5, 0, "0.0")],
)
def test_success_is_100_percent_only_when_nothing_failed(runs: int, succeeded: int, percent: str) -> None:
    assert str(Measured(runs, succeeded, None, None).success) == percent


def test_many_offers_take_one_query_and_one_for_each_that_was_used(
    run: Callable[..., Entry], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    run()
    run(offer_id=OTHER)
    offers = dict.fromkeys([OFFER, OTHER, *(uuid.uuid4() for _ in range(100))], False)
    with django_assert_num_queries(3):
        assert len(measured(offers, now=timezone.now())) == 2


def test_what_took_long_to_count_is_kept_twenty_times_as_long(run: Callable[..., Entry]) -> None:
    offers = {OFFER: False, uuid.uuid4(): False}
    moments = iter([0.0, 1.0, 1.0 + KEPT_TIMES - 0.1, 1.0 + KEPT_TIMES, 22.0])
    run()
    assert measured_of_late(offers, clock=lambda: next(moments))[OFFER].runs == 1
    run()
    assert measured_of_late(offers, clock=lambda: next(moments))[OFFER].runs == 1
    assert measured_of_late(offers, clock=lambda: next(moments))[OFFER].runs == 2


def test_both_questions_are_answered_from_the_index_alone(run: Callable[..., Entry]) -> None:
    """A million entries: nothing is read but the part of the index that the window and the offers span."""
    entries = run_many(run())
    since = timezone.now() - WINDOW
    counts = _entries(False, since).filter(_ANSWERED | FAILED, offer__in=[OFFER, OTHER]).order_by()
    medians = _entries(False, since).filter(_ANSWERED, offer=OFFER).order_by("-created_at")
    for question in (
        counts.values_list("offer"),
        medians.values_list("ttft_ms", "tokens_per_second")[:SAMPLE],
    ):
        plan = question.explain()
        assert "entry_offer_measured" in plan, plan
        if connection.vendor == "sqlite":
            assert "COVERING INDEX" in plan, plan
            assert "TEMP B-TREE" not in plan, plan
    assert entries == Entry.objects.count()


def run_many(like: Entry) -> int:
    """Enough rows of other offers for the planner to prefer an index."""
    columns = {
        field.attname: getattr(like, field.attname) for field in Entry._meta.concrete_fields if field.name != "id"
    }
    Entry.objects.bulk_create(
        Entry(**{**columns, "generation": uuid.uuid4(), "offer": uuid.uuid4()}) for _ in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_entry")
    return Entry.objects.count()
