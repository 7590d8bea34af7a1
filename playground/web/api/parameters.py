"""Parameters of the API: one declaration reads them, refuses nonsense, and goes into the OpenAPI document."""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict

from playground.web.api.problems import Problem

LONGEST: Final = 200
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
_ID: Final = r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query. `schema` is its JSON schema; `read` raises ValueError for what does not fit it."""

    name: str
    description: str
    schema: Mapping[str, Any]
    read: Callable[[str], Any]
    default: Any = None

    @property
    def document(self) -> dict[str, Any]:
        """Its place in the OpenAPI document."""
        schema = dict(self.schema) | ({} if self.default is None else {"default": self.default})
        return {"name": self.name, "in": "query", "required": False, "description": self.description, "schema": schema}


def text(name: str, description: str) -> Parameter:
    """Any text that is not empty."""

    def read(value: str) -> str:
        if not 0 < len(value) <= LONGEST or "\0" in value:
            raise ValueError(f"give 1 to {LONGEST} characters, none of them NUL")
        return value

    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"^[^\u0000]+$"}
    return Parameter(name, description, schema, read)


def choice(name: str, description: str, words: Sequence[str], default: str | None = None) -> Parameter:
    """One of some words."""

    def read(value: str) -> str:
        if value not in words:
            raise ValueError(f"give one of {', '.join(words)}")
        return value

    return Parameter(name, description, {"type": "string", "enum": list(words)}, read, default)


def whole(name: str, description: str, *, least: int, most: int, default: int | None = None) -> Parameter:
    """A whole number within bounds."""

    def read(value: str) -> int:
        if not _WHOLE.fullmatch(value) or not least <= int(value) <= most:
            raise ValueError(f"give a whole number from {least} to {most}")
        return int(value)

    return Parameter(name, description, {"type": "integer", "minimum": least, "maximum": most}, read, default)


def flag(name: str, description: str) -> Parameter:
    """True or false."""

    def read(value: str) -> bool:
        if value not in ("true", "false"):
            raise ValueError("give true or false")
        return value == "true"

    return Parameter(name, description, {"type": "boolean"}, read, default=False)


def day(name: str, description: str) -> Parameter:
    """A day, as RFC 3339 writes it."""

    def read(value: str) -> dt.date:
        if not _DAY.fullmatch(value):
            raise ValueError("give a day like 2026-11-21")
        return dt.date.fromisoformat(value)

    return Parameter(name, description, {"type": "string", "format": "date"}, read)


def identifier(name: str, description: str) -> Parameter:
    """A UUID, with or without its hyphens."""

    def read(value: str) -> uuid.UUID:
        if not re.fullmatch(_ID, value):
            raise ValueError("give an id like 7c9e6679-7425-40de-944b-e07fc1f90ae7")
        return uuid.UUID(value)

    return Parameter(name, description, {"type": "string", "pattern": f"^{_ID}$"}, read)


def read_all(query: QueryDict, known: Sequence[Parameter]) -> dict[str, Any]:
    """The values by name, with their defaults. Raises Problem("bad_parameter") naming the first that makes no sense."""
    by_name = {one.name: one for one in known}
    for name in query:
        if name not in by_name:
            raise Problem("bad_parameter", f"There is no parameter {name[:LONGEST]!r}.", parameter=name[:LONGEST])
        if len(query.getlist(name)) > 1:
            raise Problem("bad_parameter", f"{name} may be given once.", parameter=name)
    return {one.name: _value(one, query) for one in known}


def _value(one: Parameter, query: QueryDict) -> Any:
    stated = query.get(one.name)
    if stated is None:
        return one.default
    try:
        return one.read(stated)
    except ValueError as error:
        raise Problem("bad_parameter", f"{one.name}: {error}.", parameter=one.name) from error
