"""Every command of the socket, for every role, on what is one's own, the team's, shared, foreign and unknown."""

import contextlib
import re
import uuid
from collections.abc import Callable
from typing import Any, Protocol

import httpx
import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed

from playground.accounts.models import User
from playground.web.commands import COMMANDS
from tests.integration.live.conftest import Tab, session_of
from tests.rights.commands import RULES, Rule
from tests.rights.world import IN_TEAM, PLACES, SHARED, World, build
from tests.server import Server

LETTERS = "oamvrs"
DENIED = ("not_found", "read_only")  # the latter to who may read it, and so knows that it is there


@pytest.fixture
def world(server: Server) -> World:
    """Two teams with one of everything in each."""
    return build()


def filled(value: Any, ids: dict[str, object]) -> Any:
    """The fields of a command for things at a place."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: str(ids[found[1]]), value)
    if isinstance(value, list):
        return [filled(one, ids) for one in value]
    return {name: filled(one, ids) for name, one in value.items()} if isinstance(value, dict) else value


def kinds_of(rule: Rule) -> set[str]:
    """Of what there are ids in a command."""
    return set(re.findall(r"\{(\w+)\}", str(rule.fields))) - {"client"}


class Door(Protocol):
    """Where commands go in: the socket of a tab, or plain HTTP."""

    def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        """The ack or error of a command."""


class HttpDoor:
    """The same commands over HTTP, for networks that block websockets."""

    def __init__(self, server: Server, user: User) -> None:
        cookies = {settings.SESSION_COOKIE_NAME: session_of(user)}
        self.http = httpx.Client(base_url=server.url, cookies=cookies, headers={"origin": server.url}, timeout=30)
        token = self.http.get("/settings/").text.split('data-csrf="')[1].split('"')[0]
        self.http.headers["X-CSRFToken"] = token

    def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        """One request."""
        answer: dict[str, Any] = self.http.post("/live/command/", json={"id": 1, "type": type, **fields}).json()
        return answer


def asked(door: Door, name: str, rule: Rule, ids: dict[str, object]) -> dict[str, Any]:
    """The answer without what is new each time."""
    fields = filled(dict(rule.fields), {**ids, "client": uuid.uuid4()})
    answer = door.ask(name, **fields)
    return {key: value for key, value in answer.items() if key != "id"}


def is_let_in(answer: dict[str, Any]) -> bool:
    return answer["type"] == "ack" or answer["code"] not in DENIED


def test_every_command_has_a_rule() -> None:
    assert set(RULES) == set(COMMANDS)


def test_the_table_of_commands_holds(world: World, tab: Callable[..., Tab]) -> None:
    tabs = {letter: tab(world.people[letter]) for letter in LETTERS}
    wrong: list[str] = []
    for name, rule in RULES.items():
        for letter, one in tabs.items():
            if not rule.is_answered:
                one.say(name, **rule.fields)
                assert one.ask("ping")["pong"] is True
                continue
            wrong += broken(name, rule, letter, one, world)
    assert wrong == []


OF_SOCKETS = {"generation.follow", "generation.unfollow", "generation.seen", "conversation.look"}


def test_the_table_holds_over_http_too(server: Server, world: World) -> None:
    wrong: list[str] = []
    for letter in LETTERS:
        door = HttpDoor(server, world.people[letter])
        with contextlib.closing(door.http):
            for name in RULES.keys() - OF_SOCKETS:
                wrong += broken(name, RULES[name], letter, door, world)
            refused = [asked(door, name, RULES[name], world.ids("o", "own")) for name in sorted(OF_SOCKETS)]
        assert {one["code"] for one in refused} == {"use_poll"}
    assert wrong == []


def broken(name: str, rule: Rule, letter: str, door: Door, world: World) -> list[str]:
    """Where the table does not hold for a command and a role; fails where a denial tells foreign ids apart."""
    if "" in rule.letters:
        return [] if is_let_in(asked(door, name, rule, {})) else [f"{name} as {letter}"]
    wrong, told = [], []
    for place in reversed(PLACES):  # what is denied first: what is let in may change things
        ids = world.ids(letter, place)
        if not kinds_of(rule) <= ids.keys() or (place == "foreign" and letter == "s"):
            continue
        answer = asked(door, name, rule, ids)
        if is_let_in(answer) != (letter in rule.letters.get(place, "")):
            wrong.append(f"{name} as {letter}, {place} thing: {answer}")
        if answer.get("code") == "read_only" and letter in IN_TEAM and place in SHARED:
            continue
        if not is_let_in(answer):
            told.append(answer)
    assert all(answer == told[0] for answer in told), f"{name} as {letter} tells foreign ids apart: {told}"
    return wrong


def test_a_column_of_elsewhere_in_ones_own_comparison_opens_nothing(world: World, tab: Callable[..., Tab]) -> None:
    one, name = tab(world.people["o"]), "comparison.send"
    answers = [
        asked(one, name, RULES[name], {**world.ids("o", "own"), "column": world.ids("o", place)["column"]})
        for place in ("team", "foreign", "unknown")
    ]
    assert [answer["code"] for answer in answers] == ["not_found"] * 3
    assert answers[0] == answers[1] == answers[2]


KINDS = ("client", "conversation", "question", "message", "comparison", "column", "generation")


def test_who_is_signed_out_commands_nothing(server: Server) -> None:
    for name, rule in RULES.items():
        one = Tab(server, "no-such-session")
        with pytest.raises(ConnectionClosed):
            one.ask(name, **filled(dict(rule.fields), {kind: uuid.uuid4() for kind in KINDS}))
        one.close()
