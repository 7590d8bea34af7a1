"""Estimates: deterministic, linear, and of the right size for prose in the languages people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.wire.tokens import estimate_tokens

ENGLISH = (
    "The harbour was quiet when the first boats came in. Nobody spoke about the storm, because everybody had seen "
    "the same waves and counted the same lights. A woman on the quay asked for news of the northern fishing grounds, "
    "and an old man answered that the weather would hold until Thursday at least."
)
GERMAN = (
    "Der Hafen lag still, als die ersten Boote einliefen. Niemand sprach über den Sturm, denn alle hatten dieselben "
    "Wellen gesehen und dieselben Lichter gezählt. Eine Frau am Kai fragte nach Neuigkeiten von den Fischgründen im "
    "Norden, und ein älterer Mann antwortete, das Wetter werde mindestens bis Donnerstag halten."
)
CHINESE = (
    "第一批渔船进港的时候，港口十分安静。没有人谈起那场风暴，因为大家看见的是同样的海浪，数过的是同样的灯火。"
    "码头上有位妇女打听北方渔场的消息，一位老人回答说，好天气至少能持续到星期四。"
)
MARKDOWN = (
    "## Plan\n\n1. **Boats**: repair the hull, paint it blue\n2. **Nets**: buy 120 m\n\n| Item | Price |\n|---|---|\n"
)
CODE = 'def area(width: float, height: float) -> float:\n    """Square metres."""\n    return width * height\n'


@pytest.mark.parametrize(
    ("text", "characters_a_token"),
    [(ENGLISH, (4.3, 5.5)), (GERMAN, (2.8, 4.2)), (CHINESE, (1.3, 1.8)), (MARKDOWN, (2.2, 3.6)), (CODE, (2.6, 4.2))],
    ids=["english", "german", "chinese", "markdown", "code"],
)
def test_a_token_has_as_many_characters_as_usual(text: str, characters_a_token: tuple[float, float]) -> None:
    least, most = characters_a_token
    assert least <= len(text) / estimate_tokens(text) <= most


def test_english_prose_is_a_little_more_than_its_words() -> None:
    assert 1.0 <= estimate_tokens(ENGLISH) / len(ENGLISH.split()) <= 1.35


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        (" ", 1),
        ("a", 1),
        ("Hello", 1),
        ("Hello, world!", 4),
        ("internationalisation", 2),
        ("1234567", 3),
        ("----", 1),
        ("--------", 2),
        ("a\n\n  b", 3),
        ("snake_case", 3),
        ("你好世界", 2),
        ("你好，世界。", 4),
        ("Привет", 3),
        ("😀", 1),
        ("\x00", 1),
        ("\ud800", 1),
    ],
)
def test_small_texts_are_pinned(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@given(st.text(max_size=200))
def test_any_text_has_a_count(text: str) -> None:
    tokens = estimate_tokens(text)
    assert (tokens == 0) == (not text)
    assert tokens <= max(1, len(text))
    assert tokens == estimate_tokens(text)


@given(st.sampled_from([ENGLISH, GERMAN, CHINESE, MARKDOWN, CODE]), st.integers(2, 6))
def test_twice_the_text_is_twice_the_tokens(text: str, times: int) -> None:
    assert estimate_tokens(text * times) == pytest.approx(estimate_tokens(text) * times, abs=times)


@given(st.sampled_from([ENGLISH, GERMAN, CHINESE, CODE]), st.data())
def test_a_text_in_two_parts_weighs_the_same(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    parts = estimate_tokens(text[:at]) + estimate_tokens(text[at:])
    assert parts == pytest.approx(estimate_tokens(text), rel=0.2, abs=3)
