"""Reads to events, up to every kind of end: what came before a fault is given first, and the last word is Ended."""

import json

import pytest

from playground.wire.decoding import StreamDecoder
from playground.wire.errors import WireError
from playground.wire.events import ContentDelta, Damaged, Ended, Finished, ReasoningDelta
from playground.wire.sse import SSEDecoder

TEXT = b'data: {"choices":[{"index":0,"delta":{"content":"Four."}}]}\n\n'
STOP = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
ERROR = b'data: {"error":{"code":"1305","message":"busy"}}\n\n'
BROKEN = WireError("interrupted", "broke")


def test_an_ordinary_stream_ends_with_done() -> None:
    decoder = StreamDecoder("field")
    assert decoder.feed(TEXT) == (ContentDelta("Four."),)
    assert (decoder.finished, decoder.over) == (False, False)
    assert decoder.feed(STOP) == (Finished("stop"),)
    assert (decoder.finished, decoder.over) == (True, False)
    assert decoder.feed(DONE) == (Ended(clean=True),)
    assert (decoder.over, decoder.error) == (True, None)
    assert decoder.finish() == ()


@pytest.mark.parametrize("reads", [(TEXT + STOP + DONE,), (TEXT, STOP + DONE + TEXT), (TEXT + STOP, DONE)])
def test_reads_may_hold_several_events(reads: tuple[bytes, ...]) -> None:
    decoder = StreamDecoder("field")
    found = [event for read in reads for event in decoder.feed(read)]
    assert found == [ContentDelta("Four."), Finished("stop"), Ended(clean=True)]


def test_without_done_the_close_is_the_end() -> None:
    decoder = StreamDecoder("field")
    decoder.feed(TEXT + STOP)
    assert decoder.finish() == (Ended(clean=False),)
    assert decoder.over


def test_what_was_held_back_comes_before_the_end() -> None:
    decoder = StreamDecoder("inline")
    opened = TEXT.replace(b"Four.", b"<thi")
    assert decoder.feed(opened) == ()
    assert decoder.finish() == (ContentDelta("<thi"), Ended(clean=False))
    decoder = StreamDecoder("inline")
    decoder.feed(TEXT.replace(b"Four.", b"<think>hm</thi"))
    assert decoder.feed(DONE) == (ReasoningDelta("</thi"), Ended(clean=True))


def test_the_last_event_needs_no_blank_line() -> None:
    decoder = StreamDecoder("field")
    decoder.feed(TEXT + STOP + DONE.rstrip())
    assert decoder.finish() == (Ended(clean=True),)


@pytest.mark.parametrize("before", [b"", TEXT, TEXT + STOP])
def test_an_error_ends_the_stream_after_what_came_before_it(before: bytes) -> None:
    for reads in ((before + ERROR + TEXT,), (before, ERROR, TEXT)):
        decoder = StreamDecoder("field")
        found = [event for read in reads if not decoder.over for event in decoder.feed(read)]
        assert [type(event) for event in found] == [ContentDelta, Finished][: before.count(b"data")]
        assert decoder.over
        assert decoder.error is not None
        assert decoder.error.code == "overloaded"
        assert decoder.finish() == ()


def test_an_error_lets_go_of_what_was_held_back() -> None:
    decoder = StreamDecoder("inline")
    decoder.feed(TEXT.replace(b"Four.", b"<think>hm</thi"))
    assert decoder.feed(ERROR) == (ReasoningDelta("</thi"),)


def test_a_broken_connection_is_an_error_before_a_finish_reason() -> None:
    decoder = StreamDecoder("field")
    decoder.feed(TEXT + TEXT[:20])
    assert decoder.finish(BROKEN) == (Damaged(),)
    assert decoder.error is BROKEN


def test_a_broken_connection_after_a_finish_reason_is_an_end() -> None:
    decoder = StreamDecoder("field")
    decoder.feed(TEXT + STOP)
    assert decoder.finish(BROKEN) == (Ended(clean=False),)
    assert decoder.error is None


def test_a_cut_line_that_is_whole_counts_even_if_the_connection_broke() -> None:
    decoder = StreamDecoder("field")
    decoder.feed(TEXT.rstrip())
    assert decoder.finish(BROKEN) == (ContentDelta("Four."),)
    assert decoder.error is BROKEN


def test_a_bound_that_is_crossed_ends_the_stream_after_what_came_before() -> None:
    decoder = StreamDecoder("field", SSEDecoder(max_line=200))
    assert decoder.feed(TEXT + b"data: " + b"x" * 300) == (ContentDelta("Four."),)
    assert not decoder.over
    assert decoder.feed(b"x") == ()
    assert decoder.over
    assert decoder.error is not None
    assert decoder.error.code == "stream_too_large"


def test_too_much_damage_ends_the_stream() -> None:
    decoder = StreamDecoder("field")
    found = decoder.feed(TEXT + b"data: oops\n\n" * 9 + TEXT)
    assert found == (ContentDelta("Four."), *[Damaged()] * 5)
    assert decoder.error is not None
    assert decoder.error.code == "malformed_stream"


def test_events_of_other_choices_say_nothing() -> None:
    decoder = StreamDecoder("field")
    other = json.dumps({"choices": [{"index": 1, "delta": {"content": "B"}, "finish_reason": "stop"}]}).encode()
    assert decoder.feed(b"data: " + other + b"\n\n") == ()
    assert not decoder.finished
