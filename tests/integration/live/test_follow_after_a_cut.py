"""A stream survives anything a browser can do to it: every reader has every character, once, in order."""

import random
from collections.abc import Callable

import httpx
import pytest
from django.conf import settings
from django.test import Client

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations.models import Message
from tests.integration.live.conftest import Tab, session_of
from tests.server import Server
from tests.upstream import Upstream

CHUNKS = 2000


@pytest.mark.parametrize("seed", range(4))
def test_fifty_random_cuts_of_a_long_answer_lose_and_double_nothing(
    server: Server, tab: Callable[..., Tab], model_at: Callable[[str], Offer], upstream: Upstream, seed: int
) -> None:
    chance = random.Random(seed)
    ack = tab().send("go", model_at(f"stream-{CHUNKS}-1"))
    generation = ack["generation"]
    text, seq = "", 0
    for cut in range(51):
        one = tab()
        one.follow(generation, after=seq)
        frames = chance.randrange(1, 40)

        def enough(frame: dict[str, object], frames: int = frames, one: Tab = one, cut: int = cut) -> bool:
            heard = sum(f["type"] == "delta" for f in one.heard)
            return frame["type"] == "end" or (cut < 50 and heard >= frames)

        last = one.hear_until(enough)
        text += one.text(generation)
        seq = max([seq, *(f["seq"] for f in one.heard if f["type"] == "delta")])
        one.close()
        if last["type"] == "end":
            break
    else:
        pytest.fail("the answer never ended")
    assert text == "".join(f"w{number} " for number in range(CHUNKS))
    assert text.strip() == Message.objects.get(pk=ack["assistant_message"]).content.strip()
    assert len(upstream.requests) == 1


def test_two_tabs_and_a_second_device_read_the_same_bytes(
    server: Server, offer: Offer, alice: User, tab: Callable[..., Tab]
) -> None:
    first, second, device = tab(), tab(), tab(session=session_of(alice))
    ack = first.send("/sandbox long 600", offer)
    for one in (first, second, device):
        one.follow(ack["generation"])
    texts = []
    for one in (first, second, device):
        one.until_end(ack["generation"])
        texts.append(one.text(ack["generation"]))
    assert texts[0] == texts[1] == texts[2] == Message.objects.get(pk=ack["assistant_message"]).content


def test_the_page_shows_a_checkpoint_and_the_stream_goes_on_after_it(
    server: Server,
    tab: Callable[..., Tab],
    model_at: Callable[[str], Offer],
    alice: User,
) -> None:
    one = tab()
    ack = one.send("go", model_at("stream-400-5"))
    one.follow(ack["generation"])
    one.hear_until(lambda f: f["type"] == "delta" and f["seq"] > 150)
    saved = Message.objects.select_related("generation").get(pk=ack["assistant_message"])
    assert saved.generation.seq > 0, "nothing was checkpointed while it streamed"
    other = tab()
    other.follow(ack["generation"], after=saved.generation.seq)
    other.until_end(ack["generation"])
    whole = saved.content + other.text(ack["generation"])
    assert whole == "".join(f"w{number} " for number in range(400))


def test_a_late_follower_of_a_settled_run_is_sent_to_the_message(
    server: Server, offer: Offer, tab: Callable[..., Tab]
) -> None:
    one = tab()
    ack = one.send("hello", offer)
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    late = tab()
    answer = late.follow(ack["generation"])
    assert answer["message"] == ack["assistant_message"]
    if answer["live"]:  # the log is kept for a minute; it has everything too
        late.until_end(ack["generation"])
        assert late.text(ack["generation"]) == one.text(ack["generation"])


def test_without_websockets_the_same_commands_and_log_go_over_http(server: Server, offer: Offer, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    with httpx.Client(base_url=server.url, cookies=cookies, timeout=30) as http:
        page = http.get("/")
        token = page.cookies[settings.CSRF_COOKIE_NAME]
        headers = {"X-CSRFToken": token, "Origin": server.url}
        command = {
            "id": 1,
            "type": "message.send",
            "conversation": None,
            "parent": None,
            "client_id": "over-http",
            "text": "/sandbox long 300",
            "settings": {"offer": str(offer.pk)},
        }
        assert http.post("/live/command/", json=command).status_code == 403, "CSRF protects it"
        ack = http.post("/live/command/", json=command, headers=headers).json()
        assert ack["type"] == "ack"
        generation, seq, text = ack["generation"], 0, ""
        state = ""
        for _ in range(500):
            answer = http.post("/live/poll/", json={"follow": {generation: seq}}, headers=headers).json()
            for frame in answer["frames"]:
                if frame["type"] == "delta":
                    assert frame["from"] == seq
                    seq = frame["seq"]
                    text += "".join(piece for kind, piece in frame["parts"] if kind == "c")
                else:
                    state = frame["state"]
            if state:
                break
    assert state == "finished"
    assert text == Message.objects.get(pk=ack["assistant_message"]).content
