"""One request, one script: thinking of every kind, tools, JSON, search, limits, counts, and pace."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.sandbox.encode import DONE
from playground.sandbox.models import DEFAULT_MODELS, find_model
from playground.sandbox.script import Served
from playground.wire.tokens import estimate_tokens
from tests.unit.sandbox.asking import AT, SERVED, TAG, frames, payload, read, said, script, sent, stream, whole

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Current weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CLOCK = {
    "type": "function",
    "function": {"name": "get_time", "description": "The time now", "parameters": {"type": "object", "properties": {}}},
}
SEARCH = {"type": "web_search", "web_search": {"enable": True, "search_result": True, "count": 3}}
SLUGS = [model.slug for model in DEFAULT_MODELS]


@pytest.mark.parametrize("model", SLUGS)
@pytest.mark.parametrize("prompt", ["What is 17 * 23?", "用三句话介绍你自己"])
def test_a_stream_and_a_whole_answer_say_the_same(model: str, prompt: str) -> None:
    found = read(stream(prompt, model=model))
    body = whole(prompt, model=model)
    message = body["choices"][0]["message"]
    assert found.done
    assert found.completion.content == message["content"]
    assert found.completion.reasoning_content == message.get("reasoning_content", "")
    assert found.completion.finish_reason == body["choices"][0]["finish_reason"] == "stop"
    assert found.completion.usage is not None
    assert found.completion.usage.total_tokens == body["usage"]["total_tokens"]


@given(st.text(max_size=200), st.sampled_from(SLUGS), st.booleans())
def test_no_prompt_makes_the_sandbox_stumble(prompt: str, model: str, chinese: bool) -> None:
    text = f"{prompt}总结" if chinese else prompt
    found = read(stream(text, model=model, max_tokens=500))
    assert found.done
    assert found.completion.usage is not None
    usage = found.completion.usage
    assert usage.cached_tokens <= usage.prompt_tokens
    assert (usage.reasoning_tokens or 0) <= usage.completion_tokens <= 500


def test_the_same_question_gets_the_same_bytes() -> None:
    assert stream("Write a poem about rain") == stream("Write a poem about rain")
    other = Served(at=AT + 60, tag="0" * 16)
    again = read(sent(script("Write a poem about rain", stream=True, served=other)))
    assert again.completion.content == read(stream("Write a poem about rain")).completion.content


def test_another_temperature_may_word_it_differently() -> None:
    texts = {said("Give me 3 ideas for tea", temperature=value / 10) for value in range(8)}
    assert len(texts) > 1


def test_glm_models_think_in_a_field_of_their_own() -> None:
    kinds = [
        next(iter(frame["choices"][0]["delta"].keys() - {"role"})) for frame in frames(stream("Why is the sky blue?"))
    ]
    assert kinds[0] == "reasoning_content"
    assert kinds == sorted(kinds, reverse=True)  # all thinking, then all content


def test_thinking_can_be_switched_off() -> None:
    body = whole("Why is the sky blue?", thinking={"type": "disabled"})
    assert "reasoning_content" not in body["choices"][0]["message"]
    assert body["usage"]["completion_tokens_details"] == {"reasoning_tokens": 0}


def test_less_effort_means_less_thinking() -> None:
    steps = [
        len(
            whole("12 * 12 + 3 * 7", model="glm-5.3", reasoning_effort=effort)["choices"][0]["message"][
                "reasoning_content"
            ]
        )
        for effort in ("low", "medium", "max")
    ]
    assert steps == sorted(steps)
    assert steps[0] < steps[-1]


def test_a_model_that_decides_for_itself_does_not_think_about_thanks() -> None:
    assert "reasoning_content" not in whole("Thanks!", model="glm-4.5")["choices"][0]["message"]
    assert "reasoning_content" in whole("Thanks!", model="glm-4.7")["choices"][0]["message"]


def test_plain_models_send_no_thinking_at_all() -> None:
    assert "reasoning_content" not in whole("2+2", model="glm-4-flashx-250414")["choices"][0]["message"]


@pytest.mark.parametrize("model", ["glm-z1-air", "glm-z1-flashx"])
def test_z1_models_think_in_tags_inside_the_text(model: str) -> None:
    body = whole("2+2", model=model)
    assert body["choices"][0]["message"]["content"].startswith("<think>\n")
    assert "reasoning_content" not in body["choices"][0]["message"]
    assert "completion_tokens_details" not in body["usage"]
    found = read(stream("2+2", model=model), reasoning="inline").completion
    assert found.reasoning_content
    assert "<think>" not in found.content
    assert "4" in found.content


def test_the_opening_tag_of_z1_is_split_across_chunks() -> None:
    assert frames(stream("2+2", model="glm-z1-air"))[0]["choices"][0]["delta"]["content"] != "<think>"


def test_a_model_may_echo_another_name() -> None:
    assert whole("2+2", model="bigmodel/glm-4-flashx-250414")["model"] == "glm4flashx250414"
    assert whole("2+2", model="zai/glm-4.5")["model"] == "glm-4.5"


def test_usage_counts_what_was_sent_and_said() -> None:
    body = whole("Why is the sky blue?")
    message = body["choices"][0]["message"]
    reasoning = estimate_tokens(message["reasoning_content"])
    assert body["usage"]["completion_tokens"] == reasoning + estimate_tokens(message["content"])
    assert body["usage"]["completion_tokens_details"]["reasoning_tokens"] == reasoning
    assert body["usage"]["total_tokens"] == body["usage"]["prompt_tokens"] + body["usage"]["completion_tokens"]
    assert body["usage"]["prompt_tokens"] >= estimate_tokens("Why is the sky blue?")


def test_cached_tokens_come_from_what_was_seen_and_only_where_the_model_caches() -> None:
    served = Served(at=AT, tag=TAG, cached=lambda units: 5)
    for model, cached in (("glm-4.5-air", 5), ("glm-z1-air", 0)):
        body = json.loads(sent(script("Hello there, how are you?", model=model, served=served)))
        assert body["usage"]["prompt_tokens_details"] == {"cached_tokens": cached}


def test_max_tokens_cut_the_answer_to_the_token() -> None:
    body = whole("Write a report about tea", max_tokens=200)
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["usage"]["completion_tokens"] == 200
    assert body["choices"][0]["message"]["content"]


def test_too_few_tokens_all_go_into_thinking() -> None:
    found = read(stream("Write a report about tea", max_tokens=8)).completion
    assert found.finish_reason == "length"
    assert found.content == ""
    assert found.reasoning_content
    assert found.usage is not None
    assert found.usage.completion_tokens == found.usage.reasoning_tokens == 8


def test_an_inline_thought_that_was_cut_short_has_no_closing_tag() -> None:
    text = said("Write a report about tea", model="glm-z1-air", max_tokens=8)
    assert text.startswith("<think>")
    assert "</think>" not in text


def test_a_stop_word_ends_the_answer_before_it() -> None:
    text = said("Why is the sky blue?", stop=["Rayleigh"])
    assert text.endswith("(**")
    assert "Rayleigh" not in text


def test_a_tool_is_called_with_what_the_prompt_says() -> None:
    found = read(stream("What is the weather in Oslo?", tools=[WEATHER, CLOCK])).completion
    assert found.finish_reason == "tool_calls"
    assert [(call.name, json.loads(call.arguments)) for call in found.tool_calls] == [("get_weather", {"city": "Oslo"})]


def test_a_tool_that_does_not_fit_is_left_alone() -> None:
    assert whole("Translate hello into French", tools=[WEATHER, CLOCK])["choices"][0]["finish_reason"] == "stop"


def test_tools_are_found_by_chinese_descriptions_too() -> None:
    tool = json.loads(json.dumps(WEATHER))
    tool["function"] |= {"name": "q1", "description": "查询城市天气"}
    found = whole("北京今天天气怎么样？", tools=[tool])["choices"][0]["message"]["tool_calls"]
    assert json.loads(found[0]["function"]["arguments"]) == {"city": "北京"}


def test_several_places_make_parallel_calls() -> None:
    found = read(stream("Weather in Oslo, Paris and Rome, please", tools=[WEATHER])).completion.tool_calls
    assert [json.loads(call.arguments)["city"] for call in found] == ["Oslo", "Paris", "Rome"]
    assert [call.index for call in found] == [0, 1, 2]


@pytest.mark.parametrize(("model", "pieces"), [("glm-4.6", True), ("glm-4.5", False)])
def test_partial_arguments_only_where_the_model_can(model: str, pieces: bool) -> None:
    data = stream("Weather in Oslo", tools=[WEATHER], tool_stream=True, model=model)
    calls = [
        frame["choices"][0]["delta"]["tool_calls"][0]
        for frame in frames(data)
        if b"tool_calls" in json.dumps(frame).encode() and "tool_calls" in frame["choices"][0]["delta"]
    ]
    assert (len(calls) > 1) is pieces
    assert "".join(call["function"]["arguments"] for call in calls) == '{"city": "Oslo"}'
    assert all(
        "role" not in frame["choices"][0]["delta"]
        for frame in frames(data)
        if "tool_calls" in frame["choices"][0]["delta"]
    )


def test_after_a_tool_has_answered_its_result_is_told() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Oslo"}'}}
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "Weather in Oslo?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": '{"temperature": 7, "sky": "clear"}'},
    ]
    body = whole(messages, tools=[WEATHER])
    assert body["choices"][0]["finish_reason"] == "stop"
    assert "| temperature | 7 |" in body["choices"][0]["message"]["content"]
    assert "get_weather" in body["choices"][0]["message"]["content"]


OPENAI = Served(at=AT, tag=TAG, dialect="openai")


def openai(prompt: str, **fields: Any) -> dict[str, Any]:
    return dict(json.loads(sent(script(prompt, served=OPENAI, **fields))))


def test_the_openai_dialect_obeys_the_choice_of_tools() -> None:
    tools = [WEATHER, CLOCK]
    assert "tool_calls" not in openai("Weather in Oslo", tools=tools, tool_choice="none")["choices"][0]["message"]
    required = openai("Hello", tools=tools, tool_choice="required")["choices"][0]["message"]["tool_calls"]
    assert len(required) == 1
    named = openai("Hello", tools=tools, tool_choice={"type": "function", "function": {"name": "get_time"}})
    assert [call["function"]["name"] for call in named["choices"][0]["message"]["tool_calls"]] == ["get_time"]
    one = openai("Weather in Oslo and Rome", tools=tools, parallel_tool_calls=False)
    assert len(one["choices"][0]["message"]["tool_calls"]) == 1


def test_the_openai_dialect_calls_thinking_reasoning_and_echoes_the_asked_name() -> None:
    body = openai("2+2", model="zai/glm-4.7")
    assert body["model"] == "zai/glm-4.7"
    assert body["choices"][0]["message"]["reasoning"]
    assert body["id"].startswith("chatcmpl-")
    assert "request_id" not in body


def test_the_openai_dialect_answers_by_schema() -> None:
    schema = {
        "type": "object",
        "properties": {"email": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["email", "age"],
        "additionalProperties": False,
    }
    body = openai(
        "Ada is 36, write to ada@example.com",
        response_format={"type": "json_schema", "json_schema": {"name": "person", "schema": schema}},
    )
    assert json.loads(body["choices"][0]["message"]["content"]) == {"email": "ada@example.com", "age": 36}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (
            "Return JSON with keys name, email and age: Ada Lovelace, ada@example.com, 36",
            {"name": "Ada Lovelace", "email": "ada@example.com", "age": 36},
        ),
        (
            'Fill {"email": "", "date": ""} from: mail bob@example.org on 2026-03-01',
            {"email": "bob@example.org", "date": "2026-03-01"},
        ),
        (
            "用 JSON 返回，字段：email、sentiment。这个产品很好，联系 li@example.com",
            {"email": "li@example.com", "sentiment": "positive"},
        ),
    ],
)
def test_json_mode_fills_the_asked_fields_from_the_prompt(prompt: str, expected: dict[str, Any]) -> None:
    found = json.loads(said(prompt, response_format={"type": "json_object"}))
    assert found == expected | {"sandbox": True}


@given(st.text(max_size=120))
def test_json_mode_is_always_an_object(prompt: str) -> None:
    assert isinstance(json.loads(said(prompt.replace("/sandbox", ""), response_format={"type": "json_object"})), dict)


def test_search_results_come_on_the_last_chunk_with_marks_in_the_text() -> None:
    found = frames(stream("History of tea", model="glm-4.6", tools=[SEARCH]))
    assert [frame for frame in found if "web_search" in frame] == [found[-1]]
    sources = found[-1]["web_search"]
    assert len(sources) == 3
    assert all(source["link"].startswith("https://example.com/") for source in sources)
    text = read(stream("History of tea", model="glm-4.6", tools=[SEARCH])).completion.content
    assert all(f"[{source['refer']}]" in text for source in sources)


def test_search_results_may_come_first() -> None:
    tool = {"type": "web_search", "web_search": SEARCH["web_search"] | {"result_sequence": "before"}}  # type: ignore[operator]
    found = frames(stream("History of tea", tools=[tool]))
    assert "web_search" in found[0]
    assert "web_search" not in found[-1]


@pytest.mark.parametrize("change", [{"enable": False}, {"search_result": False}])
def test_no_source_list_unless_both_switches_are_on(change: dict[str, bool]) -> None:
    tool = {"type": "web_search", "web_search": SEARCH["web_search"] | change}  # type: ignore[operator]
    assert all("web_search" not in frame for frame in frames(stream("History of tea", tools=[tool])))


@pytest.mark.parametrize("model", ["glm-4-flashx-250414", "glm-4.5-air", "glm-z1-air"])
def test_a_stream_takes_as_long_as_its_tokens_at_the_models_speed(model: str) -> None:
    one = script("Write a report about tea", model=model, stream=True)
    timed = list(one.pieces)
    known = find_model(DEFAULT_MODELS, model)
    assert known is not None
    usage = read(b"".join(data for _, data in timed)).completion.usage
    assert usage is not None
    expected = usage.completion_tokens / known.tokens_per_second
    first, rest = timed[0][0], sum(delay for delay, _ in timed[1:])
    assert 0.2 * 0.8 <= first <= 1.2
    assert 0.8 * expected <= rest <= 1.2 * expected


def test_a_whole_answer_comes_after_the_time_its_stream_would_take() -> None:
    [(delay, _)] = list(script("Write a report about tea").pieces)
    assert delay > 3


def test_streams_end_with_done_and_say_event_stream() -> None:
    one = script("2+2", stream=True)
    assert one.media_type == "text/event-stream;charset=UTF-8"
    assert sent(one).endswith(DONE)


def test_a_full_house_is_refused_with_1302() -> None:
    full = Served(at=AT, tag=TAG, enter=lambda _: False)
    refused = script("Hello", served=full)
    assert refused.status == 429
    assert b'"code":"1302"' in sent(refused)


def test_payloads_of_the_tests_are_as_the_house_sends_them() -> None:
    assert payload("x")["messages"] == [{"role": "user", "content": "x"}]
    assert SERVED.dialect == "glm"
