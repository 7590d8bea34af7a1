"""Entries as a file, streamed: CSV for spreadsheets, JSON Lines for programs. Exact amounts as text, times in UTC.

Rows are read a part at a time by the order they stand in, so that neither a cursor nor a list of all is ever held; an
entry written meanwhile is newer than all of them and not in the file.
"""

import csv
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.db.models import Q, QuerySet

from playground.accounts.models import User
from playground.ledger.models import Entry

ROWS: Final = 4_000  # of one part
BOM: Final = "\ufeff"
COLUMNS: Final = (
    *("id", "created_at", "generation", "attempt", "corrects_id", "user_id", "conversation", "message"),
    *("provider", "model", "key_label", "practice", "state", "finish_reason", "error_code", "provider_request_id"),
    *("ttft_ms", "duration_ms", "tokens_per_second"),
    *("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "tokens_basis"),
    *("currency", "cost_input", "cost_cached", "cost_output", "cost_total", "cost_basis", "upper_bound", "price_id"),
    *("template", "template_version"),
)
_CALLED: Final = {"user_id": "person", "corrects_id": "corrects"}
HEAD: Final = tuple(_CALLED.get(name, name) for name in COLUMNS)
TEXTS: Final = frozenset(
    {"provider", "model", "key_label", "finish_reason", "error_code", "provider_request_id", "price_id"}
)
AMOUNTS: Final = frozenset({"tokens_per_second", "cost_input", "cost_cached", "cost_output", "cost_total"})
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Row = Sequence[Any]


async def csv_file(entries: "QuerySet[Entry]", *, bom: bool) -> AsyncIterator[bytes]:
    """RFC 4180: commas, CRLF, quotes doubled. A text that a spreadsheet would run as a formula begins with a quote."""
    yield ((BOM if bom else "") + csv_lines([HEAD])).encode()
    async for rows, people in _parts_later(entries):
        yield csv_lines(csv_rows(rows, people)).encode()


async def json_lines(entries: "QuerySet[Entry]") -> AsyncIterator[bytes]:
    """One object a line; amounts are strings, so that no reader makes floats of them."""
    async for rows, people in _parts_later(entries):
        lines = (json.dumps(dict(zip(HEAD, json_row(row, people), strict=True)), ensure_ascii=False) for row in rows)
        yield ("\n".join(lines) + "\n").encode()


def csv_rows(rows: Iterable[Row], people: dict[int, str]) -> Iterator[list[Any]]:
    """Rows as the file has them."""
    convert: list[Callable[[Any], Any]] = [_csv_column(name, people) for name in COLUMNS]
    for row in rows:
        yield [make(value) for make, value in zip(convert, row, strict=True)]


def json_row(row: Row, people: dict[int, str]) -> Iterator[Any]:
    """Values as JSON has them: numbers and truths as such, everything exact as text, what is not known as null."""
    for name, value in zip(COLUMNS, row, strict=True):
        if name == "user_id":
            yield people.get(value, str(value))
        elif value is None or isinstance(value, bool | int):
            yield value
        else:
            yield _plain(value)


def formula_safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv_column(name: str, people: dict[int, str]) -> Callable[[Any], Any]:
    if name == "user_id":
        return lambda value: formula_safe(people.get(value, str(value)))
    if name in TEXTS:
        return formula_safe
    if name in AMOUNTS:
        return lambda value: "" if value is None else f"{value:f}"
    if name == "created_at":
        return _moment
    return lambda value: "" if value is None else value


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return _moment(value) if isinstance(value, dt.datetime) else str(value)


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


class _Lines:
    """What csv.writer writes to."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> None:
        self.parts.append(text)


def csv_lines(rows: Iterable[Row]) -> str:
    """Rows in RFC 4180: commas, CRLF, quotes doubled."""
    lines = _Lines()
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return "".join(lines.parts)


def parts(entries: "QuerySet[Entry]") -> Iterator[tuple[list[Row], dict[int, str]]]:
    """Parts of the rows, the oldest first, each with the names of the people in it."""
    last = entries.order_by("-pk").values_list("pk", flat=True).first()
    after: tuple[dt.datetime, int] | None = None
    people: dict[int, str] = {}
    while last is not None:
        rows = _part(entries.filter(pk__lte=last), after, people)
        if not rows:
            return
        yield rows, people
        after = rows[-1][1], rows[-1][0]


async def _parts_later(entries: "QuerySet[Entry]") -> AsyncIterator[tuple[list[Row], dict[int, str]]]:
    """The same for an event loop: each part is read in a thread."""
    found = parts(entries)
    while (part := await sync_to_async(lambda: next(found, None))()) is not None:
        yield part


def _part(entries: "QuerySet[Entry]", after: tuple[dt.datetime, int] | None, people: dict[int, str]) -> list[Row]:
    if after is not None:
        moment, number = after
        # The first condition is what an index can begin with.
        entries = entries.filter(created_at__gte=moment).filter(Q(created_at__gt=moment) | Q(pk__gt=number))
    rows: list[Row] = list(entries.order_by("created_at", "pk").values_list(*COLUMNS)[:ROWS])
    unknown = {row[5] for row in rows} - people.keys()
    if unknown:
        people |= dict.fromkeys(unknown, "") | dict(User.objects.filter(pk__in=unknown).values_list("pk", "email"))
        people |= {number: str(number) for number in unknown if not people[number]}
    return rows
