"""A provider on a loopback socket, in the test's own event loop: it does what the test says, byte for byte.

It notes what it is asked and who hangs up; nothing in it waits for time to pass.
"""

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playground.wire.client import Endpoint
from playground.wire.request import ChatMessage, CompletionRequest, Dialect

STREAM = "text/event-stream;charset=UTF-8"
QUESTION = CompletionRequest("glm-4.7", (ChatMessage("user", "What is two and two?"),))


@dataclass
class Call:
    """One request that came in, and the means to answer it."""

    connection: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def json(self) -> dict[str, object]:
        """What was asked."""
        asked: dict[str, object] = json.loads(self.body)
        return asked

    async def head(self, status: int = 200, kind: str = STREAM, **headers: str) -> None:
        """Begin a chunked answer."""
        lines = [f"HTTP/1.1 {status} Word", f"content-type: {kind}", "transfer-encoding: chunked"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.raw(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def send(self, data: bytes) -> None:
        """A piece of the body: what the client sees as one read, if it reads in time."""
        await self.raw(b"%x\r\n%s\r\n" % (len(data), data))

    async def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def end(self) -> None:
        """The orderly end of the body."""
        await self.raw(b"0\r\n\r\n")

    async def say(self, data: bytes, *, status: int = 200, kind: str = STREAM, **headers: str) -> None:
        """A whole answer."""
        await self.head(status, kind, **headers)
        if data:
            await self.send(data)
        await self.end()

    def reset(self) -> None:
        """Break the connection without a word more, as a crashed server does."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def until_hung_up(self) -> None:
        """Wait until the client closes its socket."""
        try:
            while await self.reader.read(1024):
                pass
        except ConnectionError:
            pass
        self.hung_up.set()


Answer = Callable[[Call], Awaitable[None]]


@dataclass
class Provider:
    """What came in so far, and where it listens."""

    port: int
    scheme: str
    calls: list[Call]
    connections: int = 0
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until_asked(self, times: int = 1) -> Call:
        """Wait for the first request, or for some more; returns the last of them."""
        async with self.came:
            await self.came.wait_for(lambda: len(self.calls) >= times)
        return self.calls[times - 1]

    @property
    def base_url(self) -> str:
        """What a person would enter for it."""
        return f"{self.scheme}://127.0.0.1:{self.port}/v1"

    def endpoint(
        self, *, host: str = "127.0.0.1", dialect: Dialect | None = None, reasoning: str = "auto", open_to: bool = True
    ) -> Endpoint:
        """Where to ask it, under some name; `open_to`: an owner has let it in."""
        return Endpoint(
            base_url=f"{self.scheme}://{host}:{self.port}/v1",
            dialect=dialect or Dialect("openai", asks_usage=True),
            reasoning=reasoning,
            allowed=frozenset({f"{host}:{self.port}"}) if open_to else frozenset(),
        )


@asynccontextmanager
async def serving(answer: Answer, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Provider]:
    """A provider that answers every request with `answer`, for as long as the block runs."""
    serves: set[asyncio.Task[None]] = set()
    faults: list[Exception] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serves.add(task)
        provider.connections += 1
        number = provider.connections
        try:
            while call := await _read_call(number, reader, writer):
                async with provider.came:
                    provider.calls.append(call)
                    provider.came.notify_all()
                await answer(call)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            pass  # the client is free to leave at any time
        except Exception as error:
            faults.append(error)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls, backlog=1024)
    provider = Provider(server.sockets[0].getsockname()[1], "https" if tls else "http", [])
    try:
        yield provider
    finally:
        server.close()
        for task in serves:
            task.cancel()
        await asyncio.gather(*serves)
        assert not faults, faults


async def _read_call(number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Call | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, path, _version = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines) if name}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Call(number, method, path, headers, body, reader, writer)


def chunk(**delta: object) -> bytes:
    """One event with a delta."""
    return event({"id": "r1", "model": "m", "choices": [{"index": 0, "delta": delta}]})


def event(obj: object) -> bytes:
    """One event with an object."""
    return b"data: " + json.dumps(obj).encode() + b"\n\n"


FINISH = event(
    {
        "id": "r1",
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "delta": {}}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13},
    }
)
DONE = b"data: [DONE]\n\n"
FOUR = chunk(content="Fo") + chunk(content="ur.") + FINISH + DONE
