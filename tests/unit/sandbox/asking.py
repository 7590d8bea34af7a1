"""Asks the sandbox as a client does, and reads its answers with the product's own decoder."""

import asyncio
import json
import selectors
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.sandbox.models import DEFAULT_MODELS
from playground.sandbox.provider import seed_of
from playground.sandbox.script import Script, Served, answer
from playground.wire.chunks import DONE, ChunkParser
from playground.wire.completion import Completion
from playground.wire.errors import WireError
from playground.wire.sse import SSEDecoder

AT = 1_795_226_400.0  # 2026-11-21 10:00:00 in UTC+8
TAG = "a1b2c3d4e5f60718"
SERVED = Served(at=AT, tag=TAG)


@dataclass(slots=True)
class Read:
    """A stream as the client understands it."""

    completion: Completion
    done: bool
    error: WireError | None = None
    comments: int = 0


def payload(prompt: str | Sequence[Mapping[str, Any]], model: str = "glm-4.5-air", **fields: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)
    return {"model": model, "messages": messages, **fields}


def script(prompt: str | Sequence[Mapping[str, Any]], *, served: Served = SERVED, **fields: Any) -> Script:
    body = payload(prompt, **fields)
    return answer(body, DEFAULT_MODELS, seed=seed_of(body), served=served)


def whole(prompt: str | Sequence[Mapping[str, Any]], **fields: Any) -> dict[str, Any]:
    """The JSON of a non-streamed answer."""
    return dict(json.loads(sent(script(prompt, **fields))))


def said(prompt: str | Sequence[Mapping[str, Any]], **fields: Any) -> str:
    """The text of a non-streamed answer."""
    return str(whole(prompt, **fields)["choices"][0]["message"]["content"])


def stream(prompt: str | Sequence[Mapping[str, Any]], **fields: Any) -> bytes:
    return sent(script(prompt, stream=True, **fields))


def sent(one: Script) -> bytes:
    return b"".join(data for _, data in one.pieces)


def frames(data: bytes) -> list[dict[str, Any]]:
    """The JSON objects of an undamaged stream."""
    events = SSEDecoder().feed(data)
    return [json.loads(event.data) for event in events if event.data != DONE]


def read(data: bytes | Iterable[bytes], reasoning: str = "field") -> Read:
    """Decode, parse and fold a stream, in whatever parts it comes."""
    decoder, parser, completion = SSEDecoder(), ChunkParser(reasoning), Completion()
    parts = [data] if isinstance(data, bytes) else list(data)
    events = [event for part in parts for event in decoder.feed(part)] + decoder.finish()
    found = Read(completion, done=False)
    try:
        for event in events:
            if event.data == DONE:
                found.done = True
                break
            for piece in parser.parse_event(event):
                completion.add(piece)
        for piece in parser.finish():
            completion.add(piece)
    except WireError as error:
        found.error = error
    return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps to the next timer: waiting takes no time, and is exact."""

    def __init__(self) -> None:
        self.jumps = _JumpingSelector()
        super().__init__(self.jumps)

    def time(self) -> float:
        return self.jumps.now


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)
