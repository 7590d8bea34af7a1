"""The way out: names are resolved here, every address is checked, and only a checked address is connected to.

Between the check and the connection nothing is resolved again, so that a name cannot change its meaning in between
(faults document, A10-A13). Used by client.py alone, for both of its transports.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore

from playground.wire.addresses import check_addresses
from playground.wire.errors import WireError

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to IP addresses. Raises OSError."""


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """What the system's resolver says, in its order."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Resolves and checks. `local`: for hosts that an owner has let in, private addresses included."""

    def __init__(self, resolve: Resolve, *, local: bool) -> None:
        self._resolve = resolve
        self._local = local

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, all of them permitted. Raises WireError("address_refused"), OSError."""
        return check_addresses(host, await self._resolve(host, port), local=self._local)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """httpcore's way to the network, through a guard. TLS is still made for the name, which httpcore hands over."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of the host that answers, within `timeout` seconds in all."""
        failed: Exception | None = None
        try:
            async with asyncio.timeout(timeout):
                for address in await self._guard.addresses(host, port):
                    try:
                        return await self._inner.connect_tcp(address, port, None, local_address, socket_options)
                    except httpcore.ConnectError as error:
                        failed = error
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        raise failed or WireError("connect_failed", f"{host} has no address.")

    async def sleep(self, seconds: float) -> None:
        """Wait between httpcore's attempts."""
        await self._inner.sleep(seconds)
