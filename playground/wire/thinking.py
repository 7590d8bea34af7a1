"""Inline `<think>` at the start of an answer, split off as reasoning content (wire protocol, section 5.5). Pure.

Tags may be cut anywhere. Only the very start of the answer is looked at: a `<think>` in its middle is text.
"""

from playground.wire.events import ContentDelta, Event, ReasoningDelta, Reclassified

OPENER, CLOSER = "<think>", "</think>"
ORPHAN_WITHIN = 200_000  # characters of content after which an orphan closer is no longer looked for


class ThinkSplitter:
    """Feed it content; it gives content and reasoning deltas. `orphans`: also look for a closer without opener."""

    __slots__ = ("_held", "_orphans", "_seen", "_state")

    def __init__(self, *, orphans: bool) -> None:
        self._state = "start"  # start, newline (after the opener), inside, gap (after the closer), answer
        self._held = ""
        self._orphans = orphans
        self._seen = 0

    @property
    def is_idle(self) -> bool:
        """Whether it only passes content through from here on."""
        return self._state == "answer" and not self._orphans and not self._held

    def feed(self, text: str) -> list[Event]:
        """What this piece of content is."""
        self._held += text
        found: list[Event] = []
        while self._step(found):
            pass
        return found

    def finish(self) -> list[Event]:
        """What was held back when the stream ended."""
        held, self._held = self._held, ""
        if not held or self._state == "gap":
            return []
        return [ReasoningDelta(held) if self._state in ("inside", "newline") else ContentDelta(held)]

    def _step(self, found: list[Event]) -> bool:
        """Advance by one state; False when more text is needed."""
        match self._state:
            case "start":
                return self._start()
            case "newline":
                return self._after_opener()
            case "inside":
                return self._inside(found)
            case "gap":
                return self._after_closer()
        return self._answer(found)

    def _start(self) -> bool:
        text = self._held.lstrip()
        if text.startswith(OPENER):
            self._state, self._held = "newline", text[len(OPENER) :]
            return True
        if OPENER.startswith(text):
            return False  # nothing but white space, or the beginning of the tag
        self._state = "answer"
        return True

    def _after_opener(self) -> bool:
        if not self._held or self._held == "\r":
            return False
        self._state, self._held = "inside", self._held.removeprefix("\r").removeprefix("\n")
        return True

    def _inside(self, found: list[Event]) -> bool:
        text, closer, rest = self._held.partition(CLOSER)
        if closer:
            text = text.rstrip("\r\n")
            self._state, self._held = "gap", rest
        else:
            keep = _keep(text)
            text, self._held = text[: len(text) - keep], text[len(text) - keep :]
        if text:
            found.append(ReasoningDelta(text))
        return bool(closer)

    def _after_closer(self) -> bool:
        self._held = self._held.lstrip("\r\n")
        if not self._held:
            return False
        self._state, self._orphans = "answer", False
        return True

    def _answer(self, found: list[Event]) -> bool:
        text, self._held = self._held, ""
        if self._orphans:
            before, closer, rest = text.partition(CLOSER)
            if closer:
                if before.rstrip("\r\n"):
                    found.append(ContentDelta(before.rstrip("\r\n")))
                found.append(Reclassified())
                self._state, self._held = "gap", rest
                return True
            keep = _tag_part(text, CLOSER)
            text, self._held = text[: len(text) - keep], text[len(text) - keep :]
            self._seen += len(text)
            self._orphans = self._seen < ORPHAN_WITHIN
        if text:
            found.append(ContentDelta(text))
        return False


def _keep(text: str) -> int:
    """How many characters at the end to hold back inside a block: line breaks and what may become the closer."""
    part = _tag_part(text, CLOSER)
    body = text[: len(text) - part]
    return part + len(body) - len(body.rstrip("\r\n"))


def _tag_part(text: str, tag: str) -> int:
    """The length of the longest end of `text` that is a beginning of `tag`."""
    for length in range(min(len(text), len(tag) - 1), 0, -1):
        if text.endswith(tag[:length]):
            return length
    return 0
