"""Entries as a file, streamed: CSV for spreadsheets, JSON Lines for programs. Exact amounts as text, times in UTC.

Rows are read a part at a time by the order they stand in, so that neither a cursor nor a list of all is ever held; an
entry written meanwhile is newer than all of them and not in the file.
"""

import csv
import datetime as dt
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import orjson
from asgiref.sync import sync_to_async
from django.db.models import Q, QuerySet

from playground.accounts.models import User
from playground.ledger.models import Entry
from playground.ledger.texts import moment_text, read_texts

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
_ID, _MOMENT, _PERSON = (COLUMNS.index(name) for name in ("id", "created_at", "user_id"))
_TEXT_PLACES: Final = [
    COLUMNS.index(name)
    for name in (
        *("user_id", "provider", "model", "key_label"),
        *("finish_reason", "error_code", "provider_request_id", "price_id"),
    )
]
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Row = Sequence[Any]


async def csv_file(entries: "QuerySet[Entry]", *, bom: bool) -> AsyncIterator[bytes]:
    """RFC 4180: commas, CRLF, quotes doubled. A text that a spreadsheet would run as a formula begins with a quote."""
    yield ((BOM if bom else "") + csv_lines([HEAD])).encode()
    async for part in _later(csv_part(rows) for rows in parts(entries)):
        yield part


async def json_lines(entries: "QuerySet[Entry]") -> AsyncIterator[bytes]:
    """One object a line; amounts are strings, so that no reader makes floats of them."""
    async for part in _later(_json_part(rows) for rows in parts(entries)):
        yield part


def csv_part(rows: Iterable[list[Any]]) -> bytes:
    """Rows of `parts` as lines of the file; changes them."""
    for row in rows:
        for place in _TEXT_PLACES:
            if row[place].startswith(FORMULA):
                row[place] = f"'{row[place]}"
    return csv_lines(rows).encode()


def _json_part(rows: Iterable[Row]) -> bytes:
    return b"".join(orjson.dumps(dict(zip(HEAD, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE) for row in rows)


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


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return moment_text(value) if isinstance(value, dt.datetime) else str(value)


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


def parts(entries: "QuerySet[Entry]") -> Iterator[list[list[Any]]]:
    """Parts of the rows, the oldest first, with everything exact as text and people by their addresses."""
    last = entries.order_by("-pk").values_list("pk", flat=True).first()
    after: tuple[dt.datetime, int] | None = None
    people: dict[int, str] = {}
    while last is not None:
        rows = _part(entries.filter(pk__lte=last), after)
        if not rows:
            return
        after = dt.datetime.fromisoformat(rows[-1][_MOMENT]), rows[-1][_ID]
        _name_people(rows, people)
        yield rows


async def _later(made: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same for an event loop: each part is read and written out in a thread."""
    while (part := await sync_to_async(lambda: next(made, None))()) is not None:
        yield part


def _part(entries: "QuerySet[Entry]", after: tuple[dt.datetime, int] | None) -> list[list[Any]]:
    if after is not None:
        moment, number = after
        # The first condition is what an index can begin with.
        entries = entries.filter(created_at__gte=moment).filter(Q(created_at__gt=moment) | Q(pk__gt=number))
    return read_texts(entries.order_by("created_at", "pk")[:ROWS], COLUMNS)


def _name_people(rows: Iterable[list[Any]], people: dict[int, str]) -> None:
    """An address for each person's number; somebody who is gone keeps the number. `people`: those known so far."""
    unknown = {row[_PERSON] for row in rows} - people.keys()
    if unknown:
        people |= {number: str(number) for number in unknown}
        people |= {
            number: email for number, email in User.objects.filter(pk__in=unknown).values_list("pk", "email") if email
        }
    for row in rows:
        row[_PERSON] = people[row[_PERSON]]
