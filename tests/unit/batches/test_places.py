"""Columns find their variables, cells fill places and are never interpreted, and a flaw names its column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.batches.places import (
    Flaw,
    Prompt,
    Source,
    can_be_flawed,
    flaw_of,
    open_places,
    propose_sources,
    read_sources,
    variable_name,
)
from playground.batches.weighing import cell_tokens, prompt_tokens
from playground.prompts.render import is_name
from playground.prompts.variables import Kind, Variable
from playground.wire.tokens import estimate_tokens

COLUMNS = ("Customer name", "city", "备注")
PROMPT = Prompt(
    "Be {{tone}}.",
    "{{Customer_name}} lives in {{city}}.",
    {"tone": Source(text="kind"), "Customer_name": Source(column=0), "city": Source(column=1)},
)


@given(st.text(min_size=1, max_size=60).filter(lambda text: any(sign.isalnum() for sign in text)))
def test_a_column_can_always_be_named_in_a_prompt(column: str) -> None:
    assert is_name(variable_name(column))


def test_a_variable_finds_the_column_of_its_name_in_whatever_spelling() -> None:
    found = propose_sources(["customer_name", "CITY", "备注", "other"], COLUMNS, known={}, variables={})
    assert found == {"customer_name": Source(column=0), "CITY": Source(column=1), "备注": Source(column=2)}


def test_what_was_chosen_stays_and_defaults_fill_the_rest() -> None:
    variables = {"tone": Variable("tone", default="kind"), "note": Variable("note", required=False)}
    known = {"city": Source(text="Oslo")}
    found = propose_sources(["city", "tone", "note"], COLUMNS, known=known, variables=variables)
    assert found == {"city": Source(text="Oslo"), "tone": Source(text="kind"), "note": Source(text="")}


def test_sources_survive_a_row() -> None:
    assert read_sources({name: source.to_json() for name, source in PROMPT.sources.items()}) == PROMPT.sources


def test_cells_fill_places_and_are_not_read_for_places() -> None:
    assert PROMPT.texts_for(["{{city}}", "Oslo", ""]) == ("Be kind.", "{{city}} lives in Oslo.")


def test_a_place_that_nothing_fills_is_named() -> None:
    assert open_places(Prompt("{{a}}", "{{b}} {{c}}", {"b": Source(column=0)})) == ["a", "c"]


@pytest.mark.parametrize(
    ("variable", "cell", "why"),
    [
        (Variable("city"), "", "Fill this in."),
        (Variable("city"), "two\nlines", "One line only."),
        (Variable("city", kind=Kind.NUMBER), "many", "Give a number."),
        (Variable("city", kind=Kind.CHOICE, choices=("Oslo",)), "Rome", "Choose one of these."),
    ],
)
def test_a_value_that_a_template_does_not_take_is_a_flaw_of_its_column(variable: Variable, cell: str, why: str) -> None:
    assert flaw_of(PROMPT, ["Ann", cell, ""], COLUMNS, {"city": variable}) == Flaw("city", why)


def test_a_prompt_of_ones_own_takes_empty_cells_while_something_is_left_to_ask() -> None:
    assert flaw_of(PROMPT, ["", "", ""], COLUMNS, {}) is None
    bare = Prompt("", "{{city}}", {"city": Source(column=1)})
    assert flaw_of(bare, ["", " ", ""], COLUMNS, {}) == Flaw("", "")
    assert flaw_of(bare, ["", "Oslo", ""], COLUMNS, {}) is None


def test_only_what_can_be_flawed_is_looked_through() -> None:
    assert can_be_flawed(PROMPT, {}) is False
    assert can_be_flawed(PROMPT, {"city": Variable("city")}) is True
    assert can_be_flawed(Prompt("", "{{city}}", {"city": Source(column=1)}), {}) is True


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=200), min_size=3, max_size=3))
def test_a_row_weighs_about_what_its_filled_texts_do(cells: list[str]) -> None:
    weighed = next(prompt_tokens(PROMPT, [cell_tokens(cells)]))
    filled = sum(estimate_tokens(text) + 4 for text in PROMPT.texts_for(cells))
    assert abs(weighed - filled) <= 8 + 0.75 * filled


def test_a_row_of_prose_weighs_what_its_filled_texts_do() -> None:
    cells = ["Ann of the north quay", "Bergen, where it rains", ""]
    filled = sum(estimate_tokens(text) + 4 for text in PROMPT.texts_for(cells))
    assert abs(next(prompt_tokens(PROMPT, [cell_tokens(cells)])) - filled) <= 2
