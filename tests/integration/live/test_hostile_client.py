"""Whatever a client sends gets an answer or a close with a code, never a traceback; others are not disturbed."""

import time
from collections.abc import Callable

import pytest
from websockets.exceptions import ConnectionClosed

from playground.catalog.models import Offer
from tests.integration.live.conftest import Tab
from tests.server import Server

GARBAGE = ["", "x", "[]", "null", '{"type": NaN}', '{"id": 1}', '{"type": "execute"}', "[" * 3000, "a" * 9000]


@pytest.mark.parametrize("frame", [*GARBAGE, b"\x00\x01", b"{}"])
def test_garbage_is_answered_with_a_code_and_the_socket_goes_on(
    server: Server, tab: Callable[..., Tab], frame: str | bytes
) -> None:
    one = tab()
    one.connection.send(frame)
    answer = one.hear_until(lambda f: f["type"] == "error")
    assert answer["code"] in {"malformed", "unknown_command", "bad_field"}
    assert one.ask("ping")["pong"] is True
    assert "Traceback" not in server.said


def test_too_much_garbage_closes_the_socket(server: Server, tab: Callable[..., Tab]) -> None:
    one = tab()
    for _ in range(25):
        one.connection.send("x")
    with pytest.raises(ConnectionClosed) as closed:
        one.hear_until(lambda f: False, timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


def test_a_frame_beyond_the_limit_is_refused(server: Server, tab: Callable[..., Tab]) -> None:
    one = tab()
    one.connection.send('{"type": "ping", "pad": "' + "x" * 1_010_000 + '"}')
    assert one.hear_until(lambda f: f["type"] == "error")["code"] == "too_large"


def test_a_flood_is_closed_and_an_honest_tab_beside_it_is_served(server: Server, tab: Callable[..., Tab]) -> None:
    honest, flooding = tab(), tab()

    def flood() -> None:
        # Enough to be cut, and little enough for the buffers between us: what the server has not read when it closes
        # would make its system reset the connection, and the reset can overtake the reason.
        for _ in range(5_000):
            flooding.connection.send('{"type": "ping"}')
        flooding.hear_until(lambda f: False, timeout=60)

    with pytest.raises(ConnectionClosed) as closed:
        flood()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4013
    assert honest.ask("ping")["pong"] is True


def test_tabs_that_vanish_in_the_middle_of_many_questions_leave_no_traceback(
    server: Server, tab: Callable[..., Tab]
) -> None:
    for _ in range(10):
        gone = tab()
        for _ in range(200):
            gone.connection.send('{"type": "ping"}')
        gone.connection.close()
    assert tab().ask("ping")["pong"] is True
    assert "Traceback" not in server.said
    assert "ERROR" not in server.said


def test_a_reader_that_acknowledges_nothing_gets_a_bounded_lead_and_is_then_cut(
    server: Server, tab: Callable[..., Tab], model_at: Callable[[str], Offer]
) -> None:
    one = tab()
    ack = one.send("go", model_at("stream-20000-1"))
    one.say("generation.follow", generation=ack["generation"], after=0)

    def listen_only() -> None:
        until = time.monotonic() + 25
        while time.monotonic() < until:
            one.hear(timeout=20)

    with pytest.raises(ConnectionClosed) as closed:
        listen_only()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4008
    assert sum(frame["type"] == "delta" for frame in one.heard) <= 64
    again = tab()
    again.follow(ack["generation"], after=0)
    again.hear_until(lambda f: f["type"] == "delta")
    again.ask("generation.stop", generation=ack["generation"])
