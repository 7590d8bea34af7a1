"""One pass over a text, and nothing that a value contains is interpreted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.prompts.render import Piece, fill, is_name, names_in, pieces

NAMES = st.sampled_from(["team", "language", "会议", "a_1"])
# Text that loves braces: the worst that a value or a template can contain.
TEXTS = st.text(alphabet=st.sampled_from(list("{}% \n\\$team会议")), max_size=40)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Dear {{name}},", "Dear Li Na,"),
        ("{{ name }} and {{\tname\t}}", "Li Na and Li Na"),
        ("{{会议}}", "周会"),
        ("{{nobody}} stays", "{{nobody}} stays"),
        ("{name} {{ }} {{1st}} {{na me}} {{name|upper}} {{name.first}}", None),
        ("{% if name %}x{% endif %}", None),
        ("{{{name}}}", "{Li Na}"),
        ("{{na\nme}}", None),
    ],
)
def test_only_places_are_filled(text: str, filled: str | None) -> None:
    assert fill(text, {"name": "Li Na", "会议": "周会"}) == (text if filled is None else filled)


@given(before=TEXTS, after=TEXTS, name=NAMES, value=TEXTS)
def test_a_value_stands_in_the_result_as_it_is(before: str, after: str, name: str, value: str) -> None:
    middle = "\x01"  # keeps the neighbours from building braces together with the place
    text = f"{before}{middle}{{{{{name}}}}}{middle}{after}"
    values = {name: value}
    assert fill(text, values) == f"{fill(before, values)}{middle}{value}{middle}{fill(after, values)}"


@given(text=TEXTS, values=st.dictionaries(NAMES, TEXTS))
def test_filling_is_one_pass_over_the_pieces(text: str, values: dict[str, str]) -> None:
    expected = "".join(
        values.get(piece.text.strip("{} \t"), piece.text) if piece.is_place else piece.text for piece in pieces(text)
    )
    assert fill(text, values) == expected


@given(TEXTS)
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text


@given(TEXTS)
def test_without_values_nothing_changes(text: str) -> None:
    assert fill(text, {}) == text


def test_names_come_in_the_order_of_their_places_each_once() -> None:
    assert names_in("{{b}} {{a}} {{b}}", "{{c}}{{a}}") == ["b", "a", "c"]


def test_places_are_pieces_of_their_own() -> None:
    assert pieces("For {{ team }}.") == [Piece("For "), Piece("{{ team }}", is_place=True), Piece(".")]


@pytest.mark.parametrize(
    ("name", "usable"), [("a", True), ("会议_1", True), ("1a", False), ("a b", False), ("", False)]
)
def test_names_are_words(name: str, usable: bool) -> None:
    assert is_name(name) is usable
