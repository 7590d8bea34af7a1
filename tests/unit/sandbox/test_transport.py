"""The sandbox behind the product's own client: it streams, it fails as asked, and it stops when nobody listens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from playground.sandbox.transport import SandboxTransport
from playground.wire.client import Client, Endpoint, Timeouts
from playground.wire.completion import Completion
from playground.wire.errors import WireError
from playground.wire.events import Ended
from playground.wire.request import ChatMessage, CompletionRequest, Dialect
from playground.wire.secret import Secret

pytestmark = pytest.mark.anyio

HOST = "sandbox.invalid"
GLM = Endpoint(f"http://{HOST}/api/paas/v4", Dialect("glm", "glm"), "field")
OPENAI = Endpoint(f"http://{HOST}/v1", Dialect("openai", "none", asks_usage=True), "auto")


@pytest.fixture
def transport() -> SandboxTransport:
    return SandboxTransport(speed=0)


@pytest.fixture
async def client(transport: SandboxTransport) -> AsyncIterator[Client]:
    one = Client(mounts={HOST: transport})
    yield one
    await one.aclose()


async def run(client: Client, prompt: str, endpoint: Endpoint = GLM, **fields: Any) -> tuple[Completion, bool]:
    request = CompletionRequest(fields.pop("model", "zai/glm-4.5-air"), (ChatMessage("user", prompt),), **fields)
    completion, clean = Completion(), False
    async with aclosing(client.stream(endpoint, None, request)) as reads:
        async for events in reads:
            for event in events:
                if isinstance(event, Ended):
                    clean = event.clean
                else:
                    completion.add(event)
    return completion, clean


@pytest.mark.parametrize("endpoint", [GLM, OPENAI], ids=["glm", "openai"])
async def test_an_answer_streams_with_thinking_and_usage(client: Client, endpoint: Endpoint) -> None:
    completion, clean = await run(client, "What is 17 * 23?", endpoint)
    assert clean
    assert "391" in completion.content
    assert completion.reasoning_content
    assert completion.finish_reason == "stop"
    assert completion.usage is not None
    assert 0 < completion.usage.reasoning_tokens < completion.usage.completion_tokens


async def test_models_are_listed_and_whole_answers_given(client: Client) -> None:
    assert "glm-4.5-air" in await client.models(GLM, Secret("any-key"))
    request = CompletionRequest("glm-4.5-air", (ChatMessage("user", "2+2"),), stream=False)
    assert "4" in (await client.complete(GLM, Secret("any-key"), request)).content


@pytest.mark.parametrize(
    ("command", "code", "retryable"),
    [
        ("rate-limit", "concurrency_limited", True),
        ("balance", "no_balance", False),
        ("overloaded", "overloaded", True),
        ("auth", "key_refused", False),
        ("context", "context_too_long", False),
        ("500", "network_error", True),
        ("gateway", "provider_error", True),
        ("error", "network_error", None),
        ("relay", "provider_error", None),
        ("cut", "interrupted", None),
        ("damaged", "malformed_stream", None),
    ],
)
async def test_faults_become_errors_of_the_client(
    client: Client, transport: SandboxTransport, command: str, code: str, retryable: bool | None
) -> None:
    with pytest.raises(WireError) as error:
        await run(client, f"/sandbox {command}")
    assert error.value.code == code
    if retryable is not None:
        assert error.value.retryable is retryable
    assert transport.provider.gate.inside() == 0


async def test_a_stalled_stream_runs_into_the_clients_deadline(transport: SandboxTransport) -> None:
    client = Client(mounts={HOST: transport}, timeouts=Timeouts(between_bytes=0.02))
    try:
        with pytest.raises(WireError) as error:
            await run(client, "/sandbox stall")
        assert error.value.code == "idle_timeout"
        assert transport.provider.gate.inside() == 0
    finally:
        await client.aclose()


async def test_cancelling_stops_the_script_at_once(client: Client, transport: SandboxTransport) -> None:
    heard = asyncio.Event()

    async def listen() -> None:
        request = CompletionRequest("glm-4.5-air", (ChatMessage("user", "/sandbox stall"),))
        async with aclosing(client.stream(GLM, None, request)) as reads:
            async for _ in reads:
                heard.set()

    task = asyncio.ensure_future(listen())
    await heard.wait()
    assert transport.provider.gate.inside() == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert transport.provider.gate.inside() == 0


async def test_leaving_a_stream_early_frees_its_seat(client: Client, transport: SandboxTransport) -> None:
    request = CompletionRequest("glm-4.5-air", (ChatMessage("user", "/sandbox long 5000"),))
    async with aclosing(client.stream(GLM, None, request)) as reads:
        await anext(aiter(reads))
        assert transport.provider.gate.inside() == 1
    assert transport.provider.gate.inside() == 0


async def test_five_hundred_streams_at_once_all_arrive_whole(client: Client, transport: SandboxTransport) -> None:
    found = await asyncio.gather(*(run(client, f"/sandbox long {100 + number}") for number in range(500)))
    assert [len(completion.content.split()) for completion, _ in found] == [100 + number for number in range(500)]
    assert all(clean for _, clean in found)
    assert transport.provider.gate.inside() == 0


async def test_httpx_sees_its_own_errors() -> None:
    async with httpx.AsyncClient(transport=SandboxTransport(speed=0), timeout=httpx.Timeout(5, read=0.02)) as http:
        body = {"model": "glm-4.5-air", "stream": True, "messages": [{"role": "user", "content": "/sandbox stall"}]}
        with pytest.raises(httpx.ReadTimeout):
            await http.post("http://sandbox.invalid/api/paas/v4/chat/completions", json=body)
        body["messages"] = [{"role": "user", "content": "/sandbox cut"}]
        with pytest.raises(httpx.RemoteProtocolError):
            await http.post("http://sandbox.invalid/api/paas/v4/chat/completions", json=body)


async def test_headers_are_those_of_a_provider() -> None:
    async with httpx.AsyncClient(transport=SandboxTransport(speed=0)) as http:
        body = {"model": "glm-4.5-air", "stream": True, "messages": [{"role": "user", "content": "2+2"}]}
        answer = await http.post("http://sandbox.invalid/v1/chat/completions", json=body)
        assert answer.headers["content-type"] == "text/event-stream;charset=UTF-8"
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["x-accel-buffering"] == "no"
        too_much = await http.post("http://sandbox.invalid/v1/chat/completions", content=b"x" * (16 * 1024 * 1024 + 1))
        assert too_much.status_code == 413


async def test_a_pause_that_is_asked_for_reaches_the_client(client: Client) -> None:
    with pytest.raises(WireError) as error:
        await run(client, "/sandbox wait 90")
    assert (error.value.code, error.value.retry_after) == ("concurrency_limited", 90.0)
