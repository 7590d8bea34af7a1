"""A server that is killed or stopped in the middle of answers loses no more than its last checkpoint."""

import signal
import time
from collections.abc import Callable

import pytest
from websockets.exceptions import ConnectionClosed

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.budgets.deeds import Subject, Terms, create
from playground.budgets.models import Purse
from playground.catalog.models import Offer
from playground.conversations.models import Generation, Message
from playground.ledger.models import Entry
from tests.integration.live.conftest import Tab
from tests.server import Server
from tests.upstream import Upstream

STREAMS = 12


def _wait_until_settled(seconds: float) -> None:
    until = time.monotonic() + seconds
    while Generation.objects.filter(state__in=Generation.LIVE).exists() and time.monotonic() < until:
        time.sleep(0.05)


def test_after_kill_nine_and_restart_everything_is_interrupted_with_its_text_and_entry_and_holds_nothing_back(
    server: Server, tab: Callable[..., Tab], model_at: Callable[[str], Offer], upstream: Upstream, alice: User
) -> None:
    month = Subject(scope="team", measure="tokens", span="month")
    budget = create(by=alice, team=current_team(alice), subject=month, terms=Terms(10**9))
    one = tab()
    model = model_at("stream-100000-5")
    acks = [one.send("go", model, max_tokens=1_000) for _ in range(STREAMS)]
    for ack in acks:
        one.follow(ack["generation"])
    one.hear_until(lambda f: all(g.seq > 40 for g in Generation.objects.all()) if f["type"] == "delta" else False)
    saved = dict(Message.objects.filter(role="assistant").values_list("pk", "content"))
    assert Purse.objects.get(budget=budget).reserved > STREAMS * 1_000
    server.kill()
    server.start()
    _wait_until_settled(5)
    purse = Purse.objects.get(budget=budget)
    assert purse.reserved == 0
    assert purse.spent == sum(entry.prompt_tokens + entry.completion_tokens for entry in Entry.objects.all())
    for generation in Generation.objects.select_related("message"):
        assert generation.state == "interrupted"
        assert generation.retryable is True
        content = generation.message.content
        assert content.startswith(saved[generation.message_id])
        assert len(content) >= len(saved[generation.message_id]) > 0
        words = content.split()
        assert words == [f"w{number}" for number in range(len(words))], "a prefix of what was sent, without a gap"
        entry = Entry.objects.get(generation=generation.pk)
        assert (entry.state, entry.tokens_basis) == ("interrupted", "estimated")
        assert entry.completion_tokens > 0
    assert Entry.objects.count() == STREAMS


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_tells_the_tabs_settles_the_runs_and_ends_cleanly(
    server: Server,
    tab: Callable[..., Tab],
    model_at: Callable[[str], Offer],
    upstream: Upstream,
    sent: signal.Signals,
) -> None:
    one = tab()
    ack = one.send("go", model_at("stream-100000-5"))
    one.follow(ack["generation"])
    one.hear_until(lambda f: f["type"] == "delta" and f["seq"] > 10)
    before = len(server.log)
    assert server.stop(sent) == 0
    with pytest.raises(ConnectionClosed) as closed:
        one.hear_until(lambda f: False)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4012
    kinds = [frame["type"] for frame in one.heard]
    assert "draining" in kinds
    assert [f["state"] for f in one.heard if f["type"] == "end"] == ["interrupted"]
    message = Message.objects.get(pk=ack["assistant_message"])
    assert message.content == one.text(ack["generation"])
    assert Entry.objects.get(generation=ack["generation"]).state == "interrupted"
    assert upstream.requests[0].hung_up_at is not None
    said = server.log[before:]
    assert "Traceback" not in said
    assert "Stopped." in said
