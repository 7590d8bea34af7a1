"""Answers that come: streamed, whole, in the wrong form, with more behind the finish reason."""

import asyncio
from dataclasses import replace

import pytest

from playground.wire.client import Client, Timeouts
from playground.wire.events import ContentDelta, Ended, Finished, UsageReported
from playground.wire.request import Dialect
from playground.wire.usage import Usage
from tests.integration.wire.asking import ask
from tests.integration.wire.conftest import MakeClient
from tests.integration.wire.provider import DONE, FINISH, FOUR, QUESTION, Call, chunk, event, serving
from tests.unit.wire.replay import RECORDINGS, byte_by_byte, recording, text_of

pytestmark = pytest.mark.anyio

WHOLE = {
    "id": "r1",
    "model": "m",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Four.", "reasoning": "hm"}}
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 4},
}


async def test_each_read_brings_its_events_and_the_last_says_how_it_ended(client: Client) -> None:
    going_on = asyncio.Event()

    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Fo"))
        await going_on.wait()
        await call.send(chunk(content="ur.") + FINISH + DONE)
        await call.end()

    async with serving(answer) as provider:
        stream = client.stream(provider.endpoint(), None, QUESTION)
        assert ContentDelta("Fo") in await anext(stream)  # at once, not when the answer is whole
        going_on.set()
        rest = await anext(stream)
        assert rest == (ContentDelta("ur."), Finished("stop"), UsageReported(Usage(9, 4)), Ended(clean=True))
        assert [events async for events in stream] == []


@pytest.mark.parametrize("name", sorted(path.stem for path in RECORDINGS.glob("t*.sse")))
async def test_a_recorded_stream_comes_over_a_socket_as_from_a_file(client: Client, name: str) -> None:
    data = recording(f"{name}.sse")

    async def answer(call: Call) -> None:
        await call.head()
        for piece in (data[at : at + 7] for at in range(0, len(data), 7)):
            await call.send(piece)
        await call.end()

    async with serving(answer) as provider:
        in_pieces = await ask(client, provider.endpoint())

    async def at_once(call: Call) -> None:
        await call.say(data)

    async with serving(at_once) as provider:
        whole = await ask(client, provider.endpoint())
    for heard in (in_pieces, whole):
        assert heard.completion.content == whole.completion.content
        assert heard.completion.reasoning_content == whole.completion.reasoning_content
        assert heard.completion.tool_calls == whole.completion.tool_calls
        assert heard.completion.usage == whole.completion.usage
        assert heard.code == whole.code
        assert heard.clean is whole.clean


async def test_one_byte_at_a_time_is_the_same_answer(client: Client) -> None:
    async def answer(call: Call) -> None:
        await call.head()
        for piece in byte_by_byte(FOUR):
            await call.send(piece)
        await call.end()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.completion.content, heard.clean) == ("Four.", True)


async def test_a_whole_answer_in_place_of_a_stream_is_read_whole(client: Client) -> None:
    async with serving(lambda call: call.say(event(WHOLE)[6:], kind="Application/JSON; charset=UTF-8")) as provider:
        heard = await ask(client, provider.endpoint())
    assert text_of(event for events in heard.reads for event in events) == ("Four.", "hm")
    assert heard.completion.usage == Usage(9, 4)
    assert heard.clean is True


async def test_an_error_with_status_200_is_an_error(client: Client) -> None:
    body = recording("t13_glm_overloaded_with_200.json")
    async with serving(lambda call: call.say(body, kind="application/json; charset=UTF-8")) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.reads) == ("overloaded", [])
    assert heard.error is not None
    assert heard.error.business_code == "1305"


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b"not json", b'{"choices":[]}', b'{"choices":"no"}'])
async def test_json_that_is_no_answer_is_malformed(client: Client, body: bytes) -> None:
    async with serving(lambda call: call.say(body, kind="application/problem+json")) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.reads) == ("malformed_answer", [])


async def test_a_web_page_is_no_answer(client: Client) -> None:
    async with serving(lambda call: call.say(b"<!doctype html>", kind="text/html")) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code == "malformed_answer"


@pytest.mark.parametrize("kind", ["text/event-stream", "text/plain", "application/octet-stream", "x"])
async def test_a_stream_is_read_whatever_it_calls_itself(client: Client, kind: str) -> None:
    async with serving(lambda call: call.say(FOUR, kind=kind)) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.completion.content, heard.clean) == ("Four.", True)


async def test_usage_behind_the_finish_reason_is_waited_for(client: Client) -> None:
    finish = event({"id": "r1", "choices": [{"index": 0, "finish_reason": "stop", "delta": {}}], "usage": None})
    usage = event({"id": "r1", "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4}})

    async def answer(call: Call) -> None:
        await call.head()
        for piece in (chunk(content="Four."), finish, usage, DONE):
            await call.send(piece)
        await call.end()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.completion.usage == Usage(9, 4)


async def test_a_server_that_never_closes_after_its_finish_reason_is_left(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(after_finish=0.02))

    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Four.") + FINISH)
        await call.until_hung_up()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
        await provider.calls[0].hung_up.wait()
    assert (heard.completion.content, heard.code, heard.clean) == ("Four.", "", False)
    assert heard.completion.outcome("eof").state == "finished"


async def test_a_connection_is_used_again_after_a_whole_answer(client: Client) -> None:
    async with serving(lambda call: call.say(FOUR)) as provider:
        for _ in range(3):
            assert (await ask(client, provider.endpoint())).clean is True
    assert (len(provider.calls), provider.connections) == (3, 1)


async def test_what_follows_done_is_not_read(client: Client) -> None:
    async def answer(call: Call) -> None:
        await call.head()
        await call.send(FOUR + chunk(content="More?"))
        await call.until_hung_up()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
        await provider.calls[0].hung_up.wait()
    assert (heard.completion.content, heard.clean) == ("Four.", True)


async def test_a_completion_that_is_not_streamed_is_asked_for_as_such(client: Client) -> None:
    async with serving(lambda call: call.say(event(WHOLE)[6:], kind="application/json")) as provider:
        completion = await client.complete(provider.endpoint(), None, QUESTION)
    assert (completion.content, completion.reasoning_content, completion.usage) == ("Four.", "hm", Usage(9, 4))
    [call] = provider.calls
    assert (call.json["stream"], call.headers["accept"]) == (False, "application/json")


async def test_a_server_that_streams_unasked_is_understood(client: Client) -> None:
    async with serving(lambda call: call.say(FOUR)) as provider:
        completion = await client.complete(provider.endpoint(), None, QUESTION)
    assert (completion.content, completion.finish_reason) == ("Four.", "stop")


async def test_the_request_is_what_the_dialect_says(client: Client) -> None:
    async with serving(lambda call: call.say(FOUR)) as provider:
        await ask(client, provider.endpoint(dialect=Dialect("glm", "glm", model_prefix="zai/")))
    [call] = provider.calls
    assert (call.method, call.path) == ("POST", "/v1/chat/completions")
    assert call.json == {
        "model": "zai/glm-4.7",
        "messages": [{"role": "user", "content": "What is two and two?"}],
        "stream": True,
    }
    wanted = {
        "host": f"127.0.0.1:{provider.port}",
        "accept": "text/event-stream",
        "accept-encoding": "identity",
        "content-type": "application/json",
        "user-agent": "trial-center",
    }
    assert {name: call.headers[name] for name in wanted} == wanted


async def test_slashes_at_the_end_of_a_base_url_are_joined_to_one(client: Client) -> None:
    async with serving(lambda call: call.say(FOUR)) as provider:
        for ending in ("", "/", "//"):
            await ask(client, replace(provider.endpoint(), base_url=provider.base_url + ending))
    assert {call.path for call in provider.calls} == {"/v1/chat/completions"}
