"""What an answer is made from and what it consists of. Pure values; every module of this package speaks in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from playground.sandbox.models import SandboxModel

Choice = TypeVar("Choice")

_CJK = re.compile(r"[\u3400-\u9fff]")
_HEAD, _FOOT = 12_000, 4_000
_ENDLESS = re.compile(r"([!-~]{1000})[!-~]+")
_BLANKS = re.compile(r"[^\S\n]{17,}")
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){3,}")
_KANA = re.compile(r"[\u3040-\u30ff]")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÿ]+")
_WANTED_ENGLISH = re.compile(r"\b(?:answer|reply|respond|write)\s+in\s+english\b|用英[文语](?:回答|回复|写)", re.I)
_WANTED_CHINESE = re.compile(r"\b(?:answer|reply|respond|write)\s+in\s+chinese\b|用中文(?:回答|回复|写)", re.I)


@dataclass(frozen=True, slots=True)
class Question:
    """One prompt with its surroundings."""

    text: str
    chinese: bool
    model: SandboxModel
    models: Sequence[SandboxModel]
    seed: int = 0
    earlier: tuple[str, ...] = ()
    """What the user said before, oldest first."""
    last_answer: str = ""
    system: str = ""

    def say(self, english: str, chinese: str) -> str:
        return chinese if self.chinese else english

    def pick(self, options: Sequence[Choice], salt: str = "") -> Choice:
        """Return one of the options, the same one for the same request."""
        return options[Random(f"{self.seed}/{salt}").randrange(len(options))]  # noqa: S311 - variety, not secrecy

    def asks(self, *words: str) -> bool:
        """Does the prompt hold one of the words? Latin words are matched whole, Chinese ones anywhere."""
        return mentions(self.text, *words)


@dataclass(frozen=True, slots=True)
class Answer:
    """The text and the steps of thinking that lead to it."""

    content: str
    thoughts: tuple[str, ...] = field(default=())


def is_chinese(text: str) -> bool:
    """Which of our two languages should answer this text? Judged by its opening, which is where people ask."""
    if _WANTED_ENGLISH.search(text):
        return False
    if _WANTED_CHINESE.search(text):
        return True
    opening = text.split("```", maxsplit=1)[0][:400] or text[:400]
    hanzi = len(_CJK.findall(opening))
    return hanzi > 0 and not _KANA.search(opening) and hanzi >= len(_LATIN_WORD.findall(opening))


def tame(text: str) -> str:
    """Return the text at a length and in a shape that no pattern of this package takes long over.

    Answers look at the first 12,000 and the last 4,000 characters; endless words and empty stretches are cut.
    """
    if len(text) > _HEAD + _FOOT:
        text = f"{text[:_HEAD]}\n…\n{text[-_FOOT:]}"
    return _ENDLESS.sub(r"\1…", _BLANK_LINES.sub("\n\n\n", _BLANKS.sub(" " * 16, text)))


def mentions(text: str, *words: str) -> bool:
    lowered = text.lower()
    return any(
        word in lowered if _CJK.search(word) else re.search(rf"(?<!\w){re.escape(word)}(?!\w)", lowered) is not None
        for word in words
    )


def shorten(text: str, length: int = 60) -> str:
    """Return the text on one line, cut at `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; cell text is made safe for it."""
    lines = [_row(header), "| " + " | ".join("---" for _ in header) + " |", *(_row(row) for row in rows)]
    return "\n".join(lines)


def bullets(items: Sequence[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def numbered(items: Sequence[str]) -> str:
    return "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))


def sentences(text: str) -> list[str]:
    """Split prose into sentences, Chinese or Western; lines count as ends too."""
    pieces = re.split(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(“])|(?<=[。！？；])|\n+", text)
    return [piece.strip() for piece in pieces if piece and piece.strip()]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
