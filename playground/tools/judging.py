"""Judges an answer by a JSON schema, in a process of its own: `python -m playground.tools.judging`.

A schema may hold a regular expression that takes a century, or references that unfold into billions. No care in
reading it rules that out, so whoever judges is a process with a limit of time and memory, and whoever waits for it
stops waiting. It reads {"schema", "text"} and writes a verdict. Without Django, so that it begins quickly.
"""

import json
import resource
import sys
from collections.abc import Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator
from referencing import Registry

from playground.tools.violations import violations_of

MOST_VIOLATIONS: Final = 50
SECONDS: Final = 3  # of CPU
BYTES: Final = 1 << 30
_FENCE: Final = "```"

Verdict = dict[str, Any]
"""`form`: "bare" JSON, "fenced" in a code block, or "none"; `violations`: as Violation.to_json; `more`: how many were
left out; `unfinished`: the schema could not be judged by within the limits."""


def judge(schema: Mapping[str, Any] | None, text: str) -> Verdict:
    """Judge an answer; without a schema only whether it is JSON. The schema is one that schemas.read_schema took."""
    form, value = read_answer(text)
    verdict: Verdict = {"form": form, "violations": [], "more": 0, "unfinished": False}
    if form == "none" or schema is None:
        return verdict
    # A registry of its own that knows nothing: no reference is ever fetched.
    validator = Draft202012Validator(schema, registry=Registry())
    try:
        found = list(violations_of(validator.iter_errors(value)))
    except RecursionError:
        return unfinished(form)
    found.sort(key=lambda violation: violation.path)
    verdict["violations"] = [violation.to_json() for violation in found[:MOST_VIOLATIONS]]
    verdict["more"] = max(0, len(found) - MOST_VIOLATIONS)
    return verdict


def read_answer(text: str) -> tuple[str, Any]:
    """The JSON value of an answer and its form; models like to put a code fence around it."""
    bare = text.strip()
    for form, candidate in (("bare", bare), ("fenced", unfenced(bare))):
        try:
            return form, json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return "none", None


def unfenced(text: str) -> str:
    """What stands in the code block that a text is, or the text."""
    first, _, rest = text.partition("\n")
    if not first.startswith(_FENCE) or not rest.rstrip().endswith(_FENCE):
        return text
    return rest.rstrip().removesuffix(_FENCE)


def unfinished(form: str = "none") -> Verdict:
    """The verdict of a judge who ran out of time or memory."""
    return {"form": form, "violations": [], "more": 0, "unfinished": True}


def main() -> None:
    """Judge what stands on standard input, within the limits."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    asked = json.load(sys.stdin)
    json.dump(judge(asked["schema"], asked["text"]), sys.stdout)


if __name__ == "__main__":
    main()
