"""The connection heals itself: it comes back, asks again from its own numbers, and works over HTTP if it must."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.kit import pages
from tests.browser.kit.conftest import Server, Site, Trouble, until
from tests.browser.kit.pages import ANSWER, GENERATION

CONNECT = """async () => {
  const { live } = await import("/static/js/live.js");
  const { showConnection } = await import("/static/js/banner.js");
  window.live = live;
  window.notices = [];
  live.addEventListener("notice", ({ detail }) => window.notices.push(detail));
  showConnection(live, { isBusy: () => false });
  live.connect();
}"""
SEND = """(frame) => {
  window.outcome = null;
  const settle = (outcome) => { window.outcome = outcome; };
  live.send(frame).then(settle, ({ code, message }) => settle([code, message]));
}"""
LIVE = [pages.message("user", "Hi"), pages.message("assistant", "", id=ANSWER, generation=pages.generation("queued"))]


def open_page(page: Page, site: Site, *messages: Any) -> None:
    page.goto(site.page("/chat", pages.chat(*messages)))
    page.evaluate(CONNECT)


def phase(page: Page, name: str) -> None:
    until(page, f"window.live.status.phase === '{name}'")


@pytest.fixture
def chat(fresh: Page, site: Site, server: Server) -> Page:
    fresh.route_web_socket("**/ws/", server.open)
    open_page(fresh, site, *LIVE)
    phase(fresh, "open")
    return fresh


def test_a_command_is_answered_by_its_number(chat: Page, server: Server) -> None:
    server.answers["message.send"] = lambda frame: {"type": "ack", "conversation": "c", "echo": frame["text"]}
    chat.evaluate(SEND, {"type": "message.send", "text": "Hi"})
    until(chat, "window.outcome")
    assert chat.evaluate("window.outcome.echo") == "Hi"


def test_an_error_rejects_with_its_code_and_sentence(chat: Page, server: Server) -> None:
    server.answers["message.send"] = lambda frame: {"type": "error", "code": "busy", "message": "Wait."}
    chat.evaluate(SEND, {"type": "message.send"})
    until(chat, "window.outcome")
    assert chat.evaluate("window.outcome") == ["busy", "Wait."]


def test_after_a_loss_it_follows_from_its_number_and_sends_again(chat: Page, server: Server) -> None:
    server.answers["message.send"] = lambda frame: None  # the answer is lost with the connection
    server.send({"type": "delta", "generation": GENERATION, "from": 0, "seq": 4, "parts": [["c", "Four"]]})
    expect(chat.locator("[data-body]")).to_have_text("Four")
    chat.evaluate(SEND, {"type": "message.send", "client_id": "one"})
    server.await_commands(chat, "message.send", 1)
    server.answers["message.send"] = lambda frame: {"type": "ack", "conversation": "c"}
    server.sockets[-1].close(code=1012)
    until(chat, "window.outcome?.conversation === 'c'")
    assert [frame["after"] for frame in server.of("generation.follow")] == [0, 4]
    assert [frame["client_id"] for frame in server.of("message.send")] == ["one", "one"]


def test_a_lasting_loss_is_said_with_a_way_out(fresh: Page, site: Site, server: Server, trouble: Trouble) -> None:
    sockets: list[WebSocketRoute] = []

    def refuse(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if len(sockets) == 4:
            server.open(socket)
        else:
            socket.close(code=1011)

    fresh.route("**/live/**", lambda route: route.fulfill(status=502, body="bad gateway"))
    fresh.route_web_socket("**/ws/", refuse)
    open_page(fresh, site)
    banner = fresh.locator(".tc-banner")
    expect(banner).to_contain_text("Connection lost.")
    expect(banner).to_contain_text("Drafts are kept.")
    fresh.get_by_role("button", name="Reconnect now").click()
    phase(fresh, "open")
    expect(banner).to_have_count(0)
    trouble.check(fresh, expected=lambda text: "502" in text)


@pytest.mark.parametrize(
    ("code", "name", "words"),
    [(4401, "signed-out", "You are signed out."), (4403, "refused", "This address is not allowed.")],
)
def test_an_end_for_good_is_said_and_rejects_what_waits(
    chat: Page, server: Server, code: int, name: str, words: str
) -> None:
    server.answers["message.send"] = lambda frame: None
    chat.evaluate(SEND, {"type": "message.send"})
    server.await_commands(chat, "message.send", 1)
    server.sockets[-1].close(code=code)
    phase(chat, name)
    expect(chat.locator(".tc-banner")).to_contain_text(words)
    until(chat, "window.outcome")
    assert chat.evaluate("window.outcome[0]") == name
    assert len(server.sockets) == 1
    if code == 4401:
        assert chat.locator(".tc-banner a").get_attribute("href") == "/accounts/login/?next=%2Fchat"


def test_a_newer_protocol_asks_for_a_reload(fresh: Page, site: Site) -> None:
    fresh.route_web_socket(
        "**/ws/", lambda socket: socket.send(json.dumps({"type": "hello", "protocol": 2, "version": "9"}))
    )
    open_page(fresh, site)
    phase(fresh, "outdated")
    expect(fresh.get_by_role("button", name="Reload")).to_be_visible()


def test_unknown_frames_are_passed_over(chat: Page, server: Server) -> None:
    server.send({"type": "execute", "script": "window.__xss = 1"})
    server.send({"type": "notice", "about": "conversation", "conversation": "c", "what": "renamed"})
    until(chat, "window.notices.length === 1")
    assert chat.evaluate("'__xss' in window") is False


def test_a_restart_is_announced(chat: Page, server: Server) -> None:
    server.send({"type": "draining"})
    expect(chat.locator(".tc-banner")).to_contain_text("The server restarts.")
    server.sockets[-1].close(code=1012)
    expect(chat.locator(".tc-banner")).to_have_count(0)
    phase(chat, "open")


def test_where_websockets_are_blocked_the_same_goes_over_http(fresh: Page, site: Site) -> None:
    """Two sockets that never said hello: then commands are posted and the log is polled; the reader is told."""
    polls: list[dict[str, int]] = []
    frames = [
        [{"type": "delta", "generation": GENERATION, "from": 0, "seq": 1, "parts": [["c", "Fo"]]}],
        [{"type": "delta", "generation": GENERATION, "from": 1, "seq": 2, "parts": [["c", "ur."]]}],
        [{"type": "end", "generation": GENERATION, "seq": 2, "state": "finished", "message": ANSWER}],
    ]

    def command(route: Route) -> None:
        frame = route.request.post_data_json
        assert route.request.headers["x-csrftoken"] == "token"
        route.fulfill(json={"type": "ack", "id": frame["id"], "echo": frame.get("text", "")})

    def poll(route: Route) -> None:
        polls.append(route.request.post_data_json["follow"])
        route.fulfill(json={"frames": frames.pop(0) if frames else []})

    fresh.route_web_socket("**/ws/", lambda socket: socket.close(code=1011))
    fresh.route("**/live/command/", command)
    fresh.route("**/live/poll/", poll)
    whole = pages.message("assistant", "Four.", id=ANSWER, generation=pages.generation("finished"), meter=pages.meter())
    site.answers[f"/messages/{ANSWER}/"] = ("text/html; charset=utf-8", pages.partial(whole))
    open_page(fresh, site, *LIVE)
    phase(fresh, "polling")
    expect(fresh.locator(".tc-banner")).to_contain_text("Live updates are blocked here.")
    expect(fresh.locator("[data-meter='completion']")).to_have_text("30")
    expect(fresh.locator("[data-body]")).to_have_text("Four.")
    assert polls[:3] == [{GENERATION: 0}, {GENERATION: 1}, {GENERATION: 2}]
    fresh.evaluate(SEND, {"type": "message.send", "text": "Hi"})
    until(fresh, "window.outcome?.echo === 'Hi'")


def test_signed_out_over_http_is_said_too(fresh: Page, site: Site, trouble: Trouble) -> None:
    fresh.route_web_socket("**/ws/", lambda socket: socket.close(code=1011))
    fresh.route("**/live/**", lambda route: route.fulfill(status=401, json={"type": "error", "code": "signed_out"}))
    open_page(fresh, site)
    phase(fresh, "signed-out")
    trouble.check(fresh, expected=lambda text: "401" in text)


def test_offline_is_said_and_ends_by_itself(chat: Page, server: Server, trouble: Trouble) -> None:
    chat.context.set_offline(True)
    server.sockets[-1].close(code=1012)
    phase(chat, "offline")
    expect(chat.locator("#banners")).to_contain_text("You are offline.")
    expect(chat.locator("#banners")).to_contain_text("A message you send now goes out when the network is back.")
    chat.evaluate(SEND, {"type": "message.send", "client_id": "later"})
    assert server.of("message.send") == []
    chat.context.set_offline(False)
    phase(chat, "open")
    assert [frame["client_id"] for frame in server.await_commands(chat, "message.send", 1)] == ["later"]
    expect(chat.locator("#banners")).to_be_empty()
    trouble.check(chat, expected=lambda text: "ERR_INTERNET_DISCONNECTED" in text)  # the icon of the banner


def test_a_command_that_waits_can_be_taken_back(chat: Page, server: Server, trouble: Trouble) -> None:
    chat.context.set_offline(True)
    server.sockets[-1].close(code=1012)
    phase(chat, "offline")
    chat.evaluate("""() => {
      window.outcome = null;
      const withdrawing = new AbortController();
      const sent = live.send({ type: "message.send" }, { signal: withdrawing.signal });
      sent.catch(({ code }) => { window.outcome = code; });
      withdrawing.abort();
    }""")
    until(chat, "window.outcome === 'withdrawn'")
    chat.context.set_offline(False)
    phase(chat, "open")
    chat.evaluate(SEND, {"type": "message.send", "client_id": "the next"})
    until(chat, "window.outcome")
    assert [frame["client_id"] for frame in server.of("message.send")] == ["the next"]
    trouble.check(chat, expected=lambda text: "ERR_INTERNET_DISCONNECTED" in text)
