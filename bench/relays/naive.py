"""The usual Channels chat: a consumer that generates inside its handler, one JSON frame per token.

For comparison only (`daphne naive:application`). It is kinder than most: one shared client with no connection limit.
While it generates it hears nothing, so a stop takes effect only after the last token. BENCH_UPSTREAM is the base URL.
"""

import json
import os
from typing import Any

import django
import httpx
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import path

settings.configure(
    SECRET_KEY="bench", ALLOWED_HOSTS=["127.0.0.1"], INSTALLED_APPS=["channels"], ROOT_URLCONF=__name__, USE_TZ=True
)
django.setup()

URL = os.environ["BENCH_UPSTREAM"] + "/chat/completions"
CLIENT = httpx.AsyncClient(
    limits=httpx.Limits(max_connections=None, max_keepalive_connections=20), timeout=60, trust_env=False
)
urlpatterns: list[Any] = []


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One socket: each text frame is a request, answered token by token."""

    async def receive(self, text_data: str = "", bytes_data: bytes | None = None) -> None:
        request = json.loads(text_data)
        if "model" not in request:
            return
        async with CLIENT.stream("POST", URL, json=request) as response:
            async for line in response.aiter_lines():
                if not line.startswith("data: ") or line == "data: [DONE]":
                    continue
                for choice in json.loads(line[6:])["choices"]:
                    if content := choice["delta"].get("content"):
                        await self.send(text_data=json.dumps({"type": "delta", "content": content}))
        await self.send(text_data=json.dumps({"type": "end"}))


application = ProtocolTypeRouter(
    {"http": get_asgi_application(), "websocket": URLRouter([path("ws/", ChatConsumer.as_asgi())])}
)
