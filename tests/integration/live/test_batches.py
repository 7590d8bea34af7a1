"""A batch on a real server: driven to its end, through a kill, a pause and a stop."""

import datetime as dt
import time
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.batches import drafting, running
from playground.batches.models import Batch
from playground.catalog.custom import add_offer, create_provider
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Generation
from playground.conversations.run_settings import RunSettings
from playground.ledger.models import Entry
from playground.vault import keys
from tests.integration.batches.conftest import numbered
from tests.integration.live.conftest import Tab
from tests.server import Server, free_port
from tests.upstream import Upstream


@pytest.fixture
def batch_of(alice: User, server: Server) -> Callable[..., Batch]:
    """Makes and starts a batch; the server's next look at the database takes it."""

    def make(offer: Offer, rows: int, *, prompt: str = "Tell of {{city}}.", at_once: int = 4) -> Batch:
        batch = drafting.create(
            user=alice,
            team=current_team(alice),
            table=numbered(rows),
            title="Cities",
            settings=RunSettings(offer=offer.pk, max_tokens=100),
        )
        batch.at_once = at_once
        drafting.write_prompt(batch, prompt, {})
        drafting.keep(batch)
        drafting.start(batch)
        return batch

    return make


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)
    assert is_so()


def state(batch: Batch) -> str:
    batch.refresh_from_db()
    return batch.state


def count(batch: Batch, *states: str) -> int:
    return batch.rows.filter(generation__state__in=states).count()


def test_a_batch_runs_to_its_end_with_an_entry_for_every_row(
    offer: Offer, batch_of: Callable[..., Batch], server: Server
) -> None:
    batch = batch_of(offer, 30, at_once=10)
    wait_until(lambda: state(batch) == Batch.State.DONE)
    assert count(batch, "finished") == 30
    assert batch.lease_owner == ""
    answers = [row.generation.message for row in batch.rows.select_related("generation__message") if row.generation]
    assert all(answer.content for answer in answers)
    assert Entry.objects.filter(conversation=batch.conversation_id).count() == 30
    assert set(Entry.objects.values_list("generation", flat=True)) == set(
        batch.rows.values_list("generation", flat=True)
    )
    assert "Traceback" not in server.said


def test_never_more_rows_at_once_than_chosen(
    model_at: Callable[[str], Offer], upstream: Upstream, batch_of: Callable[..., Batch]
) -> None:
    batch = batch_of(model_at("stream-5-20"), 12, at_once=3)
    most = 0
    until = time.monotonic() + 30
    while state(batch) != Batch.State.DONE and time.monotonic() < until:
        most = max(most, len([one for one in upstream.requests if not one.finished]))
        time.sleep(0.01)
    assert state(batch) == Batch.State.DONE
    assert 1 <= most <= 3
    assert len(upstream.requests) == 12


def test_after_kill_nine_it_goes_on_where_it_was_and_asks_nothing_twice(
    model_at: Callable[[str], Offer], upstream: Upstream, batch_of: Callable[..., Batch], server: Server
) -> None:
    batch = batch_of(model_at("stream-20-40"), 20, at_once=4)
    wait_until(lambda: count(batch, "finished") >= 4 and count(batch, "running") > 0)
    server.kill()
    server.start()
    wait_until(lambda: state(batch) == Batch.State.DONE)
    lost = count(batch, "interrupted")
    assert 1 <= lost <= 4
    assert count(batch, "finished") == 20 - lost
    asked = [str(one.body["messages"][-1]["content"]) for one in upstream.requests]  # type: ignore[index]
    assert len(asked) == len(set(asked)) >= 20 - lost, "what was lost may have been lost before it was sent"
    assert Entry.objects.filter(conversation=batch.conversation_id).count() == 20
    assert running.retry(batch) == lost
    wait_until(lambda: state(batch) == Batch.State.DONE and count(batch, "finished") == 20)
    assert Entry.objects.filter(conversation=batch.conversation_id).count() == 20 + lost


def test_after_ctrl_c_the_next_start_goes_on(
    model_at: Callable[[str], Offer], batch_of: Callable[..., Batch], server: Server
) -> None:
    batch = batch_of(model_at("stream-20-40"), 12, at_once=3)
    wait_until(lambda: count(batch, "finished") >= 3)
    assert server.stop() == 0
    assert state(batch) == Batch.State.RUNNING
    assert batch.lease_owner == ""
    assert not Generation.objects.filter(state__in=Generation.LIVE).exists()
    server.start()
    wait_until(lambda: state(batch) == Batch.State.DONE)
    assert count(batch, "finished", "interrupted") == 12
    assert "Traceback" not in server.said


def test_pause_lets_rows_end_and_resume_goes_on(
    model_at: Callable[[str], Offer], upstream: Upstream, batch_of: Callable[..., Batch]
) -> None:
    batch = batch_of(model_at("stream-20-30"), 12, at_once=3)
    upstream.wait_for(3)
    running.pause(batch)
    wait_until(lambda: state(batch) == Batch.State.PAUSED and batch.lease_owner == "")
    ended = count(batch, "finished")
    assert ended == len(upstream.requests) < 12
    assert count(batch, "running", "stopped", "interrupted") == 0
    running.resume(batch)
    wait_until(lambda: state(batch) == Batch.State.DONE)
    assert count(batch, "finished") == 12


def test_stop_closes_the_upstream_of_every_row(
    model_at: Callable[[str], Offer], upstream: Upstream, batch_of: Callable[..., Batch]
) -> None:
    batch = batch_of(model_at("stream-100000-10"), 12, at_once=3)
    upstream.wait_for(3)
    running.stop(batch)
    wait_until(lambda: count(batch, "stopped") == 3)
    wait_until(lambda: all(one.hung_up_at is not None for one in upstream.requests))
    assert len(upstream.requests) == 3
    assert state(batch) == Batch.State.STOPPED


def test_it_pauses_by_itself_when_every_row_would_fail(
    server: Server, alice: User, batch_of: Callable[..., Batch]
) -> None:
    port = free_port()
    keys.allow_host(user=alice, host="127.0.0.1", port=port)
    scope = f"team:{current_team(alice).pk}"
    provider = create_provider(scope=scope, name="Nobody", base_url=f"http://127.0.0.1:{port}/v1")
    keys.add(team=current_team(alice), user=None, provider=provider, label="own", key="sk-canary-01", created_by=alice)
    offer = add_offer(provider=provider, wire_name="m", today=dt.date(2026, 11, 21))
    batch = batch_of(offer, 40, at_once=2)
    wait_until(lambda: state(batch) == Batch.State.PAUSED, 60)
    assert batch.halted_by == "connect_failed"
    assert batch.rows.filter(generation=None).count() > 20


def test_nobody_goes_on_in_a_batchs_conversation(
    offer: Offer, batch_of: Callable[..., Batch], server: Server, tab: Callable[..., Tab]
) -> None:
    batch = batch_of(offer, 2)
    wait_until(lambda: state(batch) == Batch.State.DONE)
    run = batch.rows.select_related("generation__message").get(number=1).generation
    assert run is not None
    own = {"settings": {"offer": str(offer.pk)}}
    room, answer = {"conversation": str(batch.conversation_id), "parent": None}, {"message": str(run.message_id)}
    one = tab()
    codes = {
        name: one.ask(name, client_id=str(uuid.uuid4()), **fields).get("code")
        for name, fields in {
            "message.send": room | own | {"text": "And now?"},
            "message.summarise": room | own,
            "message.edit": {"message": str(run.message.parent_id), "text": "Tell of Rome."},
            "message.regenerate": answer,
            "message.continue": answer,
            "message.results": answer | {"results": ["noon"]},
            "message.repair": answer,
        }.items()
    }
    assert set(codes.values()) == {"batch_row"}, codes
    assert Generation.objects.filter(conversation=batch.conversation_id).count() == 2
    assert batch.counts()["finished"] == 2
    mine = Client(headers={"host": "testserver"})
    mine.force_login(batch.user)
    for deed in ("rename", "pin", "archive", "delete"):
        there = reverse(f"conversation-{deed}", args=[batch.conversation_id])
        assert mine.post(there, {"title": "Mine", "on": "1"}).status_code == 404, deed


def test_a_rows_answer_is_gone_on_with_in_a_conversation_of_its_own(
    offer: Offer, batch_of: Callable[..., Batch], server: Server, tab: Callable[..., Tab]
) -> None:
    batch = batch_of(offer, 1)
    wait_until(lambda: state(batch) == Batch.State.DONE)
    run = batch.rows.get().generation
    assert run is not None
    mine = Client(headers={"host": "testserver"})
    mine.force_login(batch.user)
    page = mine.post(reverse("branch-off", args=[run.message_id]), follow=True)
    assert page.status_code == 200
    copy = Conversation.objects.exclude(pk=batch.conversation_id).get()
    assert copy.title == "Tell of city 1."
    assert tab().send("And its food?", offer, conversation=str(copy.pk))["type"] == "ack"
    wait_until(lambda: copy.generations.filter(state="finished").exists())
    assert batch.counts()["finished"] == 1
    assert copy.generations.count() == 1
