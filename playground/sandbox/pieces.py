"""Cuts an answer into the pieces a provider would stream, and cuts it short at a number of tokens."""

import re
from collections.abc import Iterator

from playground.wire.tokens import estimate_tokens

# One piece is about one token: a short word with its space, one or two Chinese characters, a few digits or signs.
_PIECE = re.compile(r" ?[^\W\d_\u2e80-\u9fff]{1,8}|[\u2e80-\u9fff]{1,2}|\d{1,3}|\s+|[^\w\s]{1,3}|.", re.S)


def pieces(text: str) -> Iterator[str]:
    """Yield the pieces; joined they are the text again."""
    for found in _PIECE.finditer(text):
        yield found[0]


def within(text: str, tokens: int) -> str:
    """Return the longest opening of the text that weighs no more than `tokens`."""
    if estimate_tokens(text) <= tokens:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if estimate_tokens(text[:middle]) <= tokens:
            low = middle
        else:
            high = middle - 1
    return text[:low]
