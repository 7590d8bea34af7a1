"""Variables into text: one pass, and what a value contains is never interpreted. Pure.

A place is `{{name}}`; blanks inside the braces do not count. There is no other syntax: no conditions, no loops, no way
to reach anything but the values that are passed in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

NAME = r"[^\W\d]\w{0,39}"  # letters of any script, digits and underscores; no digit first
_PLACE = re.compile(rf"\{{\{{[ \t]*({NAME})[ \t]*\}}\}}")
_NAME = re.compile(NAME)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a template's text; `is_place`: it names a variable."""

    text: str
    is_place: bool = False


def is_name(text: str) -> bool:
    """Whether a variable may be called so."""
    return _NAME.fullmatch(text) is not None


def names_in(*texts: str) -> list[str]:
    """The variables that texts name, each once, in the order in which they come."""
    return list(dict.fromkeys(found[1] for text in texts for found in _PLACE.finditer(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every place filled. A place nobody has a value for stays as it is written."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), text)


def pieces(text: str) -> list[Piece]:
    """The text cut at its places, for showing them."""
    cut: list[Piece] = []
    end = 0
    for place in _PLACE.finditer(text):
        if place.start() > end:
            cut.append(Piece(text[end : place.start()]))
        cut.append(Piece(place[0], is_place=True))
        end = place.end()
    return [*cut, Piece(text[end:])] if end < len(text) else cut
