"""Clients of both transports, closed when the test is over."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from playground.wire.client import Client

MakeClient = Callable[..., Client]


@pytest.fixture(params=["aiohttp", "httpx"])
def transport(request: pytest.FixtureRequest) -> str:
    """Each of the two ways to the network: a test that takes it, or a client, runs over both."""
    name: str = request.param
    return name


@pytest.fixture
async def make_client(transport: str) -> AsyncIterator[MakeClient]:
    """Makes clients over the transport at hand."""
    closing: list[Callable[[], Awaitable[None]]] = []

    def make(**settings: object) -> Client:
        client = Client(**{"transport": transport, **settings})  # type: ignore[arg-type]
        closing.append(client.aclose)
        return client

    yield make
    for close in closing:
        await close()


@pytest.fixture
async def client(make_client: MakeClient) -> Client:
    """A client with ordinary settings."""
    return make_client()
