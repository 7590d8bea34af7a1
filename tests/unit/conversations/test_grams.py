"""Grams: every substring is found through them, and what a reader is shown is marked where it matches."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.conversations.grams import grams_asked, grams_of, parts, snippet, words_of
from playground.folding import fold

TEXTS = st.text(alphabet=st.sampled_from("abcABCｱＡß清关延误进度 ，.+é\u0301٣😀_\n"), max_size=60)


@given(TEXTS, st.integers(0, 60), st.integers(1, 8))
def test_whatever_stands_in_a_text_is_asked_by_grams_that_the_text_has(text: str, start: int, length: int) -> None:
    folded = fold(text)
    for word in folded[start : start + length].split():
        assert grams_asked(word) <= grams_of(folded)
        assert grams_asked(word) != set()


@given(TEXTS, TEXTS)
def test_a_word_that_is_its_own_gram_needs_no_check(text: str, query: str) -> None:
    folded = fold(text)
    for word in words_of(query):
        if grams_asked(word) == {word}:
            assert (word in grams_of(folded)) == (word in folded)


@given(TEXTS, TEXTS)
def test_marking_changes_no_character(text: str, query: str) -> None:
    assert "".join(part.text for part in parts(text, words_of(query))) == text


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("请总结：清关延误三天", "清关", ["清关"]),
        ("Break-even VOLUME", "volume even", ["even", "VOLUME"]),
        ("ＧＬＭ－４．５ full width", "glm", ["ＧＬＭ"]),
        ("half GLM", "ｇｌｍ", ["GLM"]),
        ("Re\u0301sume\u0301 match", "résumé", ["Re\u0301sume\u0301"]),
        ("aaaa", "aa", ["aaaa"]),
        ("nothing", "else", []),
        ("Straße", "strasse", ["Straße"]),
    ],
)
def test_a_match_is_marked_as_it_is_written(text: str, query: str, marked: list[str]) -> None:
    assert [part.text for part in parts(text, words_of(query)) if part.hit] == marked


@pytest.mark.parametrize("before", ["", "x " * 5_000, "ﷺ " * 3_000])
def test_a_snippet_shows_the_neighbourhood_on_one_line(before: str) -> None:
    cut = snippet(f"{before}the shipment\nis held at 清关 for three days", words_of("清关"))
    line = "".join(part.text for part in cut)
    assert [part.text for part in cut if part.hit] == ["清关"]
    assert line.startswith("…")
    assert "\n" not in line
    assert len(line) < 100


def test_a_snippet_of_nothing_is_empty() -> None:
    assert snippet("some text", words_of("other")) == []


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert unicodedata.is_normalized("NFKC", fold(text))
