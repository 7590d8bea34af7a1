"""Where the client goes and where it does not: what a name leads to is checked, and only that is connected to."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

import pytest

from playground.wire.client import Client, Endpoint
from playground.wire.request import Dialect
from tests.integration.wire.asking import Heard, ask
from tests.integration.wire.conftest import MakeClient
from tests.integration.wire.provider import FOUR, QUESTION, Call, Provider, chunk, serving
from tests.unit.wire.replay import text_of
from tests.unit.wire.test_addresses import SPELLINGS

pytestmark = pytest.mark.anyio

EVERYWHERE = "0.0.0.0"  # noqa: S104 - which a connection takes for this machine


class Resolver:
    """Answers with what the test says, one list after the other, the last one again and again; keeps the questions."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def answer(call: Call) -> None:
    await call.say(FOUR)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.1.2.3", "169.254.169.254", "::ffff:127.0.0.1", EVERYWHERE])
async def test_a_name_that_leads_to_this_house_is_refused(make_client: MakeClient, address: str) -> None:
    resolver = Resolver([address])
    async with serving(answer) as provider:
        heard = await ask(make_client(resolve=resolver), provider.endpoint(host="public.example", open_to=False))
    assert (heard.code, heard.reads) == ("address_refused", [])
    assert resolver.asked == [("public.example", provider.port)]
    assert provider.connections == 0


async def test_one_private_address_among_public_ones_is_refused(make_client: MakeClient) -> None:
    async with serving(answer) as provider:
        client = make_client(resolve=Resolver(["1.1.1.1", "127.0.0.1"]))
        heard = await ask(client, provider.endpoint(host="mixed.example", open_to=False))
    assert heard.code == "address_refused"
    assert provider.connections == 0


async def test_no_spelling_of_a_forbidden_address_is_connected_to(make_client: MakeClient) -> None:
    client = make_client(resolve=Resolver(["127.0.0.1"]))
    async with serving(answer) as provider:
        refused = 0
        for spelling in SPELLINGS:
            for port in ("", f":{provider.port}"):
                heard = await ask(client, Endpoint(f"http://{spelling}{port}/v1", Dialect("openai")))
                assert heard.code == "address_refused", spelling
                refused += 1
    assert refused >= 600
    assert provider.connections == 0


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:{port}/v1", "http://[::ffff:127.0.0.1]:{port}", "http://localhost:{port}"]
)
async def test_this_machine_is_refused_where_no_owner_has_let_it_in(client: Client, base_url: str) -> None:
    async with serving(answer) as provider:
        heard = await ask(client, Endpoint(base_url.format(port=provider.port), Dialect("openai")))
        listed = await outcome_of_models(client, Endpoint(base_url.format(port=provider.port), Dialect("openai")))
    assert (heard.code, listed) == ("address_refused", "address_refused")
    assert provider.connections == 0


async def outcome_of_models(client: Client, endpoint: Endpoint) -> str:
    with pytest.raises(Exception, match="address_refused") as caught:
        await client.models(endpoint, None)
    return str(getattr(caught.value, "code", ""))


async def test_an_allowance_is_for_its_port_only(client: Client) -> None:
    async with serving(answer) as provider, serving(answer) as other:
        endpoint = replace(other.endpoint(), allowed=provider.endpoint().allowed)
        assert (await ask(client, provider.endpoint())).code == ""
        assert (await ask(client, endpoint)).code == "address_refused"
    assert (provider.connections, other.connections) == (1, 0)


async def test_an_allowance_is_for_its_name_only(make_client: MakeClient) -> None:
    client = make_client(resolve=Resolver(["127.0.0.1"]))
    async with serving(answer) as provider:
        mine = provider.endpoint(host="ollama.lan")
        theirs = replace(provider.endpoint(host="evil.example"), allowed=mine.allowed)
        assert (await ask(client, mine)).code == ""
        assert (await ask(client, theirs)).code == "address_refused"
    assert [call.headers["host"] for call in provider.calls] == [f"ollama.lan:{provider.port}"]


@pytest.mark.parametrize("address", ["169.254.169.254", "100.100.100.200", "fd00:ec2::254", "224.0.0.1", EVERYWHERE])
async def test_no_allowance_reaches_a_metadata_service(make_client: MakeClient, address: str) -> None:
    client = make_client(resolve=Resolver([address]))
    allowed = frozenset({"inner.example:80"})
    heard = await ask(client, Endpoint("http://inner.example/v1", Dialect("openai"), allowed=allowed))
    assert heard.code == "address_refused"


async def test_a_name_that_changes_its_mind_is_checked_again(make_client: MakeClient) -> None:
    resolver = Resolver(["10.255.255.1", "127.0.0.1"], ["127.0.0.1"])
    client = make_client(resolve=resolver)
    async with serving(answer) as provider:
        first = await ask(client, provider.endpoint(host="rebinding.example", open_to=False))
        second = await ask(client, provider.endpoint(host="rebinding.example", open_to=False))
    assert (first.code, second.code) == ("address_refused", "address_refused")
    assert len(resolver.asked) == 2
    assert provider.connections == 0


async def test_what_was_checked_is_what_is_connected_to(make_client: MakeClient) -> None:
    """Between check and connection nothing is resolved again: one question, one connection to its answer."""
    resolver = Resolver(["127.0.0.1"], ["169.254.169.254"])
    client = make_client(resolve=resolver)
    async with serving(answer) as provider:
        heard = await ask(client, provider.endpoint(host="pinned.example"))
    assert (heard.code, heard.completion.content) == ("", "Four.")
    assert len(resolver.asked) == 1
    assert provider.calls[0].headers["host"] == f"pinned.example:{provider.port}"


async def both_ways(client: Client, provider: Provider) -> tuple[Heard, Heard]:
    """Ask as a run that may go there, then as one that may not."""
    allowed = await ask(client, provider.endpoint(host="kept.example"))
    return allowed, await ask(client, provider.endpoint(host="kept.example", open_to=False))


async def test_a_kept_connection_is_not_lent_to_a_run_that_may_not_make_it(make_client: MakeClient) -> None:
    async with serving(answer) as provider:
        allowed, not_allowed = await both_ways(make_client(resolve=Resolver(["127.0.0.1"])), provider)
    assert (allowed.code, not_allowed.code) == ("", "address_refused")
    assert len(provider.calls) == 1


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "/v1",
        "ftp://files.example/v1",
        "file:///etc/passwd",
        "http://user:pass@host.example/v1",
        "http://host.example@127.0.0.1/v1",
        "http://host.example/v1?x=1",
        "http://host.example/v1#x",
        "http://host.example\\@127.0.0.1/v1",
        "http://host.example:99999/v1",
        "http://127。0。0。1/v1",
        "http://ⓛocalhost/v1",
        "http://host.example/v1\r\nx: y",
        "http://[::1%25lo]/v1",
        "http://host.example:80:80/v1",
        "${SECRET_KEY}",
        "http://${HOST}/v1",
    ],
)
async def test_an_address_that_is_no_plain_url_is_refused_unasked(make_client: MakeClient, base_url: str) -> None:
    resolver = Resolver(["1.1.1.1"])
    heard = await ask(make_client(resolve=resolver), Endpoint(base_url, Dialect("openai")))
    assert heard.code == "address_refused"
    assert resolver.asked == []


async def test_the_proxies_and_passwords_of_the_environment_are_not_used(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w", encoding="utf-8") as file:  # noqa: ASYNC230 - three words
        file.write("default login someone password secret\n")
    async with serving(answer) as proxy, serving(answer) as provider:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NETRC", netrc)
        heard = await ask(make_client(), provider.endpoint())
    assert heard.completion.content == "Four."
    assert proxy.connections == 0
    assert "authorization" not in provider.calls[0].headers


async def test_runs_that_wait_for_one_slow_name_can_be_cancelled_one_by_one(make_client: MakeClient) -> None:
    known = asyncio.Event()

    async def resolve(host: str, port: int) -> list[str]:
        await known.wait()
        return ["127.0.0.1"]

    async def listen(client: Client, provider: Provider) -> str:
        async with aclosing(client.stream(provider.endpoint(host="slow.example"), None, QUESTION)) as stream:
            return text_of(await anext(stream))[0]

    async def one_word(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Fo"))
        await call.until_hung_up()

    client = make_client(resolve=resolve)
    async with serving(one_word) as provider:
        impatient, patient = (asyncio.create_task(listen(client, provider)) for _ in range(2))
        await asyncio.sleep(0)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        known.set()
        assert await patient == "Fo"
        await provider.calls[0].hung_up.wait()
    assert provider.connections == 1
