"""Tool calls over real sockets: arguments form in the log, rounds go on with results, whatever cuts or stops them."""

import json
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.conversations.models import Generation, Message
from playground.ledger.models import Entry
from playground.tools import functions
from tests.integration.live.conftest import Tab
from tests.server import Server
from tests.upstream import Upstream

PIECES = 60
CITY = {"type": "object", "properties": {"city": {"type": "string"}}}


@pytest.fixture
def calling(model_at: Callable[[str], Offer]) -> Callable[[str], Offer]:
    """Makes an offer that takes tools and JSON, for a model of that name."""

    def offer_for(name: str) -> Offer:
        offer = model_at(name)
        Offer.objects.filter(pk=offer.pk).update(tools=True, json_mode=True)
        return offer

    return offer_for


@pytest.fixture
def weather(alice: User) -> str:
    """The id of a function of alice's team."""
    asked = {"name": "get_weather", "description": "Weather", "parameters": json.dumps(CITY)}
    return str(functions.save(user=alice, team=current_team(alice), function=None, **asked).pk)


def grown(frames: list[dict[str, Any]], begun: list[dict[str, Any]] | None = None) -> list[str]:
    """The arguments of two calls from what a tab heard, on top of what was saved."""
    texts = [call["function"]["arguments"] for call in begun or []] + [""] * (2 - len(begun or []))
    for frame in frames:
        for kind, text in frame.get("parts", []):
            for line in text.splitlines() if kind == "t" else []:
                index, _id, _name, piece, replaces = json.loads(line)
                texts[index] = piece if replaces else texts[index] + piece
    return texts


def arguments(index: int, pieces: int = PIECES) -> str:
    return json.dumps({"city": f"{'x' * pieces}{index}"})


def test_arguments_form_in_the_log_and_survive_cuts(
    server: Server, tab: Callable[..., Tab], calling: Callable[[str], Offer], weather: str
) -> None:
    chance = random.Random(3)
    ack = tab().send("go", calling(f"calls-{PIECES}-5"), functions=[weather])
    frames: list[dict[str, Any]] = []
    seq = 0
    while not frames or frames[-1]["type"] != "end":
        one = tab()
        one.follow(ack["generation"], after=seq)
        until = chance.randrange(1, 12)
        one.hear_until(
            lambda f, one=one, n=until: f["type"] == "end" or sum(g["type"] == "delta" for g in one.heard) >= n
        )  # type: ignore[misc]
        frames += [frame for frame in one.heard if frame["type"] in ("delta", "end")]
        seq = max([seq, *(frame["seq"] for frame in frames)])
        one.close()
    assert grown(frames) == [arguments(0), arguments(1)]
    message = Message.objects.get(pk=ack["assistant_message"])
    assert [call["function"] for call in message.tool_calls] == [
        {"name": "get_weather", "arguments": arguments(0)},
        {"name": "get_time", "arguments": arguments(1)},
    ]
    assert Generation.objects.get().finish_reason == "tool_calls"


def test_a_page_loaded_in_the_middle_has_the_saved_pieces_and_reads_on(
    server: Server, tab: Callable[..., Tab], calling: Callable[[str], Offer], weather: str
) -> None:
    one = tab()
    ack = one.send("go", calling(f"calls-{PIECES}-25"), functions=[weather])
    one.follow(ack["generation"])
    one.hear_until(lambda f: f["type"] == "delta" and Generation.objects.get().seq > 20)
    saved = Generation.objects.select_related("message").get()
    begun = saved.message.tool_calls
    assert 0 < len(begun[0]["function"]["arguments"]) < len(arguments(0))
    late = tab()
    late.follow(ack["generation"], after=saved.seq)
    late.until_end(ack["generation"])
    assert grown(late.heard, begun) == [arguments(0), arguments(1)]


def test_stop_keeps_the_pieces_and_asks_for_nothing(
    server: Server, tab: Callable[..., Tab], calling: Callable[[str], Offer], weather: str
) -> None:
    one = tab()
    ack = one.send("go", calling(f"calls-{PIECES}-25"), functions=[weather])
    one.follow(ack["generation"])
    one.hear_until(lambda f: f["type"] == "delta" and f["seq"] > 20)
    one.ask("generation.stop", generation=ack["generation"])
    assert one.until_end(ack["generation"])["state"] == "stopped"
    message = Message.objects.get(pk=ack["assistant_message"])
    assert [call["function"]["arguments"] for call in message.tool_calls] == grown(one.heard)
    assert arguments(0).startswith(message.tool_calls[0]["function"]["arguments"])
    refused = one.ask("message.results", message=ack["assistant_message"], client_id="x", results=["a", "b"])
    assert (refused["type"], refused["code"]) == ("error", "no_calls")
    assert Entry.objects.get().completion_tokens > 0


def test_results_go_to_the_provider_and_the_turn_goes_on(
    server: Server, tab: Callable[..., Tab], calling: Callable[[str], Offer], weather: str, upstream: Upstream
) -> None:
    one = tab()
    ack = one.send("go", calling("calls-5-1"), functions=[weather], tool_choice="required")
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    first = upstream.requests[0].body
    assert [tool["function"]["name"] for tool in first["tools"]] == ["get_weather"]  # type: ignore[attr-defined]
    assert first["tool_choice"] == "required"
    again = one.ask(
        "message.results", message=ack["assistant_message"], client_id="round-2", results=['{"t": 7}', "noon"]
    )
    assert again["type"] == "ack"
    same = one.ask(
        "message.results", message=ack["assistant_message"], client_id="round-2", results=['{"t": 7}', "noon"]
    )
    assert same["generation"] == again["generation"], "a second click is the same round"
    one.follow(again["generation"])
    assert one.until_end(again["generation"])["state"] == "finished"
    assert [message["role"] for message in upstream.requests[1].body["messages"]] == [  # type: ignore[attr-defined]
        *("user", "assistant", "tool", "tool")
    ]
    called, *results = upstream.requests[1].body["messages"][1:]  # type: ignore[index]
    assert [call["id"] for call in called["tool_calls"]] == [result["tool_call_id"] for result in results]
    assert [result["content"] for result in results] == ['{"t": 7}', "noon"]
    assert len(upstream.requests) == 2
    assert Entry.objects.count() == 2
    assert 'data-role="tool"' in again["html"]


def test_a_function_that_is_named_must_be_called_and_then_the_model_is_free(
    server: Server, tab: Callable[..., Tab], calling: Callable[[str], Offer], weather: str, upstream: Upstream
) -> None:
    one = tab()
    ack = one.send("go", calling("calls-5-1"), functions=[weather], tool_choice=weather)
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    again = one.ask("message.results", message=ack["assistant_message"], client_id="2", results=["1", "2"])
    one.follow(again["generation"])
    one.until_end(again["generation"])
    named = {"type": "function", "function": {"name": "get_weather"}}
    assert [request.body["tool_choice"] for request in upstream.requests] == [named, "auto"]  # type: ignore[index]


def test_strangers_answer_no_calls(
    server: Server, tab: Callable[..., Tab], calling: Callable[[str], Offer], weather: str, charlie: User
) -> None:
    one = tab()
    ack = one.send("go", calling("calls-5-1"), functions=[weather])
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    for command in ("message.results", "message.repair"):
        refused = tab(charlie).ask(command, message=ack["assistant_message"], client_id="x", results=["a", "b"])
        assert (refused["type"], refused["code"]) == ("error", "not_found")


def test_a_function_of_another_team_never_goes_along(
    server: Server, tab: Callable[..., Tab], calling: Callable[[str], Offer], charlie: User, upstream: Upstream
) -> None:
    asked = {"name": "spy", "description": "Spies", "parameters": json.dumps(CITY)}
    foreign = functions.save(user=charlie, team=current_team(charlie), function=None, **asked)
    one = tab()
    ack = one.send("go", calling("stream-3-1"), functions=[str(foreign.pk)])
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    assert "tools" not in upstream.requests[0].body


SCHEMA = json.dumps({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})


@pytest.mark.parametrize(
    ("said", "form", "violations"),
    [
        ('{"n": 3}', "bare", []),
        ('{"n": "3"}', "bare", ["$.n"]),
        ("```json\n{}\n```", "fenced", ["$.n"]),
        ("three", "none", []),
    ],
)
def test_an_answer_is_judged_when_it_is_done(
    server: Server,
    tab: Callable[..., Tab],
    calling: Callable[[str], Offer],
    upstream: Upstream,
    said: str,
    form: str,
    violations: list[str],
) -> None:
    one = tab()
    ack = one.send(said, calling("echo-1-1"), output="json_schema", schema=SCHEMA)
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    assert upstream.requests[0].body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": json.loads(SCHEMA)},
    }
    verdict = Generation.objects.get().verdict
    assert verdict is not None
    assert (verdict["form"], [one["path"] for one in verdict["violations"]]) == (form, violations)


def test_a_repair_is_the_next_turn(
    server: Server, tab: Callable[..., Tab], calling: Callable[[str], Offer], upstream: Upstream
) -> None:
    one = tab()
    ack = one.send('{"n": "3"}', calling("echo-1-1"), output="json_schema", schema=SCHEMA)
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    again = one.ask("message.repair", message=ack["assistant_message"], client_id="repair")
    one.follow(again["generation"])
    one.until_end(again["generation"])
    assert "$.n: It must be" in upstream.requests[1].body["messages"][-1]["content"]  # type: ignore[index]


def test_a_schema_that_would_take_a_century_holds_nobody_up(
    server: Server, tab: Callable[..., Tab], calling: Callable[[str], Offer]
) -> None:
    bomb = json.dumps({"type": "string", "pattern": "^(a+)+$"})
    slow, quick = tab(), tab()
    ack = slow.send(json.dumps("a" * 40 + "!"), calling("echo-1-1"), output="json_schema", schema=bomb)
    slow.follow(ack["generation"])
    began = time.monotonic()
    other = quick.send("hello", Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air"))
    quick.follow(other["generation"])
    assert quick.until_end(other["generation"])["state"] == "finished"
    assert time.monotonic() - began < 10
    assert slow.until_end(ack["generation"])["state"] == "finished"
    verdict = Generation.objects.get(pk=ack["generation"]).verdict
    assert verdict is not None
    assert (verdict["unfinished"], verdict["violations"]) == (True, [])
