"""Connections that break: before the answer, in the middle of it, at every byte of it."""

import socket

import pytest

from playground.wire.client import Client, Endpoint
from playground.wire.request import Dialect
from tests.integration.wire.asking import ask
from tests.integration.wire.conftest import MakeClient
from tests.integration.wire.provider import FINISH, Call, chunk, serving

pytestmark = pytest.mark.anyio


async def test_a_server_that_is_not_there_cannot_be_reached(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    heard = await ask(
        client, Endpoint(f"http://127.0.0.1:{port}/v1", Dialect("openai"), allowed=frozenset({f"127.0.0.1:{port}"}))
    )
    assert heard.code == "connect_failed"
    assert heard.error is not None
    assert heard.error.retryable is True


async def test_a_name_that_nobody_knows_cannot_be_reached(make_client: MakeClient) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    heard = await ask(make_client(resolve=resolve), Endpoint("https://nowhere.example/v1", Dialect("openai")))
    assert heard.code == "host_unknown"
    assert heard.error is not None
    assert heard.error.message == "The name of the server is not known."


async def test_a_name_without_an_address_cannot_be_reached(make_client: MakeClient) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return []

    heard = await ask(make_client(resolve=resolve), Endpoint("https://nowhere.example/v1", Dialect("openai")))
    assert heard.code == "connect_failed"


async def test_the_next_address_is_tried_where_the_first_does_not_answer(make_client: MakeClient) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async with serving(lambda call: call.say(FINISH)) as provider:
        heard = await ask(make_client(resolve=resolve), provider.endpoint(host="two.example"))
    assert (heard.code, heard.completion.finish_reason) == ("", "stop")


@pytest.mark.parametrize("orderly", [True, False])
async def test_a_break_before_the_headers_is_a_fault_of_the_network(client: Client, orderly: bool) -> None:
    async def answer(call: Call) -> None:
        call.writer.close() if orderly else call.reset()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.reads) == ("network_error", [])
    assert heard.error is not None
    assert heard.error.retryable is True


async def test_a_break_before_the_body_is_a_fault_of_the_network(client: Client) -> None:
    async def answer(call: Call) -> None:
        await call.head()
        call.writer.close()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.reads) == ("network_error", [])


@pytest.mark.parametrize("orderly", [True, False])
async def test_a_break_in_the_middle_keeps_the_text_and_is_interrupted(client: Client, orderly: bool) -> None:
    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Fo"))
        if orderly:
            call.writer.close()
        else:
            await call.reader.read(0)
            call.writer.transport.abort()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.completion.content, heard.clean) == ("interrupted", "Fo", None)


async def test_a_body_that_ends_without_a_finish_reason_says_so(client: Client) -> None:
    async with serving(lambda call: call.say(chunk(content="Fo"))) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.completion.content, heard.clean) == ("", "Fo", False)
    assert heard.completion.outcome("eof").state == "interrupted"


async def test_an_empty_body_says_so(client: Client) -> None:
    async with serving(lambda call: call.say(b"")) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.clean) == ("", False)
    assert heard.completion.outcome("eof").state == "interrupted"


async def test_a_break_after_the_finish_reason_is_an_end(client: Client) -> None:
    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Four.") + FINISH)
        call.writer.close()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.completion.content, heard.clean) == ("", "Four.", False)
    assert heard.completion.outcome("eof").state == "finished"


async def test_a_cut_at_any_byte_adds_nothing_and_loses_nothing_before_it(client: Client) -> None:
    whole = 'data: {"id":"r1","choices":[{"index":0,"delta":{"content":"答案"}}]}\n\n'.encode() * 2
    seen = []
    async with serving(lambda call: cut(call, whole)) as provider:
        for _ in range(len(whole)):
            heard = await ask(client, provider.endpoint())
            assert heard.code in {"interrupted", "network_error"}
            seen.append(heard.completion.content)
    assert sorted(set(seen)) == ["", "答案", "答案答案"]
    assert seen == sorted(seen)  # the longer what came, the longer the text


async def cut(call: Call, whole: bytes) -> None:
    """Write one byte more than for the connection before, and break."""
    await call.head()
    if call.connection > 1:
        await call.send(whole[: call.connection - 1])
    call.writer.close()
