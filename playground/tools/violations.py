"""What a JSON schema objects to, as a value that is kept with an answer. Pure, and without Django: see judging.py."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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


def violations_of(errors: "Iterable[ValidationError]") -> Iterator[Violation]:
    """From what a validator raises. A property that is missing or not foreseen has a path of its own."""
    missing: Counter[tuple[object, ...]] = Counter()
    for error in errors:
        rule, found = str(error.validator), error.instance
        if rule == "required" and isinstance(found, Mapping):
            # The validator raises once for each missing name, in the order of the schema, and does not say which.
            place = (*error.absolute_path, "/", *error.absolute_schema_path)
            wanted: Any = error.validator_value
            names = [name for name in wanted if name not in found]
            yield _of_property(error, names[min(missing[place], len(names) - 1)])
            missing[place] += 1
        elif rule == "additionalProperties" and isinstance(found, Mapping) and error.validator_value is False:
            for name in _not_foreseen(error.schema, found):
                yield _of_property(error, name)
        else:
            words = str(error.message)[:300]
            yield Violation(json_path(error.absolute_path), rule, _short(error.validator_value), _short(found), words)


def _of_property(error: "ValidationError", name: str) -> Violation:
    path = json_path((*error.absolute_path, name))
    return Violation(path, str(error.validator), _short(name), "", str(error.message)[:300])


def _not_foreseen(schema: Any, found: Mapping[str, object]) -> list[str]:
    patterns = schema.get("patternProperties", {})
    known = schema.get("properties", {})
    return [name for name in found if name not in known and not any(re.search(one, name) for one in patterns)]


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
