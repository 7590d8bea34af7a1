"""Arithmetic done truly: finds an expression in a prompt and evaluates it with exact fractions.

No eval: a small recursive parser over + - * / ^ % and brackets, bounded in length, depth and size of numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction

from playground.sandbox.answers.question import Answer, Question, numbered

_MAX_LENGTH = 200
_MAX_DEPTH = 32
_MAX_DIGITS = 300
_MAX_EXPONENT = 200

_TOKEN = re.compile(r"\s*(?:(\d+(?:[.]\d+)?)(\s*%(?!\s*\d))?|(\*\*|[-+*/^()%]))")
_RUN = re.compile(r"(?<![\w.])[-+]?[(\s]*\d[\d\s.,()+\-*/×÷·^%–−]*")
_NOT_SUMS = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\+\d{1,3}[\s-]\d{2,}|\b\d{4}\s*[-–]\s*\d{2,4}\b|\b24/7\b|"
    r"\d+\.\d+\.\d+|\d{3,4}-\d{4,}"
)
_ASKED = re.compile(
    r"\b(?:calculate|compute|evaluate|what(?:'s| is)|how much|solve|equals?|result|work out)\b|计算|"
    r"等于|多少|算一下|求|=",
    re.I,
)
_N = r"(?<![\d.,])(\d{1,15}(?:,\d{3}){0,5}(?:\.\d{1,12})?)"
_PERCENT_OF = re.compile(rf"{_N}\s*%\s*of\s*[$¥€]?{_N}|{_N}\s*的\s*{_N}\s*[%％]", re.I)
_FROM_TO = re.compile(rf"(?:from|从)\s*[$¥€]?{_N}\D{{0,12}}?(?:to|到|至)\s*[$¥€]?{_N}", re.I)
_BY_ZERO = re.compile(r"\d\s*[/÷]\s*0+(?![\d.])")
_GROWTH = re.compile(r"percent|%|change|grow|rise|rose|fell|increase|decrease|增长|变化|涨|跌|百分", re.I)


class NotArithmeticError(ValueError):
    """The text is no expression, or one too large to work out."""


@dataclass(slots=True)
class Worked:
    """A value with the steps that led to it."""

    value: Fraction
    steps: list[str] = field(default_factory=list)
    unit: str = ""


def evaluate(text: str) -> Worked:
    """Work out an expression; raises NotArithmeticError."""
    return _Parser(_normal(text)).parse()


def find_expressions(text: str) -> list[str]:
    """Return the expressions in a prompt that people mean to be worked out: no dates, telephone numbers or ranges."""
    asked = _ASKED.search(text) is not None
    cleaned = _NOT_SUMS.sub(" ; ", text)
    return [run for run in _candidates(cleaned) if _is_meant(run, cleaned, asked)][:5]


def show(value: Fraction) -> str:
    """Write a number as people do: whole, or up to ten decimal places; `≈` marks rounding."""
    if value.denominator == 1:
        return f"{value.numerator:,}"
    with localcontext(prec=_MAX_DIGITS * 2):
        rounded = round(Decimal(value.numerator) / Decimal(value.denominator), 10).normalize()
        exact = Fraction(rounded) == value
        return f"{rounded:,f}" if exact else f"≈ {round(rounded, 6).normalize():,f}"


def answer(question: Question) -> Answer | None:
    """Answer a prompt that holds a sum, a percentage of something, or a change from one figure to another."""
    lines: list[str] = []
    steps: list[str] = []
    for shown, worked in _worked(question.text):
        value = show(worked.value)
        equals = value if value.startswith("≈") else f"= {value}"
        lines.append(f"**{shown} {equals}{worked.unit}**")
        steps += worked.steps
    if not lines:
        return _by_zero(question)
    head = question.say("Worked out exactly, step by step:", "逐步精确计算如下：")
    body = "\n\n".join(lines)
    work = numbered([f"${_latex(step)}$" for step in steps]) if len(steps) > 1 else ""
    thoughts = (
        question.say(
            "This is arithmetic, so I work it out instead of guessing.", "这是一道算术题，应当真正计算而不是猜测。"
        ),
        *(question.say(f"Step: {step}.", f"一步：{step}。") for step in steps[:12]),
        question.say("A check by magnitude: the result is plausible.", "按数量级核对：结果合理。"),
    )
    return Answer("\n\n".join(part for part in (head, work, body) if part), thoughts)


def _latex(step: str) -> str:
    for sign, command in (("×", r"\times"), ("÷", r"\div"), (" mod ", r" \bmod "), ("≈", r"\approx")):
        step = step.replace(sign, command)
    return step.replace(",", "{,}")


def _by_zero(question: Question) -> Answer | None:
    if not _BY_ZERO.search(question.text):
        return None
    return Answer(
        question.say(
            "**Undefined.** Dividing by zero has no result: no number times 0 gives back the dividend.",
            "**无定义。** 除以零没有结果：没有任何数乘以 0 能得到被除数。",
        ),
        (question.say("The divisor is zero; I must say so.", "除数为零，需要说明。"),),
    )


def _worked(text: str) -> Iterator[tuple[str, Worked]]:
    percent = _PERCENT_OF.search(text)
    if percent:
        share, whole = (percent[1], percent[2]) if percent[1] else (percent[4], percent[3])
        yield f"{whole} × {share}%", evaluate(f"{whole} * {share} / 100")
        return
    change = _FROM_TO.search(text)
    if change and _GROWTH.search(text) and Fraction(change[1].replace(",", "")) != 0:
        worked = evaluate(f"({change[2]} - {change[1]}) / {change[1]} * 100")
        worked.unit = "%"
        yield f"({change[2]} − {change[1]}) ÷ {change[1]} × 100%", worked
        return
    for run in find_expressions(text):
        yield _pretty(run), evaluate(run)


def _candidates(text: str) -> Iterator[str]:
    for found in _RUN.finditer(text):
        run = found[0].strip().rstrip("+-*/×÷^.,(–− ").strip()
        run = run if run.count("(") == run.count(")") else run.strip("()")
        try:
            worked = evaluate(run)
        except NotArithmeticError:
            continue
        if worked.steps:
            yield run


def _is_meant(run: str, text: str, asked: bool) -> bool:
    """A bare `24/7` or `3-5` is rarely a sum; it is when asked for, spaced out, or nearly the whole prompt."""
    obvious = re.search(r"[*×÷^(]|\s[-+/–−]\s", run) is not None
    return obvious or asked or len(run) * 2 > len(text.strip())


def _normal(text: str) -> str:
    swapped = text.replace("×", "*").replace("·", "*").replace("÷", "/").replace("–", "-").replace("−", "-")
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", swapped)


def _pretty(run: str) -> str:
    spaced = re.sub(r"(?<=[\d)%])\s*([-+])\s*", r" \1 ", _normal(run).replace("**", "^"))
    return " ".join(spaced.replace("*", " × ").replace("/", " ÷ ").split())


class _Parser:
    """Recursive descent: sum, product, power, sign, atom."""

    def __init__(self, text: str) -> None:
        if len(text) > _MAX_LENGTH:
            raise NotArithmeticError("too long")
        self.tokens = list(self._tokens(text.strip()))
        self.at = 0
        self.depth = 0
        self.steps: list[str] = []

    def parse(self) -> Worked:
        value = self._sum()
        if self.at != len(self.tokens):
            raise NotArithmeticError("unexpected " + self.tokens[self.at])
        return Worked(value, self.steps)

    @staticmethod
    def _tokens(text: str) -> Iterator[str]:
        place = 0
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                raise NotArithmeticError(text[place : place + 10])
            place = found.end()
            if found[1]:
                yield found[1] + ("%" if found[2] else "")
            else:
                yield "^" if found[3] == "**" else found[3]

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self.at += 1
        return token

    def _sum(self) -> Fraction:
        value = self._product()
        while self._peek() in ("+", "-"):
            value = self._apply(value, self._take(), self._product())
        return value

    def _product(self) -> Fraction:
        value = self._power()
        while self._peek() in ("*", "/", "%"):
            value = self._apply(value, self._take(), self._power())
        return value

    def _power(self) -> Fraction:
        value = self._atom()
        return self._apply(value, self._take(), self._power()) if self._peek() == "^" else value

    def _atom(self) -> Fraction:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise NotArithmeticError("too deep")
        value = self._number_or_bracket(self._take())
        self.depth -= 1
        return value

    def _number_or_bracket(self, mark: str) -> Fraction:
        if mark in ("-", "+"):
            return -self._atom() if mark == "-" else self._atom()
        if mark == "(":
            value = self._sum()
            if self._take() != ")":
                raise NotArithmeticError("bracket")
            return value
        if mark.endswith("%"):
            return Fraction(mark[:-1]) / 100
        if not mark[:1].isdigit():
            raise NotArithmeticError(mark or "nothing")
        return Fraction(mark)

    def _apply(self, left: Fraction, sign: str, right: Fraction) -> Fraction:
        value = _calculate(left, sign, right)
        if value.numerator.bit_length() + value.denominator.bit_length() > _MAX_DIGITS * 4:
            raise NotArithmeticError("too large")
        mark = {"*": "×", "/": "÷", "%": "mod"}.get(sign, sign)
        shown = show(value)
        equals = shown if shown.startswith("≈") else f"= {shown}"
        self.steps.append(f"{_bare(left)} {mark} {_bare(right)} {equals}")
        return value


def _bare(value: Fraction) -> str:
    shown = show(value).removeprefix("≈ ")
    return f"({shown})" if value < 0 else shown


def _calculate(left: Fraction, sign: str, right: Fraction) -> Fraction:
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    if sign == "^":
        return _raise(left, right)
    if right == 0:
        raise NotArithmeticError("division by zero")
    return left / right if sign == "/" else left % right


def _raise(left: Fraction, right: Fraction) -> Fraction:
    if right.denominator != 1 or abs(right) > _MAX_EXPONENT or (left == 0 and right < 0):
        raise NotArithmeticError("power")
    size = (left.numerator.bit_length() + left.denominator.bit_length()) * abs(int(right))
    if size > _MAX_DIGITS * 4:
        raise NotArithmeticError("too large")
    return Fraction(left ** int(right))
