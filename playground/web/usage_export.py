"""Entries as a file, streamed: CSV for spreadsheets, JSON Lines for programs. Exact amounts as text, times in UTC.

Rows are read a part at a time by the order they stand in, so that neither a cursor nor a list of all is ever held; an
entry written meanwhile is newer than all of them and not in the file.
"""

import csv
import datetime as dt
import io
import re
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
_TEXT_PLACES: Final = {
    COLUMNS.index(name)
    for name in (
        *("user_id", "provider", "model", "key_label"),
        *("finish_reason", "error_code", "provider_request_id", "price_id"),
    )
}
QUOTE: Final = '"'
_QUOTED: Final = re.compile(r'[,"\r\n]')
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Row = Sequence[Any]
Part = list[Sequence[Any]]  # some rows, by column: as long as COLUMNS, or empty


async def csv_file(entries: "QuerySet[Entry]", *, bom: bool) -> AsyncIterator[bytes]:
    """RFC 4180: commas, CRLF, quotes doubled. A text that a spreadsheet would run as a formula begins with a quote."""
    yield ((BOM if bom else "") + csv_lines([HEAD])).encode()
    async for part in _later(csv_part(part) for part in parts(entries)):
        yield part


async def json_lines(entries: "QuerySet[Entry]") -> AsyncIterator[bytes]:
    """One object a line; amounts are strings, so that no reader makes floats of them."""
    async for part in _later(_json_part(part) for part in parts(entries)):
        yield part


def csv_part(part: Part) -> bytes:
    """A part as lines of the file."""
    safe = [_safe(values) if place in _TEXT_PLACES else values for place, values in enumerate(part)]
    return csv_columns(safe).encode()


def _safe(texts: Sequence[str]) -> Sequence[str]:
    """Texts that no spreadsheet takes for formulas; most columns hold a few texts many times."""
    changed = {text: formula_safe(text) for text in set(texts) if text.startswith(FORMULA)}
    return [changed.get(text, text) for text in texts] if changed else texts


def _json_part(part: Part) -> bytes:
    rows = zip(*part, strict=True)
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


def csv_lines(rows: Iterable[Row]) -> str:
    """Rows in RFC 4180: commas, CRLF, quotes doubled."""
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue()


def csv_columns(columns: Iterable[Sequence[Any]]) -> str:
    """The same from columns. csv.writer looks at every character by itself, which is a third of a file's time."""
    return "".join(f"{','.join(fields)}\r\n" for fields in zip(*map(_fields, columns), strict=True))


def _fields(values: Sequence[Any]) -> list[str]:
    fields = ["" if value is None else str(value) for value in values]
    if not _QUOTED.search("".join(fields)):
        return fields
    return [f'"{field.replace(QUOTE, QUOTE * 2)}"' if _QUOTED.search(field) else field for field in fields]


def parts(entries: "QuerySet[Entry]") -> Iterator[Part]:
    """Parts of the rows, the oldest first, with everything exact as text and people by their addresses."""
    last = entries.order_by("-pk").values_list("pk", flat=True).first()
    after: tuple[dt.datetime, int] | None = None
    people: dict[int, str] = {}
    while last is not None:
        part = _part(entries.filter(pk__lte=last), after)
        if not part:
            return
        after = dt.datetime.fromisoformat(part[_MOMENT][-1]), part[_ID][-1]
        part[_PERSON] = _named(part[_PERSON], people)
        yield part


async def _later(made: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same for an event loop: each part is read and written out in a thread."""
    while (part := await sync_to_async(lambda: next(made, None))()) is not None:
        yield part


def _part(entries: "QuerySet[Entry]", after: tuple[dt.datetime, int] | None) -> Part:
    if after is not None:
        moment, number = after
        # The first condition is what an index can begin with.
        entries = entries.filter(created_at__gte=moment).filter(Q(created_at__gt=moment) | Q(pk__gt=number))
    return read_texts(entries.order_by("created_at", "pk")[:ROWS], COLUMNS)


def _named(numbers: Sequence[int], people: dict[int, str]) -> list[str]:
    """An address for each person's number; somebody who is gone keeps the number. `people`: those known so far."""
    unknown = set(numbers) - people.keys()
    if unknown:
        people |= {number: str(number) for number in unknown}
        people |= {
            number: email for number, email in User.objects.filter(pk__in=unknown).values_list("pk", "email") if email
        }
    return [people[number] for number in numbers]
