"""One request to one script: timed pieces of wire bytes, or an error with its status. Read this file first.

Pure: the clock, the randomness and what was seen before come in with `Served`. `provider` supplies them and plays the
script through one of the two doors.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from random import Random

from playground.sandbox import mishaps
from playground.sandbox.counting import Count, Counts, Unit, prompt_units
from playground.sandbox.encode import DONE, ChunkEncoder, Identity, completion, dumps
from playground.sandbox.faults import FAULTS, Fault, Provoked, provoked
from playground.sandbox.mishaps import Piece
from playground.sandbox.models import SandboxModel
from playground.sandbox.pieces import pieces
from playground.sandbox.refusal import RefusalError
from playground.sandbox.reply import Reply, make_reply
from playground.sandbox.request import Dialect, Request, read_request
from playground.wire.tokens import estimate_tokens

__all__ = ["FAULTS", "Fault", "Piece", "Script", "Served", "answer", "refused"]

EVENT_STREAM = "text/event-stream;charset=UTF-8"
JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=UTF-8"

_HUGE_PIECE = 2048
_ARGUMENT_PIECE = 12
_ENDLESS = frozenset(("stall", "cut", "eof", "error", "relay"))
"""Faults after which no ordinary end comes."""

_COST_PER_TOKEN = 0.000_000_4
"""US dollars; what the fault `cost` reports, an invented price."""


@dataclass(slots=True)
class Script:
    """What goes over the wire, and when. `pieces` can be read once."""

    status: int
    media_type: str
    pieces: Iterator[Piece]
    breaks: bool = False
    """At the end the connection is dropped instead of closed in order."""
    retry_after: int | None = None
    """Seconds of a Retry-After header."""


@dataclass(frozen=True, slots=True)
class Served:
    """The circumstances of one request."""

    at: float
    """Unix seconds."""
    tag: str
    """16 hex digits, new for every request."""
    dialect: Dialect = "glm"
    chinese: bool = False
    """The language of error messages."""
    count: Count = estimate_tokens
    """Counts the tokens of a text."""
    cached: Callable[[Sequence[Unit]], int] = lambda _units: 0
    """How many tokens of this prompt were seen before."""
    must_fail: Callable[[str, int], bool] = lambda _prompt, _times: False
    """Is this one of the first so many attempts with this very prompt?"""
    enter: Callable[[Request], bool] = lambda _request: True
    """Is there room for one more request in flight?"""


def answer(payload: object, models: Sequence[SandboxModel], *, seed: int, served: Served) -> Script:
    """Return the script for a chat request. Never raises on account of the request."""
    try:
        request = read_request(payload, models, dialect=served.dialect)
        units = prompt_units(request, served.count)
        wanted = provoked(request.prompt) if request.messages[-1].role == "user" else None
        _refuse(request, units, wanted, served)
    except RefusalError as refusal:
        return refused(refusal, dialect=served.dialect, chinese=served.chinese)
    if wanted is not None and wanted.fault.name == "gateway":
        return Script(502, HTML, iter([(0.0, b"<html><body><h1>502 Bad Gateway</h1></body></html>")]))
    if wanted is not None:
        request = request.asking(wanted.rest)
    reply = make_reply(request, wanted, models, seed=seed, at=served.at)
    prompt = sum(unit.tokens for unit in units)
    cached = min(served.cached(units), prompt) if request.model.caching else 0
    counts = Counts(prompt, cached, reply.content_tokens + reply.reasoning_tokens, reply.reasoning_tokens)
    performance = _Performance(request, reply, counts, Identity(served.at, served.tag, _echo(request)), seed)
    return performance.script(wanted)


def refused(refusal: RefusalError, *, dialect: Dialect = "glm", chinese: bool = False) -> Script:
    """Return the script of an error."""
    body = dumps(refusal.body(openai=dialect == "openai", chinese=chinese))
    return Script(refusal.status, JSON, iter([(0.0, body)]), retry_after=refusal.retry_after)


def _refuse(request: Request, units: Sequence[Unit], wanted: Provoked | None, served: Served) -> None:
    """Raise what stands in the way: the faults that come before an answer, the context, the requests in flight."""
    name = wanted.fault.name if wanted else ""
    codes = {"balance": "1113", "auth": "1000", "context": "1261", "500": "1234"}
    if name in codes:
        raise RefusalError(codes[name], served.tag if name == "500" else name)
    if name == "overloaded":
        raise RefusalError("1305", status=200)
    if wanted is not None and name == "rate-limit":
        times = int(wanted.number)
        if times == 0 or served.must_fail(request.prompt, times):
            raise RefusalError("1302")
    if wanted is not None and name == "wait" and served.must_fail(request.prompt, 1):
        raise RefusalError("1302", retry_after=int(wanted.number))
    prompt = sum(unit.tokens for unit in units)
    if prompt > request.model.context_tokens:
        raise RefusalError("1261", f"{prompt} > {request.model.context_tokens}")
    if not served.enter(request):
        raise RefusalError("1302")


def _echo(request: Request) -> str:
    return request.asked_model if request.dialect == "openai" else request.model.echoed


class _Performance:
    """One reply on its way to bytes."""

    def __init__(self, request: Request, reply: Reply, counts: Counts, identity: Identity, seed: int) -> None:
        self.request, self.reply, self.counts, self.identity = request, reply, counts, identity
        self.random = Random(seed)  # noqa: S311 - rhythm, not secrecy
        self.encoder = ChunkEncoder(identity, request.dialect, usage_follows=request.include_usage)
        self.inline = request.model.thinking == "inline"
        self.usage: dict[str, object] | None = counts.to_json(details=not self.inline)
        self.beside: dict[str, object] = {}

    def script(self, wanted: Provoked | None) -> Script:
        """Return the stream or the whole answer, with the fault applied if there is one."""
        name = wanted.fault.name if wanted else ""
        first = wanted.number if wanted and name == "slow" else self._first_token()
        self._prepare(name)
        if not self.request.stream or name == "whole":
            return self._whole_mishap(name, self._whole(first))
        return self._mishap(name, self._stream(first, name))

    def _prepare(self, name: str) -> None:
        if name == "no-usage":
            self.usage = None
        if name == "cost" and self.usage is not None:
            cost = round((self.counts.prompt + self.counts.completion) * _COST_PER_TOKEN, 10)
            self.usage |= {"cost": cost, "is_byok": False}
            gateway = {"cost": f"{cost:.10f}", "marketCost": f"{cost:.10f}", "generationId": self.identity.id}
            self.beside["provider_metadata"] = {"gateway": gateway}
        if name == "filter":
            self.beside["content_filter"] = [{"role": "assistant", "level": 1}]

    def _first_token(self) -> float:
        return self.request.model.first_token_seconds * (0.8 + 0.5 * self.random.random())

    def _whole(self, first: float) -> Script:
        seconds = 0.0 if self.reply.instant else self.counts.completion / self.request.model.tokens_per_second
        if self.reply.sources and self.request.search and self.request.search.listed:
            self.beside["web_search"] = list(self.reply.sources)
        body = completion(
            self.identity,
            self.request.dialect,
            reason=self.reply.finish,
            content=self._inline_thinking() + self.reply.content,
            reasoning="" if self.inline else self.reply.reasoning,
            calls=self.reply.calls,
            usage=self.usage,
            request_id=self.request.request_id,
            **self.beside,
        )
        return Script(200, JSON, iter([(first + seconds, body)]))

    def _stream(self, first: float, name: str) -> Iterator[Piece]:
        frames = chain(self._opening(), self._thinking(), self._content(name), self._calls())
        for place, (delay, data) in enumerate(chain(frames, self._ending(name))):
            yield (first + delay if place == 0 else delay), data

    def _opening(self) -> Iterator[Piece]:
        opening = self.encoder.opening()
        if opening:
            yield 0.0, opening
        search = self.request.search
        if search is not None and search.first and search.listed:
            yield 0.0, self.encoder.beside(web_search=list(self.reply.sources))

    def _thinking(self) -> Iterator[Piece]:
        if self.inline:
            return self._paced(self._inline_thinking(), self.reply.reasoning_tokens, self.encoder.content)
        return self._paced(self.reply.reasoning, self.reply.reasoning_tokens, self.encoder.reasoning)

    def _inline_thinking(self) -> str:
        """The thinking as part of the text; cut short, its closing tag is missing."""
        if not self.inline or not self.reply.reasoning:
            return ""
        unfinished = self.reply.finish == "length" and not self.reply.content
        return f"<think>\n{self.reply.reasoning}" + ("" if unfinished else "\n</think>\n\n")

    def _content(self, name: str) -> Iterator[Piece]:
        if name == "separators":
            yield 0.0, self.encoder.raw_content("raw separators: \u2028|\u2029|\u0085| ")
        yield from self._paced(self.reply.content, self.reply.content_tokens, self.encoder.content)

    def _paced(self, text: str, tokens: int, encode: Callable[[str], bytes]) -> Iterator[Piece]:
        """Yield the text piece by piece at the model's speed, a little uneven."""
        if not text:
            return
        if self.reply.instant:
            yield from ((0.0, encode(text[at : at + _HUGE_PIECE])) for at in range(0, len(text), _HUGE_PIECE))
            return
        # Pieces are not quite tokens: the pace is set so that the whole takes as long as its tokens.
        seconds_per_character = tokens / self.request.model.tokens_per_second / len(text)
        random = self.random.random
        for piece in _words(text) if self.reply.words else pieces(text):
            yield seconds_per_character * len(piece) * (0.5 + random()), encode(piece)

    def _calls(self) -> Iterator[Piece]:
        pause = 4 / self.request.model.tokens_per_second
        for place, call in enumerate(self.reply.calls):
            if not self.request.tool_stream:
                yield pause * 4, self.encoder.call(call, place)
                continue
            yield pause, self.encoder.call_begins(call, place)
            for at in range(0, len(call.arguments), _ARGUMENT_PIECE):
                yield pause, self.encoder.call_goes_on(place, call.arguments[at : at + _ARGUMENT_PIECE])

    def _ending(self, name: str) -> Iterator[Piece]:
        if name in _ENDLESS:
            return
        search = self.request.search
        if search is not None and search.listed and not search.first:
            self.beside["web_search"] = list(self.reply.sources)
        yield 0.0, self.encoder.finish(self.reply.finish, self.usage, **self.beside)
        if name != "no-done":
            yield 0.0, DONE

    def _whole_mishap(self, name: str, script: Script) -> Script:
        """What the faults of a stream come to where no stream was asked for."""
        if name in ("error", "relay"):
            return refused(RefusalError("1234", self.identity.id), dialect=self.request.dialect)
        if name == "stall":
            return replace(script, pieces=mishaps.stalled(iter(())))
        if name in ("cut", "eof"):
            halves = ((delay, body[: len(body) // 2]) for delay, body in script.pieces)
            return replace(script, pieces=halves, breaks=name == "cut")
        return script

    def _mishap(self, name: str, stream: Iterator[Piece]) -> Script:
        """Apply the fault that lies in the bytes."""
        if name == "cut":
            half = self.encoder.raw_content("半个字：断")
            torn = half[: half.rindex("断".encode()) + 2]
            return Script(200, EVENT_STREAM, mishaps.ending_in(stream, torn), breaks=True)
        error = {"code": "1234", "message": f"Network error, error id {self.identity.id} (sandbox)"}
        relay = {"code": 502, "message": "Provider disconnected (sandbox)"}
        bend: Mapping[str, Callable[[Iterator[Piece]], Iterator[Piece]]] = {
            "stall": mishaps.stalled,
            "error": lambda pieces: mishaps.ending_in(pieces, b"data: " + dumps({"error": error}) + b"\n\n"),
            "relay": lambda pieces: mishaps.with_comments(
                mishaps.ending_in(pieces, self.encoder.finish("error", None, error=relay) + DONE),
                b": SANDBOX PROCESSING\n\n",
            ),
            "glued": mishaps.glued,
            "damaged": mishaps.damaged,
            "crlf": mishaps.with_crlf,
            "comments": mishaps.with_comments,
            "bytes": mishaps.byte_by_byte,
        }
        return Script(200, EVENT_STREAM, bend[name](stream) if name in bend else stream)


def _words(text: str) -> Iterator[str]:
    for place, word in enumerate(text.split(" ")):
        yield f" {word}" if place else word
