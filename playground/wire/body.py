"""The body of an answer, read under deadlines. Used by client.py alone, which knows what a broken network raises."""

import asyncio
from collections.abc import Awaitable, Callable

from playground.wire.deadlines import Deadlines
from playground.wire.errors import WireError


class Body:
    """Reads a body once. `read` gives its next bytes, None at the end; `aclose` reads no further.

    `broken`: the exceptions that mean a broken connection.

    Faults are handed over as values where the hot loop needs them, so that none is raised while a network's exception
    is being handled: those hold the request and its headers.
    """

    __slots__ = ("_broken", "_deadlines", "_read", "aclose")

    def __init__(
        self,
        read: Callable[[], Awaitable[bytes | None]],
        aclose: Callable[[], Awaitable[None]],
        deadlines: Deadlines,
        broken: tuple[type[Exception], ...],
    ) -> None:
        self._read = read
        self.aclose = aclose
        self._deadlines = deadlines
        self._broken = broken

    async def read(self) -> tuple[bytes | None, WireError | None]:
        """The next bytes, None at the end; and what went wrong, None for nothing."""
        deadlines = self._deadlines
        try:
            deadlines.begin()
            return await self._read(), None
        except asyncio.CancelledError:
            fault = deadlines.translate()
            if fault is None:
                raise
            return None, fault
        except WireError as error:  # time was up before
            return None, error
        except self._broken:
            if deadlines.silent:
                return None, WireError("network_error", "The connection broke before an answer came.")
            return None, WireError("interrupted", "The connection broke in the middle of the answer.")
        finally:
            deadlines.end()

    async def read_whole(self, limit: int) -> bytes:
        """All of it. Raises WireError for a fault and for more than `limit` bytes."""
        body, fault = await self._gather(limit)
        if fault is None and len(body) > limit:
            fault = WireError("stream_too_large", f"The answer is longer than {limit} bytes.")
        if fault is not None:
            raise fault
        return body

    async def read_some(self, limit: int) -> bytes:
        """At most `limit` bytes, or what came of them until a fault."""
        body, _fault = await self._gather(limit)
        return body[:limit]

    async def exhaust(self, seconds: float) -> None:
        """Wait a moment for the end: a connection whose body was read to its end can be used again."""
        self._deadlines.at_most(seconds)
        data: bytes | None = b""
        while data is not None:
            data, _fault = await self.read()

    async def _gather(self, limit: int) -> tuple[bytes, WireError | None]:
        body = bytearray()
        fault: WireError | None = None
        while len(body) <= limit:
            data, fault = await self.read()
            if data is None:
                break
            body += data
            self._deadlines.came(words=True)
        return bytes(body), fault
