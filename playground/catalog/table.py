"""One table of a catalog file, read key by key. Pure; used by entries.py.

Every complaint names the file and the entry. A key that nobody read is a mistake in the file, not a comment.
"""

import datetime as dt
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from playground.catalog.errors import CatalogFileError


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a catalog file. Raises CatalogFileError."""
    try:
        return parse_toml(path.read_bytes(), path.name)
    except OSError as error:
        raise CatalogFileError(str(path), error.strerror or "cannot be read") from error


def parse_toml(content: bytes, name: str) -> dict[str, Any]:
    """The same for what a file named `name` holds. Floats are refused: amounts are written as strings."""

    def refuse(number: str) -> float:
        raise CatalogFileError(name, f"{number} is written as a number; write amounts as strings.")

    try:
        return tomllib.loads(content.decode("utf-8"), parse_float=refuse)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CatalogFileError(name, str(error)) from error


class Table:
    """A mapping of the file with typed access; call `finish` when everything that may be there was read."""

    def __init__(self, data: object, where: str) -> None:
        if not isinstance(data, Mapping):
            raise CatalogFileError(where, "must be a table.")
        self._data = data
        self._read: set[str] = set()
        self.where = where

    def fail(self, what: str) -> CatalogFileError:
        """The complaint `what` about this entry, to be raised."""
        return CatalogFileError(self.where, what)

    def has(self, key: str) -> bool:
        """Tell whether the entry states `key`."""
        return key in self._data

    def items(self) -> Iterable[tuple[str, Any]]:
        """The entry as it stands in the file."""
        return self._data.items()

    def text(self, key: str, default: str | None = None, *, among: Collection[str] | None = None) -> str:
        """A string; without a default it must be there and not be empty."""
        value = self._get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.fail(f"{key} must be text, not {value!r}.")
        if among is not None and value not in among:
            raise self.fail(f"{key} must be one of {', '.join(filter(None, among))}, not {value!r}.")
        return value

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number, not negative."""
        value = self._get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fail(f"{key} must be a whole number and not negative, not {value!r}.")
        return value

    def whole_or_none(self, key: str) -> int | None:
        """A whole number, or None where the source states none."""
        return self.whole(key) if self.has(key) else None

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.fail(f"{key} must be true or false, not {value!r}.")
        return value

    def amount(self, key: str) -> Decimal:
        """A number written as a string, not negative."""
        value = self._get(key)
        try:
            number = Decimal(value) if isinstance(value, str) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise self.fail(f"{key} must be a number written as a string, not {value!r}.")
        if number < 0:
            raise self.fail(f"{key} must not be negative, not {value!r}.")
        return number

    def amount_or_none(self, key: str) -> Decimal | None:
        """An amount, or None where the source states none."""
        return self.amount(key) if self.has(key) else None

    def day(self, key: str) -> dt.date:
        """A date."""
        value = self._get(key)
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise self.fail(f"{key} must be a date, not {value!r}.")
        return value

    def day_or_none(self, key: str) -> dt.date | None:
        """A date, or None where the source states none."""
        return self.day(key) if self.has(key) else None

    def texts(self, key: str, *, among: Collection[str] | None = None) -> list[str]:
        """A list of strings; empty when missing."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.fail(f"{key} must be a list of texts, not {value!r}.")
        if among is not None and (unknown := [item for item in value if item not in among]):
            raise self.fail(f"{key} names {', '.join(unknown)}, which is not known.")
        return value

    def json(self, key: str) -> dict[str, Any]:
        """A free table as JSON: dates become text; empty when missing."""
        value = self._get(key, {})
        if not isinstance(value, dict):
            raise self.fail(f"{key} must be a table, not {value!r}.")
        return {name: _json(item) for name, item in value.items()}

    def table(self, key: str) -> "Table":
        """A table below this one."""
        return Table(self._get(key), f"{self.where}, {key}")

    def tables(self, key: str, *names: str) -> Iterator["Table"]:
        """The entries of an array of tables, each called by the values of `names` in it."""
        value = self._get(key, [])
        if not isinstance(value, list):
            raise self.fail(f"{key} must be a list of tables.")
        for number, item in enumerate(value, 1):
            words = [str(item[name]) for name in names if isinstance(item, dict) and name in item]
            yield Table(item, f"{self.where}, {key} {number}{' (' + ' '.join(words) + ')' if words else ''}")

    def finish(self) -> None:
        """Refuse keys that nobody read: most likely they are misspelt."""
        if unknown := sorted(set(self._data) - self._read):
            raise self.fail(f"unknown key {', '.join(unknown)}.")

    def _get(self, key: str, default: Any = None) -> Any:
        self._read.add(key)
        if key not in self._data and default is None:
            raise self.fail(f"{key} is missing.")
        return self._data.get(key, default)


def _json(value: Any) -> Any:
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    return value
