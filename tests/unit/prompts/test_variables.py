"""What each kind of variable takes, and what is refused when one is declared."""

from decimal import Decimal

import pytest

from playground.prompts.errors import Unusable
from playground.prompts.variables import Kind, Variable, check, check_all, read_variables


@pytest.mark.parametrize(
    ("variable", "good", "bad"),
    [
        (Variable("a"), ["x", "{{a}}", "x" * 500], ["", "  ", "two\nlines", "x" * 501]),
        (Variable("a", required=False), ["", "x"], []),
        (Variable("a", least=Decimal(2), most=Decimal(4)), ["ab", "中文字符"], ["a", "abcde"]),
        (Variable("a", Kind.LONG_TEXT), ["two\nlines", "x" * 400_000], ["", "x" * 400_001]),
        (Variable("a", Kind.FILE, most=Decimal(10)), ["x" * 10], ["x" * 11]),
        (Variable("a", Kind.NUMBER), ["1", "-2.5", "1,200", " 3 "], ["x", "1e999", "NaN", "inf", "1" * 20]),
        (Variable("a", Kind.NUMBER, least=Decimal(1), most=Decimal("2.5")), ["1", "2.5"], ["0.9", "2.6"]),
        (Variable("a", Kind.CHOICE, choices=("en", "中文")), ["en", "中文"], ["de", "EN", ""]),
        (Variable("a", Kind.DATE), ["2026-02-28"], ["2026-02-29", "28.2.2026", "20260228", "soon"]),
    ],
)
def test_every_kind_takes_its_values_and_no_others(variable: Variable, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if check(variable, value)] == []
    assert [value for value in bad if not check(variable, value)] == []


def test_what_is_wrong_is_said_by_name() -> None:
    variables = (Variable("a"), Variable("b", Kind.NUMBER, least=Decimal(1)))
    assert check_all(variables, {"b": "0"}) == {"a": "Fill this in.", "b": "At least 1."}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("x", "Variables are a list."),
        ([{"name": "1a"}], "A variable has a name"),
        ([{"kind": "text"}], "A variable has a name"),
        ([{"name": "a"}, {"name": "a"}], "a is declared twice."),
        ([{"name": "a", "kind": "colour"}], "Variable a: the kind is one of text, long_text"),
        ([{"name": "a", "colour": 1}], "“colour” is unknown"),
        ([{"name": "a", "required": "yes"}], "required is true or false"),
        ([{"name": "a", "kind": "choice"}], "a choice needs choices"),
        ([{"name": "a", "choices": ["x"]}], "nothing else has any"),
        ([{"name": "a", "kind": "choice", "choices": ["x", "x"]}], "differ"),
        ([{"name": "a", "kind": "choice", "choices": ["x"], "default": "y"}], "“y” does not fit"),
        ([{"name": "a", "kind": "number", "least": 3, "most": 2}], "the least is more than the most"),
        ([{"name": "a", "kind": "number", "least": "many"}], "least and most are numbers"),
        ([{"name": "a", "kind": "date", "example": "tomorrow"}], "“tomorrow” does not fit"),
        ([{"name": "a", "help": "x" * 301}], "help may have 300 characters"),
        ([{"name": f"v{n}"} for n in range(31)], "A template may have 30 variables."),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused_with_the_reason(raw: object, said: str) -> None:
    with pytest.raises(Unusable) as caught:
        read_variables(raw)
    assert said in caught.value.message


def test_a_variable_survives_its_row() -> None:
    raw = [
        {"name": "n", "kind": "number", "default": "5", "least": 1, "most": 2.5, "required": False},
        {"name": "c", "kind": "choice", "choices": ["a", "b"], "help": "which", "label": "Sort"},
    ]
    raw[0]["default"] = "2"
    assert [one.to_json() for one in read_variables(raw)] == raw
