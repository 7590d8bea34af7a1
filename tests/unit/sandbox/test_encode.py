"""The encoder is the mirror of the decoder, and it writes the documented transcripts to the byte."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.sandbox.encode import DONE, Call, ChunkEncoder, Identity, completion
from playground.sandbox.request import Dialect
from tests.unit.sandbox.asking import AT, TAG, frames, read

RECORDINGS = Path(__file__).parents[2] / "recordings"
USAGE: dict[str, Any] = {"prompt_tokens": 13, "completion_tokens": 21, "total_tokens": 34}
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
DIALECTS: list[Dialect] = ["glm", "openai"]


def encoder(dialect: Dialect = "glm", model: str = "glm-4.7", after: float = 0) -> ChunkEncoder:
    return ChunkEncoder(Identity(AT + after, TAG, model), dialect, usage_follows=True)


@given(st.sampled_from(DIALECTS), st.lists(TEXT), st.lists(TEXT), st.data())
def test_what_is_written_is_read_back_however_it_is_cut(
    dialect: Dialect, thoughts: list[str], texts: list[str], data: st.DataObject
) -> None:
    one = encoder(dialect)
    stream = one.opening()
    stream += b"".join(one.reasoning(text) for text in thoughts) + b"".join(one.content(text) for text in texts)
    stream += one.finish("stop", dict(USAGE)) + DONE
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    parts = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    found = read(parts)
    assert found.done
    assert found.completion.reasoning_content == "".join(thoughts)
    assert found.completion.content == "".join(texts)
    assert found.completion.finish_reason == "stop"
    assert found.completion.usage is not None
    assert found.completion.usage.total_tokens == 34
    assert found.completion.damaged == 0


@given(st.sampled_from(DIALECTS), st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4), st.integers(1, 9))
def test_tool_calls_come_back_whole_and_in_pieces(dialect: Dialect, calls: list[tuple[str, str]], size: int) -> None:
    one = encoder(dialect)
    wanted = [Call(name, json.dumps({"value": value})) for name, value in calls]
    whole = b"".join(one.call(call, place) for place, call in enumerate(wanted))
    pieces = b""
    for place, call in enumerate(wanted):
        pieces += one.call_begins(call, place)
        for at in range(0, len(call.arguments), size):
            pieces += one.call_goes_on(place, call.arguments[at : at + size])
    for stream in (whole, pieces):
        found = read(stream).completion.tool_calls
        assert [(call.name, call.arguments) for call in found] == [(call.name, call.arguments) for call in wanted]
        assert len({call.id for call in found}) == len(wanted)


@given(TEXT)
def test_everything_written_is_ascii_so_that_no_client_breaks_a_line_in_it(text: str) -> None:
    data = encoder().content(text + "\u2028\u2029\u0085")
    assert data.isascii()
    assert data.count(b"\n") == 2


def test_the_documented_transcript_of_thinking_is_written_to_the_byte() -> None:
    one = encoder()
    usage: dict[str, Any] = USAGE | {
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 14},
    }
    written = one.reasoning("Two and two") + one.reasoning(" make four.") + one.content("Fo") + one.content("ur.")
    written += one.finish("stop", usage) + DONE
    assert written == (RECORDINGS / "t01_glm_thinking.sse").read_bytes()


def test_the_documented_transcript_of_partial_tool_arguments_is_written_to_the_byte() -> None:
    one = encoder(after=2)
    id = Identity(AT + 2, TAG, "glm-4.7").call_id(0, whole=False)
    written = (
        one.call_begins(Call("get_weather", ""), 0) + one.call_goes_on(0, '{"ci') + one.call_goes_on(0, 'ty":"Oslo"}')
    )
    written += one.finish("tool_calls", {"prompt_tokens": 180, "completion_tokens": 22, "total_tokens": 202}) + DONE
    recorded = (RECORDINGS / "t03_glm_partial_tool_arguments.sse").read_text()
    assert written.decode() == recorded.replace("call_0123456789abcdef01234567", id)


def test_the_documented_transcript_of_whole_tool_calls_is_written_to_the_byte() -> None:
    one = encoder(after=1)
    identity = Identity(AT + 1, TAG, "glm-4.7")
    written = one.content("Looking up both.") + one.call(Call("get_weather", '{"city":"Oslo"}'), 0)
    written += one.call(Call("get_time", "{}"), 1)
    usage = {"prompt_tokens": 180, "completion_tokens": 40, "total_tokens": 220}
    usage_details: dict[str, Any] = {
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    written += one.finish("tool_calls", usage | usage_details) + DONE
    recorded = (RECORDINGS / "t02_glm_two_whole_tool_calls.sse").read_text()
    for place in (0, 1):
        recorded = recorded.replace(f"call_-100000000000000000{place + 1}", identity.call_id(place, whole=True))
    assert written.decode() == recorded


def test_glm_chunks_carry_the_role_and_no_finish_reason_before_the_end() -> None:
    one = encoder()
    first, last = frames(one.content("a") + one.finish("stop", dict(USAGE)))
    assert first["object"] == "chat.completion.chunk"
    assert first["choices"] == [{"index": 0, "delta": {"role": "assistant", "content": "a"}}]
    assert last["choices"] == [{"index": 0, "finish_reason": "stop", "delta": {"role": "assistant", "content": ""}}]
    assert last["usage"] == USAGE


def test_the_openai_dialect_sends_usage_in_a_chunk_of_its_own() -> None:
    one = encoder("openai")
    opening, text, end, usage = frames(one.opening() + one.content("a") + one.finish("stop", dict(USAGE)))
    assert opening["choices"][0]["delta"] == {"role": "assistant", "content": None}
    assert text["choices"] == [{"index": 0, "delta": {"content": "a"}, "finish_reason": None}]
    assert text["usage"] is None
    assert end["choices"] == [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    assert usage["choices"] == []
    assert usage["usage"] == USAGE


def test_the_openai_dialect_keeps_usage_to_itself_unless_asked() -> None:
    one = ChunkEncoder(Identity(AT, TAG, "m"), "openai")
    data = one.opening() + one.content("a") + one.finish("stop", dict(USAGE))
    assert all("usage" not in frame for frame in frames(data))


def test_ids_are_the_time_in_beijing_and_the_tag() -> None:
    assert Identity(AT, TAG, "m").id == "20261121100000a1b2c3d4e5f60718"
    assert Identity(AT, TAG, "m").call_id(0, whole=True).startswith("call_-")
    assert len(Identity(AT, TAG, "m").call_id(0, whole=False)) == len("call_") + 24


@pytest.mark.parametrize(("given_id", "shown"), [("", "20261121100000a1b2c3d4e5f60718"), ("mine-123", "mine-123")])
def test_a_whole_answer_echoes_the_callers_request_id(given_id: str, shown: str) -> None:
    body = json.loads(
        completion(
            Identity(AT, TAG, "glm-4.7"),
            "glm",
            reason="stop",
            content="Four.",
            reasoning="2+2 is 4.",
            calls=(),
            usage=dict(USAGE),
            request_id=given_id,
        )
    )
    assert body["request_id"] == shown
    assert body["id"] == "20261121100000a1b2c3d4e5f60718"
    assert body["choices"] == [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Four.", "reasoning_content": "2+2 is 4."},
        }
    ]
