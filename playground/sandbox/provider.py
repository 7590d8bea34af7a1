"""The imitation provider itself: routes, keys, and what several requests share. Both doors call `respond`.

It keeps no key and no prompt: only hashes, keyed with a number made at the start.
"""

import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from random import Random, SystemRandom

from playground.sandbox.counting import CountMemory, PrefixMemory
from playground.sandbox.encode import dumps
from playground.sandbox.gate import Gate, Seat
from playground.sandbox.models import DEFAULT_MODELS, SandboxModel, find_model
from playground.sandbox.refusal import RefusalError
from playground.sandbox.request import Dialect, Request
from playground.sandbox.script import JSON, Script, Served, answer, refused

DOORS: Mapping[str, Dialect] = {"/api/coding/paas/v4": "glm", "/api/paas/v4": "glm", "/v1": "openai"}
MAX_BODY = 16 * 1024 * 1024
"""Bytes of a request; far above the largest context."""

_TIER = re.compile(r"(?<![A-Za-z0-9])V[0-3](?![A-Za-z0-9])", re.I)
_MAX_FAILURES = 2000
_STARTED = 1_700_000_000
"""The `created` of listed models: some time in the past, always the same."""


@dataclass(slots=True)
class Turn:
    """One request being answered; `release` must be called once it is over, however it ends."""

    script: Script
    release: Callable[[], None] = field(default=lambda: None)


class SandboxProvider:
    """Answers requests. `tier`: the requests-in-flight row for keys that name none (`None`: no limit at all).

    A key that holds V0, V1, V2 or V3 as a word of its own (`sandbox-V2`) chooses its tier. `needs_key` off: a request
    without any key is answered too.
    """

    def __init__(
        self,
        models: Sequence[SandboxModel] = DEFAULT_MODELS,
        *,
        tier: str | None = "V0",
        needs_key: bool = True,
        clock: Callable[[], float] = time.time,
        random: Random | None = None,
    ) -> None:
        self.models = models
        self.gate = Gate()
        self._tier = tier
        self._needs_key = needs_key
        self._clock = clock
        self._random = random or SystemRandom()
        self._salt = self._random.randbytes(16)
        self._counts = CountMemory()
        self._prefixes = PrefixMemory()
        self._failures: OrderedDict[bytes, int] = OrderedDict()

    def respond(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Turn:
        """Return what to send. `headers` have lower-case names. Never raises on account of the request."""
        base = next((base for base in DOORS if path == base or path.startswith(f"{base}/")), "")
        dialect = DOORS.get(base, "glm")
        chinese = headers.get("accept-language", "").lower().startswith("zh")
        try:
            key = _key(headers) if self._needs_key or "authorization" in headers else ""
            return self._route(method, path.removeprefix(base).rstrip("/"), key, body, dialect, chinese=chinese)
        except RefusalError as refusal:
            return Turn(refused(refusal, dialect=dialect, chinese=chinese))

    def _route(self, method: str, path: str, key: str, body: bytes, dialect: Dialect, *, chinese: bool) -> Turn:
        if path == "/models" and method == "GET":
            return self._json({"object": "list", "data": [_listed(model) for model in self.models]})
        if path.startswith("/models/") and method == "GET":
            model = find_model(self.models, path.removeprefix("/models/"))
            if model is None:
                raise RefusalError("1211", path[8:88], status=404)
            return self._json(_listed(model))
        if path == "/chat/completions" and method == "POST":
            return self._chat(key, _payload(body), dialect, chinese=chinese)
        raise RefusalError("1222", f"{method} {path[:80]}", status=404 if dialect == "openai" else None)

    def _chat(self, key: str, payload: object, dialect: Dialect, *, chinese: bool) -> Turn:
        owner = blake2b(key.encode("utf-8", "replace"), key=self._salt, digest_size=16).digest()
        named = _TIER.search(key)
        tier = named[0].upper() if named and self._tier else self._tier
        seats: list[Seat] = []

        def enter(request: Request) -> bool:
            seat = self.gate.enter(owner, request.model, tier)
            if seat is not None:
                seats.append(seat)
            return seat is not None

        served = Served(
            at=self._clock(),
            tag=f"{self._random.getrandbits(64):016x}",
            dialect=dialect,
            chinese=chinese,
            count=self._counts,
            cached=lambda units: self._prefixes.cached_tokens(owner, units),
            must_fail=lambda prompt, times: self._must_fail(owner, prompt, times),
            enter=enter,
        )
        try:
            script = answer(payload, self.models, seed=seed_of(payload), served=served)
        except BaseException:
            self._leave(seats)
            raise
        return Turn(script, lambda: self._leave(seats))

    def _leave(self, seats: list[Seat]) -> None:
        while seats:
            self.gate.leave(seats.pop())

    def _must_fail(self, owner: bytes, prompt: str, times: int) -> bool:
        """Let a prompt fail so many times and then succeed once, after which the count starts afresh."""
        mark = blake2b(prompt.encode("utf-8", "replace"), key=owner, digest_size=16).digest()
        failed = self._failures.pop(mark, 0)
        if failed >= times:
            return False
        self._failures[mark] = failed + 1
        while len(self._failures) > _MAX_FAILURES:
            self._failures.popitem(last=False)
        return True

    @staticmethod
    def _json(value: object) -> Turn:
        return Turn(Script(200, JSON, iter([(0.0, dumps(value))])))


def seed_of(payload: object) -> int:
    """Return a number that is the same for the same question, whatever ids and stream options come with it."""
    if not isinstance(payload, Mapping):
        return 0
    kept = {
        name: payload.get(name)
        for name in ("model", "messages", "temperature", "top_p", "seed", "tools", "response_format")
    }
    text = json.dumps(kept, sort_keys=True, default=str)
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=6).digest())


def _key(headers: Mapping[str, str]) -> str:
    kind, _, key = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key.strip():
        raise RefusalError("1001")
    return key.strip()


def _payload(body: bytes) -> object:
    try:
        return json.loads(body, parse_constant=_not_json)
    except (ValueError, RecursionError) as error:
        raise RefusalError("1210", "the body is not JSON") from error


def _not_json(word: str) -> object:
    raise ValueError(word)


def _listed(model: SandboxModel) -> dict[str, object]:
    return {"id": model.slug, "object": "model", "created": _STARTED, "owned_by": "sandbox"}
