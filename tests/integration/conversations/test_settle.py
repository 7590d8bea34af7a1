"""A generation has exactly one end and one ledger entry, under every race."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone

from playground.conversations import progress
from playground.conversations.models import Generation, Message
from playground.conversations.progress import Checkpoint, Settlement
from playground.conversations.turns import Turn
from playground.ledger.models import Entry
from playground.wire.usage import Usage
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)
State = Generation.State


def settlement(turn: Turn, state: str = State.FINISHED, **more: object) -> Settlement:
    facts: dict[str, object] = {"content": "an answer", "reasoning_content": "", "seq": 3, **more}
    return Settlement(generation_id=turn.generation_id, state=state, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("winner", [State.FINISHED, State.STOPPED, State.FAILED, State.INTERRUPTED])
def test_the_first_end_stays_whatever_comes_later(first_rate: None, send: Callable[..., Turn], winner: str) -> None:
    turn = send()
    assert progress.settle(settlement(turn, winner), owner="here") is True
    for state in (State.FINISHED, State.STOPPED, State.FAILED, State.INTERRUPTED):
        assert progress.settle(settlement(turn, state, content="another"), owner=None) is False
    assert Generation.objects.get().state == winner
    assert Message.objects.get(pk=turn.assistant_message_id).content == "an answer"
    assert Entry.objects.get().state == winner


def test_twenty_ends_at_once_are_one(first_rate: None, send: Callable[..., Turn]) -> None:
    turn = send()
    states = (State.FINISHED, State.STOPPED, State.INTERRUPTED, State.FAILED)

    def end(number: int) -> bool:
        return progress.settle(settlement(turn, states[number % 4], content=f"by {number}"), owner=None)

    assert sum(together(20, end)) == 1
    entry, generation = Entry.objects.get(), Generation.objects.get()
    assert entry.state == generation.state
    assert generation.entry_id == entry.pk


def test_reported_usage_is_priced_exactly(first_rate: None, send: Callable[..., Turn]) -> None:
    turn = send()
    usage = Usage(prompt_tokens=1000, completion_tokens=500, cached_tokens=400, reasoning_tokens=100)
    progress.settle(settlement(turn, usage=usage), owner="here")
    entry = Entry.objects.get()
    assert (entry.tokens_basis, entry.cost_basis, entry.currency) == ("reported", "exact", "USD")
    # Z.ai's prices of GLM-4.5-Air: 0.20 in, 0.03 cached, 1.10 out, per million.
    assert entry.cost_total == (600 * Decimal("0.2") + 400 * Decimal("0.03") + 500 * Decimal("1.1")) / 1_000_000


def test_a_cost_that_a_gateway_reports_is_kept_as_reported(first_rate: None, send: Callable[..., Turn]) -> None:
    turn = send()
    progress.settle(settlement(turn, usage=Usage(13, 4, reported_cost=Decimal("0.00000238"))), owner="here")
    entry = Entry.objects.get()
    assert (entry.cost_basis, entry.cost_total) == ("reported", Decimal("0.00000238"))


def test_without_usage_the_counts_are_estimated_and_say_so(first_rate: None, send: Callable[..., Turn]) -> None:
    turn = send()
    progress.settle(settlement(turn, State.STOPPED, content="word " * 100, estimated_prompt_tokens=9), owner="here")
    entry = Entry.objects.get()
    assert (entry.tokens_basis, entry.cost_basis, entry.prompt_tokens) == ("estimated", "estimated", 9)
    assert 80 <= entry.completion_tokens <= 120


@pytest.mark.parametrize(
    ("reported", "thought", "known"),
    [
        (100, "a thought", ("reported", 100)),
        (0, "", ("reported", 0)),
        (None, "", ("none", None)),
        (None, "word " * 100, ("estimated", 100)),
        (0, "word " * 100, ("estimated", 100)),  # a server that says so and shows the contrary
        (None, "word " * 1000, ("estimated", 500)),  # never more than the whole answer took
    ],
)
def test_reasoning_that_nobody_reported_is_estimated_from_what_was_shown_or_unknown(
    first_rate: None, send: Callable[..., Turn], reported: int | None, thought: str, known: tuple[str, int | None]
) -> None:
    usage = Usage(prompt_tokens=10, completion_tokens=500, reasoning_tokens=reported)
    progress.settle(settlement(send(), reasoning_content=thought, usage=usage), owner="here")
    entry = Entry.objects.get()
    assert (entry.reasoning_basis, entry.known_reasoning_tokens) == known
    assert entry.tokens_basis == "reported"


def test_a_refusal_before_any_work_used_nothing(first_rate: None, send: Callable[..., Turn]) -> None:
    turn = send()
    progress.settle(settlement(turn, State.FAILED, content="", billable=False, error_code="rate_limited"), owner="here")
    entry = Entry.objects.get()
    assert (entry.tokens_basis, entry.prompt_tokens, entry.completion_tokens) == ("none", 0, 0)
    assert entry.error_code == "rate_limited"


def test_a_process_that_lost_its_lease_writes_nothing(first_rate: None, send: Callable[..., Turn]) -> None:
    turn = send()
    Generation.objects.update(lease_owner="another")
    stale = Checkpoint(turn.generation_id, turn.assistant_message_id, 7, "stale text", "stale thought")
    progress.checkpoint_all("here", [stale])
    assert progress.settle(settlement(turn), owner="here") is False
    assert Generation.objects.get().seq == 0
    assert Message.objects.get(pk=turn.assistant_message_id).content == ""
    assert Entry.objects.count() == 0


def test_a_checkpoint_after_the_end_changes_nothing(first_rate: None, send: Callable[..., Turn]) -> None:
    turn = send()
    progress.settle(settlement(turn), owner="here")
    late = Checkpoint(turn.generation_id, turn.assistant_message_id, 99, "late", "")
    progress.checkpoint_all("here", [late])
    assert Message.objects.get(pk=turn.assistant_message_id).content == "an answer"
    assert Generation.objects.get().seq == 3


def test_checkpoints_of_many_runs_are_one_write_and_renew_the_leases(
    first_rate: None, send: Callable[..., Turn], django_assert_max_num_queries: Callable[..., object]
) -> None:
    turns = [send(f"question {number}") for number in range(30)]
    soon = timezone.now() + dt.timedelta(seconds=5)
    Generation.objects.update(lease_until=soon)
    rows = [Checkpoint(t.generation_id, t.assistant_message_id, n + 1, f"text {n}", "r") for n, t in enumerate(turns)]
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]
        progress.checkpoint_all("here", rows)
    for number, turn in enumerate(turns):
        generation = Generation.objects.select_related("message").get(pk=turn.generation_id)
        assert (generation.seq, generation.message.content) == (number + 1, f"text {number}")
        assert generation.lease_until is not None
        assert generation.lease_until > soon


def test_what_a_dead_process_left_is_found_and_interrupted_with_its_text(
    first_rate: None, send: Callable[..., Turn]
) -> None:
    dead, alive, waiting = send("dead"), send("alive"), send("waiting", owner="")
    Generation.objects.filter(pk=dead.generation_id).update(lease_owner="gone")
    saved = Checkpoint(dead.generation_id, dead.assistant_message_id, 5, "so far", "thought")
    progress.checkpoint_all("gone", [saved])
    now = timezone.now()
    assert progress.abandoned(owners_alive={"here"}, queued_before=now - dt.timedelta(hours=1), at=now) == [
        dead.generation_id
    ]
    assert set(progress.abandoned(owners_alive={"here"}, queued_before=now, at=now)) == {
        dead.generation_id,
        waiting.generation_id,
    }
    assert progress.interrupt(dead.generation_id) is True
    assert progress.interrupt(dead.generation_id) is False
    generation = Generation.objects.select_related("message").get(pk=dead.generation_id)
    assert (generation.state, generation.error_code, generation.retryable) == ("interrupted", "interrupted", True)
    assert (generation.message.content, generation.message.reasoning_content) == ("so far", "thought")
    assert Entry.objects.get().tokens_basis == "estimated"
    assert Generation.objects.get(pk=alive.generation_id).state == "running"


def test_among_many_processes_only_a_lease_that_ran_out_counts(first_rate: None, send: Callable[..., Turn]) -> None:
    turn = send()
    now = timezone.now()
    assert progress.abandoned(owners_alive=None, queued_before=now, at=now) == []
    later = now + progress.LEASE + dt.timedelta(seconds=1)
    assert progress.abandoned(owners_alive=None, queued_before=now, at=later) == [turn.generation_id]


@pytest.mark.parametrize("owners_alive", [{"here"}, None])
def test_a_lease_that_ran_out_counts_unless_the_run_is_here(
    first_rate: None, send: Callable[..., Turn], owners_alive: set[str] | None
) -> None:
    """While the database was away no lease could be renewed; a run that its process has given up renews none either."""
    kept, given_up = send("kept"), send("given up")
    later = timezone.now() + progress.LEASE + dt.timedelta(seconds=1)
    found = progress.abandoned(
        owners_alive=owners_alive, here={kept.generation_id}, queued_before=timezone.now(), at=later
    )
    assert found == [given_up.generation_id]
