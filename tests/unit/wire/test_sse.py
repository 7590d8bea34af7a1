"""Bytes to server-sent events: any cut, any line end, bounded, and in linear work."""

import itertools
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.wire.errors import WireError
from playground.wire.sse import MIB, ServerSentEvent, SSEDecoder


def decode(*reads: bytes, **bounds: int) -> list[tuple[str, str]]:
    decoder = SSEDecoder(**bounds)
    found = [event for read in reads for event in decoder.feed(read)]
    return [(event.event, event.data) for event in found + decoder.finish()]


def refused(*reads: bytes, **bounds: int) -> str:
    with pytest.raises(WireError) as caught:
        decode(*reads, **bounds)
    assert not caught.value.retryable
    return caught.value.code


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (b"data: a\n\n", [("", "a")]),
        (b"data:a\n\n", [("", "a")]),
        (b"data:  a \n\n", [("", " a ")]),
        (b"data: a\r\n\r\n", [("", "a")]),
        (b"data: a\r\r", [("", "a")]),
        (b"data: a\n\r", [("", "a")]),
        (b"data: a\r\ndata: b\n\r\n", [("", "a\nb")]),
        (b"data: a\n\ndata: b\n\n", [("", "a"), ("", "b")]),
        (b"data: a\n\n\n\ndata: b\n\n", [("", "a"), ("", "b")]),
        (b"data\n\n", [("", "")]),
        (b"data:\n\n", [("", "")]),
        (b"data\ndata\n\n", [("", "\n")]),
        (b"\n\n\n", []),
        (b": comment\n\ndata: a\n: between\n\n", [("", "a")]),
        (b"event: error\ndata: a\n\ndata: b\n\n", [("error", "a"), ("", "b")]),
        (b"event: lonely\n\ndata: b\n\n", [("", "b")]),
        (b"error: {}\n\ndata: b\n\n", [("error", "{}"), ("", "b")]),
        (b"id: 7\nretry: 9\nfoo: bar\nfoo\ndata: a\n\n", [("", "a")]),
        (b" data: a\n\n", []),
        (b"DATA: a\n\n", []),
        (b"data : a\n\n", []),
        (b"\xef\xbb\xbfdata: a\n\n", [("", "a")]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
        (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [("", "a")]),
        (b"data: a", [("", "a")]),
        (b"data: a\r", [("", "a")]),
        (b"data: a\n", [("", "a")]),
        ("data: a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\n\n".encode(), [("", "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg")]),
        (b"data: \xff\xc3\n\n", [("", "\ufffd\ufffd")]),
        (b"event: \xff\ndata: a\n\n", [("\ufffd", "a")]),
        (b"", []),
    ],
)
def test_a_body_is_the_same_events_at_every_cut(body: bytes, events: list[tuple[str, str]]) -> None:
    assert decode(body) == events
    assert decode(*(bytes([byte]) for byte in body)) == events
    for at in range(1, len(body)):
        assert decode(body[:at], body[at:]) == events
        assert decode(body[:at], b"", body[at:]) == events


LINES = st.sampled_from(
    [
        b"data: x",
        b"data:y",
        b"data: \xe7\xad\x94",
        b": c",
        b"",
        b"",
        b"event: e",
        b"error: z",
        b"id: 1",
        b"data",
        b"junk",
    ]
)
ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])


@given(st.lists(st.tuples(LINES, ENDS), max_size=30), st.lists(st.integers(0, 400), max_size=20), st.booleans())
def test_random_streams_are_the_same_events_at_random_cuts(
    lines: list[tuple[bytes, bytes]], cuts: list[int], bom: bool
) -> None:
    body = (b"\xef\xbb\xbf" if bom else b"") + b"".join(line + end for line, end in lines)
    places = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    pieces = [body[start:end] for start, end in itertools.pairwise(places)]
    assert decode(*pieces) == decode(body) == decode(*(bytes([byte]) for byte in body))


@given(st.binary(max_size=300))
def test_no_bytes_crash_it(body: bytes) -> None:
    assert decode(body) == decode(*(bytes([byte]) for byte in body))


def test_the_quick_way_and_the_slow_way_agree_on_every_event() -> None:
    one = b'data: {"a":1}\n\n'
    fresh, warm = SSEDecoder(), SSEDecoder()
    warm.feed(b": warm\n\n")
    assert fresh.feed(one * 3) == warm.feed(one * 3) == [ServerSentEvent("", '{"a":1}')] * 3
    assert warm.feed(one[:-1]) == []
    assert warm.feed(b"\n" + one) == [ServerSentEvent("", '{"a":1}')] * 2


# -- bounds --


@pytest.mark.parametrize("reads", [(b"data: " + b"x" * 995 + b"\n\n",), (b"data: ", *[b"x"] * 995), (b"y" * 1001,)])
def test_a_line_beyond_its_bound_is_refused(reads: tuple[bytes, ...]) -> None:
    assert refused(*reads, max_line=1000) == "stream_too_large"


@pytest.mark.parametrize("reads", [(b"data: " + b"x" * 994 + b"\n\n",), (b"data: ", *[b"x"] * 994)])
def test_a_line_of_just_its_bound_is_read(reads: tuple[bytes, ...]) -> None:
    assert decode(*reads, max_line=1000) == [("", "x" * 994)]


def test_a_long_comment_is_a_long_line() -> None:
    assert refused(b":" + b" " * 2000, max_line=1000) == "stream_too_large"


def test_an_event_of_many_lines_is_bounded() -> None:
    assert refused(b"data: 0123456789\n" * 200, max_event=1000) == "stream_too_large"
    assert len(decode(b"data: 0123456789\n" * 90 + b"\n", max_event=1000)) == 1


def test_a_stream_is_bounded() -> None:
    assert refused(*[b"data: 0123456789\n\n"] * 60, max_stream=1000) == "stream_too_large"


def test_keep_alives_count_for_the_bound_of_a_stream() -> None:
    assert refused(*[b": keep-alive\n\n"] * 100, max_stream=1000) == "stream_too_large"


def test_what_came_before_a_line_that_is_too_long_is_given() -> None:
    decoder = SSEDecoder(max_line=100)
    assert decoder.feed(b"data: a\n\ndata: " + b"x" * 200) == [ServerSentEvent("", "a")]
    with pytest.raises(WireError):
        decoder.feed(b"x")


def test_after_a_bound_was_crossed_nothing_is_read_any_more() -> None:
    decoder = SSEDecoder(max_line=100)
    for _ in range(2):
        with pytest.raises(WireError):
            decoder.feed(b"x" * 200)
    with pytest.raises(WireError):
        decoder.finish()


def test_the_bounds_are_those_of_the_product() -> None:
    almost = b"data: " + b"x" * (MIB - 6)
    assert len(decode(almost + b"\n\n")[0][1]) == MIB - 6
    assert refused(almost + b"x") == "stream_too_large"


# -- work --


def test_a_long_line_in_single_bytes_is_copied_a_few_times_only() -> None:
    """What is held grows in place: its storage moves some ten times per doubling, not once for each byte."""
    decoder = SSEDecoder()
    decoder.feed(b"data: ")
    moves, size = 0, 0
    for _ in range(MIB - 6):
        decoder.feed(b"x")
        if (now := sys.getsizeof(decoder._held)) != size:
            moves, size = moves + 1, now
    assert moves < 200
    assert size < 1.2 * MIB
    assert [len(event.data) for event in decoder.feed(b"\n\n")] == [MIB - 6]


def test_an_event_of_many_short_lines_is_copied_a_few_times_only() -> None:
    decoder = SSEDecoder(max_event=MIB)
    moves, size = 0, 0
    for _ in range(100_000):
        decoder.feed(b"data: x\n")
        if (now := sys.getsizeof(decoder._data)) != size:
            moves, size = moves + 1, now
    assert moves < 200
    assert size < MIB
