"""Reads the JSON schema that somebody types: what is wrong with it and where, and what is kept out.

A schema comes from a person, or from whoever wrote what they paste. It is bounded in size and depth, and it stands
alone: a reference leads into the schema itself or nowhere, so that nothing is ever fetched for it. The dialect is
draft 2020-12.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jsonschema import Draft202012Validator

from playground.tools.sentences import sentence
from playground.tools.violations import Violation, json_path, violations_of

LONGEST: Final = 50_000  # characters
DEEPEST: Final = 30  # nests
MOST_PARTS: Final = 2_000  # objects, arrays and values
LONGEST_PATTERN: Final = 300  # characters
MOST_FLAWS: Final = 20

_NOT_ALONE: Final = frozenset({"$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"})
_ONE: Final = frozenset(
    {"items", "contains", "not", "if", "then", "else", "additionalProperties", "propertyNames"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)
_SEVERAL: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED: Final = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_SYNTAX: Final = {
    "Expecting value": gettext_lazy("A value is missing here."),
    "Expecting property name enclosed in double quotes": gettext_lazy(
        'A name in "double quotes" is missing here, or a comma is too much.'
    ),
    "Expecting ':' delimiter": gettext_lazy("A colon is missing here."),
    "Expecting ',' delimiter": gettext_lazy("A comma is missing here, or a bracket is not closed."),
    "Unterminated string starting at": gettext_lazy("The text that begins here is not closed."),
    "Invalid control character at": gettext_lazy("A text goes over the end of the line; write \\n instead."),
    "Extra data": gettext_lazy("The value is over before this; there is too much here."),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong at one place. `path`: as in $.properties.city.type; "" where the text itself is no JSON."""

    path: str
    sentence: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A schema, or why the text is none. `schema` is None when there are flaws."""

    schema: Mapping[str, Any] | None = None
    flaws: tuple[Flaw, ...] = ()


def read_schema(text: str, *, of_parameters: bool = False) -> Reading:
    """Read a schema. `of_parameters`: of a function, which is an object at its top."""
    if len(text) > LONGEST:
        return _flawed(Flaw("", _("A schema may have %(count)s characters.") % {"count": f"{LONGEST:,}"}))
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_NoNumber, parse_float=_number)
    except json.JSONDecodeError as error:
        return _flawed(_syntax(error))
    except (RecursionError, ValueError):
        return _flawed(Flaw("", _("This is no JSON that can be read.")))
    flaws = list(_flaws(value, of_parameters=of_parameters))
    return _flawed(*flaws[:MOST_FLAWS]) if flaws else Reading(schema=value)


def subschemas(schema: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every schema in a schema, itself first, with its path. What stands under enum, const or examples is data."""
    yield path, schema
    if not isinstance(schema, Mapping):
        return
    for name, value in schema.items():
        if name in _ONE:
            yield from subschemas(value, (*path, name))
        elif name in _SEVERAL and isinstance(value, list):
            for place, one in enumerate(value):
                yield from subschemas(one, (*path, name, place))
        elif name in _NAMED and isinstance(value, Mapping):
            for key, one in value.items():
                yield from subschemas(one, (*path, name, key))


def _flawed(*flaws: Flaw) -> Reading:
    return Reading(flaws=flaws)


class _Doubled(dict[str, Any]):
    """An object that has names twice: parsers disagree on which of the two counts.

    It and `_NoNumber` stand in what was read until the walk over it meets them: the reader itself knows no path.
    """

    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _NoNumber:
    """NaN, Infinity or a number beyond all bounds, as it was written."""

    word: str


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    counts = Counter(name for name, _value in pairs)
    doubled = _Doubled(made)
    doubled.names = [name for name, count in counts.items() if count > 1]
    return doubled


def _number(word: str) -> float | _NoNumber:
    read = float(word)
    return read if math.isfinite(read) else _NoNumber(word)


def _syntax(error: json.JSONDecodeError) -> Flaw:
    words = str(_SYNTAX.get(error.msg, _("This is no JSON that can be read.")))
    return Flaw("", words, error.lineno, error.colno)


def _flaws(value: object, *, of_parameters: bool) -> Iterator[Flaw]:
    """All that is wrong with a value as a schema; what is too large is not looked at further."""
    if not isinstance(value, Mapping):
        yield Flaw("$", _("A schema is an object: { … }."))
        return
    too_much = _too_much(value)
    if too_much:
        yield too_much
        return
    unreadable = list(_unreadable(value))
    if unreadable:
        yield from unreadable
        return
    if of_parameters and value.get("type") != "object":
        yield Flaw("$.type", _('Parameters are an object: write "type": "object".'))
    wrong = Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(value)
    # The parts of the dialect each object to the same mistake.
    found = dict.fromkeys(Flaw(violation.path, _words(violation)) for violation in violations_of(wrong))
    yield from sorted(found, key=lambda flaw: flaw.path)
    if not found:
        yield from _own_rules(value)


def _words(violation: Violation) -> str:
    if violation.rule == "anyOf" and violation.path.endswith(".type"):
        return _("A type is one of array, boolean, integer, null, number, object, string, or a list of these.")
    return sentence(violation)


def _too_much(value: object) -> Flaw | None:
    parts, level = 0, [((), value)]  # type: tuple[int, list[tuple[tuple[str | int, ...], Any]]]
    depth = 0
    while level:
        parts += len(level)
        if parts > MOST_PARTS:
            return Flaw("$", _("A schema may have %(count)s parts.") % {"count": f"{MOST_PARTS:,}"})
        depth += 1
        if depth > DEEPEST:
            return Flaw(json_path(level[0][0]), _("This is nested too deep: %(count)d at most.") % {"count": DEEPEST})
        level = [below for path, one in level for below in _below(path, one)]
    return None


def _unreadable(value: object, path: tuple[str | int, ...] = ()) -> Iterator[Flaw]:
    """What no parser agrees on: names that stand twice, and words in the place of a number."""
    if isinstance(value, _NoNumber):
        yield Flaw(json_path(path), _("%(word)s is no number in JSON.") % {"word": value.word[:40]})
    for name in getattr(value, "names", ()):
        said = _("“%(name)s” stands twice in the same object.") % {"name": name[:80]}
        yield Flaw(json_path((*path, name)), said)
    for below, one in _below(path, value):
        yield from _unreadable(one, below)


def _below(path: tuple[str | int, ...], value: object) -> Iterable[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, Mapping):
        return [((*path, name), one) for name, one in value.items()]
    return [((*path, place), one) for place, one in enumerate(value)] if isinstance(value, list) else []


def _own_rules(schema: Mapping[str, Any]) -> Iterator[Flaw]:
    """References stay inside, and expressions can be read."""
    for path, one in subschemas(schema):
        if not isinstance(one, Mapping):
            continue
        for name in sorted(_NOT_ALONE & set(one)):
            yield Flaw(
                json_path((*path, name)), _("A schema stands alone here: %(word)s is not used.") % {"word": name}
            )
        reference = one.get("$ref")
        if reference is not None and not _leads_inside(schema, reference):
            yield Flaw(
                json_path((*path, "$ref")),
                _("A reference leads to a place in this schema, such as #/$defs/name. Nothing is fetched."),
            )
        if "pattern" in one:
            yield from _expression((*path, "pattern"), one["pattern"])
        for pattern in one.get("patternProperties", ()):
            yield from _expression((*path, "patternProperties", pattern), pattern)


def _expression(path: tuple[str | int, ...], pattern: str) -> Iterator[Flaw]:
    if len(pattern) > LONGEST_PATTERN:
        sentence_ = _("A regular expression may have %(count)d characters.") % {"count": LONGEST_PATTERN}
        yield Flaw(json_path(path), sentence_)
        return
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        yield Flaw(json_path(path), _("This regular expression cannot be read."))


def _leads_inside(schema: Mapping[str, Any], reference: object) -> bool:
    if reference == "#":
        return True
    if not isinstance(reference, str) or not reference.startswith("#/") or "%" in reference:
        return False
    place: Any = schema
    for part in reference[2:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(place, Mapping) and name in place:
            place = place[name]
        elif isinstance(place, list) and name.isdecimal() and int(name) < len(place):
            place = place[int(name)]
        else:
            return False
    return isinstance(place, Mapping | bool)
