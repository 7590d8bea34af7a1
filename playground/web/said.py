"""A message of a person as the page shows it: its files folded to their names, and what was typed below them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from playground.conversations import attached
from playground.wire.tokens import estimate_tokens


@dataclass(frozen=True, slots=True)
class FileView:
    """A file in front of a message."""

    name: str
    size: str  # its tokens, in words


@dataclass(frozen=True, slots=True)
class Said:
    """What a message consists of; without files, its text says all."""

    files: Sequence[FileView] = ()
    typed: str = ""

    @classmethod
    def of(cls, text: str) -> "Said":
        """Take a message apart."""
        files, typed = attached.split(text)
        return cls([FileView(file.name, _size(file.text)) for file in files], typed) if files else cls()


def _size(text: str) -> str:
    tokens = estimate_tokens(text)
    return ngettext("%(n)s token", "%(n)s tokens", tokens) % {"n": _short(tokens)}


def _short(tokens: int) -> str:
    """As `short` of static/js/language.js, which draws what is sent now."""
    if 1024 <= tokens < 1_000_000 and tokens % 1024 == 0 and tokens % 1000:
        return f"{tokens // 1024}K"
    if tokens >= 999_500:
        return f"{round(tokens / 1_000_000, 1):g}M"
    if tokens >= 100:
        return f"{round(tokens / 1000, 1 if tokens < 99_500 else None):g}K"
    return str(tokens)
