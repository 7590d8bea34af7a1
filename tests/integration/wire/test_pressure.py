"""Slow readers, and servers that send more than anybody wants: nothing that came is lost and memory stays small."""

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import aclosing, contextmanager

import pytest

from playground.wire.client import Client, Timeouts
from playground.wire.completion import Completion
from playground.wire.errors import WireError
from playground.wire.sse import MIB
from tests.integration.wire.asking import ask
from tests.integration.wire.conftest import MakeClient
from tests.integration.wire.provider import FINISH, QUESTION, Call, chunk, serving

pytestmark = pytest.mark.anyio


async def turns(number: int) -> None:
    """Let the loop go round, so that everything that has arrived is taken in."""
    for _ in range(number):
        await asyncio.sleep(0)


@pytest.mark.parametrize("orderly", [True, False])
async def test_what_came_before_a_break_reaches_a_reader_who_was_busy(client: Client, orderly: bool) -> None:
    """The bytes lie in a buffer and the fault is known already when the reader comes back for them."""
    busy, broken = asyncio.Event(), asyncio.Event()

    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="F"))
        await busy.wait()
        for letter in "our":
            await call.send(chunk(content=letter))
            await turns(5)
        call.writer.close() if orderly else call.reset()
        broken.set()

    completion, fault = Completion(), None
    async with serving(answer) as provider, aclosing(client.stream(provider.endpoint(), None, QUESTION)) as reads:
        try:
            async for events in reads:
                for event in events:
                    completion.add(event)
                if not busy.is_set():
                    busy.set()
                    await broken.wait()
                    await turns(20)
        except WireError as error:
            fault = error
    assert completion.content == "Four"
    assert fault is not None
    assert fault.code == "interrupted"


async def test_a_finish_reason_before_a_break_reaches_a_reader_who_was_busy(client: Client) -> None:
    busy, broken = asyncio.Event(), asyncio.Event()

    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Four."))
        await busy.wait()
        await call.send(FINISH)
        await turns(5)
        call.reset()
        broken.set()

    completion = Completion()
    async with serving(answer) as provider, aclosing(client.stream(provider.endpoint(), None, QUESTION)) as reads:
        async for events in reads:
            for event in events:
                completion.add(event)
            if not busy.is_set():
                busy.set()
                await broken.wait()
                await turns(20)
    assert completion.outcome("eof").state == "finished"


@contextmanager
def memory() -> Iterator[list[int]]:
    """How many bytes more than before were held at most."""
    peak: list[int] = []
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield peak
        peak.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()


PIECE = b"x" * 65536
EVENT_PIECE = b"data: " + b"x" * 65000 + b"\n"


@pytest.mark.parametrize("piece", [PIECE, EVENT_PIECE], ids=["a line", "an event"])
async def test_an_endless_stream_takes_little_memory(client: Client, piece: bytes) -> None:
    async def answer(call: Call) -> None:
        await call.head()
        while True:
            await call.send(piece)

    async with serving(answer) as provider:
        with memory() as peak:
            heard = await ask(client, provider.endpoint())
    assert heard.code == "stream_too_large"
    assert peak[0] < 16 * MIB


async def test_a_reader_who_stands_still_holds_the_sender_back(client: Client) -> None:
    """Nobody reads, so the sender fills the buffers of both kernels and a small one here, and then has to wait."""
    sent = 0

    async def answer(call: Call) -> None:
        nonlocal sent
        await call.head()
        for _ in range(4000):
            await call.send(chunk(content="x" * 15_000))
            sent += 1

    async with serving(answer) as provider, aclosing(client.stream(provider.endpoint(), None, QUESTION)) as reads:
        await anext(reads)
        with memory() as peak:
            last = -1
            while sent != last:
                last = sent
                await turns(2000)
        assert sent < 4000
    assert peak[0] < 4 * MIB


async def test_words_behind_the_finish_reason_do_not_put_off_the_end(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(after_finish=0.05))

    async def answer(call: Call) -> None:
        await call.head()
        while not call.writer.is_closing():
            await call.send(FINISH)
            await asyncio.sleep(0)

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.clean, heard.completion.finish_reason) == ("", False, "stop")


async def test_a_refusal_that_drips_is_told_before_its_last_word(make_client: MakeClient) -> None:
    """Every drip would begin the silence anew, up to the deadline of the whole run."""
    client = make_client(timeouts=Timeouts(refusal=0.05))

    async def answer(call: Call) -> None:
        await call.head(429, "application/json")
        while not call.writer.is_closing():
            await call.send(b"?")
            await asyncio.sleep(0.001)

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code == "rate_limited"
    assert heard.error is not None
    assert heard.error.status == 429
    assert 0 < len(heard.error.message) < 500
