"""A batch moves as its lease allows: no row is begun twice, none is paid twice unseen, and every run has its entry."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone

from playground.accounts.models import Member, User
from playground.accounts.people import current_team
from playground.accounts.roles import Role
from playground.batches import admission, drafting, purging, running
from playground.batches.models import Batch, Row
from playground.catalog.models import Offer, Provider
from playground.conversations import progress
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.run_settings import TEAM_FIRST
from playground.errors import Refused
from playground.ledger.models import Entry
from playground.vault import keys
from playground.vault.models import ApiKey
from tests.integration.batches.conftest import HERE, begin, draft, end, numbered, offer, started, states

__all__ = ["draft", "offer", "started"]  # fixtures

pytestmark = pytest.mark.django_db


def state_of(batch: Batch) -> str:
    batch.refresh_from_db()
    return batch.state


def test_rows_are_begun_in_their_order_with_the_cells_in_their_places(started: Batch) -> None:
    made = begin(started, 2)
    assert [one.message.parent.content for one in made if one.message.parent] == [
        "What is Oslo in Norway known for?",
        "What is Bergen in Norway known for?",
    ]
    assert states(started) == ["running", "running", None, None, None, None]
    assert {one.lease_owner for one in made} == {HERE}


def test_every_row_ends_in_one_entry_and_then_the_batch_is_done(started: Batch) -> None:
    for made in begin(started):
        end(made)
    assert running.begin_rows(started.pk, HERE, 10).is_over
    running.round_off(started.pk, HERE)
    assert state_of(started) == Batch.State.DONE
    assert started.lease_owner == ""
    entries = Entry.objects.filter(conversation=started.conversation_id)
    assert sorted(entries.values_list("generation", flat=True)) == sorted(
        started.rows.values_list("generation", flat=True)
    )
    assert admission.spent(started, entries[0].currency) == sum(entry.cost_total or 0 for entry in entries)


def test_only_who_holds_the_lease_begins_rows(started: Batch) -> None:
    assert running.begin_rows(started.pk, "elsewhere", 10).turns == ()
    assert states(started) == [None] * 6


def test_a_lease_is_taken_over_when_its_process_is_gone(started: Batch) -> None:
    assert running.take_leases("elsewhere", known={}, alone=False) == []
    Batch.objects.filter(pk=started.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert [order.batch_id for order in running.take_leases("elsewhere", known={}, alone=False)] == [started.pk]
    assert running.begin_rows(started.pk, HERE, 10).turns == ()


def test_alone_in_its_data_a_new_process_takes_over_at_once(started: Batch) -> None:
    assert [order.batch_id for order in running.take_leases("new", known={}, alone=True)] == [started.pk]


def test_what_was_under_way_in_a_dead_process_is_interrupted_and_waits_for_a_person(started: Batch) -> None:
    """No row is paid twice unseen: the next process goes on behind them."""
    gone = begin(started, 2)
    running.take_leases("next", known={}, alone=True)
    lost = progress.abandoned(owners_alive={"next"}, queued_before=timezone.now(), at=timezone.now())
    assert set(lost) == {one.pk for one in gone}
    for generation_id in lost:
        assert progress.interrupt(generation_id)
    turns = running.begin_rows(started.pk, "next", 2).turns
    assert states(started) == ["interrupted", "interrupted", "running", "running", None, None]
    assert len(turns) == 2
    assert Entry.objects.filter(state="interrupted").count() == 2
    assert running.retry(started) == 2
    assert states(started) == [None, None, "running", "running", None, None]


def test_pause_lets_rows_end_and_begins_no_more(started: Batch) -> None:
    under_way = begin(started, 2)
    running.pause(started)
    assert begin(started) == []
    for made in under_way:
        end(made)
    running.round_off(started.pk, HERE)
    assert state_of(started) == Batch.State.PAUSED
    running.resume(started)
    running.take_leases(HERE, known={}, alone=True)
    assert len(begin(started)) == 4


def test_stop_names_what_is_to_be_stopped_and_the_batch_can_go_on(started: Batch) -> None:
    under_way = begin(started, 2)
    assert set(running.stop(started)) == {one.pk for one in under_way}
    assert begin(started) == []
    for made in under_way:
        end(made, Generation.State.STOPPED)
    running.round_off(started.pk, HERE)
    assert state_of(started) == Batch.State.STOPPED
    running.resume(started)
    running.take_leases(HERE, known={}, alone=True)
    begin(started)
    assert states(started) == ["stopped"] * 2 + ["running"] * 4


def test_retry_of_a_batch_that_is_done_runs_what_failed_with_new_entries(started: Batch) -> None:
    for number, made in enumerate(begin(started)):
        end(made, Generation.State.FAILED if number < 2 else Generation.State.FINISHED, code="provider_error")
    running.round_off(started.pk, HERE)
    assert running.retry(started) == 2
    assert state_of(started) == Batch.State.RUNNING
    running.take_leases(HERE, known={}, alone=True)
    for made in begin(started):
        end(made)
    assert states(started) == ["finished"] * 6
    started.refresh_from_db()
    assert started.counts() == {"finished": 6, "failed": 0, "waiting": 0, "left_out": 0}, "runs sent again count once"
    assert Entry.objects.count() == 8
    assert list(started.rows.filter(attempts=2).values_list("number", flat=True)) == [1, 2]


def test_one_row_is_run_again_by_itself_also_one_that_was_answered(started: Batch) -> None:
    for made in begin(started):
        end(made)
    running.round_off(started.pk, HERE)
    assert running.retry(started, 3) == 1
    assert states(started) == ["finished", "finished", None, "finished", "finished", "finished"]
    assert running.retry(started, 99) == 0


def test_a_row_that_runs_is_not_run_again(started: Batch) -> None:
    begin(started, 1)
    assert running.retry(started, 1) == 0
    assert running.retry(started) == 0


def test_the_first_rows_can_be_tried_before_the_others(draft: Callable[..., Batch]) -> None:
    batch = draft()
    drafting.start(batch, first=2)
    running.take_leases(HERE, known={}, alone=True)
    for made in begin(batch):
        end(made)
    running.round_off(batch.pk, HERE)
    assert states(batch) == ["finished", "finished", None, None, None, None]
    assert state_of(batch) == Batch.State.PAUSED
    running.resume(batch)
    running.take_leases(HERE, known={}, alone=True)
    assert len(begin(batch)) == 4


def test_nothing_to_resume_is_said(started: Batch) -> None:
    for made in begin(started):
        end(made)
    running.round_off(started.pk, HERE)
    with pytest.raises(Refused) as refused:
        running.resume(started)
    assert refused.value.code == "nothing_waits"


def test_no_row_is_begun_that_could_lead_beyond_the_limit(draft: Callable[..., Batch]) -> None:
    batch = draft()
    found = drafting.forecast_of(batch)
    assert found.at_most is not None
    drafting.limit_cost(batch, round(found.at_most / 2, 12), found.currency)
    drafting.keep(batch)
    Batch.objects.filter(pk=batch.pk).update(settings=batch.chosen, state=Batch.State.RUNNING)
    running.take_leases(HERE, known={}, alone=True)
    begun = running.begin_rows(batch.pk, HERE, 100)
    assert len(begun.turns) in (2, 3), "half of the six could be afforded"
    assert (begun.must_wait, begun.is_over) == (True, False), "rows under way may cost less than is feared"
    assert state_of(batch) == Batch.State.RUNNING
    for one in begun.turns:
        assert one.made
        end(one.made)
    assert len(begin(batch)) >= 2, "what was spent is less than what was feared"
    assert admission.spent(batch, found.currency) <= found.at_most / 2


def test_it_pauses_when_no_row_under_way_could_make_room_for_the_next(draft: Callable[..., Batch]) -> None:
    batch = draft()
    found = drafting.forecast_of(batch)
    assert found.at_most is not None
    drafting.limit_cost(batch, round(found.at_most / 10, 12), found.currency)
    drafting.keep(batch)
    Batch.objects.filter(pk=batch.pk).update(settings=batch.chosen, state=Batch.State.RUNNING)
    running.take_leases(HERE, known={}, alone=True)
    assert begin(batch) == []
    assert (state_of(batch), batch.halted_by) == (Batch.State.PAUSED, "beyond_limit")


def test_a_row_whose_text_cannot_be_sent_is_left_out_and_the_others_go_on(draft: Callable[..., Batch]) -> None:
    long = "x" * 60_000
    rows = "".join(f"{cell}\n" for cell in (long, "Oslo"))
    batch = draft("city\n" + rows, prompt="{{city}}" * 9)
    drafting.start(batch)
    running.take_leases(HERE, known={}, alone=True)
    assert len(begin(batch)) == 1
    assert "500,000" in batch.rows.get(number=1).flaw


def test_who_may_not_use_the_team_any_more_runs_nothing(started: Batch, alice: User) -> None:
    Member.objects.filter(user=alice).update(role=Role.VIEWER)
    assert begin(started) == []
    assert (state_of(started), started.halted_by) == (Batch.State.PAUSED, "not_allowed")


def test_the_number_at_once_stays_within_the_right_of_the_key(draft: Callable[..., Batch], alice: User) -> None:
    limited = Offer.objects.exclude(concurrency={}).filter(provider__slug="bigmodel", enabled=True).first()
    assert limited is not None
    batch = draft()
    batch.conversation.settings = {"offer": str(limited.pk)}
    batch.conversation.save()
    batch.at_once = 90
    provider = Provider.objects.get(slug="bigmodel")
    key = keys.add(
        team=current_team(alice), user=None, provider=provider, label="k", key="0123456789abcdef.abc", created_by=alice
    )
    for tier in ("V0", "V1"):
        ApiKey.objects.filter(pk=key.pk).update(tier=tier)
        assert running.at_once(batch) == min(90, limited.concurrency[tier])


def test_the_right_is_that_of_the_key_that_the_rows_take(draft: Callable[..., Batch], alice: User) -> None:
    limited = Offer.objects.exclude(concurrency={}).filter(provider__slug="bigmodel", enabled=True).first()
    assert limited is not None
    provider, team = Provider.objects.get(slug="bigmodel"), current_team(alice)
    for owner, tier, secret in ((alice, "V0", "abc"), (None, "V3", "def")):
        key = keys.add(
            team=team, user=owner, provider=provider, label=tier, key=f"0123456789abcdef.{secret}", created_by=alice
        )
        ApiKey.objects.filter(pk=key.pk).update(tier=tier)
    batch = draft()
    batch.at_once = 1_000
    for settings, tier in (({}, "V0"), ({"key": TEAM_FIRST}, "V3")):
        batch.conversation.settings = {"offer": str(limited.pk), **settings}
        assert running.right_of(batch) == limited.concurrency[tier]


def test_two_batches_together_stay_within_the_right_of_their_key(draft: Callable[..., Batch], alice: User) -> None:
    limited = Offer.objects.filter(provider__slug="bigmodel", enabled=True).first()
    assert limited is not None
    Offer.objects.filter(pk=limited.pk).update(concurrency={"V0": 4})
    provider, team = Provider.objects.get(slug="bigmodel"), current_team(alice)
    keys.add(team=team, user=None, provider=provider, label="k", key="0123456789abcdef.abc", created_by=alice)
    one, other = (draft(numbered(8)) for _ in range(2))
    for batch in (one, other):
        batch.conversation.settings = {"offer": str(limited.pk)}
        batch.conversation.save()
        drafting.start(batch)
    running.take_leases(HERE, known={}, alone=True)
    made = begin(one, 3)
    assert (len(made), len(begin(other))) == (3, 1)
    begun = running.begin_rows(one.pk, HERE, 8)
    assert (begun.turns, begun.is_over, begun.must_wait) == ((), False, True)
    end(made[0])
    end(made[1])
    assert (len(begin(other)), len(begin(one))) == (2, 0)
    end(made[2])
    assert len(begin(other)) == 1
    assert len(begin(one)) == 1, "none of its own runs: it does not stand still beside a full key"


def test_a_batch_that_was_deleted_goes_piece_by_piece_and_its_entries_stay(draft: Callable[..., Batch]) -> None:
    batch = draft(numbered(purging.PIECE + 20))
    drafting.start(batch)
    running.take_leases(HERE, known={}, alone=True)
    made = begin(batch, 3)
    purging.delete(batch)
    assert begin(batch) == []
    assert purging.purge_a_little() is False, "its rows under way come first"
    for one in made:
        end(one)
    pieces = 0
    while purging.purge_a_little():
        pieces += 1
    assert pieces == 2
    assert not Batch.objects.exists()
    assert not Row.objects.exists()
    assert not Message.objects.exists()
    assert not Conversation.objects.exists()
    assert Entry.objects.count() == 3


def test_a_batch_costs_what_its_entries_say(started: Batch) -> None:
    assert admission.spent(started, "CNY") == Decimal(0)
