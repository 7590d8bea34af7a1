"""More streams at a time than a default client can carry, and a limit that is kept where one is set."""

import asyncio

import pytest

from playground.wire.client import Client, Timeouts
from tests.integration.wire.asking import ask
from tests.integration.wire.conftest import MakeClient
from tests.integration.wire.provider import DONE, FINISH, Call, chunk, serving

pytestmark = pytest.mark.anyio

AT_ONCE = {"aiohttp": 300, "httpx": 120}  # httpx's default is 100


async def test_hundreds_of_streams_at_once_all_succeed(client: Client, transport: str) -> None:
    many = AT_ONCE[transport]
    everybody = asyncio.Barrier(many)

    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Fo"))
        await everybody.wait()  # nobody is answered before all are being answered
        await call.send(chunk(content="ur.") + FINISH + DONE)
        await call.end()

    async with serving(answer) as provider:
        heard = await asyncio.gather(*(ask(client, provider.endpoint()) for _ in range(many)))
    assert [one.code for one in heard] == [""] * many
    assert {(one.completion.content, one.clean) for one in heard} == {("Four.", True)}
    assert provider.connections == many


async def test_one_stream_more_than_the_limit_waits_and_is_given_up(make_client: MakeClient) -> None:
    client = make_client(max_connections=2, timeouts=Timeouts(connect=0.05))
    going_on = asyncio.Event()

    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Fo"))
        await going_on.wait()
        await call.send(FINISH + DONE)
        await call.end()

    async with serving(answer) as provider:
        first_two = [asyncio.create_task(ask(client, provider.endpoint())) for _ in range(2)]
        await provider.until_asked(2)
        third = await ask(client, provider.endpoint())
        going_on.set()
        assert [one.code for one in await asyncio.gather(*first_two)] == ["", ""]
    assert third.code == "connect_failed"
    assert third.error is not None
    assert third.error.retryable is True
