"""Whoever stops listening hangs up: the provider's socket is closed at once, in every phase."""

import asyncio
from contextlib import aclosing

import pytest

from playground.wire.client import Client
from playground.wire.events import ContentDelta
from tests.integration.wire.asking import ask
from tests.integration.wire.conftest import MakeClient
from tests.integration.wire.provider import FOUR, QUESTION, Call, Provider, chunk, serving

pytestmark = pytest.mark.anyio


async def begin_and_wait(call: Call) -> None:
    await call.head()
    await call.send(chunk(content="Fo"))
    await call.until_hung_up()


async def test_cancelling_while_the_answer_comes_closes_the_socket(client: Client) -> None:
    heard = asyncio.Event()

    async def listen() -> None:
        async with aclosing(client.stream(provider.endpoint(), None, QUESTION)) as stream:
            async for events in stream:
                assert ContentDelta("Fo") in events
                heard.set()

    async with serving(begin_and_wait) as provider:
        listening = asyncio.create_task(listen())
        await heard.wait()
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        await provider.calls[0].hung_up.wait()


async def test_cancelling_before_the_headers_closes_the_socket(client: Client) -> None:
    async with serving(lambda call: call.until_hung_up()) as provider:
        listening = asyncio.create_task(ask(client, provider.endpoint()))
        call = await provider.until_asked()
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        await call.hung_up.wait()


async def test_closing_the_stream_closes_the_socket(client: Client) -> None:
    async with serving(begin_and_wait) as provider:
        stream = client.stream(provider.endpoint(), None, QUESTION)
        await anext(stream)
        await stream.aclose()
        await provider.calls[0].hung_up.wait()


async def test_leaving_the_loop_closes_the_socket(client: Client) -> None:
    async with serving(begin_and_wait) as provider:
        async with aclosing(client.stream(provider.endpoint(), None, QUESTION)) as stream:
            async for _events in stream:
                break
        await provider.calls[0].hung_up.wait()


async def listen_badly(client: Client, provider: Provider) -> None:
    async with aclosing(client.stream(provider.endpoint(), None, QUESTION)) as stream:
        async for events in stream:
            assert len(events) / 0


async def test_a_fault_of_the_reader_closes_the_socket(client: Client) -> None:
    async with serving(begin_and_wait) as provider:
        with pytest.raises(ZeroDivisionError):
            await listen_badly(client, provider)
        await provider.calls[0].hung_up.wait()


async def test_an_error_in_the_stream_closes_the_socket(client: Client) -> None:
    async def answer(call: Call) -> None:
        await call.head()
        await call.send(b'data: {"error":{"code":"1234","message":"broken"}}\n\n')
        await call.until_hung_up()

    async with serving(answer) as provider:
        assert (await ask(client, provider.endpoint())).code == "network_error"
        await provider.calls[0].hung_up.wait()


async def test_closing_the_client_closes_the_sockets_it_keeps(make_client: MakeClient) -> None:
    client = make_client()

    async def answer(call: Call) -> None:
        await call.say(FOUR)
        await call.until_hung_up()

    async with serving(answer) as provider:
        await ask(client, provider.endpoint())
        await client.aclose()
        await provider.calls[0].hung_up.wait()


async def test_a_cut_off_answer_leaves_no_connection_to_use_again(client: Client) -> None:
    async with serving(begin_and_wait) as provider:
        for _ in range(2):
            async with aclosing(client.stream(provider.endpoint(), None, QUESTION)) as stream:
                await anext(stream)
        await asyncio.gather(*(call.hung_up.wait() for call in provider.calls))
    assert provider.connections == 2


async def test_cancelling_in_the_middle_of_a_refusal_closes_the_socket(client: Client) -> None:
    async def answer(call: Call) -> None:
        await call.head(500)
        await call.send(b"Because of ")
        begun.set()
        await call.until_hung_up()

    begun = asyncio.Event()
    async with serving(answer) as provider:
        listening = asyncio.create_task(ask(client, provider.endpoint()))
        await begun.wait()
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        await provider.calls[0].hung_up.wait()
