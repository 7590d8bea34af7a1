"""The text of a file, whatever encoding it is in: UTF-8, UTF-16 (Latin text also without its mark), GB18030. Pure.

The same encodings in the same order as for attachments (static/js/decode.js).
"""

import re
from collections.abc import Iterator
from typing import Final

MARKS: Final = (("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"))
SAMPLE: Final = 4_096  # bytes that show how UTF-16 without a mark looks
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
    """Latin text in UTF-16 has a zero in every other byte; "" when it does not look so."""
    sample = data[:SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(data) % 2 or max(even, odd) < len(sample) / 8 or not sample:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"
