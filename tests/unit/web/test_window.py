"""Which messages of a branch a page holds."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from playground.web import window
from playground.web.window import ENOUGH, FIRST, LEAST, SIZE, TAIL

LINE = [uuid.UUID(int=number) for number in range(1000)]
places = st.integers(0, 999)
lengths = st.integers(1, 1000)
characters = st.lists(st.integers(0, 20_000), min_size=FIRST, max_size=FIRST)


def sizes_of(line: list[uuid.UUID], characters: list[int]) -> dict[uuid.UUID, int]:
    return dict(zip(reversed(line), characters, strict=False))


@given(lengths, characters)
def test_the_newest_window_ends_with_the_branch(length: int, characters: list[int]) -> None:
    line = LINE[:length]
    found = window.newest(line, sizes_of(line, characters))
    shown = list(found.shown)
    assert shown == line[-len(shown) :]
    assert found.has_earlier == (length > len(shown))
    assert (found.has_later, list(found.tail)) == (False, [])


@given(lengths, characters)
def test_the_newest_window_is_as_short_as_long_messages_allow(length: int, characters: list[int]) -> None:
    line = LINE[:length]
    sizes = sizes_of(line, characters)
    shown = list(window.newest(line, sizes).shown)
    assert min(LEAST, length) <= len(shown) <= FIRST
    assert sum(sizes[one] for one in shown[1:]) < ENOUGH or len(shown) == min(LEAST, length)
    assert sum(sizes[one] for one in shown) >= ENOUGH or len(shown) == min(FIRST, length)


def test_of_short_messages_a_page_begins_with_the_most() -> None:
    assert len(window.newest(LINE, dict.fromkeys(LINE, 60)).shown) == FIRST


@given(lengths, places)
def test_a_window_around_a_message_holds_it_and_the_end_of_the_branch(length: int, place: int) -> None:
    line = LINE[:length]
    found = window.around(line, LINE[place])
    if place >= length:
        assert found is None
        return
    assert found is not None
    shown, tail = list(found.shown), list(found.tail)
    assert LINE[place] in shown
    assert len(shown) <= SIZE + TAIL
    begin = line.index(shown[0])
    assert shown == line[begin : begin + len(shown)]
    assert found.has_earlier == (begin > 0)
    assert found.has_later == bool(tail)
    assert (tail or shown)[-1] == line[-1]
    assert not set(shown) & set(tail)


@given(lengths, characters)
def test_pieces_scrolled_into_upwards_make_the_whole_branch(length: int, characters: list[int]) -> None:
    line = LINE[:length]
    found = window.newest(line, sizes_of(line, characters))
    gathered, more = list(found.shown), found.has_earlier
    while more:
        piece = window.before(line, gathered[0])
        assert piece is not None
        gathered, more = [*piece.shown, *gathered], piece.has_earlier
    assert gathered == line


@given(lengths)
def test_pieces_scrolled_into_downwards_make_the_whole_branch(length: int) -> None:
    line = LINE[:length]
    gathered, more = line[:1], length > 1
    while more:
        piece = window.after(line, gathered[-1])
        assert piece is not None
        gathered, more = [*gathered, *piece.shown], piece.has_later
    assert gathered == line
