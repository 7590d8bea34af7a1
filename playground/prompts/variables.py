"""The variables of a template: what kind of value each takes, and whether a value is one. Pure.

A value is always text, as it was typed. `check` says what is wrong with one in a sentence for the person who typed it.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from playground.prompts.errors import Unusable
from playground.prompts.render import is_name
from playground.wire.text import clean

MOST_VARIABLES, MOST_CHOICES = 30, 50
LONGEST_LINE, LONGEST_TEXT = 500, 400_000  # characters of a value
LONGEST_HELP, LONGEST_CHOICE, LONGEST_EXAMPLE = 300, 200, 20_000


class Kind(enum.StrEnum):
    """What a variable's value is."""

    TEXT = "text"  # one line
    LONG_TEXT = "long_text"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    FILE = "file"  # the text of a file, which the browser reads


KIND_WORDS = {
    Kind.TEXT: gettext_lazy("text"),
    Kind.LONG_TEXT: gettext_lazy("long text"),
    Kind.NUMBER: gettext_lazy("number"),
    Kind.CHOICE: gettext_lazy("choice"),
    Kind.DATE: gettext_lazy("date"),
    Kind.FILE: gettext_lazy("text of a file"),
}
LONG = frozenset({Kind.LONG_TEXT, Kind.FILE})
MEASURED = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.FILE})  # `least` and `most` count characters


@dataclass(frozen=True, slots=True)
class Variable:
    """One named blank. `least` and `most` bound a number, or the length of a text; None: no bound."""

    name: str
    kind: Kind = Kind.TEXT
    label: str = ""  # what a form calls it; empty: its name
    help: str = ""
    default: str = ""
    example: str = ""
    required: bool = True
    least: Decimal | None = None
    most: Decimal | None = None
    choices: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What a form calls it."""
        return self.label or self.name.replace("_", " ")

    def to_json(self) -> dict[str, object]:
        """For a row or a file; what was left as it is by default is absent."""
        plain = Variable(self.name)
        kept = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("name", "kind")}
        values: dict[str, object] = {name: kept[name] for name in kept if kept[name] != getattr(plain, name)}
        values |= {name: _plain_number(kept[name]) for name in ("least", "most") if kept[name] is not None}
        values |= {"choices": list(self.choices)} if self.choices else {}
        return {"name": self.name, "kind": self.kind.value, **values}


def read_variables(raw: object) -> tuple[Variable, ...]:
    """Variables from a row, a form or a file. Raises Unusable naming the variable."""
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise Unusable("variables", _("Variables are a list."))
    if len(raw) > MOST_VARIABLES:
        raise Unusable("variables", _("A template may have %(count)s variables.") % {"count": MOST_VARIABLES})
    found = tuple(_variable(one) for one in raw)
    twice = {one.name for one in found if sum(other.name == one.name for other in found) > 1}
    if twice:
        raise Unusable("variables", _("%(name)s is declared twice.") % {"name": min(twice)})
    return found


def check(variable: Variable, value: str) -> str:
    """What is wrong with a value, "" when nothing is."""
    if not value.strip():
        return str(_("Fill this in.")) if variable.required else ""
    match variable.kind:
        case Kind.NUMBER:
            return _check_number(variable, value)
        case Kind.CHOICE:
            return "" if value in variable.choices else _("Choose one of these.")
        case Kind.DATE:
            return "" if _is_date(value) else _("Give a date as year-month-day.")
    return _check_length(variable, value)


def check_all(variables: Iterable[Variable], values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by the names of the variables."""
    found = {one.name: check(one, values.get(one.name, "")) for one in variables}
    return {name: sentence for name, sentence in found.items() if sentence}


def _variable(raw: object) -> Variable:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str) or not is_name(raw["name"]):
        raise Unusable(
            "variables", _("A variable has a name of letters, digits and underscores, a letter first, 40 at most.")
        )
    name: str = raw["name"]
    unknown = set(raw) - {one.name for one in fields(Variable)}
    if unknown:
        raise _wrong(name, _("“%(word)s” is unknown") % {"word": min(map(str, unknown))})
    if raw.get("kind", Kind.TEXT) not in list(Kind):
        raise _wrong(name, _("the kind is one of %(kinds)s") % {"kinds": ", ".join(Kind)})
    if not isinstance(raw.get("required", True), bool):
        raise _wrong(name, _("required is true or false"))
    variable = Variable(
        name=name,
        kind=Kind(raw.get("kind", Kind.TEXT)),
        label=_text(name, raw, "label", LONGEST_HELP),
        help=_text(name, raw, "help", LONGEST_HELP),
        default=_text(name, raw, "default", LONGEST_EXAMPLE),
        example=_text(name, raw, "example", LONGEST_EXAMPLE),
        required=raw.get("required", True),
        least=_bound(name, raw.get("least")),
        most=_bound(name, raw.get("most")),
        choices=_choices(name, raw.get("choices")),
    )
    _check_whole(variable)
    return variable


def _check_whole(variable: Variable) -> None:
    """A variable that contradicts itself is refused, not mended."""
    name = variable.name
    if (variable.kind == Kind.CHOICE) != bool(variable.choices):
        raise _wrong(name, _("a choice needs choices, and nothing else has any"))
    if variable.least is not None and variable.most is not None and variable.least > variable.most:
        raise _wrong(name, _("the least is more than the most"))
    for value in (variable.default, variable.example):
        if value and (sentence := check(variable, value)):
            raise _wrong(name, _("“%(value)s” does not fit: %(why)s") % {"value": value[:60], "why": sentence})


def _text(name: str, raw: Mapping[str, object], field: str, most: int) -> str:
    value = raw.get(field, "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)  # a file says `default: 5`
    if not isinstance(value, str):
        raise _wrong(name, _("%(field)s is a text") % {"field": field})
    if len(value) > most:
        raise _wrong(name, _("%(field)s may have %(count)s characters") % {"field": field, "count": f"{most:,}"})
    return clean(value)


def _bound(name: str, value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    number = None if isinstance(value, bool) else _number(str(value))
    if number is None:
        raise _wrong(name, _("least and most are numbers"))
    return number


def _choices(name: str, raw: object) -> tuple[str, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list) or not all(isinstance(one, str) and 0 < len(one) <= LONGEST_CHOICE for one in raw):
        raise _wrong(name, _("choices are a list of short texts"))
    if len(raw) > MOST_CHOICES or len(set(raw)) < len(raw):
        raise _wrong(name, _("choices are at most %(count)s and differ") % {"count": MOST_CHOICES})
    return tuple(map(clean, raw))


def _wrong(name: str, why: object) -> Unusable:
    return Unusable("variables", _("Variable %(name)s: %(why)s.") % {"name": name, "why": str(why).rstrip(".。")})


def _check_number(variable: Variable, value: str) -> str:
    number = _number(value)
    if number is None:
        return _("Give a number.")
    if variable.least is not None and number < variable.least:
        return _("At least %(least)s.") % {"least": _plain_number(variable.least)}
    if variable.most is not None and number > variable.most:
        return _("At most %(most)s.") % {"most": _plain_number(variable.most)}
    return ""


def _check_length(variable: Variable, value: str) -> str:
    longest = LONGEST_TEXT if variable.kind in LONG else LONGEST_LINE
    most = longest if variable.most is None else min(longest, int(variable.most))
    if variable.kind == Kind.TEXT and "\n" in value:
        return _("One line only.")
    if variable.least is not None and len(value) < variable.least:
        least = int(variable.least)
        words = ngettext("At least %(count)s character.", "At least %(count)s characters.", least)
        return words % {"count": f"{least:,}"}
    if len(value) > most:
        words = ngettext("At most %(count)s character.", "At most %(count)s characters.", most)
        return words % {"count": f"{most:,}"}
    return ""


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 15 else None


def _plain_number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10  # fromisoformat also takes 20261126
