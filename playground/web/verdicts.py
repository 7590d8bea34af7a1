"""What the judge said of an answer that was to be JSON, as a note below it; and the words that ask to repair it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.conversations.models import Generation
from playground.tools.sentences import sentence
from playground.tools.violations import Violation

Kind = Literal["fits", "json", "violated", "no_json", "fenced", "unfinished"]


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """One violation: where, and what is wrong there."""

    path: str
    sentence: str


@dataclass(frozen=True, slots=True)
class VerdictView:
    """`kind`: fits the schema, is JSON (no schema was given), violates it, is no JSON, stands in a code block, or
    could not be judged within the limits. `more`: objections that are not listed.
    """

    kind: Kind
    objections: Sequence[ObjectionView] = ()
    more: int = 0

    @property
    def is_good(self) -> bool:
        """Nothing to repair."""
        return self.kind in ("fits", "json", "unfinished")


def verdict_of(run: Generation | None) -> VerdictView | None:
    """The note of an answer; None when it was not to be JSON."""
    kept: Mapping[str, Any] | None = run.verdict if run else None
    if run is None or kept is None:
        return None
    objections = tuple(_objection(one) for one in kept["violations"])
    return VerdictView(_kind(kept, has_schema=run.settings.get("output") == "json_schema"), objections, kept["more"])


def wants_json(run: Generation | None) -> bool:
    """Whether the answer was to be JSON: it is shown as such from its first character on."""
    return run is not None and bool(run.settings.get("output"))


def _objection(kept: Mapping[str, str]) -> ObjectionView:
    violation = Violation.from_json(kept)
    return ObjectionView(violation.path, sentence(violation))


def _kind(kept: Mapping[str, Any], *, has_schema: bool) -> Kind:
    if kept["form"] == "none":
        return "no_json"
    if kept["unfinished"]:
        return "unfinished"
    if kept["violations"]:
        return "violated"
    if kept["form"] == "fenced":
        return "fenced"
    return "fits" if has_schema else "json"
