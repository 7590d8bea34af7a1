"""What went to a provider, small enough to keep with every run and exact enough to show it again. Pure.

A body holds the whole conversation so far: kept whole for each turn, a conversation of n turns would be stored n times.
So the messages are left out of the kept body; they stand in rows that are never changed. The digest tells, byte for
byte, whether a body that was put together again is the one that was sent.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

HIDDEN = frozenset({"authorization"})


@dataclass(frozen=True, slots=True)
class Sent:
    """One request without its secret. `frame`: the JSON body with no messages in it; `size`: of the whole, in bytes."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]]
    frame: str
    size: int
    digest: str

    @classmethod
    def of(cls, method: str, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> "Sent":
        """From a request as it is handed to the network."""
        open_headers = tuple((name, value) for name, value in headers if name.lower() not in HIDDEN)
        frame = orjson.dumps({**orjson.loads(body), "messages": []}).decode()
        return cls(method, url, open_headers, frame, len(body), _digest(body))

    def body(self, messages: Sequence[Mapping[str, object]]) -> bytes | None:
        """The body with these messages, None when it is not the one that was sent."""
        body = orjson.dumps({**orjson.loads(self.frame), "messages": list(messages)})
        return body if _digest(body) == self.digest else None

    @property
    def keeps_thoughts(self) -> bool:
        """Whether earlier thinking went along (request.build_payload)."""
        thinking = orjson.loads(self.frame).get("thinking")
        return isinstance(thinking, dict) and thinking.get("clear_thinking") is False

    def to_json(self) -> dict[str, object]:
        """JSON for a row."""
        return {
            "method": self.method,
            "url": self.url,
            "headers": [list(pair) for pair in self.headers],
            "frame": self.frame,
            "size": self.size,
            "digest": self.digest,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> "Sent":
        """Read what to_json wrote."""
        headers = kept["headers"]
        assert isinstance(headers, list)  # noqa: S101 - only to_json writes it
        return cls(
            method=str(kept["method"]),
            url=str(kept["url"]),
            headers=tuple((str(name), str(value)) for name, value in headers),
            frame=str(kept["frame"]),
            size=int(str(kept["size"])),
            digest=str(kept["digest"]),
        )


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
