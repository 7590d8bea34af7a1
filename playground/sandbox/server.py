"""The sandbox as an ASGI application, for curl and the official packages. `serving` puts it on a port.

It listens for the client hanging up while it plays, so that a script stops at once. A connection that has to break
needs the server's help: the extension `sandbox.drop` where it is offered, else an exception, which makes other servers
close the socket.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from playground.sandbox.playback import DroppedError, Playback
from playground.sandbox.provider import MAX_BODY, SandboxProvider, Turn
from playground.sandbox.refusal import RefusalError
from playground.sandbox.script import EVENT_STREAM, refused

DROP = "sandbox.drop"
SERVED_HOST, SERVED_PORT = "127.0.0.1", 8099  # where `manage.py sandbox` listens unless told otherwise

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class SandboxApp:
    """One provider behind ASGI; `speed` 0 means no waiting."""

    def __init__(self, provider: SandboxProvider | None = None, *, speed: float = 1.0) -> None:
        self.provider = provider or SandboxProvider()
        self.speed = speed

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _http(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if len(body) > MAX_BODY:
            turn = Turn(refused(RefusalError("1210", "the body is too large", status=413)))
        else:
            turn = self.provider.respond(scope["method"], scope["path"], headers, body)
        playback = Playback(turn.script, turn.release, speed=self.speed)
        watcher = asyncio.ensure_future(_hung_up(receive, playback))
        try:
            await _play(turn, playback, send)
        except DroppedError:
            if DROP not in (scope.get("extensions") or {}):
                raise
            await send({"type": DROP})
        finally:
            playback.close()
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)


async def _play(turn: Turn, playback: Playback, send: Send) -> None:
    headers = [(b"content-type", turn.script.media_type.encode())]
    if turn.script.media_type == EVENT_STREAM:
        headers += [(b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]
    if turn.script.retry_after is not None:
        headers.append((b"retry-after", str(turn.script.retry_after).encode()))
    await send({"type": "http.response.start", "status": turn.script.status, "headers": headers})
    async for data in playback:
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _body(receive: Receive) -> bytes | None:
    """Read the body, or None when the client went away meanwhile; of an oversized one only the start is kept."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size - len(part) <= MAX_BODY:
            parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _hung_up(receive: Receive, playback: Playback) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    playback.close()


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
