"""What is wrong with an answer that was to be JSON, as the message that asks the model to repair it. Pure."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from playground.tools.sentences import sentence
from playground.tools.violations import Violation


def complaint(verdict: Mapping[str, Any]) -> str:
    """The text of the next turn, in the reader's language; "" when nothing is wrong."""
    if verdict["form"] == "none":
        return _("Your last answer is not valid JSON. Answer again with valid JSON only, and with nothing around it.")
    violations = [Violation.from_json(one) for one in verdict["violations"]]
    if violations:
        lead = _("Your last answer does not fit the schema:")
        close = _("Answer again with the whole JSON, corrected, and with nothing around it.")
        lines = [f"- {one.path}: {sentence(one)}" for one in violations]
        return "\n".join([lead, *lines, close])
    if verdict["form"] == "fenced":
        return _(
            "Your last answer stands in a code block. Answer again with the bare JSON, and with nothing around it."
        )
    return ""
