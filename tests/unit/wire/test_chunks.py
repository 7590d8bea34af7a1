"""One chunk to its events: only typed fields are read, everything is bounded, and nothing crashes it."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.wire.chunks import DAMAGED_AT_MOST, NAME_LENGTH, TOOL_CALLS_AT_MOST, ChunkParser
from playground.wire.completion import Completion
from playground.wire.errors import CODES, WireError
from playground.wire.events import (
    ContentDelta,
    Damaged,
    Event,
    FilterReported,
    Finished,
    Identified,
    ReasoningDelta,
    ToolCallDelta,
    UsageReported,
    WebSearchReported,
)
from playground.wire.sse import ServerSentEvent, SSEDecoder
from playground.wire.usage import Usage
from tests.unit.wire.replay import RECORDINGS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def chunk(*, delta: Any = None, finish: Any = None, **more: Any) -> str:
    choice = {"index": 0, "delta": delta if delta is not None else {}}
    return json.dumps({"choices": [{**choice, **({"finish_reason": finish} if finish else {})}], **more})


def parse(*chunks: str, reasoning: str = "auto") -> list[Event]:
    parser = ChunkParser(reasoning)
    return [event for data in chunks for event in parser.parse(data)] + list(parser.finish())


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (chunk(delta={"content": "a"}), [ContentDelta("a")]),
        (chunk(delta={"content": "a", "reasoning_content": "b"}), [ReasoningDelta("b"), ContentDelta("a")]),
        (chunk(delta={"content": "a"}, finish="stop"), [ContentDelta("a"), Finished("stop")]),
        (chunk(delta={"role": "assistant", "content": None}), []),
        (chunk(delta={"content": ""}), []),
        (chunk(delta={"reasoning": "b"}), [ReasoningDelta("b")]),
        (chunk(delta={"reasoning_content": "", "reasoning": "b"}), [ReasoningDelta("b")]),
        (chunk(delta={"reasoning_content": None, "reasoning": "b"}), [ReasoningDelta("b")]),
        (chunk(id="r", model="m"), [Identified("r", "m")]),
        (chunk(id=7, model=["m"]), []),
        (chunk(id="r" * 999), [Identified("r" * NAME_LENGTH, "")]),
        (chunk(usage={"prompt_tokens": 1, "completion_tokens": 2}), [UsageReported(Usage(1, 2))]),
        (chunk(usage={"prompt_tokens": "1"}), [UsageReported(None)]),
        (chunk(usage="none"), [UsageReported(None)]),
        (chunk(usage=None), []),
        (chunk(content_filter=[{"role": "user", "level": 1}]), [FilterReported([("user", 1)])]),
        (chunk(content_filter=[{"role": "user"}, 5, {"level": 1}]), [FilterReported([("", 1)])]),
        (chunk(content_filter=[]), []),
        (chunk(web_search=[]), []),
        (chunk(web_search="x"), []),
        ('{"choices":[]}', []),
        ('{"object":"ping"}', []),
        ("[DONE]", []),
        (" \t ", []),
        ("[]", [Damaged()]),
        ("7", [Damaged()]),
        ("null", [Damaged()]),
        ("NaN", [Damaged()]),
        ('"data"', [Damaged()]),
        ("oops", [Damaged()]),
        ('{"choices":[', [Damaged()]),
    ],
)
def test_a_chunk_says_what_it_says(data: str, events: list[Event]) -> None:
    assert parse(data, reasoning="field") == events


def test_done_is_noticed() -> None:
    parser = ChunkParser()
    assert not parser.done
    parser.parse(" [DONE] ")
    assert parser.done


def test_only_known_fields_get_through() -> None:
    hostile = chunk(
        delta={"content": "a", "type": "execute", "execute": "alert(1)", "html": "<b>", "__proto__": {"x": 1}},
        type="execute",
        event="chat:completion",
        data={"code": "alert(1)"},
        html="<script>alert(1)</script>",
        done=True,
    )
    assert parse(hostile, reasoning="field") == [ContentDelta("a")]


def test_text_is_cleaned_in_every_field() -> None:
    bad = "a\x00\ud800"
    data = chunk(
        delta={
            "content": bad,
            "reasoning_content": bad,
            "tool_calls": [{"index": 0, "id": bad, "function": {"name": bad, "arguments": bad}}],
        },
        finish=bad,
        id=bad,
        model=bad,
        web_search=[dict.fromkeys(["refer", "title", "link", "media", "content", "publish_date"], bad)],
        content_filter=[{"role": bad, "level": 1}],
    )
    found = parse(data)
    assert len(found) == 7
    assert "\x00" not in repr(found)
    repr(found).encode()
    assert ToolCallDelta(0, "a\ufffd", "a\ufffd", "a\ufffd") in found


@pytest.mark.parametrize("kind", ["error", "error "])
def test_an_event_of_the_type_error_is_one_whatever_it_holds(kind: str) -> None:
    parser = ChunkParser()
    for data in ("", "{}", "[]", "oops", "null", '{"error":null}', '{"error":{}}', '{"choices":[]}', '{"message":"m"}'):
        if kind == "error":
            with pytest.raises(WireError) as caught:
                parser.parse_event(ServerSentEvent(kind, data))
            assert caught.value.code == "provider_error"


# -- bounds --


def test_a_handful_of_damage_is_borne() -> None:
    parser = ChunkParser()
    for _ in range(DAMAGED_AT_MOST):
        assert parser.parse("oops") == (Damaged(),)
    with pytest.raises(WireError) as caught:
        parser.parse("oops")
    assert caught.value.code == "malformed_stream"


def test_tool_calls_are_bounded() -> None:
    many = [{"index": index, "id": f"c{index}", "function": {"name": "f"}} for index in range(500)]
    far = [{"index": index, "function": {"name": "f"}} for index in (10**9, -1, 2**70)]
    completion = Completion()
    for event in parse(chunk(delta={"tool_calls": many}), chunk(delta={"tool_calls": far})):
        completion.add(event)
    assert len(completion.tool_calls) <= TOOL_CALLS_AT_MOST


def test_tool_calls_without_index_are_bounded_over_a_stream() -> None:
    parser, completion = ChunkParser(), Completion()
    for number in range(1000):
        data = chunk(delta={"tool_calls": [{"id": f"c{number}", "function": {"name": "f", "arguments": "{}"}}]})
        for event in parser.parse(data):
            completion.add(event)
    assert len(completion.tool_calls) <= TOOL_CALLS_AT_MOST
    assert len(parser._call_ids) <= TOOL_CALLS_AT_MOST


def test_sources_are_bounded() -> None:
    rows = [{"refer": f"ref_{number}", "title": "t" * 20_000} for number in range(200)]
    [found] = parse(chunk(web_search=rows))
    assert isinstance(found, WebSearchReported)
    assert len(found.results) <= 50
    assert len(found.results[0].title) <= 10_000


def test_verdicts_are_bounded() -> None:
    [found] = parse(chunk(content_filter=[{"role": "user", "level": 1}] * 5000))
    assert isinstance(found, FilterReported)
    assert len(found.findings) <= 50


def test_many_beginnings_of_a_frame_are_not_tried_one_by_one() -> None:
    tried: list[str] = []

    class Counting(ChunkParser):
        def _read(self, chunk: Any) -> tuple[Event, ...]:
            tried.append("x")
            return super()._read(chunk)

    Counting().parse('data: {"a' * 50_000)
    assert len(tried) <= 4


# -- nothing crashes it --


def recorded() -> Iterator[tuple[str, Any]]:
    for path in sorted(RECORDINGS.glob("*.sse")):
        decoder = SSEDecoder()
        for event in decoder.feed(path.read_bytes()) + decoder.finish():
            try:
                yield path.stem, json.loads(event.data)
            except (ValueError, RecursionError):
                continue


EVENTS = [data for _name, data in recorded() if isinstance(data, dict)]


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in pairs:
        yield from places(inner, (*path, key))


def mutated(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = mutated(node[path[0]], path[1:], value)
    return copy


def survives(*chunks: str) -> None:
    completion, parser = Completion(), ChunkParser()
    codes = {"malformed_stream"}
    try:
        for data in chunks:
            for event in parser.parse(data):
                completion.add(event)
        for event in parser.finish():
            completion.add(event)
    except WireError as error:
        codes.add(error.code)
    if (fault := completion.outcome("eof").error) is not None:
        codes.add(fault.code)
    assert codes <= CODES
    whole = (completion.content, completion.reasoning_content, completion.finish_reason, completion.model)
    assert all(isinstance(text, str) and "\x00" not in text for text in whole)
    json.dumps([call.to_json() for call in completion.tool_calls], ensure_ascii=False).encode()


def test_there_are_enough_events_to_mutate() -> None:
    assert len(EVENTS) > 250


@settings(max_examples=600)
@given(st.sampled_from(EVENTS), st.data())
def test_an_event_with_any_value_anywhere_is_survived(event: dict[str, Any], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(places(event))))
    survives(json.dumps(mutated(event, path, data.draw(JSON))))


@settings(max_examples=300)
@given(st.lists(st.sampled_from(EVENTS), min_size=2, max_size=6), st.data())
def test_mutated_events_in_a_row_are_survived(events: list[dict[str, Any]], data: st.DataObject) -> None:
    rows = [mutated(event, data.draw(st.sampled_from(list(places(event)))), data.draw(JSON)) for event in events]
    survives(*(json.dumps(row) for row in rows))


@pytest.mark.parametrize(
    "value", [None, True, 0, -1, 1e308, 10**40, "", "x", "\ud800", [], {}, [[]], {"a": {}}, [None], float("nan")]
)
def test_every_field_of_every_recording_with_a_strange_value_is_survived(value: Any) -> None:
    for event in EVENTS:
        for path in places(event):
            survives(json.dumps(mutated(event, path, value)))


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    survives(text, "data: {" + text, '{"choices":[{"delta":{"content":' + text + "}}]}")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, '{"choices":' + "[" * 5000, "9" * 10_000, '"' + "\\" * 9999]
)
def test_text_that_is_meant_to_break_a_parser_is_survived(text: str) -> None:
    survives(text)
    survives('{"choices":[{"index":0,"delta":{"content":' + text)


def test_bytes_flipped_in_recordings_are_survived() -> None:
    dice = random.Random(7)
    for path in RECORDINGS.glob("*.sse"):
        for _ in range(20):
            data = bytearray(path.read_bytes())
            for _ in range(dice.randint(1, 4)):
                if data:
                    data[dice.randrange(len(data))] = dice.randrange(256)
            decoder = SSEDecoder()
            survives(*(event.data for event in decoder.feed(bytes(data)) + decoder.finish()))
