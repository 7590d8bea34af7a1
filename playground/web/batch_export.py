"""The results of a batch as a file, streamed: CSV for spreadsheets, JSON Lines for programs. Exact amounts as text.

Rows are read a part at a time by their number, so that ten thousand of them are never held together.
"""

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

from asgiref.sync import sync_to_async

from playground.batches.models import Batch, Row
from playground.ledger.corrections import outcome
from playground.web.usage_export import BOM, formula_safe

ROWS: Final = 250  # of one part: answers are long
RESULTS: Final = (
    *("state", "answer", "reasoning", "error_code", "error", "finish_reason", "attempts"),
    *("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "reasoning_basis"),
    *("cost", "currency", "ttft_ms", "duration_ms", "entry"),
)
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?")


async def csv_file(batch: Batch, *, bom: bool) -> AsyncIterator[bytes]:
    """RFC 4180. The columns of the table, then what became of each row; what a spreadsheet would run is disarmed."""
    head = ["row", *batch.columns, *_result_names(batch.columns)]
    yield ((BOM if bom else "") + _lines([[formula_safe(name) for name in head]])).encode()
    async for part in _parts(batch):
        yield _lines([row.number, *map(_safe, row.texts), *map(_safe, found.values())] for row, found in part).encode()


async def json_lines(batch: Batch) -> AsyncIterator[bytes]:
    """One object a line: {"row", "input": {column: cell}, "state", "answer", …}; what is not known is null."""
    async for part in _parts(batch):
        lines = (
            json.dumps(
                {"row": row.number, "input": dict(zip(batch.columns, row.texts, strict=False)), **found},
                ensure_ascii=False,
            )
            for row, found in part
        )
        yield ("\n".join(lines) + "\n").encode()


def _results(row: Row) -> dict[str, Any]:
    run = row.generation
    entry = run.entry if run else None
    values: dict[str, Any] = dict.fromkeys(RESULTS)
    values |= {"state": run.state if run else ("left_out" if row.flaw else "waiting"), "attempts": row.attempts}
    values["error"] = row.flaw or None
    if run is not None:
        values |= {
            "answer": run.message.content,
            "reasoning": run.message.reasoning_content or None,
            "error_code": run.error_code or None,
            "error": run.error_message or None,
            "finish_reason": run.finish_reason or None,
        }
    if entry is not None:
        found = outcome(entry)
        values |= {
            "prompt_tokens": entry.prompt_tokens,
            "cached_tokens": entry.cached_tokens,
            "completion_tokens": entry.completion_tokens,
            "reasoning_tokens": entry.known_reasoning_tokens,
            "reasoning_basis": entry.reasoning_basis,
            "cost": None if found.total is None else f"{found.total:f}",
            "currency": found.currency or None,
            "ttft_ms": entry.ttft_ms,
            "duration_ms": entry.duration_ms,
            "entry": entry.pk,
        }
    return values


def _result_names(columns: Iterable[str]) -> list[str]:
    """The names of the results; one that the table has already ends in an underscore."""
    taken = {"row", *columns}
    names: list[str] = []
    for name in RESULTS:
        while name in taken:
            name += "_"  # noqa: PLW2901 - it grows until it is free
        names.append(name)
    return names


def _safe(value: object) -> object:
    """A number is no formula, also one with a sign."""
    if value is None:
        return ""
    return formula_safe(value) if isinstance(value, str) and not _NUMBER.fullmatch(value) else value


def _lines(rows: Iterable[Sequence[object]]) -> str:
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue()


async def _parts(batch: Batch) -> AsyncIterator[list[tuple[Row, dict[str, Any]]]]:
    last = 0
    while part := await sync_to_async(_part)(batch, last):
        yield part
        last = part[-1][0].number


def _part(batch: Batch, after: int) -> list[tuple[Row, dict[str, Any]]]:
    """Rows with their results, which may ask the database: for what corrects a correction."""
    rows = Row.objects.filter(batch=batch, number__gt=after).order_by("number")
    rows = rows.select_related("generation__message", "generation__entry__correction")
    return [(row, _results(row)) for row in rows.defer("weights", "generation__request")[:ROWS]]
