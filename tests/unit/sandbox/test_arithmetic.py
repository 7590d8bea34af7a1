"""Sums are worked out truly, within bounds, and only where somebody meant one."""

from collections.abc import Callable
from fractions import Fraction
from operator import add, mul, sub, truediv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.sandbox.answers.arithmetic import NotArithmeticError, evaluate, find_expressions, show

Sum = tuple[str, Fraction | None]
SIGNS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {"+": add, "-": sub, "*": mul, "/": truediv}


def joined(left: Sum, sign: str, right: Sum) -> Sum:
    text = f"({left[0]} {sign} {right[0]})"
    if left[1] is None or right[1] is None or (sign == "/" and right[1] == 0):
        return text, None
    return text, SIGNS[sign](left[1], right[1])


NUMBERS = st.integers(0, 999).map(lambda number: (str(number), Fraction(number)))
SUMS = st.recursive(
    NUMBERS, lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: joined(*t)), max_leaves=8
)


@given(SUMS)
def test_results_are_exact(known: Sum) -> None:
    text, value = known
    if value is None:
        with pytest.raises(NotArithmeticError):
            evaluate(text)
    else:
        assert evaluate(text).value == value


@given(st.fractions(max_denominator=50), st.fractions(max_denominator=50).filter(bool))
def test_division_keeps_fractions(left: Fraction, right: Fraction) -> None:
    text = f"({left.numerator} / {left.denominator}) / ({right.numerator} / {right.denominator})"
    assert evaluate(text).value == left / right


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4", "14"),
        ("(2 + 3) × 4", "20"),
        ("7 ÷ 2", "3.5"),
        ("2^3^2", "512"),
        ("2**-1", "0.5"),
        ("-3 - -4", "1"),
        ("10 % 4", "2"),
        ("50% * 8", "4"),
        ("1,234 + 1", "1,235"),
        ("1/3", "≈ 0.333333"),
        ("0.1 + 0.2", "0.3"),
    ],
)
def test_signs_precedence_and_display(text: str, value: str) -> None:
    assert show(evaluate(text).value) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2 +",
        "(2",
        "2)",
        "2 2",
        "a + 1",
        "1/0",
        "9**9**9**9",
        "(" * 150 + "1" + ")" * 150,
        "1+" * 200 + "1",
        "0^-1",
        "2^0.5",
    ],
)
def test_nonsense_and_giants_are_refused(text: str) -> None:
    with pytest.raises(NotArithmeticError):
        evaluate(text)


@pytest.mark.parametrize(
    "text",
    [
        "open 24/7",
        "on 2026-01-01",
        "3-5 days",
        "call +86 138-0000-1111",
        "version 1.2.3",
        "what happened in 2024-2025?",
        "10:30-11:00",
    ],
)
def test_dates_ranges_and_numbers_to_call_are_no_sums(text: str) -> None:
    assert find_expressions(text) == []


def test_very_large_numbers_are_shown_in_full() -> None:
    assert show(Fraction(10**100)).count(",") == 33
    assert show(Fraction(10**100 + 1, 3)).startswith("≈ 3,333")
