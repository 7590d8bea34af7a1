"""Reads templates without rendering them: what HTML they hold, and what of it every branch shows."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
VOID = frozenset(["br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
# What people read or hear although it stands in an attribute.
SPOKEN = frozenset(["aria-label", "title", "placeholder", "alt", "aria-description"])
# What is typed or read by a machine is the same in every language.
LITERAL = (["code"], ["kbd"], ["samp"])
SWALLOWED = {"comment": "endcomment", "blocktranslate": "endblocktranslate", "blocktrans": "endblocktrans"}


def paths() -> list[str]:
    """Every HTML template, relative to the folder of templates."""
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


def tokens(source: str) -> list[Token]:
    """The tokens of a template without comments and without the inside of translated blocks."""
    kept: list[Token] = []
    until = ""
    for token in Lexer(source).tokenize():
        name = token.contents.split()[0] if token.token_type is TokenType.BLOCK else ""
        if until:
            until = "" if name == until else until
        elif name in SWALLOWED:
            until = SWALLOWED[name]
        elif token.token_type is not TokenType.COMMENT:
            kept.append(token)
    return kept


@dataclass(slots=True)
class Element:
    """A start tag as written; what a template tag would put into a value is missing from it."""

    name: str
    attributes: dict[str, str]


@dataclass(slots=True)
class Page:
    """What a template holds: elements, bare text, tags without their other half, roots of its fullest branch."""

    elements: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    roots: int = 0


def read(name: str) -> Page:
    """Read one template of the house."""
    return read_source((TEMPLATES / name).read_text(encoding="utf-8"))


def read_source(source: str) -> Page:
    reader = _Reader()
    for token in tokens(source):
        if token.token_type is TokenType.TEXT:
            reader.feed(token.contents)
        elif token.token_type is TokenType.VAR:
            reader.value()
        else:
            reader.block(token.contents.split()[0])
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    """Follows elements and branches; an unfinished tag waits in `rawdata` while template tags pass."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: list[str] = []
        self._branches: list[tuple[list[str], int, int]] = []  # open elements and roots before it, most roots in it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._meet(tag, attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._meet(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._open[-1:] == [tag]:
            self._open.pop()
        else:
            self.page.orphans.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if data.strip():
            if self._open[-1:] not in LITERAL:
                self.page.texts.append(data.strip())
            self._root()

    def value(self) -> None:
        """A {{ value }}; inside a tag it belongs to an attribute."""
        if not self.rawdata:
            self._root()

    def block(self, name: str) -> None:
        """A {% tag %}: a branch is read like the only one, the fullest counts."""
        if self.rawdata:
            return
        if name in ("if", "for"):
            self._branches.append((list(self._open), self.page.roots, self.page.roots))
        elif name in ("else", "elif", "empty"):
            before, began, most = self._branches[-1]
            self._branches[-1] = (before, began, max(most, self.page.roots))
            self._close_branch(before)
            self.page.roots = began
        elif name in ("endif", "endfor"):
            before, began, most = self._branches.pop()
            self._close_branch(before)
            repeated = name == "endfor" and self.page.roots > began
            self.page.roots = max(most, self.page.roots) + repeated
        elif name == "include":
            self._root()

    def close(self) -> None:
        super().close()
        self._close_branch([])

    def _close_branch(self, before: list[str]) -> None:
        if self._open != before:
            self.page.orphans.append(f"<{' '.join(self._open[len(before) :])}>")
        self._open = list(before)

    def _meet(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.append(Element(tag, {key: value or "" for key, value in attrs}))
        self._root()

    def _root(self) -> None:
        if not self._open:
            self.page.roots += 1


def words(text: str) -> list[str]:
    """The words in `text` that somebody would have to translate."""
    return re.findall(r"[A-Za-z]{2,}", re.sub(r"&\w+;", " ", text))
