"""What leaves for a provider: its dialect's fields and no others, clean text, and thinking off said aloud."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.wire.errors import WireError
from playground.wire.request import FIELDS, ChatMessage, CompletionRequest, Dialect, build_payload

GLM = Dialect("glm", "glm")
OPENAI = Dialect("openai", asks_usage=True)
FUNCTION = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
WEB_SEARCH = {"type": "web_search", "web_search": {"enable": True, "search_engine": "search_pro_jina"}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}

FULL = CompletionRequest(
    model="glm-4.7",
    messages=(
        ChatMessage("developer", "Be brief."),
        ChatMessage("user", "Two and two?"),
        ChatMessage(
            "assistant",
            "",
            reasoning_content="hm",
            tool_calls=({"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}},),
        ),
        ChatMessage("tool", "4", tool_call_id="c1"),
    ),
    thinking="enabled",
    reasoning_effort="high",
    temperature=0.7000000000000001,
    top_p=0.9,
    max_tokens=100,
    stop=("a", "b", "c", "d", "e"),
    tools=(FUNCTION, WEB_SEARCH),
    tool_choice="required",
    tool_stream=True,
    response_format=SCHEMA,
    request_id="request-1",
    user_id="person-1",
)
MINIMAL = CompletionRequest("m", (ChatMessage("user", "hi"),))
HI = [{"role": "user", "content": "hi"}]


def payload(dialect: Dialect = GLM, **changed: Any) -> dict[str, Any]:
    request = CompletionRequest(**{"model": "m", "messages": (ChatMessage("user", "hi"),), **changed})
    return build_payload(request, dialect)


def test_glm_gets_its_own_words() -> None:
    assert build_payload(FULL, GLM) == {
        "model": "glm-4.7",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Two and two?"},
            {
                "role": "assistant",
                "content": "",
                "reasoning_content": "hm",
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            {"role": "tool", "content": "4", "tool_call_id": "c1"},
        ],
        "stream": True,
        "thinking": {"type": "enabled", "clear_thinking": False},
        "reasoning_effort": "high",
        "temperature": 0.7,
        "top_p": 0.9,
        "max_tokens": 100,
        "stop": ["a"],
        "tools": [FUNCTION, WEB_SEARCH],
        "tool_choice": "auto",
        "tool_stream": True,
        "response_format": {"type": "json_object"},
        "request_id": "request-1",
        "user_id": "person-1",
    }


def test_the_openai_family_gets_its_own_words() -> None:
    assert build_payload(FULL, OPENAI) == {
        "model": "glm-4.7",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Two and two?"},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            {"role": "tool", "content": "4", "tool_call_id": "c1"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "reasoning_effort": "high",
        "temperature": 0.7000000000000001,
        "top_p": 0.9,
        "max_tokens": 100,
        "stop": ["a", "b", "c", "d"],
        "tools": [FUNCTION],
        "tool_choice": "required",
        "response_format": SCHEMA,
    }


@pytest.mark.parametrize("dialect", [GLM, OPENAI, Dialect("openai"), Dialect("glm"), Dialect("glm", asks_usage=True)])
def test_what_nobody_set_is_left_to_the_provider(dialect: Dialect) -> None:
    sent = build_payload(MINIMAL, dialect)
    assert sent.pop("stream_options", None) == ({"include_usage": True} if dialect.asks_usage else None)
    assert sent == {"model": "m", "messages": HI, "stream": True}


def test_usage_is_asked_for_in_a_stream_only() -> None:
    assert payload(OPENAI, stream=False) == {"model": "m", "messages": HI, "stream": False}


# -- thinking --

OFF: dict[str, dict[str, Any]] = {
    "glm": {"thinking": {"type": "disabled"}},
    "reasoning": {"reasoning": {"enabled": False}},
    "chat_template_kwargs": {"chat_template_kwargs": {"enable_thinking": False}},
    "reasoning_effort": {"reasoning_effort": "none"},
    "none": {},
}
ON: dict[str, dict[str, Any]] = {
    "glm": {"thinking": {"type": "enabled"}},
    "reasoning": {"reasoning": {"enabled": True}},
    "chat_template_kwargs": {"chat_template_kwargs": {"enable_thinking": True}},
    "reasoning_effort": {},
    "none": {},
}
ON_WITH_EFFORT: dict[str, dict[str, Any]] = {
    "glm": {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
    "reasoning": {"reasoning": {"enabled": True, "effort": "high"}},
    "chat_template_kwargs": {"chat_template_kwargs": {"enable_thinking": True}, "reasoning_effort": "high"},
    "reasoning_effort": {"reasoning_effort": "high"},
    "none": {"reasoning_effort": "high"},
}
EFFORT_ONLY: dict[str, dict[str, Any]] = {
    "glm": {"reasoning_effort": "high"},
    "reasoning": {"reasoning": {"effort": "high"}},
    "chat_template_kwargs": {"reasoning_effort": "high"},
    "reasoning_effort": {"reasoning_effort": "high"},
    "none": {"reasoning_effort": "high"},
}


def thinking_part(family: str, switch: str, **wish: Any) -> dict[str, Any]:
    sent = payload(Dialect(family, switch), **wish)
    return {name: value for name, value in sent.items() if name not in {"model", "messages", "stream"}}


@pytest.mark.parametrize("switch", OFF)
@pytest.mark.parametrize("family", FIELDS)
def test_thinking_is_switched_in_the_words_of_the_provider(family: str, switch: str) -> None:
    assert thinking_part(family, switch, thinking="disabled") == OFF[switch]
    assert thinking_part(family, switch, thinking="enabled") == ON[switch]
    assert thinking_part(family, switch, thinking="enabled", reasoning_effort="high") == ON_WITH_EFFORT[switch]
    assert thinking_part(family, switch, reasoning_effort="high") == EFFORT_ONLY[switch]
    assert thinking_part(family, switch) == {}


@pytest.mark.parametrize("switch", OFF)
@pytest.mark.parametrize("family", FIELDS)
def test_an_effort_never_contradicts_thinking_off(family: str, switch: str) -> None:
    assert thinking_part(family, switch, thinking="disabled", reasoning_effort="high") == OFF[switch]


def test_old_thinking_is_resent_to_glm_only_and_asked_to_be_kept() -> None:
    messages = (ChatMessage("assistant", "4", reasoning_content="hm"), ChatMessage("user", "hi"))
    kept = payload(GLM, messages=messages, thinking="enabled")
    assert kept["thinking"] == {"type": "enabled", "clear_thinking": False}
    assert kept["messages"][0]["reasoning_content"] == "hm"
    for dialect, wish in ((GLM, "disabled"), (GLM, None), (OPENAI, "enabled"), (Dialect("glm"), "enabled")):
        sent = payload(dialect, messages=messages, thinking=wish)
        assert "reasoning_content" not in sent["messages"][0]
        assert "clear_thinking" not in sent.get("thinking", {})


# -- other words --


@pytest.mark.parametrize(
    ("prefix", "model", "sent"),
    [
        ("", "glm-4.7", "glm-4.7"),
        ("zai/", "glm-4.7", "zai/glm-4.7"),
        ("zai/", "zai/glm-4.7", "zai/glm-4.7"),
        ("z-ai/", "glm-\x004.7\ud800", "z-ai/glm-4.7\ufffd"),
    ],
)
def test_a_gateways_prefix_is_put_before_the_model_once(prefix: str, model: str, sent: str) -> None:
    assert payload(Dialect("openai", model_prefix=prefix), model=model)["model"] == sent


def test_greedy_is_said_in_each_family() -> None:
    glm = payload(GLM, do_sample=False, temperature=0.5, top_p=0.5)
    assert (glm["do_sample"], "temperature" in glm, "top_p" in glm) == (False, False, False)
    assert payload(OPENAI, do_sample=False)["temperature"] == 0
    assert "do_sample" not in payload(OPENAI, do_sample=True)


@pytest.mark.parametrize("value", [0, 0.0, 0.01, 1, 1.5, 2.0])
def test_a_temperature_is_sent_as_it_is_set(value: float) -> None:
    assert payload(GLM, temperature=value)["temperature"] == value
    assert payload(OPENAI, temperature=value)["temperature"] == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_cannot_say_is_left_out(value: float) -> None:
    for dialect in (GLM, OPENAI):
        sent = payload(dialect, temperature=value, top_p=value)
        assert "temperature" not in sent
        assert "top_p" not in sent


@pytest.mark.parametrize(
    ("request_id", "user_id", "sent"),
    [
        ("123456", "123456", {"request_id": "123456", "user_id": "123456"}),
        ("12345", "12345", {}),
        ("x" * 64, "x" * 128, {"request_id": "x" * 64, "user_id": "x" * 128}),
        ("x" * 65, "x" * 129, {}),
    ],
)
def test_ids_that_glm_would_refuse_are_left_out(request_id: str, user_id: str, sent: dict[str, str]) -> None:
    found = payload(GLM, request_id=request_id, user_id=user_id)
    assert {name: found[name] for name in ("request_id", "user_id") if name in found} == sent
    assert not {"request_id", "user_id", "user"} & set(payload(OPENAI, request_id=request_id, user_id=user_id))


@pytest.mark.parametrize(
    ("tools", "choice", "glm", "openai"),
    [
        ((), "auto", (None, None), (None, None)),
        ((FUNCTION,), None, ([FUNCTION], None), ([FUNCTION], None)),
        ((FUNCTION,), "auto", ([FUNCTION], "auto"), ([FUNCTION], "auto")),
        ((FUNCTION,), "required", ([FUNCTION], "auto"), ([FUNCTION], "required")),
        ((FUNCTION,), "none", (None, None), ([FUNCTION], "none")),
        ((WEB_SEARCH,), "auto", ([WEB_SEARCH], "auto"), (None, None)),
        ((WEB_SEARCH, FUNCTION), None, ([WEB_SEARCH, FUNCTION], None), ([FUNCTION], None)),
        (({"type": "mcp", "mcp": {}},), None, ([{"type": "mcp", "mcp": {}}], None), (None, None)),
    ],
)
def test_tools_are_those_the_family_knows(tools: Any, choice: str | None, glm: Any, openai: Any) -> None:
    for dialect, expected in ((GLM, glm), (OPENAI, openai)):
        sent = payload(dialect, tools=tools, tool_choice=choice)
        assert (sent.get("tools"), sent.get("tool_choice")) == expected


def test_streamed_arguments_are_asked_for_with_tools_only() -> None:
    assert "tool_stream" not in payload(GLM, tool_stream=True)
    assert payload(GLM, tool_stream=True, tools=(FUNCTION,))["tool_stream"] is True
    assert "tool_stream" not in payload(OPENAI, tool_stream=True, tools=(FUNCTION,))


# -- any request --

TEXT = st.text(st.characters(exclude_categories=()), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
OBJECT = st.dictionaries(TEXT, JSON, max_size=4)
MESSAGES = st.builds(
    ChatMessage,
    st.sampled_from(["system", "developer", "user", "assistant", "tool"]),
    TEXT,
    reasoning_content=TEXT,
    tool_calls=st.lists(OBJECT, max_size=2),
    tool_call_id=TEXT,
)
REQUESTS = st.builds(
    CompletionRequest,
    model=TEXT,
    messages=st.lists(MESSAGES, max_size=4),
    stream=st.booleans(),
    thinking=st.none() | st.sampled_from(["enabled", "disabled"]),
    reasoning_effort=st.none() | TEXT,
    temperature=st.none() | st.floats(),
    top_p=st.none() | st.floats(),
    max_tokens=st.none() | st.integers(),
    stop=st.lists(TEXT, max_size=6),
    tools=st.lists(OBJECT, max_size=3),
    tool_choice=st.none() | TEXT,
    tool_stream=st.none() | st.booleans(),
    response_format=st.none() | OBJECT,
    request_id=st.none() | TEXT,
    user_id=st.none() | TEXT,
    do_sample=st.none() | st.booleans(),
)
DIALECTS = st.builds(
    Dialect,
    st.sampled_from(sorted(FIELDS)),
    st.sampled_from(sorted(OFF)),
    model_prefix=st.sampled_from(["", "zai/"]),
    asks_usage=st.booleans(),
)


@given(REQUESTS, DIALECTS)
def test_any_request_is_json_of_known_fields_and_clean_text(request: CompletionRequest, dialect: Dialect) -> None:
    sent = build_payload(request, dialect)
    assert set(sent) <= FIELDS[dialect.family]
    assert None not in sent.values()
    wire = orjson.dumps(sent)
    assert b"\\u0000" not in wire.replace(b"\\\\", b"")
    assert orjson.loads(wire)["stream"] is request.stream
    messages: Any = sent["messages"]
    assert all({"role", "content"} <= set(message) for message in messages)


@given(REQUESTS, DIALECTS)
def test_thinking_off_is_always_said_where_there_is_a_switch(request: CompletionRequest, dialect: Dialect) -> None:
    if request.thinking == "disabled":
        sent = build_payload(request, dialect)
        assert {name: sent[name] for name in OFF[dialect.thinking_switch]} == OFF[dialect.thinking_switch]


def nested(depth: int) -> dict[str, Any]:
    tool: dict[str, Any] = {}
    for _ in range(depth):
        tool = {"properties": tool}
    return tool


@pytest.mark.parametrize("tool", [nested(500), {"x": object()}, {"x": b"raw"}, {"x": {1, 2}}])
def test_what_no_json_can_say_is_refused_before_it_leaves(tool: dict[str, Any]) -> None:
    with pytest.raises(WireError) as caught:
        payload(GLM, tools=(tool,))
    assert caught.value.code == "invalid_request"


def test_numbers_beyond_64_bits_do_not_break_the_encoder() -> None:
    sent = payload(GLM, tools=({"maximum": 2**64, "minimum": -(2**70), "huge": 10**5000, "whole": 2**64 - 1},))
    assert orjson.loads(orjson.dumps(sent))["tools"] == [
        {"maximum": 2.0**64, "minimum": -(2.0**70), "huge": None, "whole": 2**64 - 1}
    ]


def test_a_request_is_not_changed_by_being_sent() -> None:
    tool = {"type": "function", "function": {"name": "f\x00"}}
    sent = payload(GLM, tools=(tool,))
    assert tool["function"] == {"name": "f\x00"}
    assert sent["tools"][0]["function"] == {"name": "f"}
