"""Text that may leave this floor: no lone surrogates (they break UTF-8) and no NUL (PostgreSQL refuses it)."""

import re

_BROKEN = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Replace lone surrogates by U+FFFD and drop NUL. Costs one scan; returns the same object when all is well."""
    return _BROKEN.sub(_mend, text) if _BROKEN.search(text) else text


def _mend(found: re.Match[str]) -> str:
    return "" if found.group() == "\x00" else "\ufffd"
