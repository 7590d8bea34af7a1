"""The first thing every connection meets: what a client must not decide is taken away, foreign origins are refused.

Daphne obeys a header `Daphne-Root-Path` that any client can send, and with it a password-reset mail would link to
the attacker's host; so the root path is always empty here and the header is dropped. The origin of a websocket must
be one of settings.ORIGINS exactly: scheme, host and port (Channels' own validator compares the host name only).
"""

import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from autobahn.exception import Disconnected
from channels.routing import URLRouter
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.urls import path

from playground.streaming.registry import registry
from playground.web import sessions
from playground.web.consumer import RESTART, Socket

log = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

DROPPED = frozenset({b"daphne-root-path"})


class Gate:
    """The ASGI application: Django for HTTP, the consumer for `/ws/`, start and drain for the server's lifespan."""

    def __init__(self, django: ASGIHandler) -> None:
        self._django = django
        self._sockets = URLRouter([path("ws/", Socket.as_asgi())])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a connection on."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name.lower() not in DROPPED]
        scope = {**scope, "root_path": "", "headers": headers}
        if scope["type"] == "http":
            await self._django(scope, receive, send)
        elif scope["type"] == "websocket" and scope["path"] == "/ws/" and has_known_origin(headers):
            await self._sockets(scope, receive, while_connected(send))
        else:
            await receive()
            await send({"type": "websocket.close", "code": 4403})


def while_connected(send: Send) -> Send:
    """A send that says nothing to a browser that has gone: its disconnect is behind what was received before it.

    The servers raise there: Daphne Disconnected, others OSError as the ASGI specification wants.
    """

    async def send_if_there(message: Mapping[str, Any]) -> None:
        with contextlib.suppress(Disconnected, OSError):
            await send(message)

    return send_if_there


def has_known_origin(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether there is exactly one Origin header and it names an address of this server."""
    origins = [value.decode("latin-1").lower() for name, value in headers if name.lower() == b"origin"]
    return len(origins) == 1 and origins[0] in settings.ORIGINS


async def drain() -> None:
    """Before the server goes down: tell the tabs, settle what runs, end the tasks."""
    registry().draining = True
    for socket in sessions.open_sockets():
        await socket.send_frame({"type": "draining"})
    await registry().drain()
    for socket in sessions.open_sockets():
        await socket.close(RESTART)


async def _lifespan(receive: Receive, send: Send) -> None:
    """For servers that speak lifespan (uvicorn); `manage.py serve` calls open and drain itself."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            registry().open()
            await send({"type": "lifespan.startup.complete"})
        else:
            await drain()
            await send({"type": "lifespan.shutdown.complete"})
            return
