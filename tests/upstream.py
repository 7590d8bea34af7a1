"""A provider of the tests' own on a loopback socket: it counts what it is asked and notices who hangs up.

What it does is in the model's name: `stream-<chunks>-<milliseconds between them>` writes that many words, each unique;
`calls-<pieces>-<milliseconds>` calls two functions, their arguments in that many pieces each, and goes on in words when
it has their results; `echo-1-<milliseconds>` says what the last user message says.
"""

import asyncio
import json
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Seen:
    """One request as it arrived, and what became of it."""

    headers: dict[str, str]
    body: dict[str, object]
    raw: bytes = b""  # the body as it came
    sent: int = 0  # chunks written
    finished: bool = False
    hung_up_at: float | None = None  # monotonic seconds; None: the client stayed


@dataclass
class Upstream:
    """Runs in a thread of its own between start and stop."""

    requests: list[Seen] = field(default_factory=list)
    port: int = 0

    def start(self) -> "Upstream":
        """Listen on a free port."""
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()

        async def listen() -> None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.port = self._server.sockets[0].getsockname()[1]
            ready.set()

        def run() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(listen())
            self._loop.run_forever()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0.01))
            self._loop.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def stop(self) -> None:
        """Close everything; once more does nothing."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def base_url(self) -> str:
        """What a key is entered for."""
        return f"http://127.0.0.1:{self.port}/v1"

    def wait_for(self, count: int, seconds: float = 10) -> None:
        """Wait until so many requests have come."""
        until = time.monotonic() + seconds
        while len(self.requests) < count and time.monotonic() < until:
            time.sleep(0.005)
        assert len(self.requests) >= count

    # One request a connection: what comes while it answers can only be the client hanging up.
    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
            raw = await reader.readexactly(int(headers.get("content-length", 0)))
            seen = Seen(headers, json.loads(raw or b"{}"), raw)
            self.requests.append(seen)
            await self._answer(seen, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        word, chunks, pause = str(seen.body["model"]).split("-")
        last: dict[str, str] = seen.body["messages"][-1]  # type: ignore[index]
        deltas = [{"role": "assistant", "content": f"w{number} "} for number in range(int(chunks))]
        reason = "stop"
        if word == "calls" and last["role"] != "tool":
            deltas, reason = _calls(int(chunks)), "tool_calls"
        elif word == "echo":
            deltas = [{"role": "assistant", "content": last["content"]}]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n")
        writer.write(b"Transfer-Encoding: chunked\r\n\r\n")
        gone = asyncio.ensure_future(reader.read(1))
        for delta in deltas:
            self._write(writer, {"delta": delta, "index": 0})
            seen.sent += 1
            await asyncio.wait([gone], timeout=int(pause) / 1000)
            if gone.done():
                seen.hung_up_at = time.monotonic()
                gone.exception()  # a reset, which nobody else would ask for
                return
        usage = {"prompt_tokens": 7, "completion_tokens": int(chunks), "total_tokens": 7 + int(chunks)}
        self._write(writer, {"delta": {"content": ""}, "index": 0, "finish_reason": reason}, usage=usage)
        writer.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
        seen.finished = True
        gone.cancel()

    @staticmethod
    def _write(writer: asyncio.StreamWriter, choice: dict[str, object], **more: object) -> None:
        chunk = json.dumps({"id": "req-1", "model": "m", "choices": [choice], **more})
        data = f"data: {chunk}\n\n".encode()
        writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _calls(pieces: int) -> list[dict[str, object]]:
    """Two calls side by side: each begins with id and name, its arguments come piece by piece."""
    deltas: list[dict[str, object]] = [{"role": "assistant", "content": "Looking. "}]
    for index, name in enumerate(("get_weather", "get_time")):
        call = {"index": index, "id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": ""}}
        deltas.append({"tool_calls": [call]})
    texts = [json.dumps({"city": f"{'x' * pieces}{index}"}) for index in range(2)]
    for place in range(pieces):
        for index, text in enumerate(texts):
            size = -(-len(text) // pieces)
            piece = text[place * size : (place + 1) * size]
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    return deltas
