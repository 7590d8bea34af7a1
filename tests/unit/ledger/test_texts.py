"""Entries as a file has them."""

from hypothesis import given
from hypothesis import strategies as st

from playground.ledger.texts import amount_text


@given(st.integers(-(10**19), 10**19))
def test_an_amount_keeps_all_its_places(picounits: int) -> None:
    whole, places = amount_text(picounits).split(".")
    assert len(places) == 12
    assert int(whole + places) == picounits
