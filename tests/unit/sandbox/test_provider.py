"""Routes, keys, and what requests share: cached prefixes, requests in flight, failures that end."""

import gc
import json
from random import Random
from typing import Any

import pytest

from playground.sandbox.counting import CountMemory, PrefixMemory, Unit, prompt_units
from playground.sandbox.models import DEFAULT_MODELS
from playground.sandbox.provider import SandboxProvider, Turn
from playground.sandbox.request import read_request
from playground.wire.tokens import estimate_tokens
from tests.unit.sandbox.asking import AT, payload, sent

CHAT = "/api/paas/v4/chat/completions"


def provider(**options: Any) -> SandboxProvider:
    return SandboxProvider(clock=lambda: AT, random=Random(1), **options)


def ask(one: SandboxProvider, prompt: str = "Hello", *, key: str = "k", path: str = CHAT, **fields: Any) -> Turn:
    body = json.dumps(payload(prompt, **fields)).encode()
    return one.respond("POST", path, {"authorization": f"Bearer {key}"} if key else {}, body)


def code(turn: Turn) -> str:
    return str(json.loads(sent(turn.script)).get("error", {}).get("code", ""))


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": ""}, {"authorization": "Bearer "}, {"authorization": "Basic abc"}]
)
@pytest.mark.parametrize("path", [CHAT, "/v1/models", "/api/paas/v4/nothing"])
def test_without_a_key_everything_is_1001(headers: dict[str, str], path: str) -> None:
    turn = provider().respond("GET", path, headers, b"")
    assert turn.script.status == 401
    assert code(turn) == "1001"


def test_a_provider_of_the_house_needs_no_key_but_checks_one_that_is_sent() -> None:
    one = provider(needs_key=False)
    assert ask(one, key="").script.status == 200
    assert one.respond("POST", CHAT, {"authorization": "Bearer "}, b"{}").script.status == 401


@pytest.mark.parametrize("base", ["/api/paas/v4", "/api/coding/paas/v4", "/v1"])
def test_models_are_listed_under_every_base(base: str) -> None:
    headers = {"authorization": "Bearer k"}
    listed = json.loads(sent(provider().respond("GET", f"{base}/models", headers, b"").script))
    assert listed["object"] == "list"
    assert [row["id"] for row in listed["data"]] == [model.slug for model in DEFAULT_MODELS]
    one = json.loads(sent(provider().respond("GET", f"{base}/models/glm-4.5", headers, b"").script))
    assert one["id"] == "glm-4.5"
    assert provider().respond("GET", f"{base}/models/gpt", headers, b"").script.status == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/paas/v4/embeddings", 400),
        ("GET", CHAT, 400),
        ("POST", "/v1/embeddings", 404),
        ("GET", "/", 400),
        ("GET", "/v1x/models", 400),
    ],
)
def test_what_does_not_exist_is_1222(method: str, path: str, status: int) -> None:
    turn = provider().respond(method, path, {"authorization": "Bearer k"}, b"")
    assert turn.script.status == status
    assert code(turn) == "1222"


@pytest.mark.parametrize("body", [b"", b"no", b"{", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_is_1210(body: bytes) -> None:
    turn = provider().respond("POST", CHAT, {"authorization": "Bearer k"}, body)
    assert (turn.script.status, code(turn)) == (400, "1210")


def test_messages_of_errors_follow_the_accepted_language() -> None:
    one = provider()
    turn = one.respond("GET", CHAT, {"accept-language": "zh-CN,zh;q=0.9"}, b"")
    assert "未收到" in json.loads(sent(turn.script))["error"]["message"]


def test_rate_limit_once_fails_once_and_then_works_for_the_same_text_and_key() -> None:
    one = provider()
    prompt = "/sandbox rate-limit once please"
    assert ask(one, prompt).script.status == 429
    assert ask(one, prompt, key="another").script.status == 429
    assert ask(one, prompt).script.status == 200
    assert ask(one, "/sandbox rate-limit once other text").script.status == 429
    assert ask(one, prompt).script.status == 429  # the demonstration can be given again


def test_rate_limit_with_a_number_fails_so_often() -> None:
    one = provider()
    statuses = [ask(one, "/sandbox rate-limit 3").script.status for _ in range(4)]
    assert statuses == [429, 429, 429, 200]


def test_a_prefix_that_came_before_is_cached_for_the_same_key_only() -> None:
    one = provider()
    system = {"role": "system", "content": "You are a patient teacher of mathematics. " * 20}

    def cached(question: str, key: str = "k") -> int:
        body = {"model": "glm-4.5-air", "messages": [system, {"role": "user", "content": question}]}
        turn = one.respond("POST", CHAT, {"authorization": f"Bearer {key}"}, json.dumps(body).encode())
        usage = json.loads(sent(turn.script))["usage"]
        assert usage["prompt_tokens_details"]["cached_tokens"] < usage["prompt_tokens"]
        return int(usage["prompt_tokens_details"]["cached_tokens"])

    assert cached("What is a sum?") == 0
    assert cached("What is a product?") >= estimate_tokens(system["content"]) * 0.9
    assert cached("What is a product?", key="another") == 0


def test_prefix_memory_is_bounded_and_breaks_at_the_first_change() -> None:
    memory = PrefixMemory(limit=10)
    units = [Unit(f"block {number}", 5) for number in range(4)]
    assert memory.cached_tokens(b"owner", units) == 0
    assert memory.cached_tokens(b"owner", units) == 15
    changed = [units[0], Unit("changed", 5), *units[2:]]
    assert memory.cached_tokens(b"owner", changed) == 5
    for number in range(50):
        memory.cached_tokens(b"owner", [Unit(str(number), 1)])
    assert memory.cached_tokens(b"owner", units) == 0


def test_counts_are_remembered_within_bounds() -> None:
    memory = CountMemory(limit=3)
    texts = ["one", "two words", "three whole words", "four", "one"]
    assert [memory(text) for text in texts] == [estimate_tokens(text) for text in texts]


def test_prompt_tokens_are_the_sum_of_the_units_and_grow_with_tools() -> None:
    plain = payload("word " * 500)
    tool = {
        "type": "function",
        "function": {"name": "get_weather", "description": "Weather of a city", "parameters": {}},
    }
    few = prompt_units(read_request(plain, DEFAULT_MODELS))
    more = prompt_units(read_request(plain | {"tools": [tool]}, DEFAULT_MODELS))
    assert len(few) == 5
    assert abs(sum(unit.tokens for unit in few) - estimate_tokens("word " * 500)) < 12
    assert sum(unit.tokens for unit in more) > sum(unit.tokens for unit in few)


@pytest.mark.parametrize(
    ("key", "tier", "room"),
    [
        ("k", "V0", 30),
        ("k", "V3", 60),
        ("sandbox-v1", "V0", 40),
        ("my V2 key", "V0", 50),
        ("av1b", "V0", 30),
        ("k", None, 100),
    ],
)
def test_requests_in_flight_are_limited_per_key_model_and_tier(key: str, tier: str | None, room: int) -> None:
    one = provider(tier=tier)
    turns = [ask(one, key=key, model="glm-z1-air") for _ in range(room)]
    assert {turn.script.status for turn in turns} == {200}
    assert one.gate.inside() == room
    if tier:
        refused = ask(one, key=key, model="glm-z1-air")
        assert (refused.script.status, code(refused)) == (429, "1302")
        assert ask(one, key="somebody else", model="glm-z1-air").script.status == 200
        assert ask(one, key=key, model="glm-z1-flashx").script.status == 200
        turns[0].release()
        turns[0].release()
        assert ask(one, key=key, model="glm-z1-air").script.status == 200


def test_errors_take_no_seat() -> None:
    one = provider()
    ask(one, "/sandbox balance", model="glm-z1-air")
    ask(one, "Hello", model="unheard-of")
    assert one.gate.inside() == 0


def test_ids_differ_and_texts_do_not() -> None:
    one = provider()
    first, second = (json.loads(sent(ask(one).script)) for _ in range(2))
    assert first["id"] != second["id"]
    assert first["id"].startswith("20261121100000")
    assert first["choices"] == second["choices"]


def test_no_key_and_no_prompt_is_kept() -> None:
    one = provider()
    key, prompt = "sk-very-secret-key", "a very private prompt, nobody else's"
    ask(one, prompt, key=key).release()
    ask(one, f"/sandbox rate-limit once {prompt}", key=key).release()
    gc.collect()
    seen: list[object] = [one]
    for thing in seen:
        assert not isinstance(thing, str) or (key not in thing and prompt not in thing)
        if isinstance(thing, dict):
            seen += [*thing.keys(), *thing.values()]
        elif isinstance(thing, list | tuple | set):
            seen += list(thing)
        elif type(thing).__module__.startswith("playground.sandbox"):
            seen += [vars(thing)] if hasattr(thing, "__dict__") else []


def test_a_pause_that_is_asked_for_comes_with_its_seconds_and_only_once() -> None:
    one = provider()
    first = ask(one, "/sandbox wait 90").script
    assert (first.status, first.retry_after) == (429, 90)
    again = ask(one, "/sandbox wait 90").script
    assert (again.status, again.retry_after) == (200, None)
