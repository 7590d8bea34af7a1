"""A key goes out in one header of its own request and is found nowhere else."""

import asyncio
import logging
import traceback
from collections.abc import Iterator

import pytest

from playground.wire.client import Client
from playground.wire.errors import WireError
from playground.wire.secret import Secret
from tests.integration.wire.asking import ask
from tests.integration.wire.conftest import MakeClient
from tests.integration.wire.provider import FOUR, QUESTION, Call, serving

pytestmark = pytest.mark.anyio

CANARY = "0123456789abcdef.CanaryCanary"


async def test_a_key_is_sent_whole_as_bearer(client: Client) -> None:
    async with serving(lambda call: call.say(FOUR)) as provider:
        await ask(client, provider.endpoint(), Secret(CANARY))
    assert provider.calls[0].headers["authorization"] == f"Bearer {CANARY}"


@pytest.mark.parametrize("secret", [None, Secret("")])
async def test_without_a_key_there_is_no_header(client: Client, secret: Secret | None) -> None:
    async with serving(lambda call: call.say(FOUR)) as provider:
        await ask(client, provider.endpoint(), secret)
    assert "authorization" not in provider.calls[0].headers


class Unchecked(Secret):
    """A key that came past the check that Secret makes."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        super().__init__("")
        self._key = key

    def reveal(self) -> str:
        return self._key

    def __bool__(self) -> bool:
        return True


@pytest.mark.parametrize("key", ["a\r\nx-evil: 1", "a\nb", "schlüssel", "a b", "a\x00b", "密钥", "\x7f"])
async def test_a_key_that_breaks_a_header_is_never_sent(client: Client, key: str) -> None:
    async with serving(lambda call: call.say(FOUR)) as provider:
        heard = await ask(client, provider.endpoint(), Unchecked(key))
        with pytest.raises(WireError, match="key_refused"):
            await client.models(provider.endpoint(), Unchecked(key))
    assert (heard.code, provider.connections) == ("key_refused", 0)


async def test_each_of_many_parallel_runs_sends_its_own_key(client: Client) -> None:
    async def answer(call: Call) -> None:
        await asyncio.sleep(0)
        await call.say(FOUR, set_cookie=f"session={call.headers['authorization'][-3:]}; Path=/")

    keys = [f"key-of-person-{number:03}" for number in range(100)]
    asked: dict[str, str] = {}
    async with serving(answer) as provider:
        for _ in range(2):  # the second time over connections that carried another's key
            results = await asyncio.gather(
                *(ask(client, provider.endpoint(reasoning=f"{key}"), Secret(key)) for key in keys)
            )
            assert {result.completion.content for result in results} == {"Four."}
        asked = {call.headers["authorization"]: call.headers.get("cookie", "") for call in provider.calls}
    assert sorted(asked) == [f"Bearer {key}" for key in keys]
    assert set(asked.values()) == {""}  # no cookie of one run goes out with another
    assert len(provider.calls) == 200


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that it drags along."""
    while error is not None:
        yield error
        yield from chain(error.__cause__)
        error = error.__context__


async def break_off(call: Call) -> None:
    call.writer.close()


async def break_in_the_middle(call: Call) -> None:
    await call.head()
    await call.send(b": hm\n\n")
    call.writer.close()


async def repeat_the_key(call: Call) -> None:
    await call.say(f'{{"error":{{"message":"bad key {CANARY}","code":"1000"}}}}'.encode(), status=401)


async def repeat_the_key_in_the_stream(call: Call) -> None:
    await call.say(f'data: {{"error":{{"message":"bad key {CANARY}"}}}}\n\n'.encode())


async def repeat_the_key_with_200(call: Call) -> None:
    await call.say(f'{{"error":"bad key {CANARY}"}}'.encode(), kind="application/json")


async def speak_no_http(call: Call) -> None:
    await call.raw(b"SSH-2.0-x\r\n\r\n")
    call.writer.close()


@pytest.mark.parametrize(
    "answer",
    [
        break_off,
        break_in_the_middle,
        repeat_the_key,
        repeat_the_key_in_the_stream,
        repeat_the_key_with_200,
        speak_no_http,
    ],
)
async def test_no_error_and_no_log_holds_the_key(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, answer: object
) -> None:
    caplog.set_level(logging.DEBUG)
    client = make_client()
    async with serving(answer) as provider:  # type: ignore[arg-type]
        heard = await ask(client, provider.endpoint(), Secret(CANARY))
    assert heard.error is not None
    held = list(chain(heard.error))
    told = [str(part) + repr(part) + repr(vars(part)) for part in held]
    told += [*traceback.format_exception(heard.error), caplog.text, repr(client), repr(client.__dict__)]
    assert [text for text in told if "Canary" in text] == []
    # Nor does anything it drags along: an exception of the network holds the request, and that its headers.
    assert [part for part in held if not isinstance(part, WireError)] == []


async def test_no_log_of_an_ordinary_run_holds_the_key(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(lambda call: call.say(FOUR)) as provider:
        client = make_client()
        await ask(client, provider.endpoint(), Secret(CANARY))
        await client.complete(provider.endpoint(), Secret(CANARY), QUESTION)
    assert "Canary" not in caplog.text
