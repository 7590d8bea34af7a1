"""Clients of both transports and both loops, closed when the test is over."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from playground.wire.client import Client

MakeClient = Callable[..., Client]


@pytest.fixture(params=["aiohttp", "httpx", "aiohttp on uvloop"])
def way(request: pytest.FixtureRequest) -> str:
    """Each way to the network: both transports on asyncio's loop, and the faster pair that uvicorn runs."""
    name: str = request.param
    return name


@pytest.fixture
def transport(way: str) -> str:
    """The transport of the way at hand."""
    return way.split(" ", maxsplit=1)[0]


@pytest.fixture
def anyio_backend(way: str) -> tuple[str, dict[str, bool]]:
    """The loop of the way at hand."""
    return "asyncio", {"use_uvloop": way.endswith("uvloop")}


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
