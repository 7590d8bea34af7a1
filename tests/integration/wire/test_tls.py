"""TLS is made for the name that was asked for, whatever address it led to, and only with roots that are trusted."""

import asyncio
import ssl
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from playground.wire.client import Client, Timeouts
from tests.integration.wire.asking import ask
from tests.integration.wire.conftest import MakeClient
from tests.integration.wire.provider import FOUR, QUESTION, Call, chunk, serving

pytestmark = pytest.mark.anyio


@dataclass
class House:
    """A server's side of TLS, a client's side that trusts it, and the names that clients asked for."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    names: list[str | None]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """The house of this test."""
    return self_signed(tmp_path)


def self_signed(folder: Path) -> House:
    """The certificate of models.example and 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "house")])
    names = x509.SubjectAlternativeName([x509.DNSName("models.example"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    root, private = folder / "root.pem", folder / "key.pem"
    root.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    house = House(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(root)), [])
    house.server.load_cert_chain(root, private)
    house.server.sni_callback = lambda _socket, asked, _context: house.names.append(asked)
    return house


async def to_this_machine(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture
def trusting(make_client: MakeClient, house: House) -> Client:
    """A client that trusts the house, and to which every name is this machine."""
    return make_client(tls=house.client, resolve=to_this_machine)


async def test_a_trusted_server_is_asked_by_its_name(trusting: Client, house: House) -> None:
    async with serving(lambda call: call.say(FOUR), tls=house.server) as provider:
        heard = await ask(trusting, provider.endpoint(host="models.example"))
    assert (heard.code, heard.completion.content) == ("", "Four.")
    assert house.names == ["models.example"]
    assert provider.calls[0].headers["host"] == f"models.example:{provider.port}"


async def test_the_address_of_another_name_is_not_enough(trusting: Client, house: House) -> None:
    async with serving(lambda call: call.say(FOUR), tls=house.server) as provider:
        heard = await ask(trusting, provider.endpoint(host="evil.example"))
    assert heard.code == "tls_failed"
    assert heard.error is not None
    assert heard.error.retryable is False
    assert provider.calls == []


async def test_two_names_at_one_address_do_not_share_a_connection(trusting: Client, house: House) -> None:
    async with serving(lambda call: call.say(FOUR), tls=house.server) as provider:
        await ask(trusting, provider.endpoint(host="models.example"))
        heard = await ask(trusting, provider.endpoint(host="evil.example"))
    assert heard.code == "tls_failed"
    assert len(provider.calls) == 1


async def test_a_certificate_nobody_trusts_is_refused(client: Client, house: House) -> None:
    async with serving(lambda call: call.say(FOUR), tls=house.server) as provider:
        heard = await ask(client, provider.endpoint())
    assert heard.error is not None
    assert (heard.code, heard.error.retryable) == ("tls_failed", False)
    assert "certificate" in heard.error.message
    assert provider.calls == []


async def test_a_server_without_tls_is_refused(make_client: MakeClient) -> None:
    client = make_client(timeouts=Timeouts(connect=0.05))  # it waits for a request, the client for a handshake
    async with serving(lambda call: call.say(FOUR)) as provider:
        provider.scheme = "https"
        heard = await ask(client, provider.endpoint())
    assert heard.code in {"connect_failed", "tls_failed"}  # by which of the two notices first
    assert provider.calls == []


async def test_cancelling_closes_the_socket_over_tls(trusting: Client, house: House) -> None:
    async def answer(call: Call) -> None:
        await call.head()
        await call.send(chunk(content="Fo"))
        await call.until_hung_up()

    async with serving(answer, tls=house.server) as provider:
        heard = asyncio.Event()

        async def listen() -> None:
            async with aclosing(trusting.stream(provider.endpoint(), None, QUESTION)) as stream:
                async for _events in stream:
                    heard.set()

        listening = asyncio.create_task(listen())
        await heard.wait()
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        await provider.calls[0].hung_up.wait()
