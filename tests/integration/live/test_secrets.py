"""A key is in no log, however much is logged, in no frame and on no page: not after a success, a failure or a stop."""

import io
from collections.abc import Callable

import httpx
import pytest
from django.conf import settings
from django.core.management import call_command

from playground.accounts.models import User
from playground.catalog.models import Offer
from tests.integration.live.conftest import Tab, session_of
from tests.server import Server
from tests.upstream import Upstream

CANARY = "sk-canary-0123456789"  # the key that `model_at` adds


@pytest.fixture
def talkative(server: Server) -> Server:
    """The server with everything it can log."""
    server.stop()
    server.start(PLAYGROUND_LOG_LEVEL="DEBUG")
    return server


def test_a_key_leaves_no_trace(
    talkative: Server, alice: User, tab: Callable[..., Tab], model_at: Callable[[str], Offer], upstream: Upstream
) -> None:
    one = tab()
    good = model_at("stream-5-5")
    whole = one.send("go", good)
    one.follow(whole["generation"])
    assert one.until_end(whole["generation"])["state"] == "finished"
    assert upstream.requests[0].headers["authorization"] == f"bearer {CANARY}", "it went where it belongs"
    stopped = one.send("go", model_at("stream-5000-5"))
    one.follow(stopped["generation"])
    one.hear_until(lambda frame: frame["type"] == "delta")
    one.ask("generation.stop", generation=stopped["generation"])
    one.until_end(stopped["generation"])
    upstream.stop()
    failed = one.send("go", good)
    one.follow(failed["generation"])
    assert one.until_end(failed["generation"])["state"] == "failed"

    cookies = {settings.SESSION_COOKIE_NAME: session_of(alice)}
    with httpx.Client(base_url=talkative.url, cookies=cookies, timeout=30) as browser:
        acks = (whole, stopped, failed)
        paths = ["/keys/", "/settings/", *(f"/c/{ack['conversation']}/" for ack in acks)]
        paths += [f"/messages/{ack['assistant_message']}/details/" for ack in acks]
        pages = {path: browser.get(path) for path in paths}
    assert {path: page.status_code for path, page in pages.items() if page.status_code != 200} == {}
    told = {path: page.text for path, page in pages.items()} | {"frames": str(one.heard), "log": talkative.said}
    dump = io.StringIO()
    call_command("dumpdata", exclude=["contenttypes"], stdout=dump)
    told["database"] = dump.getvalue()
    assert "DEBUG" in told["log"]
    assert "6789" in told["/keys/"], "the last four are shown"
    assert [where for where, text in told.items() if CANARY in text or CANARY[:12] in text] == []
    talkative.stop()  # the next test starts one that says less
