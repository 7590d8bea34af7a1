"""Makes an orderly stream of wire bytes go wrong on purpose: the part of the faults that lies in the bytes. Pure."""

from collections.abc import Iterator
from itertools import chain
from math import inf

Piece = tuple[float, bytes]
"""Seconds to wait since the piece before, and then the bytes to send. Waiting `inf` means: never again."""


def stalled(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Silence on an open connection after all that was said."""
    return chain(pieces, [(inf, b"")])


def ending_in(pieces: Iterator[Piece], last: bytes) -> Iterator[Piece]:
    """`last` in the place of an orderly end."""
    return chain(pieces, [(0.0, last)])


def glued(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The third frame is cut off in the middle and the following one stands on the same line."""
    for place, (delay, data) in enumerate(pieces):
        yield delay, data[: len(data) * 2 // 5] if place == 2 else data


def damaged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Every third frame loses its closing brackets; the end stays whole."""
    for place, (delay, data) in enumerate(pieces):
        is_end = b'"finish_reason":"' in data or b'"usage":{' in data or b"[DONE]" in data
        hurt = place % 3 == 2 and not is_end
        yield delay, data.rstrip(b"\n")[:-3] + b"\n\n" if hurt else data


def with_crlf(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """CR LF line ends, and no space behind `data:`."""
    for delay, data in pieces:
        yield delay, data.replace(b"data: ", b"data:").replace(b"\n", b"\r\n")


def with_comments(pieces: Iterator[Piece], text: bytes = b": keep-alive\n\n") -> Iterator[Piece]:
    """A comment before every fourth frame."""
    for place, (delay, data) in enumerate(pieces):
        yield delay, text + data if place % 4 == 0 else data


def byte_by_byte(pieces: Iterator[Piece]) -> Iterator[Piece]:
    for delay, data in pieces:
        yield from ((delay if place == 0 else 0.0, data[place : place + 1]) for place in range(len(data)))
