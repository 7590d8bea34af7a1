"""The text of a file, whatever encoding it is in: UTF-8, UTF-16 (also without its mark), GB18030. Pure.

The same encodings in the same order as for attachments (static/js/decode.js).
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

MARKS: Final = (("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"))
SAMPLE: Final = 4_096  # bytes that show how UTF-16 without a mark looks
USUAL_SHARE: Final = 0.6  # of characters; of bytes read in a wrong way a fifth looks usual
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # no text has them; tab, line ends and escape may stand in logs


def decode(data: bytes) -> str | None:
    r"""The text with "\n" as its line ends; None when it is no text."""
    for encoding, skipped in _candidates(data):
        try:
            text = data[skipped:].decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    return None


def _candidates(data: bytes) -> Iterator[tuple[str, int]]:
    for encoding, mark in MARKS:
        if data.startswith(mark):
            yield encoding, len(mark)
            return
    yield "utf-8", 0
    if encoding := _unmarked(data):
        yield encoding, 0
    yield "gb18030", 0


def _unmarked(data: bytes) -> str:
    """Which UTF-16 it looks like, "" for none. Latin text has a zero in every other byte; Chinese text is read in each
    way, and the one that gives most of the usual characters is it."""
    sample = data[:SAMPLE]
    if len(data) % 2 or not sample:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) >= len(sample) / 8:
        return "utf-16-le" if odd > even else "utf-16-be"
    best = max(("gb18030", "utf-16-le", "utf-16-be"), key=lambda encoding: _usual(sample, encoding))
    return best if best != "gb18030" and _usual(sample, best) > USUAL_SHARE else ""


def _usual(sample: bytes, encoding: str) -> float:
    """Which share of its characters is usual in Chinese text."""
    text = sample.decode(encoding, errors="replace")
    return sum(sign in _usual_signs() for sign in text) / len(text)


@cache
def _usual_signs() -> frozenset[str]:
    """ASCII, the punctuation of GB 2312 and its 3,755 most frequent characters."""
    rows = (*range(0xA1, 0xA4), *range(0xB0, 0xD8))
    chinese = bytes(byte for row in rows for place in range(0xA1, 0xFF) for byte in (row, place)).decode("gb18030")
    return frozenset(chinese) | {chr(code) for code in (9, 10, 13, *range(32, 127))}
