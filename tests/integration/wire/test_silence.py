"""Servers that say nothing, too little, or for too long: every deadline ends its run, and no other ever does."""

import asyncio

import pytest

from playground.wire.client import Client, Timeouts
from tests.integration.wire.asking import ask
from tests.integration.wire.conftest import MakeClient
from tests.integration.wire.provider import FOUR, QUESTION, Call, chunk, serving

pytestmark = pytest.mark.anyio

SOON = 0.02  # seconds


async def passed(seconds: float) -> None:
    """Be busy elsewhere until the loop's clock, the one that deadlines go by, has moved on."""
    rung = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, rung.set)
    await rung.wait()


async def say_nothing(call: Call) -> None:
    await call.until_hung_up()


async def test_silence_before_the_first_byte_is_ended(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(first_byte=SOON))
    async with serving(say_nothing) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code == "first_byte_timeout"
    assert heard.error is not None
    assert heard.error.message == "The provider did not begin to answer within 0.02 seconds."


async def test_headers_without_a_body_are_no_first_byte(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(first_byte=SOON))

    async def answer(call: Call) -> None:
        await call.head()
        await call.until_hung_up()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code == "first_byte_timeout"


async def test_silence_in_the_middle_is_ended_and_the_text_kept(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(between_bytes=SOON))

    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Fo"))
        await call.until_hung_up()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
        await provider.calls[0].hung_up.wait()
    assert (heard.code, heard.completion.content) == ("idle_timeout", "Fo")


async def drip(call: Call) -> None:
    """Comments that only keep the connection alive, as often as the loop turns."""
    await call.head()
    while not call.writer.is_closing():
        await call.send(b": keep-alive\n\n")
        await asyncio.sleep(0)


async def test_keep_alives_are_no_answer(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(between_bytes=SOON))
    async with serving(drip) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.reads) == ("idle_timeout", [])


async def test_keep_alives_do_not_put_off_the_end_of_it_all(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(total=SOON))
    async with serving(drip) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code == "total_timeout"


async def test_an_answer_may_not_go_on_for_ever(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(total=SOON))

    async def answer(call: Call) -> None:
        await call.head()
        while True:
            await call.send(chunk(content="and "))
            await asyncio.sleep(0)

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code == "total_timeout"
    assert set(heard.completion.content.split()) <= {"and"}


async def test_a_refusal_that_never_ends_its_words_is_told_all_the_same(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(between_bytes=SOON))

    async def answer(call: Call) -> None:
        await call.head(401, "application/json")
        await call.send(b"no such key")
        await call.until_hung_up()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code == "key_refused"


async def test_a_reader_that_is_busy_elsewhere_is_no_silence(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(between_bytes=SOON))
    async with serving(lambda call: call.say(FOUR)) as provider:
        stream = client.stream(provider.endpoint(), None, QUESTION)
        await anext(stream)
        await passed(3 * SOON)
        assert [events async for events in stream] == []


async def test_time_that_ran_out_while_the_reader_was_busy_is_told_at_the_next_read(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(total=10 * SOON))

    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Fo"))
        await call.until_hung_up()

    async with serving(answer) as provider:
        stream = client.stream(provider.endpoint(), None, QUESTION)
        await anext(stream)
        await passed(11 * SOON)
        with pytest.raises(Exception, match="total_timeout"):
            await anext(stream)
        await provider.calls[0].hung_up.wait()


async def test_a_name_that_never_resolves_is_given_up(make_client: MakeClient) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    client = make_client(timeouts=Timeouts(connect=SOON), resolve=resolve)
    async with serving(say_nothing) as provider:
        heard = await ask(client, provider.endpoint(host="slow.example"))
    assert heard.code == "connect_failed"


async def test_a_deadline_leaves_no_mark_on_the_task_that_read(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(first_byte=SOON))
    async with serving(say_nothing) as provider:
        await ask(client, provider.endpoint())
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_cancellation_by_others_stays_one(client: Client) -> None:
    async with serving(say_nothing) as provider:
        asking = asyncio.create_task(ask(client, provider.endpoint()))
        await provider.until_asked()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await provider.calls[0].hung_up.wait()
