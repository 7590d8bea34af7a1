"""What changed between two texts: lines side by side, and within a changed line the words. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Blanks, words, single Han characters (Chinese has no blanks to cut at) and single signs.
_WORDS = re.compile(r"\s+|[\u2e80-\u9fff\uf900-\ufaff]|[^\W\u2e80-\u9fff\uf900-\ufaff]+|[^\w\s]")
MOST_WORDS = 4_000  # of two changed blocks together; more are compared by lines only, which stays fast
AROUND = 3  # unchanged lines that one column shows before and after a change
ALIKE = 0.35  # share of equal words below which marking words would only confuse


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line; `changed`: the other side has something else here."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """A line on one side: its number and its pieces."""

    number: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Two lines side by side; None where a side has nothing. `same`: nothing changed here."""

    left: Side | None
    right: Side | None
    same: bool


Line = tuple[str, Side, Row]  # of one column: "+", "-" or "", the line, and the row it comes from


def compare(left: str, right: str) -> list[Row]:
    """Every line of both texts, those that belong together in one row."""
    before, after = _lines(left), _lines(right)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    rows: list[Row] = []
    for tag, i, j, m, n in matcher.get_opcodes():
        if tag == "equal":
            rows += [_same(at, m - i + at, before[at]) for at in range(i, j)]
        else:
            rows += _changed(before[i:j], after[m:n], i, m)
    return rows


def count(rows: Sequence[Row]) -> tuple[int, int]:
    """How many lines were added and how many removed."""
    changed = [row for row in rows if not row.same]
    return sum(row.right is not None for row in changed), sum(row.left is not None for row in changed)


def unified(rows: Sequence[Row]) -> list[Line | None]:
    """The rows as one column, of each changed block first what was removed; None where unchanged lines are left out."""
    lines: list[Line] = []
    block: list[Row] = []
    for row in [*rows, None]:
        if row is not None and not row.same:
            block.append(row)
            continue
        lines += [("-", one.left, one) for one in block if one.left]
        lines += [("+", one.right, one) for one in block if one.right]
        block = []
        if row is not None and row.right:
            lines.append(("", row.right, row))
    return _near(lines)


def _near(lines: Sequence[Line]) -> list[Line | None]:
    """The lines that changed, with AROUND others before and after."""
    places = [at for at, (sign, _side, _row) in enumerate(lines) if sign]
    kept = sorted({at for place in places for at in range(place - AROUND, place + AROUND + 1) if 0 <= at < len(lines)})
    shown: list[Line | None] = []
    for before, at in zip([-1, *kept], kept, strict=False):
        shown += [None] * (at > before + 1) + [lines[at]]
    return [*shown, None] if kept and kept[-1] < len(lines) - 1 else shown


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _same(left: int, right: int, line: str) -> Row:
    part = (Part(line),) if line else ()
    return Row(Side(left + 1, part), Side(right + 1, part), same=True)


def _changed(before: list[str], after: list[str], i: int, m: int) -> Iterator[Row]:
    """A block that was replaced: marked by words when it is still recognisable, row by row."""
    left, right = _marked("\n".join(before), "\n".join(after))
    for at in range(max(len(before), len(after))):
        yield Row(
            Side(i + at + 1, left[at]) if at < len(before) else None,
            Side(m + at + 1, right[at]) if at < len(after) else None,
            same=False,
        )


def _marked(before: str, after: str) -> tuple[list[tuple[Part, ...]], list[tuple[Part, ...]]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if not old or not new or len(old) + len(new) > MOST_WORDS:
        return _whole(before), _whole(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return _whole(before), _whole(after)
    left: list[Part] = []
    right: list[Part] = []
    for tag, i, j, m, n in matcher.get_opcodes():
        left += [Part("".join(old[i:j]), tag != "equal")] if j > i else []
        right += [Part("".join(new[m:n]), tag != "equal")] if n > m else []
    return _by_line(left), _by_line(right)


def _whole(text: str) -> list[tuple[Part, ...]]:
    return [(Part(line),) if line else () for line in text.split("\n")]


def _by_line(parts: Sequence[Part]) -> list[tuple[Part, ...]]:
    lines: list[list[Part]] = [[]]
    for part in parts:
        first, *others = part.text.split("\n")
        if first:
            lines[-1].append(Part(first, part.changed))
        for text in others:
            lines.append([Part(text, part.changed)] if text else [])
    return [tuple(line) for line in lines]
