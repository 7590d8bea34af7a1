"""Every command of the socket, for every role, on what is one's own, the team's, foreign and unknown."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from playground.web.commands import COMMANDS
from tests.integration.live.conftest import Tab
from tests.rights.commands import RULES, Rule
from tests.rights.world import PLACES, World, build
from tests.server import Server

LETTERS = "oamvrs"


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


def asked(tab: Tab, name: str, rule: Rule, ids: dict[str, object]) -> dict[str, Any]:
    """The answer without what is new each time."""
    fields = filled(dict(rule.fields), {**ids, "client": uuid.uuid4()})
    answer = tab.ask(name, **fields)
    return {key: value for key, value in answer.items() if key != "id"}


def is_let_in(answer: dict[str, Any]) -> bool:
    return answer["type"] == "ack" or answer["code"] != "not_found"


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
            if "" in rule.letters:
                wrong += [] if is_let_in(asked(one, name, rule, {})) else [f"{name} as {letter}"]
                continue
            told = []
            for place in reversed(PLACES):  # what is denied first: what is let in may change things
                ids = world.ids(letter, place)
                if not ids or (place == "foreign" and letter == "s"):
                    continue
                answer = asked(one, name, rule, ids)
                if is_let_in(answer) != (letter in rule.letters.get(place, "")):
                    wrong.append(f"{name} as {letter}, {place} thing: {answer}")
                if not is_let_in(answer):
                    told.append(answer)
            assert all(answer == told[0] for answer in told), f"{name} as {letter} tells foreign ids apart: {told}"
    assert wrong == []


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
