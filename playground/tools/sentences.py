"""What a JSON schema objects to, in the reader's language."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext as _

from playground.tools.violations import Violation


def sentence(violation: Violation) -> str:
    """The objection in the reader's language."""
    words = _SENTENCES.get(violation.rule)
    return words() % {"wanted": violation.wanted, "found": violation.found} if words else violation.words


_SENTENCES: Final[Mapping[str, Callable[[], str]]] = {
    "type": lambda: _("It must be %(wanted)s; it is %(found)s."),
    "required": lambda: _("It is missing."),
    "additionalProperties": lambda: _("It is not foreseen."),
    "enum": lambda: _("It must be one of %(wanted)s; it is %(found)s."),
    "const": lambda: _("It must be %(wanted)s; it is %(found)s."),
    "minimum": lambda: _("It must be %(wanted)s at least; it is %(found)s."),
    "maximum": lambda: _("It must be %(wanted)s at most; it is %(found)s."),
    "exclusiveMinimum": lambda: _("It must be more than %(wanted)s; it is %(found)s."),
    "exclusiveMaximum": lambda: _("It must be less than %(wanted)s; it is %(found)s."),
    "multipleOf": lambda: _("It must be a multiple of %(wanted)s; it is %(found)s."),
    "minLength": lambda: _("It must have %(wanted)s characters at least: %(found)s."),
    "maxLength": lambda: _("It may have %(wanted)s characters: %(found)s."),
    "pattern": lambda: _("It must fit the expression %(wanted)s; it is %(found)s."),
    "minItems": lambda: _("It must have %(wanted)s items at least: %(found)s."),
    "maxItems": lambda: _("It may have %(wanted)s items: %(found)s."),
    "uniqueItems": lambda: _("No two items may be the same: %(found)s."),
    "minProperties": lambda: _("It must have %(wanted)s properties at least: %(found)s."),
    "maxProperties": lambda: _("It may have %(wanted)s properties: %(found)s."),
    "anyOf": lambda: _("It fits none of what is allowed: %(found)s."),
    "oneOf": lambda: _("It must fit exactly one of what is allowed: %(found)s."),
    "not": lambda: _("This is what it must not be: %(found)s."),
}
