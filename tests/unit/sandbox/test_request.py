"""What the sandbox refuses, with the provider's codes, and what it lets pass."""

from typing import Any

import pytest

from playground.sandbox.models import DEFAULT_MODELS
from playground.sandbox.refusal import RefusalError
from playground.sandbox.request import Request, read_request
from tests.unit.sandbox.asking import payload, script, sent, whole

USER = {"role": "user", "content": "Hello"}


def read(**fields: Any) -> Request:
    dialect = fields.pop("dialect", "glm")
    return read_request(payload("Hello") | fields, DEFAULT_MODELS, dialect=dialect)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"model": ""}, "1213"),
        ({"model": None}, "1213"),
        ({"model": 5}, "1213"),
        ({"model": "gpt-x"}, "1211"),
        ({"messages": None}, "1213"),
        ({"messages": []}, "1214"),
        ({"messages": "Hello"}, "1214"),
        ({"messages": ["Hello"]}, "1214"),
        ({"messages": [{"role": "system", "content": "x"}]}, "1214"),
        ({"messages": [{"role": "system", "content": "x"}, {"role": "assistant", "content": "y"}]}, "1214"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "1214"),
        ({"messages": [{"role": "developer", "content": "x"}, USER]}, "1214"),
        ({"messages": [{"role": "user", "content": None}]}, "1214"),
        ({"messages": [{"role": "user", "content": 7}]}, "1214"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}, "1210"),
        ({"temperature": 1.01}, "1214"),
        ({"temperature": -0.1}, "1214"),
        ({"temperature": "0.5"}, "1214"),
        ({"temperature": True}, "1214"),
        ({"top_p": 0}, "1214"),
        ({"top_p": 1.5}, "1214"),
        ({"max_tokens": 0}, "1214"),
        ({"max_tokens": -1}, "1214"),
        ({"max_tokens": 98_305}, "1214"),
        ({"max_tokens": 1.5}, "1214"),
        ({"request_id": "short"}, "1214"),
        ({"request_id": "x" * 65}, "1214"),
        ({"user_id": "short"}, "1214"),
        ({"user_id": "x" * 129}, "1214"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "1214"),
        ({"stop": 5}, "1214"),
        ({"stream": "yes"}, "1214"),
        ({"thinking": {"type": "sometimes"}}, "1214"),
        ({"reasoning_effort": "heroic"}, "1214"),
        ({"tools": {}}, "1214"),
        ({"tools": [{"type": "function", "function": {"name": "n"}}] * 129}, "1214"),
        ({"tools": [{"type": "function", "function": {"name": "bad name"}}]}, "1214"),
        ({"tools": [{"type": "web_search", "web_search": {"enable": True, "count": 51}}]}, "1214"),
        ({"tool_choice": "required"}, "1214"),
        ({"response_format": {"type": "json_schema"}}, "1214"),
        ({"model": "glm-5.3", "thinking": {"type": "disabled"}}, "1214"),
    ],
)
def test_bad_requests_are_refused_with_the_providers_code(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(RefusalError) as refusal:
        read(**fields)
    assert refusal.value.code == code
    assert refusal.value.status == 400


@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_what_is_no_object_is_a_wrong_parameter(body: object) -> None:
    with pytest.raises(RefusalError) as refusal:
        read_request(body, DEFAULT_MODELS)
    assert refusal.value.code == "1210"


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0},
        {"temperature": 1},
        {"top_p": 0.01},
        {"top_p": 1},
        {"max_tokens": 98_304},
        {"request_id": "x" * 6},
        {"response_format": None, "thinking": None, "stop": None, "tools": None, "stream": None, "max_tokens": None},
        {"thinking": {"type": None}},
        {"seed": 5, "meta": {}, "frequency_penalty": 2, "n": 3, "logprobs": True, "unheard_of": [1]},
        {"stop": "word"},
        {"tool_choice": "auto"},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]},
    ],
)
def test_bounds_nulls_and_unknown_fields_pass(fields: dict[str, Any]) -> None:
    read(**fields)


def test_the_openai_dialect_allows_what_glm_refuses() -> None:
    request = read(
        dialect="openai",
        temperature=2,
        top_p=0,
        tool_choice="required",
        max_completion_tokens=5,
        response_format={"type": "json_schema", "json_schema": {"schema": {"type": "object"}}},
        messages=[{"role": "developer", "content": "Be brief"}, USER],
    )
    assert request.max_tokens == 5
    assert request.json_schema == {"type": "object"}
    assert request.system == "Be brief"


@pytest.mark.parametrize(
    "wish",
    [
        {"thinking": {"type": "disabled"}},
        {"reasoning": {"enabled": False}},
        {"reasoning": {"effort": "none"}},
        {"reasoning_effort": "none"},
        {"chat_template_kwargs": {"enable_thinking": False}},
    ],
)
def test_every_spelling_of_no_thinking_is_understood(wish: dict[str, Any]) -> None:
    assert read().thinking is True
    assert read(**wish).thinking is False


@pytest.mark.parametrize("name", ["glm-z1-air", "bigmodel/glm-z1-air", "zai/GLM-Z1-Air", " glm-z1-air"])
def test_a_shop_prefix_in_the_models_name_is_ignored(name: str) -> None:
    assert read(model=name).model.slug == "glm-z1-air"


def test_a_prompt_longer_than_the_context_is_refused_with_1261() -> None:
    long = script("word " * 130_000, model="glm-4-flashx-250414")
    assert long.status == 400
    assert b'"code":"1261"' in sent(long)


def test_lone_surrogates_and_nul_do_not_come_back() -> None:
    text = whole("List \ud800 ideas \x00 for tea")["choices"][0]["message"]["content"]
    assert "\ud800" not in text
    assert "\x00" not in text
    assert "\ufffd" in text


def test_errors_speak_the_callers_language() -> None:
    with pytest.raises(RefusalError) as refusal:
        read(model="gpt-x")
    assert refusal.value.message() == "Model does not exist: gpt-x"
    assert refusal.value.message(chinese=True) == "模型不存在：gpt-x"
    assert refusal.value.body(openai=True)["error"] == {
        "code": "1211",
        "message": "Model does not exist: gpt-x",
        "type": "invalid_request_error",
        "param": None,
    }
