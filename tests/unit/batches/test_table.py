"""A table is read whole from whatever dialect and encoding it is in, or refused with its line and column."""

import contextlib
import csv
import io
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.batches.encodings import decode
from playground.batches.table import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, BadTable, Table, read_file, read_text

ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8 with its mark": "utf-8-sig",
    "utf-16 with its mark": "utf-16",
    "gb18030": "gb18030",
}
# Anything that a file of text can hold; a lone CR inside a quoted cell becomes a line end, as everywhere in this house.
CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=("Cs", "Cc"), include_characters="\n\t"),
    max_size=30,
)
NAMES = st.lists(st.from_regex(r"[a-z][a-z0-9 _-]{0,10}[a-z]", fullmatch=True), min_size=1, max_size=6, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    names = draw(NAMES)
    row = st.lists(CELLS, min_size=len(names), max_size=len(names))
    return names, draw(st.lists(row.filter(lambda cells: any(cell.strip() for cell in cells)), min_size=1, max_size=8))


def cells_of(table: Table) -> list[list[str]]:
    return [list(row.cells) for row in table.rows]


@given(tables(), st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n"]))
def test_what_a_spreadsheet_writes_is_read_back(
    table: tuple[list[str], list[list[str]]], delimiter: str, line_end: str
) -> None:
    names, rows = table
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    found = read_text(written.getvalue())
    if len(names) > 1:
        assert list(found.columns) == names
        assert cells_of(found) == rows
    else:
        assert len(found.rows) >= 1


@given(tables())
def test_what_json_lines_hold_is_read_back(table: tuple[list[str], list[list[str]]]) -> None:
    names, rows = table
    lines = "\n".join(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows)
    found = read_text(lines)
    assert (list(found.columns), cells_of(found)) == (names, rows)
    assert [row.line for row in found.rows] == list(range(1, len(rows) + 1))


def is_whole(read: Callable[[], Table]) -> None:
    """A table without a gap, or nothing at all."""
    with contextlib.suppress(BadTable):
        table = read()
        assert table.rows
        assert all(len(row.cells) == len(table.columns) for row in table.rows)


@given(st.text(max_size=300))
def test_any_text_is_a_table_or_is_refused(text: str) -> None:
    is_whole(lambda: read_text(text))


@given(st.binary(max_size=300))
def test_any_file_is_a_table_or_is_refused(data: bytes) -> None:
    is_whole(lambda: read_file(data))


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS)
def test_encodings_of_attachments_are_recognised(encoding: str) -> None:
    text = "城市,country\r\n奥斯陆,挪威\r\n卑尔根,挪威\r\n"
    found = read_file(text.encode(encoding))
    assert found.columns == ("城市", "country")
    assert cells_of(found) == [["奥斯陆", "挪威"], ["卑尔根", "挪威"]]


CHINESE = ("城市,国家\n奥斯陆,挪威\n" * 3, "今天天气不错。", "我们在学习使用语言模型，结果如下：一、二、三。" * 400)


@pytest.mark.parametrize("text", CHINESE, ids=["table", "short", "long"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "gb18030", "utf-8"])
def test_chinese_text_without_a_mark_is_recognised(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "text", ["plain words and 中文 in them", "a,b\n价格,12.50\n" * 9, "繁體中文也可以，價格與數量。"]
)
def test_gb18030_is_not_taken_for_utf_16(text: str) -> None:
    assert decode(text.encode("gb18030")) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_latin_utf_16_without_its_mark_is_recognised(encoding: str) -> None:
    assert decode("city,country\nOslo,Norway\n".encode(encoding)) == "city,country\nOslo,Norway\n"


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(BadTable, match="no text"):
        read_file(b"PK\x03\x04\x00\x01\x02\xff\xfe\x00" * 40)


def test_lines_are_counted_as_an_editor_does_over_cells_with_line_breaks() -> None:
    found = read_text('name,text\nann,"two\nlines"\n\nbob,one\n')
    assert [(row.line, row.cells[0]) for row in found.rows] == [(2, "ann"), (5, "bob")]


def test_json_values_become_texts_and_missing_ones_are_empty() -> None:
    found = read_text('{"a": 1, "b": null}\n{"a": true, "c": {"d": ["é"]}}')
    assert found.columns == ("a", "b", "c")
    assert cells_of(found) == [["1", "", ""], ["true", "", '{"d": ["é"]}']]


def test_a_json_list_is_a_table_too() -> None:
    assert cells_of(read_text('[{"a": "x"}, {"a": "y"}]')) == [["x"], ["y"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("   \n\n", "empty"),
        ("city,country", "no rows"),
        ("city,country\nOslo,Norway\nBergen\n", "Line 3 has 1 cells; the first line names 2"),
        ("city,country\nOslo,Norway,more\n", "Line 2 has 3 cells"),
        ("city,city\nOslo,Norway\n", "Two columns are called “city”"),
        ("city,\nOslo,Norway\n", "Column 2 has no name"),
        ('city,country\nOslo,"Norway\n', "Line 2: a quotation mark is opened and never closed"),
        ('city,country\nOslo,Norway\n"Ber"gen,Norway\n', "Line 3: a quotation mark stands inside a cell"),
        ('{"a": 1}\n{"a": }\n', "Line 2, character 7: this is not JSON"),
        ('{"a": 1}\n[1]\n', "Line 2 is no JSON object"),
        ('{"a": 1}\n{"a": ' + "9" * 5000 + "}", "Line 2 holds a number"),
        ("[1]", "Line 1 is no JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ("a,b\nx," + "y" * (LONGEST_CELL + 1), "Line 2, column “b”: a cell may have 100,000 characters"),
        ("a,b\nx," + "y" * 140_000, "Line 2: a cell may have 100,000 characters"),
        (",".join(f"c{n}" for n in range(MOST_COLUMNS + 1)) + "\n", "50 columns"),
        ("n" * 101 + ",b\nx,y", "The name of column 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BadTable) as refused:
        read_text(text)
    assert said in refused.value.message


def test_ten_thousand_rows_are_taken_and_one_more_is_not() -> None:
    rows = [f"{number},x" for number in range(MOST_ROWS)]
    assert len(read_text("\n".join(["a,b", *rows])).rows) == MOST_ROWS
    with pytest.raises(BadTable, match="10,000 rows"):
        read_text("\n".join(["a,b", *rows, "one,more"]))
    with pytest.raises(BadTable, match="10,000 rows"):
        read_text("\n".join(f'{{"a": {number}}}' for number in range(MOST_ROWS + 1)))


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(BadTable, match="20 MB"):
        read_file(bytes(20_000_001))
