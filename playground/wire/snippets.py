"""A request that was sent, as code that sends it again: curl, Python, Java, JavaScript. Pure.

Each snippet sends the very body that it was made from; the key comes from the environment variable API_KEY. Tests run
the curl, Python and JavaScript ones against the served sandbox and compare what arrives. The Java one is in
`java_snippet.py`. What a package has no parameter for goes in by its own door for such fields (`extra_body`,
`transformRequestBody`), and so does what it would change on the way: zai-sdk moves a temperature or top_p of 0 or 1 to
0.01 or 0.99.
"""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from playground.wire.java_snippet import java
from playground.wire.sent import Sent
from playground.wire.text import indent

Body = Mapping[str, object]

BY_CURL = frozenset({"host", "content-length", "accept-encoding"})  # curl sets them itself
BY_ZAI = frozenset(
    {"model", "messages", "stream", "max_tokens", "temperature", "top_p", "do_sample", "stop", "seed", "request_id"}
    | {"user_id", "tools", "tool_choice", "tool_stream", "response_format", "thinking", "reasoning_effort"}
)
BY_OPENAI = frozenset(
    {"model", "messages", "stream", "stream_options", "max_tokens", "temperature", "top_p", "stop", "seed"}
    | {"frequency_penalty", "presence_penalty", "tools", "tool_choice", "response_format", "reasoning_effort"}
)
BY_AI_SDK = {
    "max_tokens": "maxOutputTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
    "seed": "seed",
}


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code in one language. `install`: the command that brings its package, "" where none is needed."""

    name: str
    title: str
    install: str
    code: str


def snippets(sent: Sent, body: bytes) -> list[Snippet]:
    """All of them; those of the GLM packages only for addresses that end as GLM's own do."""
    base, parsed = sent.url.removesuffix("/chat/completions"), json.loads(body)
    official = [
        Snippet("python-zai", "Python · zai-sdk", "pip install zai-sdk", _zai(base, parsed)),
        Snippet("java", "Java · zai-sdk", "ai.z.openapi:zai-sdk:0.3.3", java(base, parsed)),
    ]
    everywhere = [
        Snippet("python-openai", "Python · openai", "pip install openai", _openai(base, parsed)),
        Snippet("javascript-openai", "JavaScript · openai", "npm install openai", _openai_js(base, parsed)),
        Snippet("javascript-ai", "JavaScript · AI SDK", "npm install ai @ai-sdk/openai-compatible", _ai(base, parsed)),
    ]
    speaks_glm = base.endswith("/paas/v4")
    return [Snippet("curl", "curl", "", curl(sent, body)), *(official if speaks_glm else []), *everywhere]


def curl(sent: Sent, body: bytes) -> str:
    """A shell command that sends the same bytes again."""
    lines = [f"curl --no-buffer --request {sent.method} {shlex.quote(sent.url)}"]
    lines += [f"--header {shlex.quote(f'{name}: {value}')}" for name, value in sent.headers if name not in BY_CURL]
    lines += ['--header "authorization: Bearer $API_KEY"', f"--data-raw {shlex.quote(body.decode())}"]
    return " \\\n  ".join(lines)


# ── Python ──


def _zai(base: str, body: Body) -> str:
    kind = "ZhipuAiClient" if "bigmodel.cn" in base else "ZaiClient"
    moved = {name for name in ("temperature", "top_p") if body.get(name) in (0, 1)}
    return _python(f"from zai import {kind}", f"{kind}", base, body, BY_ZAI - moved)


def _openai(base: str, body: Body) -> str:
    return _python("from openai import OpenAI", "OpenAI", base, body, BY_OPENAI)


def _python(importing: str, client: str, base: str, body: Body, known: frozenset[str]) -> str:
    given = {name: value for name, value in body.items() if name in known}
    extra = {name: value for name, value in body.items() if name not in known}
    arguments = given | ({"extra_body": extra} if extra else {})
    rows = [f"    {name}={_literal(value, 1)}," for name, value in arguments.items()]
    making = f"client = {client}(api_key=os.environ['API_KEY'], base_url={base!r})"
    read = PYTHON_STREAM if body.get("stream") else "print(answer.choices[0].message.content)"
    lines = ["import os", "", importing, "", making, "answer = client.chat.completions.create(", *rows, ")", read, ""]
    return "\n".join(lines)


PYTHON_STREAM = """for chunk in answer:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)"""


def _literal(value: object, level: int) -> str:
    """A JSON value as Python writes it, four blanks a level."""
    inner, outer = "    " * (level + 1), "    " * level
    if isinstance(value, dict) and value:
        rows = [f"{inner}{name!r}: {_literal(one, level + 1)},\n" for name, one in value.items()]
        return "{\n" + "".join(rows) + outer + "}"
    if isinstance(value, list) and value:
        return "[\n" + "".join(f"{inner}{_literal(one, level + 1)},\n" for one in value) + outer + "]"
    return repr(value)


# ── JavaScript ──


def _openai_js(base: str, body: Body) -> str:
    # The package hands unknown fields on as they are.
    read = JS_STREAM if body.get("stream") else "console.log(answer.choices[0].message.content);"
    return (
        'import OpenAI from "openai";\n\n'
        f"const client = new OpenAI({{ apiKey: process.env.API_KEY, baseURL: {_json(base)} }});\n"
        f"const answer = await client.chat.completions.create({_json(body)});\n{read}\n"
    )


JS_STREAM = 'for await (const chunk of answer) process.stdout.write(chunk.choices[0]?.delta?.content ?? "");'


def _ai(base: str, body: Body) -> str:
    extra = _beyond_ai_sdk(body)
    options = {name: body[field] for field, name in BY_AI_SDK.items() if field in body}
    if stop := body.get("stop"):
        options["stopSequences"] = stop if isinstance(stop, list) else [stop]
    settings = [f"  name: {_json('provider')},", f"  baseURL: {_json(base)},", "  apiKey: process.env.API_KEY,"]
    if body.get("stream_options") == {"include_usage": True}:
        settings.append("  includeUsage: true,")
    if extra:
        settings.append(f"  transformRequestBody: (body) => ({{ ...body, ...{indent(_json(extra), 2).strip()} }}),")
    call, read = ("streamText", AI_STREAM) if body.get("stream") else ("generateText", "console.log(answer.text);")
    wait = "" if body.get("stream") else "await "
    arguments = [f"  {name}: {indent(_json(value), 2).strip()}," for name, value in options.items()]
    return "\n".join(
        [
            'import { createOpenAICompatible } from "@ai-sdk/openai-compatible";',
            f'import {{ {call} }} from "ai";',
            "",
            "const provider = createOpenAICompatible({",
            *settings,
            "});",
            f"const answer = {wait}{call}({{",
            f"  model: provider.chatModel({_json(body['model'])}),",
            f"  messages: {indent(_json(_last_question(body)), 2).strip()},",
            *arguments,
            "});",
            read,
            "",
        ]
    )


AI_STREAM = "for await (const text of answer.textStream) process.stdout.write(text);"


def _beyond_ai_sdk(body: Body) -> dict[str, object]:
    """What the AI SDK has no parameter for, or would write differently: tools, schemas, thinking, longer histories."""
    own = {*BY_AI_SDK, "model", "stream_options", "stop", *(["stream"] if body.get("stream") else [])}
    extra = {name: value for name, value in body.items() if name not in own}
    if body["messages"] == _last_question(body):
        del extra["messages"]
    return extra


def _last_question(body: Body) -> list[dict[str, object]]:
    messages = body["messages"]
    assert isinstance(messages, list)  # noqa: S101 - a body of ours
    asked = [one for one in messages if one.get("role") == "user"]
    return [{"role": "user", "content": asked[-1]["content"] if asked else ""}]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
