"""Stop stops the upstream, keeps the text, and leaves exactly one end and one ledger entry."""

import random
import time
from collections.abc import Callable

import httpx
from django.conf import settings

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Generation, Message
from playground.ledger.models import Entry
from tests.integration.live.conftest import Tab, session_of
from tests.server import Server
from tests.upstream import Upstream


def test_stop_from_another_tab_closes_the_upstream_and_keeps_the_text(
    server: Server, tab: Callable[..., Tab], model_at: Callable[[str], Offer], upstream: Upstream
) -> None:
    first, second = tab(), tab()
    ack = first.send("go", model_at("stream-5000-5"))
    first.follow(ack["generation"])
    first.hear_until(lambda f: f["type"] == "delta" and f["seq"] > 20)
    assert second.ask("generation.stop", generation=ack["generation"])["stopped"] is True
    end = first.until_end(ack["generation"])
    assert end["state"] == "stopped"
    assert hung_up(upstream), "the upstream still streams"
    assert upstream.requests[0].sent < 5000
    message = Message.objects.get(pk=ack["assistant_message"])
    assert message.content == first.text(ack["generation"]) != ""
    entry = Entry.objects.get(generation=ack["generation"])
    assert entry.state == "stopped"
    assert entry.tokens_basis == "estimated"
    assert entry.completion_tokens > 0
    assert entry.cost_basis == "unpriced", "nobody has set a price for this server"
    assert entry.cost_total is None


def test_stopping_what_has_ended_changes_nothing(server: Server, offer: Offer, tab: Callable[..., Tab]) -> None:
    one = tab()
    ack = one.send("hello", offer)
    one.follow(ack["generation"])
    assert one.until_end(ack["generation"])["state"] == "finished"
    assert one.ask("generation.stop", generation=ack["generation"])["stopped"] is False
    assert Generation.objects.get(pk=ack["generation"]).state == "finished"
    assert Entry.objects.count() == 1


def test_a_stop_that_races_the_natural_end_leaves_one_end_and_one_entry(
    server: Server, tab: Callable[..., Tab], model_at: Callable[[str], Offer]
) -> None:
    chance = random.Random(7)
    model = model_at("stream-10-2")
    one, other = tab(), tab()
    states = []
    for _ in range(80):
        ack = one.send("go", model)
        one.follow(ack["generation"])
        # What the test wants is a stop at a random moment around the end, which is about 20 ms away.
        time.sleep(chance.uniform(0, 0.045))
        other.ask("generation.stop", generation=ack["generation"])
        states.append(one.until_end(ack["generation"])["state"])
        ends = [f for f in one.heard if f["type"] == "end" and f["generation"] == ack["generation"]]
        assert len(ends) == 1
        assert Generation.objects.get(pk=ack["generation"]).state == states[-1]
        assert Entry.objects.filter(generation=ack["generation"]).count() == 1
    assert set(states) == {"finished", "stopped"}, "the race was never tight"


def test_deleting_a_conversation_stops_what_runs_in_it_and_keeps_the_entry(
    server: Server, alice: User, tab: Callable[..., Tab], model_at: Callable[[str], Offer], upstream: Upstream
) -> None:
    one = tab()
    ack = one.send("go", model_at("stream-5000-5"))
    one.follow(ack["generation"])
    one.hear_until(lambda f: f["type"] == "delta")
    cookies = {settings.SESSION_COOKIE_NAME: session_of(alice)}
    with httpx.Client(base_url=server.url, cookies=cookies, headers={"Origin": server.url}, timeout=30) as browser:
        browser.get("/settings/")
        token = {"csrfmiddlewaretoken": browser.cookies[settings.CSRF_COOKIE_NAME]}
        assert browser.post(f"/c/{ack['conversation']}/delete/", data=token).status_code in (200, 204, 302)
    assert one.until_end(ack["generation"])["state"] == "stopped"
    assert hung_up(upstream), "the upstream still streams"
    assert Entry.objects.get(generation=ack["generation"]).state == "stopped"
    assert Conversation.objects.get(pk=ack["conversation"]).deleted_at is not None
    assert one.send("on", model_at("stream-5-5"), conversation=ack["conversation"])["code"] == "not_found"
    Conversation.objects.all().delete()  # for good, as some time later
    assert Entry.objects.get(generation=ack["generation"]).completion_tokens > 0


def hung_up(upstream: Upstream) -> bool:
    """Whether the client of the first request went away, now or within seconds."""
    until = time.monotonic() + 5
    while upstream.requests[0].hung_up_at is None and time.monotonic() < until:
        time.sleep(0.005)
    return upstream.requests[0].hung_up_at is not None
