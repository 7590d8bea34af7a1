"""Chunks to server-sent events, in the GLM dialect and in OpenAI's; the mirror of `playground.wire`.

All text is escaped to ASCII: a raw U+2028 would kill the official Python clients. The parts that never change within
an answer are encoded once, because this runs for every token.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from hashlib import blake2b
from json.encoder import encode_basestring_ascii as quoted

from playground.sandbox.request import Dialect

_BEIJING = timezone(timedelta(hours=8))
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Identity:
    """How one answer names itself: `at` in Unix seconds, `tag` 16 hex digits, `model` as echoed."""

    at: float
    tag: str
    model: str

    @property
    def id(self) -> str:
        """The time in UTC+8 and the tag, as GLM does."""
        moment = datetime.fromtimestamp(self.at, UTC).astimezone(_BEIJING)
        return f"{moment:%Y%m%d%H%M%S}{self.tag}"

    def call_id(self, place: int, *, whole: bool) -> str:
        """Return the id of a tool call; whole calls carry a signed number, streamed ones hex digits."""
        digest = blake2b(f"{self.tag}/{place}".encode(), digest_size=12)
        number = (1 << 62) + (int.from_bytes(digest.digest()) % (1 << 62))
        return f"call_-{number}" if whole else f"call_{digest.hexdigest()}"


@dataclass(frozen=True, slots=True)
class Call:
    """A function the answer wants run; `arguments` is JSON text."""

    name: str
    arguments: str


def dumps(value: object) -> bytes:
    """Return compact JSON in ASCII."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


class ChunkEncoder:
    """Writes the chunks of one streamed answer."""

    def __init__(self, identity: Identity, dialect: Dialect, *, usage_follows: bool = False) -> None:
        self._identity = identity
        self._openai = dialect == "openai"
        self._tail = ',"usage":null}' if self._openai and usage_follows else "}"
        self._head = "data: " + self._opening()
        self._role = "" if self._openai else '"role":"assistant",'
        self._end = self._choice_end() + self._tail + "\n\n"
        self._content = self._head + self._delta("content")
        self._reasoning = self._head + self._delta("reasoning" if self._openai else "reasoning_content")

    def opening(self) -> bytes:
        """The first chunk of the OpenAI dialect names the role; GLM has none and returns nothing."""
        return self._chunk('"role":"assistant","content":null') if self._openai else b""

    def content(self, text: str) -> bytes:
        return f"{self._content}{quoted(text)}{self._end}".encode("ascii")

    def reasoning(self, text: str) -> bytes:
        return f"{self._reasoning}{quoted(text)}{self._end}".encode("ascii")

    def raw_content(self, text: str) -> bytes:
        """As `content`, but with the text in UTF-8 as it is: for faults only. The text must need no escaping."""
        return f'{self._content}"{text}"{self._end}'.encode()

    def call(self, call: Call, place: int) -> bytes:
        """A whole tool call in one chunk."""
        return self._call(place, self._identity.call_id(place, whole=True), call.name, call.arguments)

    def call_begins(self, call: Call, place: int) -> bytes:
        """The first fragment of a streamed tool call: everything but its arguments."""
        return self._call(place, self._identity.call_id(place, whole=False), call.name, "")

    def call_goes_on(self, place: int, arguments: str) -> bytes:
        """A further fragment: index and a piece of the arguments."""
        return self._chunk(f'"tool_calls":[{{"index":{place},"function":{{"arguments":{quoted(arguments)}}}}}]')

    def finish(self, reason: str, usage: dict[str, object] | None, **beside: object) -> bytes:
        """The last chunk. `beside` are further fields at the top of it (`web_search`, `content_filter`).

        OpenAI's usage comes in a chunk of its own, and only when it was asked for.
        """
        choice: dict[str, object] = {"index": 0, "finish_reason": reason, "delta": {"role": "assistant", "content": ""}}
        if self._openai:
            choice = {"index": 0, "delta": {}, "finish_reason": reason}
            return self._object({"choices": [choice], **beside}, self._tail) + self._usage(usage)
        return self._object({"choices": [choice]} | ({"usage": usage} if usage else {}) | beside, "}")

    def beside(self, **fields: object) -> bytes:
        """A chunk without text that carries top-level fields."""
        choice: dict[str, object] = {"index": 0, "delta": {"role": "assistant", "content": ""}}
        if self._openai:
            choice["finish_reason"] = None
        return self._object({"choices": [choice], **fields}, self._tail)

    def _usage(self, usage: dict[str, object] | None) -> bytes:
        wanted = self._tail != "}" and usage
        return self._object({"choices": [], "usage": usage}, "}") if wanted else b""

    def _call(self, place: int, call_id: str, name: str, arguments: str) -> bytes:
        call = {"id": call_id, "index": place, "type": "function", "function": {"name": name, "arguments": arguments}}
        return self._chunk(f'"tool_calls":[{dumps(call).decode()}]')

    def _chunk(self, delta: str) -> bytes:
        return f'{self._head}"choices":[{{"index":0,"delta":{{{delta}{self._end}'.encode("ascii")

    def _object(self, fields: dict[str, object], tail: str) -> bytes:
        inner = dumps(fields).decode()[1:-1]
        return f"{self._head}{inner}{tail}\n\n".encode("ascii")

    def _delta(self, name: str) -> str:
        return f'"choices":[{{"index":0,"delta":{{{self._role}"{name}":'

    def _choice_end(self) -> str:
        return '},"finish_reason":null}]' if self._openai else "}}]"

    def _opening(self) -> str:
        created = int(self._identity.at)
        model = quoted(self._identity.model)
        if self._openai:
            return (
                f'{{"id":"chatcmpl-{self._identity.id}","object":"chat.completion.chunk",'
                f'"created":{created},"model":{model},'
            )
        return f'{{"id":"{self._identity.id}","created":{created},"object":"chat.completion.chunk","model":{model},'


def completion(
    identity: Identity,
    dialect: Dialect,
    *,
    reason: str,
    content: str,
    reasoning: str,
    calls: tuple[Call, ...],
    usage: dict[str, object] | None,
    request_id: str = "",
    **beside: object,
) -> bytes:
    """Return a whole, non-streamed answer as JSON."""
    message: dict[str, object] = {"role": "assistant", "content": content}
    if reasoning:
        message["reasoning" if dialect == "openai" else "reasoning_content"] = reasoning
    if calls:
        message["tool_calls"] = [
            {
                "id": identity.call_id(place, whole=True),
                "index": place,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for place, call in enumerate(calls)
        ]
    head: dict[str, object] = {"id": identity.id, "request_id": request_id or identity.id}
    if dialect == "openai":
        head = {"id": f"chatcmpl-{identity.id}"}
    body = {
        **head,
        "created": int(identity.at),
        "model": identity.model,
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": reason, "message": message}],
        **({"usage": usage} if usage else {}),
        **beside,
    }
    return dumps(body)
