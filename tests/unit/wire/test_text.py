"""No text with a NUL or a lone surrogate leaves this floor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.wire.text import clean

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        ("plain", "plain"),
        ("a\x00b", "ab"),
        ("\x00", ""),
        ("\ud83d", "\ufffd"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("答\x00\ud800案", "答\ufffd案"),
        ("😀\u2028\x01\x7f", "😀\u2028\x01\x7f"),
    ],
)
def test_it_is_cleaned(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(ANY_TEXT)
def test_any_text_can_be_encoded_afterwards(text: str) -> None:
    cleaned = clean(text)
    assert "\x00" not in cleaned.encode().decode()
    assert clean(cleaned) is cleaned


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_good_text_is_returned_as_it_is(text: str) -> None:
    assert clean(text) is text
