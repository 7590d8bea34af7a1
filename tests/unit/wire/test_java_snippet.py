"""The Java of a request: what javac and the SDK's classes ask of it (see playground/wire/java_snippet.py)."""

import json
import re

import pytest

from playground.wire.java_snippet import java
from playground.wire.request import ChatMessage, CompletionRequest, Dialect, build_payload

BASE = "https://open.bigmodel.cn/api/paas/v4"
GLM = Dialect("glm", "glm")
LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Oslo"}'}}
MOST_BYTES = 65_535  # of one literal in a class file, in modified UTF-8: three for every unit of UTF-16 at most


def body_of(*messages: ChatMessage, **parameters: object) -> dict[str, object]:
    return build_payload(CompletionRequest("glm-4.7", messages, **parameters), GLM)  # type: ignore[arg-type]


def extra_of(code: str) -> dict[str, object]:
    found = code.partition("new ObjectMapper().readValue(")[2]
    read: dict[str, object] = json.loads(json.loads(LITERAL.match(found)[0])) if found else {}  # type: ignore[index]
    return read


@pytest.mark.parametrize(
    "text", ['It\'s "two" \\ lines\nand 中文 \\u0041 \u2028 \x85 😀', "x" * 200_000, "中" * 70_000, "😀\n" * 40_000]
)
def test_a_text_of_any_length_and_kind_is_made_of_literals_that_javac_takes(text: str) -> None:
    code = java(BASE, body_of(ChatMessage("user", text)))
    literals = [json.loads(one) for one in LITERAL.findall(code)]
    assert all(len(one.encode("utf-16-le")) // 2 * 3 <= MOST_BYTES for one in literals)
    assert text in "".join(literals)
    assert '" + "' not in code, "a sum of literals is one literal"


def test_calls_and_their_results_are_objects_of_the_sdk() -> None:
    """It refuses a request without messages, and writes those of `extraJson` a second time."""
    asked = ChatMessage("assistant", "", reasoning_content="Look it up.", tool_calls=(CALL,))
    given = ChatMessage("tool", '{"celsius": -4}', tool_call_id="call_1")
    messages = (ChatMessage("user", "How warm?"), asked, given)
    code = java(BASE, body_of(*messages, thinking="enabled"))
    assert '.toolCalls(List.of(ToolCalls.builder().id("call_1").type("function").function(' in code
    assert '.arguments(TextNode.valueOf("{\\"city\\":\\"Oslo\\"}"))' in code
    assert '.reasoningContent("Look it up.")' in code
    assert '.toolCallId("call_1")' in code
    assert "messages" not in extra_of(code)


def test_every_field_goes_in_by_a_setter_or_with_the_rest() -> None:
    body = body_of(
        ChatMessage("user", "hi"), temperature=1, top_p=0.95, max_tokens=400, stop=("END",), thinking="enabled"
    )
    code = java(BASE, body)
    assert ".temperature(1.0f)" in code
    assert ".topP(0.95f)" in code
    assert ".maxTokens(400)" in code
    by_setter = {"model", "stream", "temperature", "top_p", "max_tokens", "messages", "request_id"}
    assert extra_of(code) == {name: value for name, value in body.items() if name not in by_setter}
    assert "TypeReference<Map<String, JsonNode>>" in code


def test_only_what_is_used_is_imported() -> None:
    code = java("https://api.z.ai/api/paas/v4", {"model": "m", "messages": [{"role": "user", "content": "hi"}]})
    assert re.findall(r"import ([\w.*]+);", code) == [
        *("ai.z.openapi.ZaiClient", "ai.z.openapi.service.model.*", "java.util.List"),
    ]
    assert "getMessage().getContent()" in code
