"""What a JSON schema objects to, as a value that is kept with an answer. Pure, and without Django: see judging.py."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jsonschema import ValidationError

LONGEST_SHOWN: Final = 80  # characters of a value in a sentence
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


@dataclass(frozen=True, slots=True)
class Violation:
    """One objection. `path`: where in the value, as in $.items[2].price. `rule`: the schema's word for it.

    `wanted` and `found` are short JSON texts; `words` is the validator's own sentence, for rules we have none for.
    """

    path: str
    rule: str
    wanted: str
    found: str
    words: str

    def to_json(self) -> dict[str, str]:
        """JSON for a row."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> "Violation":
        """Read what to_json wrote."""
        return cls(**{name: str(kept.get(name, "")) for name in cls.__slots__})


def json_path(parts: Iterable[str | int]) -> str:
    """A place in a JSON value: $.items[2]["unit price"]."""
    path = "$"
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif _PLAIN_NAME.fullmatch(part):
            path += f".{part}"
        else:
            path += f"[{json.dumps(part, ensure_ascii=False)}]"
    return path


def violation_of(error: "ValidationError") -> Violation:
    """From what the validator raises; of a missing or an unknown property it names the property."""
    wanted: Any = error.validator_value
    found: Any = error.instance
    if error.validator == "required":
        wanted = next((name for name in wanted if name not in found), "")
    elif error.validator == "additionalProperties" and isinstance(found, Mapping):
        known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
        wanted = next((name for name in found if name not in known), "")
    rule = str(error.validator)
    return Violation(json_path(error.absolute_path), rule, _short(wanted), _short(found), str(error.message)[:300])


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
