"""Which messages of a branch a page holds: a window of it, and the pieces that a reader scrolls into. Pure.

A branch may have thousands of messages and a page never has more than a window, the pieces that were scrolled into it
and the branch's end, which always stands: a new message is asked after it, and what is still being written is there.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SIZE = 40  # messages in a window around one, and in a piece
FIRST = 20  # messages of a branch's end that a page begins with at most, and LEAST at least: between them as many as
LEAST = 4  # hold ENOUGH characters, which is more than a screen shows and than a reader scrolls through unprepared
ENOUGH = 10_000
TAIL = 2  # the last question and its answer


@dataclass(frozen=True, slots=True)
class Window:
    """What to show, oldest first. `tail`: the branch's end, when there is a gap between it and what is shown."""

    shown: Sequence[uuid.UUID]
    has_earlier: bool = False
    has_later: bool = False
    tail: Sequence[uuid.UUID] = ()


def newest(line: Sequence[uuid.UUID], lengths: Mapping[uuid.UUID, int]) -> Window:
    """The end of a branch. `lengths`: characters of its last FIRST messages; long ones fill a page sooner."""
    count = characters = 0
    for message in reversed(line[-FIRST:]):
        if count >= LEAST and characters >= ENOUGH:
            break
        count, characters = count + 1, characters + lengths[message]
    return Window(line[len(line) - count :], has_earlier=len(line) > count)


def around(line: Sequence[uuid.UUID], message: uuid.UUID) -> Window | None:
    """A message with what stands before and after it; None when it is not on the branch."""
    if message not in line:
        return None
    begin = max(0, line.index(message) - SIZE // 2)
    end = begin + SIZE
    if end >= len(line) - TAIL:
        return Window(line[begin:], has_earlier=begin > 0)
    return Window(line[begin:end], has_earlier=begin > 0, has_later=True, tail=line[-TAIL:])


def before(line: Sequence[uuid.UUID], message: uuid.UUID) -> Window | None:
    """The piece that ends above a message; None when it is not on the branch."""
    if message not in line:
        return None
    end = line.index(message)
    return Window(line[max(0, end - SIZE) : end], has_earlier=end > SIZE)


def after(line: Sequence[uuid.UUID], message: uuid.UUID) -> Window | None:
    """The piece that begins below a message; None when it is not on the branch."""
    if message not in line:
        return None
    begin = line.index(message) + 1
    return Window(line[begin : begin + SIZE], has_later=begin + SIZE < len(line))
