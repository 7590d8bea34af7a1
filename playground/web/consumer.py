"""One websocket per tab: commands in, acks and frames out. It never runs a generation; it follows them.

Daphne has no flow control: `send` never waits for the browser. So the browser acknowledges what it has handled, and a
follow task waits when too much is on its way; what gathers meanwhile is merged into fewer, larger frames.
"""

import asyncio
import logging
import math
import time
import uuid
from collections.abc import Coroutine
from typing import Any

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer
from django.conf import settings

from playground.errors import Refused
from playground.streaming import frames, notices
from playground.streaming.live import Batch, LiveStream
from playground.streaming.registry import registry
from playground.web import acts, comparing, preferences, sessions
from playground.web.commands import Ask, BadFrame, Command, Deed, Follow, Ping, Seen, Stop, Unfollow, parse

log = logging.getLogger(__name__)

PROTOCOL = 1
SIGNED_OUT, MALFORMED, TOO_SLOW, FLOOD, RESTART = 4401, 4400, 4008, 4013, 4012
UNSEEN_CHARACTERS = 256_000  # on their way to the browser before a follow task waits
UNSEEN_FRAMES = 64
SEEN_WITHIN = 10.0  # seconds until a browser that acknowledges nothing is cut
FRAMES_PER_SECOND, FRAMES_AT_ONCE = 200.0, 600.0  # what a socket may send us
BAD_FRAMES = 20
FOLLOWED_AT_ONCE = 32


class Socket(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """The consumer of one tab."""

    channel_name: str

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Straight to the handler. Channels first closes old database connections, a thread hop for every frame; here
        the database is used through in_database alone, which sees to that."""
        await getattr(self, get_handler_name(message))(message)

    async def websocket_connect(self, event: dict[str, Any]) -> None:
        """Accept a signed-in browser; the origin was checked before (asgi.py)."""
        self.follows: dict[uuid.UUID, Follower] = {}
        self.allowance, self.allowance_at, self.bad = FRAMES_AT_ONCE, time.monotonic(), 0
        self.closed = False
        self.handshake = preferences.handshake(self.scope)
        self.ticket = await sessions.ticket(self.scope)
        if self.ticket is None:
            # Accepted first: a refused handshake would hide the reason from the browser's script.
            await self.send({"type": "websocket.accept"})
            await self.close(SIGNED_OUT)
            return
        sessions.watch(self, self.ticket)
        await notices.join(self.ticket.user_id, self)
        await self.send({"type": "websocket.accept"})
        await self.send_frame({"type": "hello", "protocol": PROTOCOL, "version": settings.VERSION})

    async def websocket_receive(self, event: dict[str, Any]) -> None:
        """Parse, carry out, ack. An error of the client's gets an error frame; many of them a close."""
        if self.closed or self.ticket is None:
            return
        if not self._within_allowance():
            await self.close(FLOOD)
            return
        number: int | None = None
        try:
            text = event.get("text")
            if text is None:
                raise BadFrame("malformed", "Frames are text.")
            number, command = parse(text)
            answer = await self._carry_out(command)
            if answer is not None:
                await self.send_frame({"type": "ack", "id": number, **answer})
        except BadFrame as error:
            self.bad += 1
            await self.send_frame({"type": "error", "id": error.id, "code": error.code, "message": error.message})
            if self.bad >= BAD_FRAMES:
                await self.close(MALFORMED)
        except Refused as error:
            await self.send_frame({"type": "error", "id": number, "code": error.code, "message": str(error.message)})
        except Exception:
            log.exception("a command failed")
            sorry = "The server could not do that. Nothing was lost; try again."
            await self.send_frame({"type": "error", "id": number, "code": "server_error", "message": sorry})

    async def websocket_disconnect(self, event: dict[str, Any]) -> None:
        """The tab is gone; what it followed goes on."""
        self._leave()
        raise StopConsumer

    async def user_notice(self, event: dict[str, Any]) -> None:
        """A notice from the channel layer."""
        await self.send_frame(event["notice"])

    async def send_frame(self, frame: dict[str, Any]) -> None:
        """Send one JSON frame unless the socket is closed."""
        await self.send_encoded(frames.encode(frame))

    async def send_encoded(self, frame: bytes) -> None:
        """Send a frame that is JSON already."""
        if not self.closed:
            await self.send({"type": "websocket.send", "text": frame.decode()})

    async def close(self, code: int) -> None:
        """Close with a code of docs/websocket.md."""
        if not self.closed:
            self._leave()
            await self.send({"type": "websocket.close", "code": code})

    def _leave(self) -> None:
        self.closed = True
        sessions.forget(self)
        for follower in self.follows.values():
            if follower.task is not asyncio.current_task():  # one that found its reader too slow ends by itself
                follower.task.cancel()
        self.follows.clear()
        if self.ticket is not None:
            self._detach(notices.leave(self.ticket.user_id, self))

    def _detach(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        _leaving.add(task)
        task.add_done_callback(_leaving.discard)

    def _within_allowance(self) -> bool:
        now = time.monotonic()
        gained = (now - self.allowance_at) * FRAMES_PER_SECOND
        self.allowance, self.allowance_at = min(FRAMES_AT_ONCE, self.allowance + gained) - 1, now
        return self.allowance >= 0

    async def _carry_out(self, command: Command) -> dict[str, Any] | None:
        assert self.ticket is not None  # noqa: S101 - checked by the caller
        match command:
            case Seen():
                if follower := self.follows.get(command.generation):
                    follower.seen(command.seq)
                return None
            case Ping():
                return {"pong": True}
            case Follow():
                return await self._follow(command)
            case Unfollow():
                if follower := self.follows.pop(command.generation, None):
                    follower.task.cancel()
                return {"generation": str(command.generation)}
            case _:
                return await self._do(self.ticket.user_id, command)

    async def _do(self, user_id: int, command: Deed | Ask | Stop) -> dict[str, Any]:
        """What changes something; the rest is about this socket alone."""
        match command:
            case Stop():
                return await acts.stop(user_id, command)
            case Ask():
                return await comparing.ask(user_id, command, request=self.handshake)
            case _:
                return await acts.send(user_id, command, request=self.handshake)

    async def _follow(self, command: Follow) -> dict[str, Any]:
        assert self.ticket is not None  # noqa: S101
        if len(self.follows) >= FOLLOWED_AT_ONCE and command.generation not in self.follows:
            raise Refused("too_many", "This tab follows too many generations.")
        run = registry().run(command.generation)
        if run is None or run.user_id != self.ticket.user_id:
            # Settled long ago, or not theirs: the database knows.
            message, state, seq = await acts.check_generation(self.ticket.user_id, command.generation)
            name = str(command.generation)
            return {"generation": name, "live": False, "state": state, "seq": seq, "message": str(message)}
        if registry().has_ended(command.generation):  # its log is still here; perhaps they are out of the team since
            await acts.check_generation(self.ticket.user_id, command.generation)
        if former := self.follows.pop(command.generation, None):
            former.task.cancel()
        self.follows[command.generation] = Follower(self, run.live, command, str(run.message_id))
        return {"generation": str(command.generation), "live": True, "message": str(run.message_id)}


class Follower:
    """Pulls one live stream for one socket, at the pace at which the browser acknowledges."""

    def __init__(self, socket: Socket, live: LiveStream, command: Follow, message: str) -> None:
        self._socket, self._live, self._message = socket, live, message
        self._generation = command.generation
        self._cursor = self._seen_seq = command.after
        self._on_their_way: list[tuple[int, int]] = []  # (seq, characters) of frames not acknowledged yet
        self._characters = 0
        self._room = asyncio.Event()
        self.task = asyncio.create_task(self._pull())

    def seen(self, seq: int) -> None:
        """The browser has handled everything up to `seq`."""
        while self._on_their_way and self._on_their_way[0][0] <= seq:
            self._characters -= self._on_their_way.pop(0)[1]
        self._room.set()

    async def _pull(self) -> None:
        name = str(self._generation)
        while True:
            batch = await self._live.read(self._cursor, wait=math.inf)
            if batch is None:
                continue
            if batch.parts:
                await self._socket.send_encoded(frames.delta(name, batch))
                self._note(batch)
            if batch.end is not None:
                await self._socket.send_encoded(frames.end(name, self._message, batch))
                self._socket.follows.pop(self._generation, None)
                return
            if self._is_full() and not await self._until_seen():
                await self._socket.close(TOO_SLOW)
                return

    def _note(self, batch: Batch) -> None:
        characters = sum(len(text) for _, text in batch.parts)
        self._cursor = batch.seq
        self._characters += characters
        self._on_their_way.append((batch.seq, characters))

    def _is_full(self) -> bool:
        return len(self._on_their_way) >= UNSEEN_FRAMES or self._characters >= UNSEEN_CHARACTERS

    async def _until_seen(self) -> bool:
        while self._is_full():
            self._room.clear()
            try:
                await asyncio.wait_for(self._room.wait(), SEEN_WITHIN)
            except TimeoutError:
                return False
        return True


_leaving: set[asyncio.Future[None]] = set()
