"""What a file holds, whoever wrote it: conversations as plain values. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from playground.errors import Refused


class BadFile(Refused):
    """A file that cannot be read; the message says what is wrong and where. The code is `bad_file`."""

    def __init__(self, message: object) -> None:
        super().__init__("bad_file", message)


@dataclass(slots=True)
class ImportedMessage:
    """One message; ids are those of the file. `parent` None: it begins a branch."""

    id: str
    parent: str | None
    role: str
    content: str
    reasoning_content: str = ""
    tool_calls: Sequence[Mapping[str, object]] = ()
    results: Sequence[Mapping[str, object]] = ()
    web_search: Sequence[Mapping[str, object]] = ()
    created_at: dt.datetime | None = None
    model: str = ""  # that wrote it, as the file names it
    sums_up: bool = False


@dataclass(slots=True)
class Imported:
    """One conversation, parents before children; `leaf` is the end of the branch that was open."""

    title: str
    messages: list[ImportedMessage]
    leaf: str | None = None
    system_prompt: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    provider: str = ""
    model: str = ""
    created_at: dt.datetime | None = None


def chain(messages: Sequence[ImportedMessage]) -> list[ImportedMessage]:
    """The same messages one below the other, for files that know no branches."""
    for before, after in pairwise(messages):
        after.parent = before.id
    return list(messages)


def moment(value: object) -> dt.datetime | None:
    """A moment as files write it: ISO 8601 or seconds since 1970; None for anything else or out of this world."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return dt.datetime.fromtimestamp(value, dt.UTC)
        if isinstance(value, str):
            read = dt.datetime.fromisoformat(value)
            return read if read.tzinfo else read.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
