"""Sockets that write before they wait: over real connections, all arrives, in order, and nobody waits for room."""
# ruff: noqa: N802 - Twisted's names

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from twisted.internet.protocol import Factory, Protocol

from playground.web.reactor import EagerReactor

pytestmark = pytest.mark.anyio

MUCH = 8_000_000  # bytes; more than any socket's buffer


class Talker(Protocol):
    """The server's end of one connection."""

    def __init__(self, talkers: "asyncio.Queue[Talker]") -> None:
        self.talkers, self.over = talkers, asyncio.Event()

    def connectionMade(self) -> None:
        """Known to the test."""
        self.talkers.put_nowait(self)

    def connectionLost(self, reason: object = None) -> None:
        """Noted."""
        self.over.set()

    def say(self, data: bytes) -> None:
        """Send."""
        assert self.transport
        self.transport.write(data)


class Stand:
    """A reactor that listens, and the ends of its connections."""

    def __init__(self) -> None:
        self.reactor = EagerReactor(asyncio.get_running_loop())
        self.talkers: asyncio.Queue[Talker] = asyncio.Queue()
        factory = Factory.forProtocol(lambda: Talker(self.talkers))  # type: ignore[arg-type]
        self.port = self.reactor.listenTCP(0, factory, interface="127.0.0.1")

    async def connect(self) -> tuple[Talker, asyncio.StreamReader, asyncio.StreamWriter]:
        """Both ends of a new connection; the client's takes little at once."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", self.port.getHost().port))
        reader, writer = await asyncio.open_connection(sock=client, limit=4096)
        return await self.talkers.get(), reader, writer


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    """Listening, and nothing left of it afterwards."""
    made = Stand()
    yield made
    made.reactor.removeAll()
    made.port.socket.close()


async def test_a_frame_leaves_in_the_next_turn_and_the_system_is_not_asked(stand: Stand) -> None:
    talker, reader, writer = await stand.connect()
    talker.say(b"first ")
    talker.say(b"second")
    assert stand.reactor.getWriters() == []
    await asyncio.sleep(0)
    assert stand.reactor.getWriters() == []
    assert await reader.readexactly(12) == b"first second"
    writer.close()
    await talker.over.wait()


async def test_what_finds_no_room_waits_for_it_and_arrives_whole_and_in_order(stand: Stand) -> None:
    talker, reader, writer = await stand.connect()
    piece = bytes(range(256)) * 250
    for _ in range(MUCH // len(piece)):
        talker.say(piece)
    await asyncio.sleep(0)
    assert len(stand.reactor.getWriters()) == 1
    talker.say(b"the end")
    sent = piece * (MUCH // len(piece)) + b"the end"
    assert await reader.readexactly(len(sent)) == sent
    assert stand.reactor.getWriters() == []
    talker.say(b"once more")
    assert await reader.readexactly(9) == b"once more"
    writer.close()
    await talker.over.wait()


async def test_a_connection_that_is_closed_with_something_unsent_is_forgotten(stand: Stand) -> None:
    talker, _reader, writer = await stand.connect()
    other, reader, beside = await stand.connect()
    writer.transport.abort()
    talker.say(b"x" * MUCH)
    other.say(b"still here")
    assert await reader.readexactly(10) == b"still here"
    await talker.over.wait()
    assert stand.reactor.getWriters() == []
    beside.close()
    await other.over.wait()


async def test_who_is_woken_by_anothers_writing_writes_too_while_a_third_still_waits(stand: Stand) -> None:
    (first, _, near), (second, reader, far), (third, beside, last) = [await stand.connect() for _ in range(3)]

    class Answering:
        """A producer that lets the second one speak when the first has sent all."""

        asked = 0

        def resumeProducing(self) -> None:
            """Asked for more: when it is registered, and when there is room again."""
            self.asked += 1
            if self.asked == 2:
                first.transport.unregisterProducer()  # type: ignore[union-attr]
                second.say(b"my turn")

        def stopProducing(self) -> None:
            """Nothing to stop."""

    first.transport.registerProducer(Answering(), False)  # type: ignore[union-attr]
    first.say(b"go")
    third.say(b"me too")
    async with asyncio.timeout(5):
        assert await reader.readexactly(7) == b"my turn"
        assert await beside.readexactly(6) == b"me too"
    for talker, writer in ((first, near), (second, far), (third, last)):
        writer.close()
        await talker.over.wait()
