"""Inline `<think>` at the start of an answer, split off as reasoning content (wire protocol, section 5.5). Pure.

Tags may be cut anywhere. An opener counts only at the very start of the answer: in its middle it is text, for example
in an answer about language models. A closer without an opener (the opener was part of the prompt's template) makes
reasoning of all that came before it, unless it stands in code or the answer had spoken of `<think>` before.
"""

import re
from typing import Literal

from playground.wire.events import ContentDelta, Event, ReasoningDelta, Reclassified

OPENER, CLOSER = "<think>", "</think>"
_TAG = re.compile("</?think>")
BLANKS_AT_MOST = 256  # characters of white space before an opener; more is an answer that begins oddly
ORPHAN_WITHIN = 200_000  # characters of content after which an orphan closer is no longer looked for

_State = Literal["start", "opened", "inside", "closed", "watching", "answer"]


class ThinkSplitter:
    """Feed it content; it gives content and reasoning deltas. What may become a tag is held back."""

    __slots__ = ("_backticks", "_held", "_seen", "_state")

    def __init__(self) -> None:
        self._state: _State = "start"
        self._held = ""
        self._seen = 0  # characters of content given so far
        self._backticks = 0  # among them: an odd number means inside code

    @property
    def is_done(self) -> bool:
        """Whether it only passes content through from here on."""
        return self._state == "answer"

    def feed(self, text: str) -> list[Event]:
        """What this piece of content is."""
        if self._state == "watching" and not self._held and "<" not in text:
            self._count(text)
            return [ContentDelta(text)] if text else []
        found: list[Event] = []
        rest: str | None = self._held + text if self._held else text
        self._held = ""
        while rest is not None:
            rest = self._step(rest, found)
        return found

    def finish(self) -> list[Event]:
        """What was held back when the stream ended, or when the provider turned out not to write tags."""
        held, self._held = self._held, ""
        if not held or self._state == "opened":
            return []
        return [ReasoningDelta(held) if self._state == "inside" else ContentDelta(held)]

    def _step(self, text: str, found: list[Event]) -> str | None:
        """Read on by one state; returns the text that is left for the next one, None when more is needed."""
        match self._state:
            case "start":
                return self._read_start(text)
            case "opened":
                return self._read_opened(text)
            case "inside":
                return self._read_inside(text, found)
            case "closed":
                return self._read_closed(text)
            case "watching":
                return self._watch(text, found)
            case "answer":
                if text:
                    found.append(ContentDelta(text))
        return None

    def _read_start(self, text: str) -> str | None:
        body = text.lstrip()
        if len(text) - len(body) <= BLANKS_AT_MOST:
            if body.startswith(OPENER):
                self._state = "opened"
                return body[len(OPENER) :]
            if OPENER.startswith(body):
                self._held = text
                return None
        self._state = "watching"
        return text

    def _read_opened(self, text: str) -> str | None:
        """Drop the line break after the opener."""
        if text in {"", "\r"}:
            self._held = text
            return None
        self._state = "inside"
        return text.removeprefix("\r").removeprefix("\n")

    def _read_inside(self, text: str, found: list[Event]) -> str | None:
        thought, closer, rest = text.partition(CLOSER)
        if closer:
            thought = thought.rstrip("\r\n")  # like the break after the opener, it belongs to the tag
        else:
            thought, held = _hold_back(thought, CLOSER)
            thought, self._held = _hold_breaks(thought, held)
        if thought:
            found.append(ReasoningDelta(thought))
        if not closer:
            return None
        self._state = "closed"
        return rest

    def _read_closed(self, text: str) -> str | None:
        """Drop one run of line breaks before the answer."""
        text = text.lstrip("\r\n")
        if not text:
            return None
        self._state = "answer"
        return text

    def _watch(self, text: str, found: list[Event]) -> str | None:
        """Give content and look for an orphan closer in it."""
        start = 0
        for tag in _TAG.finditer(text):
            if tag.group() == OPENER:
                self._state = "answer"
                return text
            self._backticks += text.count("`", start, tag.start())
            start = tag.start()
            if self._backticks % 2 == 0:
                self._reclassify(text[:start], found)
                return text[tag.end() :]
        text, self._held = _hold_back(text, CLOSER, OPENER)
        if text:
            self._count(text, start)
            found.append(ContentDelta(text))
        return None

    def _reclassify(self, before: str, found: list[Event]) -> None:
        """Make reasoning of everything before an orphan closer, in this piece and in earlier ones."""
        if self._seen:
            found.append(Reclassified())
        if before:
            found.append(ReasoningDelta(before))
        self._state = "closed"

    def _count(self, text: str, start: int = 0) -> None:
        self._seen += len(text)
        self._backticks += text.count("`", start)
        if self._seen > ORPHAN_WITHIN:
            self._state = "answer"


def _hold_back(text: str, *tags: str) -> tuple[str, str]:
    """Cut off the longest end of `text` that may become one of the tags."""
    at = text.find("<", max(0, len(text) - max(map(len, tags)) + 1))
    while at >= 0:
        if any(tag.startswith(text[at:]) for tag in tags):
            return text[:at], text[at:]
        at = text.find("<", at + 1)
    return text, ""


def _hold_breaks(text: str, held: str) -> tuple[str, str]:
    """Hold back the line breaks at the end as well, unless they are too many to belong to a tag."""
    body = text.rstrip("\r\n")
    if len(text) - len(body) > BLANKS_AT_MOST:
        return text, held
    return body, text[len(body) :] + held
