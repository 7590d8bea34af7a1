"""The official packages `zai-sdk` and `openai` against the served sandbox, streamed and not."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import openai
import pytest
import zai
from openai import OpenAI
from zai import ZaiClient

TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Current weather of a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]
SKY = "Why is the sky blue?"


@pytest.fixture
def glm(served: str) -> Iterator[Any]:
    """A ZaiClient. Untyped: the package's unions would need a check before every field."""
    client: Any = ZaiClient(api_key="id.secret", base_url=f"{served}/api/paas/v4", max_retries=0)
    yield client
    client.close()


@pytest.fixture
def oai(served: str) -> Iterator[OpenAI]:
    with OpenAI(api_key="any-key", base_url=f"{served}/v1", max_retries=0) as client:
        yield client


def said(content: str) -> list[Any]:
    return [{"role": "user", "content": content}]


def hear(stream: Iterable[Any], heard: list[str]) -> None:
    """Listen to a stream to its end, keeping what was said in case that end is an error."""
    for chunk in stream:
        heard.append(chunk.choices[0].delta.content or "")


class TestZai:
    """Through `zai-sdk`, in the GLM dialect."""

    def test_a_whole_answer_with_thinking_and_usage(self, glm: Any) -> None:
        answer = glm.chat.completions.create(model="glm-4.7", messages=said(SKY), request_id="mine-123")
        message = answer.choices[0].message
        assert "Rayleigh" in message.content
        assert message.reasoning_content
        assert answer.choices[0].finish_reason == "stop"
        assert answer.request_id == "mine-123"
        usage = answer.usage
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
        assert 0 < usage.completion_tokens_details.reasoning_tokens < usage.completion_tokens

    def test_a_streamed_answer_thinks_first_and_reports_usage_last(self, glm: Any) -> None:
        chunks = list(glm.chat.completions.create(model="glm-4.7", messages=said(SKY), stream=True))
        deltas = [chunk.choices[0].delta for chunk in chunks]
        assert "".join(delta.reasoning_content or "" for delta in deltas)
        assert "Rayleigh" in "".join(delta.content or "" for delta in deltas)
        assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
        assert chunks[-1].choices[0].finish_reason == "stop"
        assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
        assert chunks[-1].usage.completion_tokens > 0

    def test_thinking_can_be_switched_off(self, glm: Any) -> None:
        answer = glm.chat.completions.create(model="glm-4.5", messages=said(SKY), thinking={"type": "disabled"})
        assert not answer.choices[0].message.reasoning_content

    def test_z1_thinks_in_tags(self, glm: Any) -> None:
        answer = glm.chat.completions.create(model="glm-z1-air", messages=said("2+2"))
        assert answer.choices[0].message.content.startswith("<think>\n")

    def test_chinese_is_answered_in_chinese(self, glm: Any) -> None:
        chunks = glm.chat.completions.create(model="glm-4.5-air", messages=said("天空为什么是蓝色的？"), stream=True)
        assert "瑞利散射" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

    def test_a_round_with_a_tool(self, glm: Any) -> None:
        messages = said("What is the weather in Oslo and Rome?")
        answer = glm.chat.completions.create(model="glm-4.6", messages=messages, tools=TOOLS)
        assert answer.choices[0].finish_reason == "tool_calls"
        calls = answer.choices[0].message.tool_calls
        assert [json.loads(call.function.arguments) for call in calls] == [{"city": "Oslo"}, {"city": "Rome"}]
        messages.append({"role": "assistant", "content": "", "tool_calls": [call.model_dump() for call in calls]})
        messages += [{"role": "tool", "tool_call_id": call.id, "content": '{"degrees": 7}'} for call in calls]
        told = glm.chat.completions.create(model="glm-4.6", messages=messages, tools=TOOLS)
        assert "| degrees | 7 |" in told.choices[0].message.content

    @pytest.mark.parametrize("partial", [False, True])
    def test_streamed_tool_calls_whole_and_in_pieces(self, glm: Any, partial: bool) -> None:
        chunks = glm.chat.completions.create(
            model="glm-4.6", messages=said("Weather in Oslo"), tools=TOOLS, stream=True, tool_stream=partial
        )
        calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or []]
        assert (len(calls) > 1) is partial
        assert calls[0].function.name == "get_weather"
        assert json.loads("".join(call.function.arguments for call in calls)) == {"city": "Oslo"}

    def test_a_repeated_prefix_is_cached(self, glm: Any) -> None:
        messages = [{"role": "system", "content": "You teach the names of the stars. " * 30}, *said("Hello")]
        glm.chat.completions.create(model="glm-4.5-air", messages=messages)
        again = glm.chat.completions.create(model="glm-4.5-air", messages=messages)
        assert again.usage.prompt_tokens_details.cached_tokens > 100

    def test_web_search_comes_on_the_last_chunk(self, glm: Any) -> None:
        search = {"enable": True, "search_engine": "search_pro_jina", "search_result": True}
        tools = [{"type": "web_search", "web_search": search}]
        chunks = list(
            glm.chat.completions.create(model="glm-4.6", messages=said("History of tea"), tools=tools, stream=True)
        )
        assert chunks[-1].web_search[0]["link"].startswith("https://example.com/")

    @pytest.mark.parametrize(
        ("prompt", "error", "code"),
        [
            ("/sandbox rate-limit", zai.core.APIReachLimitError, "1302"),
            ("/sandbox balance", zai.core.APIReachLimitError, "1113"),
            ("/sandbox auth", zai.core.APIAuthenticationError, "1000"),
            ("/sandbox context", zai.core.APIRequestFailedError, "1261"),
            ("/sandbox 500", zai.core.APIInternalError, "1234"),
        ],
    )
    def test_errors_have_their_class_and_code(self, glm: Any, prompt: str, error: type, code: str) -> None:
        with pytest.raises(error) as raised:
            glm.chat.completions.create(model="glm-4.7", messages=said(prompt), stream=True)
        assert f"'code': '{code}'" in str(raised.value) or f'"code":"{code}"' in str(raised.value)

    def test_an_error_in_mid_stream_is_raised_after_the_text(self, glm: Any) -> None:
        heard: list[str] = []
        with pytest.raises(zai.core.APIResponseError) as raised:
            hear(glm.chat.completions.create(model="glm-4.7", messages=said("/sandbox error"), stream=True), heard)
        assert "".join(heard)
        error: Any = raised.value
        assert error.json_data["code"] == "1234"

    def test_an_unknown_model_is_refused(self, glm: Any) -> None:
        with pytest.raises(zai.core.APIRequestFailedError, match="1211"):
            glm.chat.completions.create(model="unheard-of", messages=said("Hello"))


class TestOpenAI:
    """Through `openai`, in the OpenAI dialect."""

    def test_models_are_listed(self, oai: OpenAI) -> None:
        assert "glm-z1-flashx" in [model.id for model in oai.models.list()]
        assert oai.models.retrieve("glm-4.5").id == "glm-4.5"

    def test_a_whole_answer_with_reasoning_and_usage(self, oai: OpenAI) -> None:
        answer = oai.chat.completions.create(model="zai/glm-4.7", messages=said(SKY))
        message = answer.choices[0].message
        assert "Rayleigh" in (message.content or "")
        assert getattr(message, "reasoning", "")
        assert answer.model == "zai/glm-4.7"
        assert answer.usage is not None
        assert answer.usage.completion_tokens_details is not None
        assert (answer.usage.completion_tokens_details.reasoning_tokens or 0) > 0

    def test_a_stream_reports_usage_in_an_extra_chunk_when_asked(self, oai: OpenAI) -> None:
        ask: Callable[..., Any] = oai.chat.completions.create
        chunks = list(ask(model="glm-4.7", messages=said(SKY), stream=True, stream_options={"include_usage": True}))
        deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
        assert "Rayleigh" in "".join(delta.content or "" for delta in deltas)
        assert "".join(getattr(delta, "reasoning", None) or "" for delta in deltas)
        assert chunks[-1].choices == []
        assert chunks[-1].usage.total_tokens > 0
        assert all(chunk.usage is None for chunk in chunks[:-1])
        unasked = list(ask(model="glm-4.7", messages=said(SKY), stream=True))
        assert all(chunk.choices and chunk.usage is None for chunk in unasked)

    def test_tool_calls_stream_and_come_whole(self, oai: OpenAI) -> None:
        answer = oai.chat.completions.create(model="glm-4.5", messages=said("Weather in Oslo"), tools=TOOLS)
        calls: list[Any] = list(answer.choices[0].message.tool_calls or [])
        assert [json.loads(call.function.arguments) for call in calls] == [{"city": "Oslo"}]
        with oai.chat.completions.stream(model="glm-4.5", messages=said("Weather in Oslo"), tools=TOOLS) as stream:
            final = stream.get_final_completion()
        streamed: list[Any] = list(final.choices[0].message.tool_calls or [])
        assert [(call.function.name, json.loads(call.function.arguments)) for call in streamed] == [
            ("get_weather", {"city": "Oslo"})
        ]

    def test_a_schema_is_kept(self, oai: OpenAI) -> None:
        schema: dict[str, object] = {
            "type": "object",
            "properties": {"email": {"type": "string"}},
            "required": ["email"],
        }
        answer = oai.chat.completions.create(
            model="glm-4.5",
            messages=said("Write to ada@example.com"),
            response_format={"type": "json_schema", "json_schema": {"name": "contact", "schema": schema}},
        )
        assert json.loads(answer.choices[0].message.content or "") == {"email": "ada@example.com"}

    @pytest.mark.parametrize(
        ("prompt", "error", "status", "code"),
        [
            ("/sandbox rate-limit", openai.RateLimitError, 429, "1302"),
            ("/sandbox balance", openai.RateLimitError, 429, "1113"),
            ("/sandbox auth", openai.AuthenticationError, 401, "1000"),
            ("/sandbox context", openai.BadRequestError, 400, "1261"),
            ("/sandbox 500", openai.InternalServerError, 500, "1234"),
            ("/sandbox gateway", openai.InternalServerError, 502, None),
        ],
    )
    def test_errors_have_their_class_status_and_code(
        self, oai: OpenAI, prompt: str, error: type[openai.APIStatusError], status: int, code: str | None
    ) -> None:
        with pytest.raises(error) as raised:
            oai.chat.completions.create(model="glm-4.7", messages=said(prompt))
        assert raised.value.status_code == status
        assert raised.value.code == code

    def test_rate_limit_once_lets_the_packages_own_retry_succeed(self, served: str) -> None:
        with OpenAI(api_key="retrying", base_url=f"{served}/v1", max_retries=1) as client:
            answer = client.chat.completions.create(model="glm-4.7", messages=said("/sandbox rate-limit once 2+2"))
        assert "4" in (answer.choices[0].message.content or "")

    def test_an_error_in_mid_stream_is_raised_after_the_text(self, oai: OpenAI) -> None:
        heard: list[str] = []
        with pytest.raises(openai.APIError) as raised:
            hear(oai.chat.completions.create(model="glm-4.7", messages=said("/sandbox error"), stream=True), heard)
        assert "".join(heard)
        assert raised.value.code == "1234"

    def test_a_cut_connection_is_an_error_and_no_end(self, oai: OpenAI) -> None:
        with pytest.raises(openai.APIConnectionError):
            list(oai.chat.completions.create(model="glm-4.7", messages=said("/sandbox cut"), stream=True))

    def test_without_a_key_nothing_is_answered(self, served: str) -> None:
        with (
            OpenAI(
                api_key="x", base_url=f"{served}/v1", max_retries=0, default_headers={"Authorization": "Basic abc"}
            ) as client,
            pytest.raises(openai.AuthenticationError) as raised,
        ):
            client.chat.completions.create(model="glm-4.7", messages=said("Hello"))
        assert raised.value.code == "1001"
