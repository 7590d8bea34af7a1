"""One client an event loop, and a transport in the place of a host."""

import asyncio
import threading
from collections.abc import AsyncIterator

import httpx
import pytest

from playground.wire.client import Client, ClientPool, Endpoint
from playground.wire.request import Dialect
from playground.wire.secret import Secret
from tests.integration.wire.asking import ask
from tests.integration.wire.conftest import MakeClient
from tests.integration.wire.provider import FOUR, Call, chunk, serving

pytestmark = pytest.mark.anyio

SANDBOX = Endpoint("http://sandbox.invalid/api/paas/v4", Dialect("glm", "glm"))


class Bytes(httpx.AsyncByteStream):
    """A body that says whether it was closed."""

    def __init__(self, *pieces: bytes, ending: asyncio.Event | None = None) -> None:
        self.pieces, self.ending, self.closed = pieces, ending, False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.ending:
            await self.ending.wait()

    async def aclose(self) -> None:
        self.closed = True


class Mounted(httpx.AsyncBaseTransport):
    """A transport that answers with one body and keeps what it was asked."""

    def __init__(self, body: Bytes) -> None:
        self.asked: list[httpx.Request] = []
        self.body, self.closed = body, False
        self.was_asked = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        self.was_asked.set()
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=self.body)

    async def aclose(self) -> None:
        self.closed = True


async def test_a_mounted_transport_answers_for_its_host(make_client: MakeClient) -> None:
    mounted = Mounted(Bytes(FOUR[:50], FOUR[50:]))
    client = make_client(mounts={"sandbox.invalid": mounted})
    heard = await ask(client, SANDBOX, Secret("any"))
    assert (heard.completion.content, heard.clean) == ("Four.", True)
    [request] = mounted.asked
    assert str(request.url) == "http://sandbox.invalid/api/paas/v4/chat/completions"
    assert request.headers["authorization"] == "Bearer any"
    assert mounted.body.closed
    await client.aclose()
    assert mounted.closed


async def test_leaving_a_mounted_stream_closes_it(make_client: MakeClient) -> None:
    mounted = Mounted(Bytes(chunk(content="Fo"), ending=asyncio.Event()))
    client = make_client(mounts={"sandbox.invalid": mounted})
    listening = asyncio.create_task(ask(client, SANDBOX))
    await mounted.was_asked.wait()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert mounted.body.closed


async def test_a_mounted_name_opens_no_other_door(make_client: MakeClient) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    mounted = Mounted(Bytes(FOUR))
    client = make_client(mounts={"sandbox.invalid": mounted}, resolve=resolve)
    for base_url in ("http://sandbox.invalid.example/v1", "http://x.sandbox.invalid@127.0.0.1/v1", "http://127.0.0.1"):
        assert (await ask(client, Endpoint(base_url, Dialect("openai")))).code == "address_refused"
    assert mounted.asked == []


async def test_a_loop_has_one_client_and_a_new_one_after_closing() -> None:
    pool = ClientPool(Client)
    first = pool.get()
    assert pool.get() is first
    await pool.aclose()
    assert pool.get() is not first
    await pool.aclose_all()


def test_each_loop_has_its_own_client() -> None:
    pool = ClientPool(Client)

    async def mine() -> Client:
        client = pool.get()
        await pool.aclose()
        return client

    assert asyncio.run(mine()) is not asyncio.run(mine())


async def test_closing_all_closes_the_clients_of_other_loops_on_their_own() -> None:
    pool = ClientPool(Client)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def answer(call: Call) -> None:
        await call.say(FOUR)
        await call.until_hung_up()

    async def ask_there(endpoint: Endpoint) -> str:
        return (await ask(pool.get(), endpoint)).completion.content

    try:
        async with serving(answer) as provider:
            there = asyncio.run_coroutine_threadsafe(ask_there(provider.endpoint()), loop)
            assert await asyncio.wrap_future(there) == "Four."
            await pool.aclose_all()
            await provider.calls[0].hung_up.wait()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def test_closing_all_passes_by_loops_that_are_gone() -> None:
    pool = ClientPool(Client)

    async def leave() -> Client:
        return pool.get()

    kept = await asyncio.to_thread(lambda: asyncio.run(leave()))
    await pool.aclose_all()
    assert isinstance(kept, Client)
