"""What browsers may send over the socket (or its HTTP fallback), parsed into typed commands. Pure.

Decoding is strict and bounded: whatever is not a command of this list is refused with a stable code, never with a
traceback. Every command is documented with an example in docs/websocket.md.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from playground.conversations import run_settings
from playground.conversations.run_settings import RunSettings
from playground.errors import Refused

MAX_FRAME = 1_000_000  # bytes; Daphne itself cuts the connection at 1 MiB without a reason
MAX_COLUMNS = 6  # of a comparison


class BadFrame(Exception):
    """Not a JSON object with a known type: `code` and a sentence for the one who wrote the client."""

    def __init__(self, code: str, message: str, id: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.id = code, message, id


@dataclass(frozen=True, slots=True)
class Send:
    """`message.send`"""

    conversation: uuid.UUID | None
    parent: uuid.UUID | None
    client_id: str
    text: str
    settings: RunSettings


@dataclass(frozen=True, slots=True)
class Edit:
    """`message.edit`"""

    message: uuid.UUID
    client_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Regenerate:
    """`message.regenerate`"""

    message: uuid.UUID
    client_id: str


@dataclass(frozen=True, slots=True)
class Continue:
    """`message.continue`"""

    message: uuid.UUID
    client_id: str


@dataclass(frozen=True, slots=True)
class Ask:
    """`comparison.send`: to each of the columns, beside it the last message that the page shows of it."""

    comparison: uuid.UUID
    client_id: str
    text: str
    columns: tuple[tuple[uuid.UUID, uuid.UUID | None], ...]


@dataclass(frozen=True, slots=True)
class Results:
    """`message.results`: what the calls of an answer came back with, in their order"""

    message: uuid.UUID
    client_id: str
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """`message.repair`: send what is wrong with a JSON answer back"""

    message: uuid.UUID
    client_id: str


@dataclass(frozen=True, slots=True)
class Summarise:
    """`message.summarise`: let the model sum up the conversation, the summary standing for what is above it"""

    conversation: uuid.UUID
    parent: uuid.UUID | None
    client_id: str
    settings: RunSettings


@dataclass(frozen=True, slots=True)
class Stop:
    """`generation.stop`"""

    generation: uuid.UUID


@dataclass(frozen=True, slots=True)
class Follow:
    """`generation.follow`"""

    generation: uuid.UUID
    after: int


@dataclass(frozen=True, slots=True)
class Unfollow:
    """`generation.unfollow`"""

    generation: uuid.UUID


@dataclass(frozen=True, slots=True)
class Seen:
    """`generation.seen`: the browser has handled everything up to `seq`."""

    generation: uuid.UUID
    seq: int


@dataclass(frozen=True, slots=True)
class Ping:
    """`ping`"""


Deed = Send | Edit | Regenerate | Continue | Results | Repair | Summarise  # what starts a run
Command = Deed | Ask | Stop | Follow | Unfollow | Seen | Ping


def parse(data: str | bytes) -> tuple[int, Command]:
    """The request id and the command in a frame. Raises BadFrame or Refused."""
    if len(data) > MAX_FRAME:
        raise BadFrame("too_large", f"A frame may have {MAX_FRAME} bytes.")
    try:
        raw = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BadFrame("malformed", "A frame is one JSON object.") from None
    if not isinstance(raw, dict):
        raise BadFrame("malformed", "A frame is one JSON object.")
    number = raw.get("id", 0)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**53:
        raise BadFrame("malformed", "id is a whole number.")
    build = COMMANDS.get(raw.get("type")) if isinstance(raw.get("type"), str) else None
    if build is None:
        raise BadFrame("unknown_command", "There is no such command.", number)
    try:
        return number, build(raw)
    except _BadField as error:
        raise BadFrame("bad_field", f"{error} is missing or has the wrong type.", number) from None
    except Refused as error:
        raise BadFrame(error.code, error.message, number) from None


class _BadField(Exception):
    pass


def _text(raw: Mapping[str, object], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str):
        raise _BadField(name)
    return value


def _texts(raw: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = raw.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _BadField(name)
    return tuple(value)


def _id(raw: Mapping[str, object], name: str) -> uuid.UUID:
    found = _id_or_none(raw, name)
    if found is None:
        raise _BadField(name)
    return found


def _id_or_none(raw: Mapping[str, object], name: str) -> uuid.UUID | None:
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 36:
        raise _BadField(name)
    try:
        return uuid.UUID(value)
    except ValueError:
        raise _BadField(name) from None


def _count(raw: Mapping[str, object], name: str) -> int:
    value = raw.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise _BadField(name)
    return value


def _columns(raw: Mapping[str, object]) -> tuple[tuple[uuid.UUID, uuid.UUID | None], ...]:
    value = raw.get("columns")
    if not isinstance(value, list) or not 0 < len(value) <= MAX_COLUMNS:
        raise _BadField("columns")
    if not all(isinstance(one, dict) for one in value):
        raise _BadField("columns")
    return tuple((_id(one, "column"), _id_or_none(one, "parent")) for one in value)


def _settings(raw: Mapping[str, object]) -> RunSettings:
    value = raw.get("settings") or {}
    if not isinstance(value, dict):
        raise _BadField("settings")
    return run_settings.parse(value)


COMMANDS: Mapping[object, Callable[[Mapping[str, object]], Command]] = {
    "message.send": lambda raw: Send(
        _id_or_none(raw, "conversation"),
        _id_or_none(raw, "parent"),
        _text(raw, "client_id"),
        _text(raw, "text"),
        _settings(raw),
    ),
    "message.edit": lambda raw: Edit(_id(raw, "message"), _text(raw, "client_id"), _text(raw, "text")),
    "message.regenerate": lambda raw: Regenerate(_id(raw, "message"), _text(raw, "client_id")),
    "message.continue": lambda raw: Continue(_id(raw, "message"), _text(raw, "client_id")),
    "comparison.send": lambda raw: Ask(
        _id(raw, "comparison"), _text(raw, "client_id"), _text(raw, "text"), _columns(raw)
    ),
    "message.results": lambda raw: Results(_id(raw, "message"), _text(raw, "client_id"), _texts(raw, "results")),
    "message.repair": lambda raw: Repair(_id(raw, "message"), _text(raw, "client_id")),
    "message.summarise": lambda raw: Summarise(
        _id(raw, "conversation"), _id_or_none(raw, "parent"), _text(raw, "client_id"), _settings(raw)
    ),
    "generation.stop": lambda raw: Stop(_id(raw, "generation")),
    "generation.follow": lambda raw: Follow(_id(raw, "generation"), _count(raw, "after")),
    "generation.unfollow": lambda raw: Unfollow(_id(raw, "generation")),
    "generation.seen": lambda raw: Seen(_id(raw, "generation"), _count(raw, "seq")),
    "ping": lambda raw: Ping(),
}
