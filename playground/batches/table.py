"""A table from a file or from what was pasted: CSV in any usual dialect, JSON Lines, a JSON list. Pure.

All of it or nothing: what cannot be read is refused with its line and, where there is one, its column. The first line
of a CSV names the columns.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from playground.batches.encodings import decode
from playground.errors import Refused
from playground.wire.text import clean

MOST_BYTES: Final = 20_000_000
MOST_ROWS: Final = 10_000
MOST_COLUMNS: Final = 50
LONGEST_CELL: Final = 100_000  # characters
LONGEST_NAME: Final = 100
DELIMITERS: Final = (",", ";", "\t", "|")
_LOOKED_AT: Final = 20  # records that show which delimiter a file has


class BadTable(Refused):
    """A table that cannot be used; the sentence says where and why."""

    def __init__(self, message: object) -> None:
        super().__init__("bad_table", message)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. `line`: where it begins in the file, from 1, as an editor counts; of a JSON list its place in it."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns, and rows with a cell for each."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_file(data: bytes) -> Table:
    """The table in a file. Raises BadTable."""
    check_size(len(data))
    text = decode(data)
    if text is None:
        raise BadTable(_("This file is no text: neither UTF-8, UTF-16 nor GB18030."))
    return read_text(text)


def check_size(size: int) -> None:
    """Refuse a file by its size, before anything of it is read. Raises BadTable."""
    if size > MOST_BYTES:
        raise BadTable(_("The table is too large: %(most)s MB at most.") % {"most": MOST_BYTES // 1_000_000})


def read_text(text: str) -> Table:
    """The table in a text. Raises BadTable."""
    text = clean(text).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    first = text.lstrip()[:1]
    if not first:
        raise BadTable(_("The table is empty."))
    if first == "{":
        return _of_objects(_json_lines(text))
    if first == "[":
        return _of_objects(_json_list(text))
    return _of_csv(text)


def _of_csv(text: str) -> Table:
    records = _records(text, _delimiter(text))
    _line, head = next(records, (0, []))
    columns = _checked_columns([name.strip() for name in head])
    rows: list[TableRow] = []
    for line, cells in records:
        if len(cells) != len(columns):
            words = _("Line %(line)s has %(found)s cells; the first line names %(wanted)s columns.")
            raise BadTable(words % {"line": line, "found": len(cells), "wanted": len(columns)})
        rows.append(_row(line, cells, columns, len(rows)))
    return _table(columns, rows)


def _delimiter(text: str) -> str:
    """The one that cuts the first records into most cells, all into as many as the first."""
    best, widest = DELIMITERS[0], 1
    for delimiter in DELIMITERS:
        widths: list[int] = []
        try:
            for _line, cells in _records(text, delimiter):
                widths.append(len(cells))
                if len(widths) == _LOOKED_AT:
                    break
        except BadTable:
            continue
        if widths and widths[0] > widest and len(set(widths)) == 1:
            best, widest = delimiter, widths[0]
    return best if widest > 1 else _most_frequent(text)


def _most_frequent(text: str) -> str:
    """Where no delimiter fits every record: that of the first line, so that the error is about the right one."""
    head = text.lstrip("\n").partition("\n")[0]
    return max(DELIMITERS, key=head.count)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records that hold anything, each with the line it begins in. Raises BadTable."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = next(lines, None)
        except csv.Error as error:
            raise BadTable(_csv_words(str(error), begins)) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = lines.line_num + 1


def _csv_words(error: str, line: int) -> str:
    if "end of data" in error:
        return _("Line %(line)s: a quotation mark is opened and never closed.") % {"line": line}
    if "field larger" in error:
        return _too_long(line, "")
    return _("Line %(line)s: a quotation mark stands inside a cell without being doubled.") % {"line": line}


def _json_lines(text: str) -> Iterator[tuple[int, Any]]:
    for line, words in enumerate(text.split("\n"), start=1):
        if words.strip():
            yield line, _loaded(words, line)


def _json_list(text: str) -> Iterator[tuple[int, Any]]:
    listed = _loaded(text, 1)
    yield from enumerate(listed, start=1)


def _loaded(text: str, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = {"line": line + error.lineno - 1, "place": error.colno, "why": error.msg}
        raise BadTable(_("Line %(line)s, character %(place)s: this is not JSON (%(why)s).") % place) from None
    except ValueError:
        raise BadTable(_("Line %(line)s holds a number that is too long.") % {"line": line}) from None
    except RecursionError:
        raise BadTable(_("Line %(line)s is nested too deeply.") % {"line": line}) from None


def _of_objects(objects: Iterator[tuple[int, Any]]) -> Table:
    """A column for every name that an object has, in the order in which they come; what one lacks is empty."""
    found: list[tuple[int, Mapping[str, Any]]] = []
    names: dict[str, None] = {}
    for line, one in objects:
        if not isinstance(one, dict):
            raise BadTable(_("Line %(line)s is no JSON object.") % {"line": line})
        _check_count(len(found))
        found.append((line, one))
        names |= dict.fromkeys(one)
        if len(names) > MOST_COLUMNS:
            raise _too_many_columns()
    columns = _checked_columns([clean(name) for name in names])
    rows = [
        _row(line, [_cell_text(one.get(name)) for name in names], columns, number)
        for number, (line, one) in enumerate(found)
    ]
    return _table(columns, rows)


def _cell_text(value: object) -> str:
    """A text as it is, nothing for null, anything else as JSON writes it."""
    if isinstance(value, str):
        return clean(value)
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _row(line: int, cells: Sequence[str], columns: Sequence[str], count: int) -> TableRow:
    _check_count(count)
    for name, cell in zip(columns, cells, strict=True):
        if len(cell) > LONGEST_CELL:
            raise BadTable(_too_long(line, name))
    return TableRow(line, tuple(cells))


def _table(columns: tuple[str, ...], rows: Sequence[TableRow]) -> Table:
    if not rows:
        raise BadTable(_("The table has no rows: only its columns are named."))
    return Table(columns, tuple(rows))


def _checked_columns(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) > MOST_COLUMNS:
        raise _too_many_columns()
    for place, name in enumerate(names, start=1):
        if not name.strip():
            raise BadTable(_("Column %(place)s has no name in the first line.") % {"place": place})
        if len(name) > LONGEST_NAME:
            words = _("The name of column %(place)s may have %(most)s characters.")
            raise BadTable(words % {"place": place, "most": LONGEST_NAME})
        if name in names[: place - 1]:
            raise BadTable(_("Two columns are called “%(name)s”.") % {"name": name})
    if not names:
        raise BadTable(_("The table has no columns."))
    return tuple(names)


def _check_count(count: int) -> None:
    if count >= MOST_ROWS:
        raise BadTable(_("A table may have %(most)s rows.") % {"most": f"{MOST_ROWS:,}"})


def _too_many_columns() -> BadTable:
    return BadTable(_("A table may have %(most)s columns.") % {"most": MOST_COLUMNS})


def _too_long(line: int, name: str) -> str:
    most = f"{LONGEST_CELL:,}"
    if not name:
        return _("Line %(line)s: a cell may have %(most)s characters.") % {"line": line, "most": most}
    words = _("Line %(line)s, column “%(name)s”: a cell may have %(most)s characters.")
    return words % {"line": line, "name": name, "most": most}
