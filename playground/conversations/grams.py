"""Text as the search sees it: folded, cut into grams, found again in what a reader is shown. Pure.

A gram is a single character, a pair, or, outside the scripts that write without spaces, a triple. Pairs find Chinese
words of two characters, which an index of triples cannot; triples keep the candidates for a long Latin word few.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from playground.folding import fold

WORDS = 8  # of a query; more are passed over
_RUN = re.compile(r"[^\W_]+")
_SPACED = re.compile(r"[^\W_\u2e80-\U0010ffff]{3,}")  # the scripts that put spaces between words
_CHUNK, _OVERLAP = 4_000, 200  # characters folded at once when a text is searched for its first match
BEFORE, AFTER = 16, 64  # characters of a snippet around its first match


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text as shown; `hit`: it matches."""

    text: str
    hit: bool = False


def words_of(query: str) -> list[str]:
    """The folded words of a query, each once."""
    return list(dict.fromkeys(fold(query).split()))[:WORDS]


def grams_of(folded: str) -> set[str]:
    """Everything that a folded text can be found by."""
    found = {sign for sign in set(folded) if not sign.isspace()}
    for run in set(_RUN.findall(folded)):
        found.update(map("".join, pairwise(run)))
    for run in set(_SPACED.findall(folded)):
        found.update(map("".join, zip(run, run[1:], run[2:], strict=False)))
    return found


def grams_asked(word: str) -> set[str]:
    """The fewest grams that every text with this folded word has; it is the word itself when they need no check."""
    asked: set[str] = set()
    for run in _RUN.findall(word):
        covered = [found.span() for found in _SPACED.finditer(run)]
        for start, end in covered:
            asked.update(run[at : at + 3] for at in range(start, end - 2))
        pairs = (at for at in range(len(run) - 1) if not any(s <= at and at + 2 <= e for s, e in covered))
        asked.update(run[at : at + 2] for at in pairs)
        if len(run) == 1:
            asked.add(run)
    asked.update(_RUN.sub("", word))
    return asked


def has_all(folded: str, words: Collection[str]) -> bool:
    """Whether each of the words stands in the text."""
    return all(word in folded for word in words)


def parts(text: str, words: Sequence[str]) -> list[Part]:
    """The text in pieces, those that match marked."""
    cut: list[Part] = []
    end = 0
    for start, stop in _spans(text, words):
        if start > end:
            cut.append(Part(text[end:start]))
        cut.append(Part(text[start:stop], hit=True))
        end = stop
    return [*cut, Part(text[end:])] if end < len(text) else cut


def snippet(text: str, words: Sequence[str]) -> list[Part]:
    """The neighbourhood of the first match, on one line, matches marked; empty when there is none."""
    at = _first_place(text, words)
    if at is None:
        return []
    start = max(0, at - BEFORE)
    line = " ".join(text[start : at + AFTER].split())
    cut = parts(line, words)
    if not any(part.hit for part in cut):
        return []
    return [Part("…"), *cut] if start else cut


def _first_place(text: str, words: Sequence[str]) -> int | None:
    """Near which character the first match begins. Folding moves places, so a text is folded chunk by chunk."""
    for start in range(0, max(1, len(text)), _CHUNK):
        chunk = text[start : start + _CHUNK + _OVERLAP]
        folded = fold(chunk)
        if not any(word in folded for word in words):
            continue
        if len(folded) == len(chunk):
            return start + min(at for word in words if (at := folded.find(word)) >= 0)
        spans = _spans(chunk, words)
        if spans:
            return start + spans[0][0]
    return None


def _spans(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words stand in a text as it is written: places before folding, in order, without overlap."""
    folded, places = _placed(text)
    found: list[tuple[int, int]] = []
    for word in words:
        at = folded.find(word)
        while at >= 0:
            last = at + len(word) - 1
            found.append((places[at], places[last + 1] if places[last + 1] > places[last] else places[last] + 1))
            at = folded.find(word, at + len(word))
    return _merged(sorted(found))


def _placed(text: str) -> tuple[str, list[int]]:
    """A text folded character by character, and for each folded character the place it came from."""
    if text.isascii():
        return text.lower(), list(range(len(text) + 1))
    folded: list[str] = []
    places: list[int] = []
    for start, cluster in _clusters(text):
        sign = fold(cluster)
        folded.append(sign)
        places += [start] * len(sign)
    return "".join(folded), [*places, len(text)]


def _clusters(text: str) -> list[tuple[int, str]]:
    """Each character with the marks that combine with it, for they fold together."""
    clusters: list[tuple[int, str]] = []
    for place, sign in enumerate(text):
        if clusters and unicodedata.combining(sign):
            start, before = clusters[-1]
            clusters[-1] = (start, before + sign)
        else:
            clusters.append((place, sign))
    return clusters


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
