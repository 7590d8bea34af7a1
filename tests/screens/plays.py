"""What happens between a page and its server while its picture is taken: answers on their way, lost connections.

A play is made anew for every picture: `before` the page is opened, then `act` on the open page. Time on such a page
stands still and is moved on by hand, so that timers show the same in every picture.
"""

import json
from typing import Any, Protocol

from playwright.sync_api import Locator, Page, WebSocketRoute

from playground.vault.models import HostAllowance
from tests.screens.household import RACK

SOCKET = "**/ws/"
SEEN = 1_000_000  # above the numbers that the page gives its own commands
# Seconds, other ones in every look: the sandbox answers what it is asked a second time.
OWN_PAUSE = """() => Math.floor(innerWidth / 100) + 10 + (document.documentElement.lang.startsWith("zh") ? 1 : 0)
  + (document.documentElement.classList.contains("dark") ? 2 : 0)"""
ANSWERING = 'message-view[data-role="assistant"][aria-busy]'


class Play(Protocol):
    """One page's connection."""

    def before(self, page: Page) -> None:
        """Stand between the page and the server."""

    def act(self, page: Page) -> None:
        """Make it happen, and wait until the page shows it."""


class Answering:
    """A question that is being answered: the page gets the first characters of thinking and answer, and no more.

    The run itself goes on and ends behind the page. Without any characters the page waits for the first one.
    """

    def __init__(self, question: str, *, thinking: int = 0, answer: int = 0) -> None:
        self._question = question
        self._wanted = {"r": thinking, "c": answer}
        self._heard = {"r": "", "c": ""}
        self._generation = ""
        self._page_side: WebSocketRoute | None = None

    def before(self, page: Page) -> None:
        page.route_web_socket(SOCKET, self._connect)

    def act(self, page: Page) -> None:
        page.fill("#prompt", self._question)
        page.clock.run_for(1_000)
        page.press("#prompt", "Enter")
        page.locator(ANSWERING).wait_for()
        self._listen(page)
        page.clock.run_for(620)
        self._say(page, 0, "r")
        page.clock.run_for(2_400)
        self._say(page, 1, "c")
        page.clock.run_for(1_380)

    def _listen(self, page: Page) -> None:
        """Wait until there is as much as wanted; only while Playwright waits does it hear the socket."""
        for _ in range(400):
            if all(len(self._heard[kind]) >= count for kind, count in self._wanted.items()):
                return
            page.wait_for_timeout(50)
        raise AssertionError(f"the sandbox said too little: {self._heard}")

    def _connect(self, socket: WebSocketRoute) -> None:
        self._page_side = socket
        server = socket.connect_to_server()
        socket.on_message(server.send)
        server.on_message(lambda text: self._pass(socket, server, str(text)))

    def _pass(self, socket: WebSocketRoute, server: WebSocketRoute, text: str) -> None:
        frame: dict[str, Any] = json.loads(text)
        if frame["type"] == "delta":
            self._generation = frame["generation"]
            # In the page's place: a server whose frames nobody acknowledges stops sending.
            seen = {"type": "generation.seen", "generation": frame["generation"], "seq": frame["seq"]}
            server.send(json.dumps({"id": SEEN + frame["seq"], **seen}))
            for kind, piece in frame["parts"]:
                self._heard[kind] = self._heard.get(kind, "") + piece
        elif frame["type"] not in ("end", "notice"):
            socket.send(text)

    def _say(self, page: Page, number: int, kind: str) -> None:
        if self._page_side is None or not self._wanted[kind]:
            return
        text = self._heard[kind][: self._wanted[kind]]
        place = {"type": "delta", "generation": self._generation, "from": number, "seq": number + 1}
        self._page_side.send(json.dumps({**place, "parts": [[kind, text]]}))
        page.wait_for_timeout(100)


class Retrying(Answering):
    """A provider that asks for a pause, short enough that the run waits for it and asks again."""

    def __init__(self) -> None:
        super().__init__("")

    def act(self, page: Page) -> None:
        self._question = f"/sandbox wait {page.evaluate(OWN_PAUSE)} Compare the two supplier offers"
        self._wanted["w"] = 1
        self._heard["w"] = ""
        super().act(page)
        self._heard["w"] = f"{int(self._heard['w']) // 1000 * 1000}\n"  # without what a random share of a second adds
        self._wanted["w"] = len(self._heard["w"])
        self._say(page, 0, "w")
        page.clock.run_for(500)


class Counting:
    """A page that counts down: a minute after it was opened."""

    def before(self, page: Page) -> None:
        """Nothing stands between."""

    def act(self, page: Page) -> None:
        page.clock.run_for(1_000)


class _Connection:
    """A socket that works until something happens to it."""

    def __init__(self) -> None:
        self.sockets: list[WebSocketRoute] = []

    def before(self, page: Page) -> None:
        page.route_web_socket(SOCKET, self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        server = socket.connect_to_server()
        socket.on_message(server.send)
        server.on_message(socket.send)


class Accompanied(_Connection):
    """Somebody else has the conversation open as well."""

    def act(self, page: Page) -> None:
        conversation = page.url.rstrip("/").rpartition("/")[2]
        person = {"conversation": conversation, "person": "0", "name": "He Chuan", "what": "here"}
        page.wait_for_timeout(500)  # until the page listens
        self.sockets[-1].send(json.dumps({"type": "notice", "about": "presence", **person}))
        page.locator("[data-company] .tc-avatar").wait_for()


class Offline(_Connection):
    """The machine has no network any more."""

    def act(self, page: Page) -> None:
        page.fill("#prompt", "Now add a ¥900/t processing credit and")
        page.context.set_offline(True)
        self.sockets[-1].close(code=1012)
        _until_said(page)


class Queued(Offline):
    """What is sent without a network waits for it."""

    def act(self, page: Page) -> None:
        super().act(page)
        page.press("#prompt", "Enter")
        page.locator("[data-withdraw]").wait_for()


class SignedOut(_Connection):
    """The session has ended elsewhere; the draft stays."""

    def act(self, page: Page) -> None:
        page.fill("#prompt", "Now add a ¥900/t processing credit and")
        self.sockets[-1].close(code=4401)
        _until_said(page)


class Reconnecting:
    """The server is away: no socket, and no answer over HTTP either."""

    def before(self, page: Page) -> None:
        page.route("**/live/**", lambda route: route.fulfill(status=502, body="bad gateway"))
        page.route_web_socket(SOCKET, lambda socket: socket.close(code=1011))

    def act(self, page: Page) -> None:
        _until_said(page)


class Blocked:
    """The network lets no websocket through; live updates come over HTTP."""

    def before(self, page: Page) -> None:
        page.route_web_socket(SOCKET, lambda socket: socket.close(code=1011))

    def act(self, page: Page) -> None:
        _until_said(page)


class Forbidden:
    """A key is tested whose address an owner has taken back meanwhile."""

    def before(self, page: Page) -> None:
        HostAllowance.objects.filter(host=RACK[0]).delete()

    def act(self, page: Page) -> None:
        row = page.locator("tbody.tc-key", has_text="Rack 3")
        row.locator("form [id$=-test]").click()
        _until(page, row.locator(".tc-key-trouble"))
        row.scroll_into_view_if_needed()


def _until_said(page: Page) -> None:
    """Losses that heal at once are not worth a word, so the banner takes its time."""
    _until(page, page.locator(".tc-banner"))


def _until(page: Page, something: Locator) -> None:
    """Let time pass until something is there."""
    for _ in range(100):
        if something.count():
            return
        page.clock.run_for(250)
        page.wait_for_timeout(20)
    raise AssertionError(f"{something} did not come")
