"""Files of entries: what is written by column is what the standard library writes by row."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from playground.ledger.texts import amount_text
from playground.web.usage_export import csv_columns, csv_lines

VALUES = st.one_of(st.text(alphabet='ab,"\r\n\t =中', max_size=6), st.none(), st.integers(), st.booleans())


@given(st.integers(2, 5).flatmap(lambda width: st.lists(st.tuples(*[VALUES] * width), max_size=5)))
def test_columns_make_the_same_file_as_rows(rows: list[tuple[Any, ...]]) -> None:
    assert csv_columns(list(zip(*rows, strict=True))) == csv_lines(rows)


@given(st.integers(-(10**19), 10**19))
def test_an_amount_keeps_all_its_places(picounits: int) -> None:
    whole, places = amount_text(picounits).split(".")
    assert len(places) == 12
    assert int(whole + places) == picounits
