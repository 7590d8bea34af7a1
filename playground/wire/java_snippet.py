"""A request as Java code for the official SDK (github.com/zai-org/z-ai-sdk-java, ai.z.openapi:zai-sdk). Pure.

Checked by hand against the sources of version 0.3.3: the code compiles with its classes, and what its mapper then
writes is the body, field by field. Messages have to be objects of the SDK, which refuses a request without any;
`extraJson`, what it has no setter for, is merged into the top level of the body. A parameterised type is named there,
because with a raw Map the builder would forget what it builds; its values are nodes, because the mapper leaves out a
null in a Map, and a schema may have one.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from playground.wire.text import indent

Body = Mapping[str, object]

LONGEST_LITERAL: Final = 10_000  # characters: a class file has 65,535 bytes for each, and a character up to six

_MESSAGE: Final = {
    "role": "role",
    "content": "content",
    "reasoning_content": "reasoningContent",
    "tool_call_id": "toolCallId",
}


def java(base: str, body: Body) -> str:
    """A program that sends the body to the address `base`."""
    kind = "ZhipuAiClient" if "bigmodel.cn" in base else "ZaiClient"
    return PROGRAM % {
        "imports": "".join(f"import {name};\n" for name in _imports(kind, body)),
        "kind": kind,
        "base": _text(f"{base}/"),
        "request": indent("\n".join(_request(body)), 8),
        "read": indent(STREAM if body.get("stream") else WHOLE, 4),
    }


PROGRAM = """%(imports)s
public class Trial {
  public static void main(String[] arguments) throws Exception {
    var client = %(kind)s.builder().apiKey(System.getenv("API_KEY")).baseUrl(%(base)s).build();
    var request = ChatCompletionCreateParams.builder()
%(request)s
        .build();
    var answer = client.chat().createChatCompletion(request);
%(read)s
    client.close();
  }
}
"""

STREAM = """answer.getFlowable().blockingForEach(chunk -> {
  for (var choice : chunk.getChoices()) {
    var text = choice.getDelta().getContent();
    System.out.print(text == null ? "" : text);
  }
});"""

WHOLE = "System.out.println(answer.getData().getChoices().get(0).getMessage().getContent());"


def _imports(kind: str, body: Body) -> list[str]:
    names = [f"ai.z.openapi.{kind}", "ai.z.openapi.service.model.*"]
    if _extra(body):
        names.append("com.fasterxml.jackson.core.type.TypeReference")
        names += [f"com.fasterxml.jackson.databind.{name}" for name in ("JsonNode", "ObjectMapper")]
    if any(one.get("tool_calls") for one in _messages(body)):
        names.append("com.fasterxml.jackson.databind.node.TextNode")
    return [*names, *(["java.util.HashMap", "java.util.List", "java.util.Map"] if _extra(body) else ["java.util.List"])]


def _request(body: Body) -> list[str]:
    """The calls of the builder, one a line."""
    lines = [f".{setter}({write(body[name])})" for name, (setter, write) in _SETTERS.items() if name in body]
    messages = ",\n".join(_message(one) for one in _messages(body))
    lines.append(f".messages(List.of(\n{indent(messages, 4)}))")
    if extra := _extra(body):
        lines.append(f".extraJson(new HashMap<>(new ObjectMapper().readValue({_text(_json(extra))},")
        lines.append("    new TypeReference<Map<String, JsonNode>>() {})))")
    return lines


def _extra(body: Body) -> dict[str, object]:
    return {name: value for name, value in body.items() if name not in _SETTERS and name != "messages"}


def _messages(body: Body) -> Sequence[Mapping[str, object]]:
    messages = body["messages"]
    assert isinstance(messages, list)  # noqa: S101 - a body of ours
    return messages


def _message(message: Mapping[str, object]) -> str:
    calls = message.get("tool_calls")
    setters = [f".{setter}({_text(message[name])})" for name, setter in _MESSAGE.items() if name in message]
    if isinstance(calls, list):
        setters.append(f".toolCalls(List.of({', '.join(map(_call, calls))}))")
    return f"ChatMessage.builder(){''.join(setters)}.build()"


def _call(call: Mapping[str, Mapping[str, object]]) -> str:
    function = call["function"]
    name, arguments = _text(function["name"]), _text(function["arguments"])
    asked = f"ChatFunctionCall.builder().name({name}).arguments(TextNode.valueOf({arguments})).build()"
    return f"ToolCalls.builder().id({_text(call['id'])}).type({_text(call['type'])}).function({asked}).build()"


def _text(value: object) -> str:
    """A literal, or several that are joined when the program runs: a sum of literals would be one again."""
    text = str(value)
    if len(text) <= LONGEST_LITERAL:
        return _json(text)
    pieces = [text[at : at + LONGEST_LITERAL] for at in range(0, len(text), LONGEST_LITERAL)]
    return f'String.join("", {", ".join(map(_json, pieces))})'


def _json(value: object) -> str:
    # JSON's escapes are Java's too: a doubled backslash begins no \\u escape there.
    return json.dumps(value, ensure_ascii=False)


def _float(value: object) -> str:
    return f"{float(str(value))}f"  # a whole number would not become a Float by itself


_SETTERS: Mapping[str, tuple[str, Callable[[object], str]]] = {
    "model": ("model", _text),
    "stream": ("stream", _json),
    "max_tokens": ("maxTokens", _json),
    "temperature": ("temperature", _float),
    "top_p": ("topP", _float),
    "do_sample": ("doSample", _json),
    "request_id": ("requestId", _text),
    "user_id": ("userId", _text),
}
