"""A bare ASGI websocket relay on httpx: no Channels, no JSON, no database.

For comparison only (`daphne raw:application`). One JSON text frame in, passed on as the request body; each event's data
goes out as one text frame. BENCH_UPSTREAM is the provider's base URL.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

URL = os.environ["BENCH_UPSTREAM"] + "/chat/completions"
CLIENT = httpx.AsyncClient(
    limits=httpx.Limits(max_connections=None, max_keepalive_connections=20), timeout=60, trust_env=False
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Relay one websocket; anything else is not served."""
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await relay(message["text"], send)


async def relay(request: str, send: Send) -> None:
    """Ask the provider and pass on every event."""
    headers = {"Content-Type": "application/json"}
    async with CLIENT.stream("POST", URL, content=request, headers=headers) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                await send({"type": "websocket.send", "text": line[6:]})
