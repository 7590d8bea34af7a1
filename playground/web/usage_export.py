"""Entries as a file, streamed: CSV for spreadsheets, JSON Lines for programs. Exact amounts as text, times in UTC.

Rows are read a part at a time by the order they stand in, so that neither a cursor nor a list of all is ever held; an
entry written meanwhile is newer than all of them and not in the file.
"""

import csv
import datetime as dt
import io
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
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
    *("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "tokens_basis", "reasoning_basis"),
    *("currency", "cost_input", "cost_cached", "cost_output", "cost_total", "cost_basis", "upper_bound", "price_id"),
    *("template", "template_version", "corrected_at", "corrected_by_id"),
)
_CALLED: Final = {"user_id": "person", "corrects_id": "corrects", "corrected_by_id": "corrected_by"}
HEAD: Final = tuple(_CALLED.get(name, name) for name in COLUMNS)
_ID, _MOMENT = (COLUMNS.index(name) for name in ("id", "created_at"))
PEOPLE: Final = ("user_id", "corrected_by_id")  # columns with a person's number, who is named by an address
_PEOPLE_PLACES: Final = tuple(COLUMNS.index(name) for name in PEOPLE)
_REASONING, _REASONING_BASIS = (COLUMNS.index(name) for name in ("reasoning_tokens", "reasoning_basis"))
_TEXT_PLACES: Final = {
    COLUMNS.index(name)
    for name in (
        *(*PEOPLE, "provider", "model", "key_label"),
        *("finish_reason", "error_code", "provider_request_id", "price_id"),
    )
}
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Row = Sequence[Any]
Part = list[Sequence[Any]]  # some rows, by column: as long as COLUMNS, or empty
# The wanted entries from a moment on, in no order. They are asked anew for each part, with the moment as their only
# lower bound: of two a database may take the other one, and read all that was written out before for each part.
Since = Callable[[dt.datetime], "QuerySet[Entry]"]


async def csv_file(entries: Since, first: dt.datetime, *, bom: bool) -> AsyncIterator[bytes]:
    """RFC 4180: commas, CRLF, quotes doubled. A text that a spreadsheet would run as a formula begins with a quote."""
    yield ((BOM if bom else "") + csv_lines([HEAD])).encode()
    async for part in _later(csv_part(part) for part in parts(entries, first)):
        yield part


async def json_lines(entries: Since, first: dt.datetime) -> AsyncIterator[bytes]:
    """One object a line; amounts are strings, so that no reader makes floats of them."""
    async for part in _later(_json_part(part) for part in parts(entries, first)):
        yield part


def csv_part(part: Part) -> bytes:
    """A part as lines of the file."""
    safe = [_safe(values) if place in _TEXT_PLACES else values for place, values in enumerate(part)]
    return csv_lines(zip(*safe, strict=True)).encode()


def _safe(texts: Sequence[str | None]) -> Sequence[str | None]:
    """Texts that no spreadsheet takes for formulas; most columns hold a few texts many times."""
    changed = {text: formula_safe(text) for text in set(texts) if text and text.startswith(FORMULA)}
    return [changed.get(text, text) if text else text for text in texts] if changed else texts


def _json_part(part: Part) -> bytes:
    rows = zip(*part, strict=True)
    return b"".join(orjson.dumps(dict(zip(HEAD, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def json_row(row: Row, people: dict[int, str]) -> Iterator[Any]:
    """Values as JSON has them: numbers and truths as such, everything exact as text, what is not known as null."""
    for name, value in zip(COLUMNS, row, strict=True):
        if name in PEOPLE and value is not None:
            yield people.get(value, str(value))
        elif name == "reasoning_tokens" and row[_REASONING_BASIS] == Entry.TokensBasis.NONE:
            yield None
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


def csv_lines(rows: Iterable[Row]) -> str:
    """Rows in RFC 4180: commas, CRLF, quotes doubled."""
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue()


def parts(entries: Since, first: dt.datetime) -> Iterator[Part]:
    """Parts of the rows from `first` on, oldest first, with everything exact as text and people by their addresses."""
    last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first()  # of all: those of a range take seconds
    moment, number = first, 0
    people: dict[int, str] = {}
    while last is not None:
        # The first condition is what an index can begin with.
        rest = entries(moment).filter(Q(created_at__gt=moment) | Q(pk__gt=number), pk__lte=last)
        part = read_texts(rest.order_by("created_at", "pk")[:ROWS], COLUMNS)
        if not part:
            return
        moment, number = dt.datetime.fromisoformat(part[_MOMENT][-1]), part[_ID][-1]
        for place in _PEOPLE_PLACES:
            part[place] = _named(part[place], people)
        part[_REASONING] = _known(part[_REASONING], part[_REASONING_BASIS])
        yield part


async def _later(made: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same for an event loop: each part is read and written out in a thread."""
    while (part := await sync_to_async(lambda: next(made, None))()) is not None:
        yield part


def _known(counts: Sequence[int], bases: Sequence[str | None]) -> Sequence[int | None]:
    """Counts that are known; the 0 of those that are not is none."""
    if Entry.TokensBasis.NONE not in bases:
        return counts
    return [None if basis == Entry.TokensBasis.NONE else count for count, basis in zip(counts, bases, strict=True)]


def people_in(row: Row) -> Iterator[int]:
    """The numbers of the people in a row of COLUMNS."""
    return (row[place] for place in _PEOPLE_PLACES if row[place] is not None)


def _named(numbers: Sequence[int | None], people: dict[int, str]) -> list[str | None]:
    """An address for each person's number; somebody who is gone keeps the number. `people`: those known so far."""
    unknown = {number for number in numbers if number is not None} - people.keys()
    if unknown:
        people |= {number: str(number) for number in unknown}
        people |= {
            number: email for number, email in User.objects.filter(pk__in=unknown).values_list("pk", "email") if email
        }
    return [None if number is None else people[number] for number in numbers]
