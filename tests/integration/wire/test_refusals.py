"""Answers that are no: refusals, redirects, compressed, endless and oversized bodies."""

import gzip
from collections.abc import Callable

import pytest

from playground.wire.client import Client
from playground.wire.errors import LONGEST_MESSAGE
from playground.wire.sse import MIB
from tests.integration.wire.asking import ask
from tests.integration.wire.provider import FOUR, QUESTION, Call, chunk, serving
from tests.unit.wire.replay import recording

pytestmark = pytest.mark.anyio

JSON = "application/json; charset=UTF-8"


async def test_a_refusal_says_its_code_status_and_words(client: Client) -> None:
    async with serving(
        lambda call: call.say(recording("t12_glm_rate_limit.json"), status=429, kind=JSON, retry_after="7")
    ) as provider:
        heard = await ask(client, provider.endpoint())
    error = heard.error
    assert error is not None
    assert (error.code, error.status, error.business_code) == ("concurrency_limited", 429, "1302")
    assert (error.message, error.retryable, error.retry_after) == ("Rate limit reached for requests", True, 7.0)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, b'{"error":{"code":"1000","message":"no"}}', "key_refused"),
        (403, b"<html>forbidden</html>", "not_allowed"),
        (404, b"<html>nothing here</html>", "not_found"),
        (404, b'{"error":{"message":"model x not found","type":"not_found_error"}}', "model_not_found"),
        (429, b'{"error":{"code":"1113","message":"no balance"}}', "no_balance"),
        (500, b"", "provider_error"),
        (503, b"\xff\xfe\x00", "overloaded"),
    ],
)
async def test_every_refusal_has_its_word(client: Client, status: int, body: bytes, code: str) -> None:
    async with serving(lambda call: call.say(body, status=status, kind="whatever")) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.reads) == (code, [])
    assert heard.error is not None
    assert heard.error.status == status


async def test_the_connection_of_a_refusal_is_used_again(client: Client) -> None:
    async with serving(lambda call: call.say(b'{"error":"busy"}', status=503, kind=JSON)) as provider:
        for _ in range(3):
            await ask(client, provider.endpoint())
    assert provider.connections == 1


async def endless(call: Call, piece: bytes) -> None:
    """Write for as long as the client reads."""
    while True:
        await call.send(piece)


async def test_an_endless_refusal_is_read_to_its_bound_and_left(client: Client) -> None:
    async def answer(call: Call) -> None:
        await call.head(500, JSON)
        await endless(call, b"x" * 4096)

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.error is not None
    assert (heard.code, heard.error.message) == ("provider_error", "x" * LONGEST_MESSAGE)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(client: Client, status: int) -> None:
    async with serving(lambda call: call.say(FOUR)) as elsewhere:

        async def answer(call: Call) -> None:
            await call.say(b"", status=status, location=f"{elsewhere.base_url}/chat/completions")

        async with serving(answer) as provider:
            heard = await ask(client, provider.endpoint())
            assert (heard.code, heard.reads) == ("redirected", [])
    assert elsewhere.connections == 0


@pytest.mark.parametrize("location", ["", "http://[", "file:///etc/passwd", "//", "http://\x7f/"])
async def test_an_odd_redirect_is_a_redirect_or_broken_but_never_followed(client: Client, location: str) -> None:
    async with serving(lambda call: call.say(b"", status=302, location=location)) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code in {"redirected", "network_error"}


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd", "GZIP", "gzip, identity"])
async def test_a_compressed_answer_is_refused_unread(client: Client, encoding: str) -> None:
    bomb = gzip.compress(chunk(content="x" * 1000) * 10_000)
    async with serving(lambda call: call.say(bomb, content_encoding=encoding)) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.reads) == ("malformed_answer", [])


async def test_a_compressed_refusal_keeps_its_status(client: Client) -> None:
    async with serving(lambda call: call.say(gzip.compress(b"{}"), status=401, content_encoding="gzip")) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code == "key_refused"


def a_line_without_end() -> bytes:
    return b"x" * 65536


def an_event_without_end() -> bytes:
    return b"data: " + b"x" * 60000 + b"\n"


def comments_without_end() -> bytes:
    return (b": " + b"." * 1000 + b"\n\n") * 60


@pytest.mark.parametrize("piece", [a_line_without_end, an_event_without_end, comments_without_end])
async def test_a_stream_without_end_is_cut_at_its_bound(client: Client, piece: Callable[[], bytes]) -> None:
    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Fo"))
        await endless(call, piece())

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert (heard.code, heard.completion.content) == ("stream_too_large", "Fo")


async def test_a_whole_answer_without_end_is_cut_at_its_bound(client: Client) -> None:
    async def answer(call: Call) -> None:
        await call.head(200, JSON)
        await endless(call, b" " * 65536)

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code == "stream_too_large"


async def test_text_that_never_ends_is_cut_by_the_length_of_the_stream(client: Client) -> None:
    piece = chunk(content="x" * 60_000)

    async def answer(call: Call) -> None:
        await call.head()
        await endless(call, piece)

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code == "stream_too_large"
    assert 60 * MIB < heard.completion.characters < 64 * MIB


@pytest.mark.parametrize(
    "head",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnot a number\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 500_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
async def test_a_server_that_does_not_speak_http_is_an_error_and_no_crash(client: Client, head: bytes) -> None:
    async def answer(call: Call) -> None:
        await call.raw(head)
        call.writer.close()

    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.code in {"network_error", "malformed_answer", "interrupted"}


async def test_a_list_of_models_is_its_ids(client: Client) -> None:
    body = b'{"object":"list","data":[{"id":"a"},{"id":"b\\u0000"},{"id":7},{"id":""},"c",null]}'
    async with serving(lambda call: call.say(body, kind=JSON)) as provider:
        assert await client.models(provider.endpoint(), None) == ("a", "b")
    assert [(call.method, call.path) for call in provider.calls] == [("GET", "/v1/models")]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, b'{"error":{"code":"1001","message":"no header"}}', "not_found"),
        (403, b"no", "not_found"),
        (404, b"<html>", "not_found"),
        (200, b"[]", "not_found"),
        (200, b"oops", "not_found"),
        (200, b'{"data":{}}', "not_found"),
        (200, b'{"error":{"code":"1305","message":"busy"}}', "overloaded"),
        (503, b"", "overloaded"),
    ],
)
async def test_no_list_of_models_never_says_that_a_key_is_wrong(
    client: Client, status: int, body: bytes, code: str
) -> None:
    async with serving(lambda call: call.say(body, status=status, kind=JSON)) as provider:
        with pytest.raises(Exception, match=code):
            await client.models(provider.endpoint(), None)


async def test_a_refused_completion_raises(client: Client) -> None:
    async with serving(lambda call: call.say(b"", status=402)) as provider:
        with pytest.raises(Exception, match="no_balance"):
            await client.complete(provider.endpoint(), None, QUESTION)
