"""Text that may leave this floor: no lone surrogates (they break UTF-8) and no NUL (PostgreSQL refuses it). Pure.

JSON of careless servers is read here as well, for it is where such text comes from.
"""

import json
import re
from typing import Any

_BROKEN = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Put U+FFFD in the place of lone surrogates and drop NUL. Returns the same object when all is well.

    It is called for every delta: text that is ASCII, which most is, costs one search for a byte.
    """
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    return _BROKEN.sub(_mended, text) if _BROKEN.search(text) else text


def load_json(text: str) -> Any:
    """Read JSON that a strict reader refuses: lone surrogates, raw control characters, NaN. Raises ValueError.

    What comes out is not clean yet. Too deep a nest is a ValueError as well.
    """
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _mended(found: re.Match[str]) -> str:
    return "" if found.group() == "\x00" else "\ufffd"


def indent(text: str, blanks: int) -> str:
    """Every line with so many blanks before it. Lines end in a line feed only: code may hold U+2028 in a literal."""
    return "\n".join(f"{' ' * blanks}{line}" if line else line for line in text.split("\n"))
