"""The client to all providers: one per event loop, with the sandbox mounted in place of a network."""

from django.conf import settings

from playground.sandbox.transport import SandboxTransport
from playground.wire.client import Client, ClientPool, Timeouts

SANDBOX_HOST = "sandbox.invalid"  # a reserved name: it can never be a real server


def client() -> Client:
    """The client of the running event loop."""
    return _pool.get()


async def close() -> None:
    """Close the running loop's client and its connections."""
    await _pool.aclose()


def _make() -> Client:
    return Client(
        timeouts=Timeouts(
            connect=settings.UPSTREAM_CONNECT_SECONDS,
            first_byte=settings.UPSTREAM_FIRST_BYTE_SECONDS,
            between_bytes=settings.UPSTREAM_BETWEEN_BYTES_SECONDS,
            total=settings.UPSTREAM_TOTAL_SECONDS,
        ),
        transport=settings.UPSTREAM_TRANSPORT,
        mounts={SANDBOX_HOST: SandboxTransport(speed=settings.SANDBOX_SPEED)},
    )


_pool = ClientPool(_make)
