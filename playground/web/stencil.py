"""A template rendered once with marks where the values go: what starting a run shows is the same but for these.

Measured: rendering the two messages of a turn was 40 % of the CPU of starting its run. A stencil is cut by the very
template that history uses, so the two cannot differ; tests/unit/web/test_stencil.py compares them.
"""

import re
import uuid
from collections.abc import Hashable, Mapping
from functools import cache, lru_cache
from typing import Any

from django.template.loader import get_template
from django.utils.html import escape
from django.utils.translation import get_language

KEPT = 256  # stencils; one is some kilobytes

_SALT = uuid.uuid4()  # so that nobody can write a mark into a text


@cache
def mark(name: str) -> Any:
    """What stands for the value of that name, whatever its type: an id, so that URLs take it too."""
    return str(uuid.uuid5(_SALT, name))


def fill(template: str, variable: str, marked: Hashable, values: Mapping[str, object]) -> str:
    """The template with `marked` as its one variable, and every mark in it replaced by its escaped value.

    The template must not look at a marked value but only print it. Everything else that changes what it prints has to
    be in `marked`, or be the active language.
    """
    pieces = list(_cut(template, variable, get_language(), marked, tuple(values)))
    pieces[1::2] = [escape(str(values[name])) for name in pieces[1::2]]
    return "".join(pieces)


@lru_cache(maxsize=KEPT)
def _cut(template: str, variable: str, language: str, marked: Hashable, names: tuple[str, ...]) -> tuple[str, ...]:
    """The pieces between the marks, and between them the names: text, name, text, name, … text."""
    by_mark = {mark(name): name for name in names}
    pieces = re.split(f"({'|'.join(by_mark)})", get_template(template).render({variable: marked}))
    return tuple(by_mark.get(piece, piece) for piece in pieces)
