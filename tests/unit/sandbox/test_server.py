"""The ASGI door: bodies in parts, hanging up, breaking off, and life without a request."""

import asyncio
import json
from typing import Any

import pytest

from playground.sandbox.playback import DroppedError
from playground.sandbox.provider import MAX_BODY
from playground.sandbox.server import DROP, SandboxApp
from tests.unit.sandbox.asking import payload, read

pytestmark = pytest.mark.anyio


class Line:
    """One connection: what the application was told, and what it sent."""

    def __init__(self, app: SandboxApp, prompt: str = "2+2", **scope: Any) -> None:
        self.app = app
        self.sent: list[dict[str, Any]] = []
        self.first = asyncio.Event()
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": "/api/paas/v4/chat/completions",
            "headers": [(b"authorization", b"Bearer k")],
            **scope,
        }
        self.body = json.dumps(payload(prompt, stream=True)).encode()

    def give(self, body: bytes, *, more: bool = False) -> None:
        self.inbox.put_nowait({"type": "http.request", "body": body, "more_body": more})

    async def run(self) -> None:
        await self.app(self.scope, self.inbox.get, self._send)

    async def _send(self, message: Any) -> None:
        self.sent.append(message)
        if message.get("body"):
            self.first.set()

    @property
    def data(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


async def test_an_answer_streams_to_its_end() -> None:
    line = Line(SandboxApp(speed=0))
    line.give(line.body[:20], more=True)
    line.give(line.body[20:])
    await line.run()
    assert line.sent[0]["status"] == 200
    assert (b"x-accel-buffering", b"no") in line.sent[0]["headers"]
    assert read(line.data).done
    assert line.sent[-1]["more_body"] is False
    assert sum(1 for message in line.sent if message.get("body")) > 20
    assert line.app.provider.gate.inside() == 0


async def test_hanging_up_stops_the_script() -> None:
    line = Line(SandboxApp(), "/sandbox stall")
    line.app.speed = 0
    line.give(line.body)
    task = asyncio.ensure_future(line.run())
    await line.first.wait()
    assert line.app.provider.gate.inside() == 1
    line.inbox.put_nowait({"type": "http.disconnect"})
    await task
    assert line.app.provider.gate.inside() == 0


async def test_hanging_up_before_the_body_is_there_answers_nothing() -> None:
    line = Line(SandboxApp())
    line.give(b"{", more=True)
    line.inbox.put_nowait({"type": "http.disconnect"})
    await line.run()
    assert line.sent == []


async def test_a_connection_is_dropped_where_the_server_can() -> None:
    line = Line(SandboxApp(speed=0), "/sandbox cut", extensions={DROP: {}})
    line.give(line.body)
    await line.run()
    assert line.sent[-1] == {"type": DROP}


async def test_elsewhere_an_exception_makes_the_server_drop_it() -> None:
    line = Line(SandboxApp(speed=0), "/sandbox cut")
    line.give(line.body)
    with pytest.raises(DroppedError):
        await line.run()


async def test_an_oversized_body_is_refused_without_being_kept() -> None:
    line = Line(SandboxApp(speed=0))
    for _ in range(3):
        line.give(b"x" * (MAX_BODY // 2), more=True)
    line.give(b"")
    await line.run()
    assert line.sent[0]["status"] == 413


async def test_websockets_are_turned_away_and_lifespan_is_acknowledged() -> None:
    line = Line(SandboxApp(), type="websocket")
    await line.run()
    assert line.sent == [{"type": "websocket.close", "code": 1000}]
    line = Line(SandboxApp(), type="lifespan")
    line.inbox.put_nowait({"type": "lifespan.startup"})
    line.inbox.put_nowait({"type": "lifespan.shutdown"})
    await line.run()
    assert [message["type"] for message in line.sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_pause_that_is_asked_for_is_a_header() -> None:
    line = Line(SandboxApp(speed=0), "/sandbox wait 90")
    line.give(line.body)
    await line.run()
    assert (line.sent[0]["status"], dict(line.sent[0]["headers"])[b"retry-after"]) == (429, b"90")
