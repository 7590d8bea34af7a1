"""Tests against a real server process, over real sockets, on the test's own database."""

import contextlib
import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.test import Client
from websockets.sync.client import ClientConnection, connect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.custom import add_offer, create_provider
from playground.catalog.models import Offer
from playground.ledger.models import ExchangeRate
from playground.vault import keys
from tests.server import Server
from tests.stock import put_stock
from tests.upstream import Upstream

CHAT = "zai/glm-4.5-air"  # thinks when asked to, answers in Markdown
LONG = "/sandbox long {count}"


@pytest.fixture(scope="package")
def _running_server(django_db_setup: None) -> Iterator[Server]:
    server = Server(PLAYGROUND_SANDBOX_SPEED="20")
    yield server
    server.stop()


@pytest.fixture
def server(_running_server: Server, transactional_db: None) -> Iterator[Server]:
    """A server that answers, on an empty database with the catalog in it."""
    put_stock("load_catalog")
    ExchangeRate.objects.get_or_create(day="2026-11-21", defaults={"cny_per_usd": "7.10", "source": "a test"})
    if _running_server.process is None or _running_server.process.poll() is not None:
        _running_server.start()
    _running_server.known = len(_running_server.log)
    yield _running_server
    _running_server.rest()
    print(_running_server.said)  # noqa: T201 - pytest shows it when a test fails


@pytest.fixture
def offer(server: Server) -> Offer:
    """A sandbox model."""
    return Offer.objects.get(provider__slug="sandbox", wire_name=CHAT)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A provider of the test's own, on loopback."""
    one = Upstream().start()
    yield one
    one.stop()


@pytest.fixture
def model_at(server: Server, alice: User, upstream: Upstream) -> Callable[[str], Offer]:
    """Makes an offer of alice's at the test's own provider, for a model of that name."""
    team = current_team(alice)
    keys.allow_host(user=alice, host="127.0.0.1", port=upstream.port)
    provider = create_provider(scope=f"team:{team.pk}", name="Own server", base_url=upstream.base_url)
    keys.add(team=team, user=None, provider=provider, label="own", key="sk-canary-0123456789", created_by=alice)

    def offer_for(name: str) -> Offer:
        return add_offer(provider=provider, wire_name=name, today=dt.date(2026, 11, 21))

    return offer_for


class Tab:
    """What a browser tab does on its socket, with everything it has heard in `heard`."""

    def __init__(self, server: Server, session: str, *, origin: str | None = None, **options: Any) -> None:
        self._opened = contextlib.ExitStack()
        self.connection: ClientConnection = self._opened.enter_context(
            connect(
                f"ws://127.0.0.1:{server.port}/ws/",
                origin=origin or server.url,
                additional_headers={
                    "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}",
                    **options.pop("headers", {}),
                },
                max_size=None,
                max_queue=None,
                **options,
            )
        )
        self.heard: list[dict[str, Any]] = []
        self.number = 0
        self.deltas = 0

    def close(self) -> None:
        """Close the tab."""
        self._opened.close()

    def say(self, type: str, **fields: Any) -> int:
        """Send a command; returns its id."""
        self.number += 1
        self.connection.send(orjson.dumps({"id": self.number, "type": type, **fields}).decode())
        return self.number

    def hear(self, timeout: float = 15) -> dict[str, Any]:
        """The next frame."""
        frame: dict[str, Any] = orjson.loads(self.connection.recv(timeout=timeout))
        self.heard.append(frame)
        return frame

    def hear_until(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = 30) -> dict[str, Any]:
        """Listen until a frame fits; acknowledge every eighth delta, as a browser does."""
        until = time.monotonic() + timeout
        while True:
            frame = self.hear(timeout=max(0.01, until - time.monotonic()))
            self.deltas += frame["type"] == "delta"
            if frame["type"] == "delta" and self.deltas % 8 == 0:
                self.say("generation.seen", generation=frame["generation"], seq=frame["seq"])
            if wanted(frame):
                return frame

    def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        """Send a command and wait for its ack or error."""
        number = self.say(type, **fields)
        return self.hear_until(lambda frame: frame.get("id") == number and frame["type"] in ("ack", "error"))

    def send(self, text: str, offer: Offer, *, conversation: str | None = None, **settings: Any) -> dict[str, Any]:
        """Send a message; returns the ack."""
        return self.ask(
            "message.send",
            conversation=conversation,
            parent=None,
            client_id=str(uuid.uuid4()),
            text=text,
            settings={"offer": str(offer.pk), **settings},
        )

    def follow(self, generation: str, after: int = 0) -> dict[str, Any]:
        """Follow a generation."""
        return self.ask("generation.follow", generation=generation, after=after)

    def until_end(self, generation: str, timeout: float = 30) -> dict[str, Any]:
        """Listen until the generation ends."""
        return self.hear_until(lambda f: f["type"] == "end" and f["generation"] == generation, timeout)

    def text(self, generation: str, kind: str = "c") -> str:
        """The text of a generation from the deltas heard, checked for gaps."""
        seq: int | None = None
        pieces: list[str] = []
        for frame in self.heard:
            if frame["type"] == "delta" and frame["generation"] == generation:
                assert seq in (None, frame["from"]), f"a gap: had {seq}, got {frame['from']}"
                seq = frame["seq"]
                pieces += [text for part, text in frame["parts"] if part == kind]
        return "".join(pieces)


def session_of(user: User) -> str:
    """A session of the user, as signing in makes it."""
    client = Client()
    client.force_login(user)
    cookies: SimpleCookie = client.cookies
    return cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def tab(server: Server, alice: User) -> Iterator[Callable[..., Tab]]:
    """Opens tabs, by default alice's; closes them at the end."""
    opened: list[Tab] = []

    def open_tab(user: User = alice, **options: Any) -> Tab:
        one = Tab(server, options.pop("session", None) or session_of(user), **options)
        opened.append(one)
        hello = one.hear()
        assert hello["type"] == "hello"
        return one

    yield open_tab
    for one in opened:
        one.close()
