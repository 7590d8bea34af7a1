"""Whole bodies as servers send them, and what each must come to: whole, byte by byte, and cut at every byte alike."""

import itertools
import random
from decimal import Decimal
from functools import partial

import pytest

from tests.unit.wire.replay import RECORDINGS, Seen, byte_by_byte, recording, refusal, replay

run = partial(Seen, usage=(9, 4, 0, None))

STREAMS = {
    # The sixteen transcripts of the wire protocol, section 12
    "t01_glm_thinking": run(
        "Four.",
        reasoning="Two and two make four.",
        usage=(13, 21, 4, 14),
        id="20261121100000a1b2c3d4e5f60718",
        model="glm-4.7",
    ),
    "t02_glm_two_whole_tool_calls": run(
        "Looking up both.",
        finish_reason="tool_calls",
        usage=(180, 40, 0, 0),
        tools=(
            ("call_-1000000000000000001", "get_weather", '{"city":"Oslo"}'),
            ("call_-1000000000000000002", "get_time", "{}"),
        ),
        id="20261121100001a1b2c3d4e5f60718",
        model="glm-4.7",
    ),
    "t03_glm_partial_tool_arguments": run(
        finish_reason="tool_calls",
        usage=(180, 22, 0, None),
        tools=(("call_0123456789abcdef01234567", "get_weather", '{"city":"Oslo"}'),),
        id="20261121100002a1b2c3d4e5f60718",
        model="glm-4.7",
    ),
    "t04_glm_web_search": run(
        "It opened in May [ref_1].",
        usage=(900, 12, 0, None),
        sources=("ref_1 Sample page",),
        id="20261121100003a1b2c3d4e5f60718",
        model="glm-4.6",
    ),
    "t05_glm_z1_inline_think": run(
        "Four.", reasoning="add them", usage=(13, 9, 0, None), id="20261121100004a1b2c3d4e5f60718", model="glm-z1-air"
    ),
    "t06_openai_usage_in_extra_chunk": run(
        "Four.", reasoning="hm", usage=(13, 4, 0, None), id="chatcmpl-1", model="local"
    ),
    "t07_vercel_cost": run(
        "Four.", usage=(13, 4, 0, 0), cost=Decimal("0.00000238"), id="gen_01EXAMPLE", model="zai/glm-4.7-flashx"
    ),
    "t08_openrouter_error_in_stream": run(
        "Fo",
        state="failed",
        error="provider_error",
        business_code="502",
        message="Provider disconnected",
        finish_reason="",
        usage=None,
        id="gen-1",
        model="z-ai/glm-4.7",
    ),
    "t09_glm_error_in_stream": run(
        "Fo",
        state="failed",
        error="network_error",
        business_code="1234",
        message="Network error, error id 20261121100008",
        finish_reason="",
        usage=None,
        id="20261121100008a1b2c3d4e5f60718",
        model="glm-4.7",
    ),
    "t10_glm_network_error": run(
        "Fo",
        state="failed",
        error="network_error",
        finish_reason="network_error",
        usage=(13, 1, 0, None),
        id="20261121100009a1b2c3d4e5f60718",
        model="glm-4.7",
    ),
    "t11_glm_sensitive": run(
        "Step one",
        state="failed",
        error="content_filtered",
        finish_reason="sensitive",
        usage=(13, 2, 0, None),
        filtered=(("assistant", 1),),
        id="20261121100010a1b2c3d4e5f60718",
        model="glm-4.7",
    ),
    "t14_glm_glued_frames": run(
        "Four.",
        warning="damaged",
        usage=(13, 4, 0, None),
        damaged=1,
        id="20261121100013a1b2c3d4e5f60718",
        model="glm-5.1",
    ),
    "t15_glm_interrupted": run(
        "Fo",
        state="interrupted",
        error="interrupted",
        finish_reason="",
        usage=None,
        id="20261121100014a1b2c3d4e5f60718",
        model="glm-4.7",
    ),
    "t16_glm_all_thinking": run(
        reasoning="Let me weigh this",
        warning="only_thinking",
        finish_reason="length",
        usage=(13, 16, 0, 16),
        id="20261121100015a1b2c3d4e5f60718",
        model="glm-5",
    ),
    # What other servers send
    "deepseek": run("Four.", reasoning="hm", usage=(13, 6, 8, 1), id="chatcmpl-7", model="local"),
    "litellm": run("Four.", reasoning="hm", usage=(13, 4, 0, None), id="chatcmpl-7", model="local"),
    "llamacpp": run("Four.", reasoning="hm", usage=(13, 4, 0, None), id="chatcmpl-7", model="local"),
    "llamacpp_error_field": run(
        "Fo",
        state="failed",
        error="provider_error",
        business_code="500",
        message="slot was lost",
        finish_reason="",
        usage=None,
        id="chatcmpl-7",
        model="local",
    ),
    "lm_studio_no_done": run("Four.", usage=None, id="chatcmpl-7", model="local"),
    "ollama": run("Four.", reasoning="Two pairs.", usage=(20, 9, 0, None), id="chatcmpl-7", model="local"),
    "openrouter": run(
        "Four.", reasoning="hm", usage=(13, 5, 2, 1), cost=Decimal("0.0000042"), id="gen-2", model="z-ai/glm-4.7"
    ),
    "openrouter_reasoning_details_only": run("Four.", reasoning="In short.", id="gen-3"),
    "vercel_cost_in_metadata_only": run("Four.", usage=(13, 4, 0, None), cost=Decimal("0.0000125")),
    "vercel_more_reasoning_than_completion": run("Hi", usage=(12, 2, 0, 25)),
    "vllm": run("Four.", reasoning="hm", usage=(13, 6, 0, None), id="chatcmpl-7", model="local"),
    "vllm_error_event": run(
        "Fo",
        state="failed",
        error="provider_error",
        business_code="500",
        message="EngineCore died",
        finish_reason="",
        usage=None,
        id="chatcmpl-7",
        model="local",
    ),
    "vllm_usage_on_every_chunk": run("Four.", usage=(13, 3, 0, None), id="chatcmpl-7", model="local"),
    # Framing
    "blank_data_as_keep_alive": run("Four."),
    "bom": run("Four.", reasoning="hm"),
    "chinese_and_emoji": run("答案是四。👩\u200d👩\u200d👧 ✓", reasoning="想一想"),
    "comments": run("Four.", reasoning="hm"),
    "cr": run("Four.", reasoning="hm"),
    "crlf": run("Four.", reasoning="hm"),
    "done_with_spaces": run("Four."),
    "empty": run(state="interrupted", error="interrupted", finish_reason="", usage=None, id="", model=""),
    "escaped_surrogate_pair": run("😀!"),
    "invalid_utf8": run("a��b"),
    "last_event_ends_with_one_cr": run("Four."),
    "last_event_unended": run("Four."),
    "lone_surrogate_and_nul": run("a�bca�bca�bca�bca�bca�bca�bc"),
    "mixed_line_ends": run("Four.", reasoning="hm"),
    "no_last_blank_line": run("Four."),
    "no_space_after_colon": run("Four.", reasoning="hm"),
    "only_comments": run(state="interrupted", error="interrupted", finish_reason="", usage=None, id="", model=""),
    "other_fields": run("Four."),
    "raw_u2028_and_u0085": run("a\u2028b\u2029c\x85d"),
    "several_data_lines": run("Four."),
    "text_after_done": run("Four."),
    # How a stream may end
    "content_filter": run("Fo", state="failed", error="content_filtered", finish_reason="content_filter", usage=None),
    "content_filter_levels": run(
        "Fo", state="failed", error="content_filtered", finish_reason="sensitive", filtered=(("user", 2),)
    ),
    "context_window_exceeded": run(
        "Fo", state="failed", error="context_too_long", finish_reason="model_context_window_exceeded"
    ),
    "cut_in_a_character": run("答", state="interrupted", error="interrupted", finish_reason="", usage=None, damaged=1),
    "cut_in_a_line": run("Fo", state="interrupted", error="interrupted", finish_reason="", usage=None, damaged=1),
    "done_without_finish_reason": run("Four.", warning="unterminated", finish_reason="", usage=None),
    "finish_reason_empty_string": run("Four."),
    "finish_without_done": run("Four."),
    "length_with_text": run("Fo", warning="truncated", finish_reason="length"),
    "unknown_finish_reason": run("Four.", finish_reason="stop_sequence"),
    # Errors
    "code_and_message_beside_choices": run("Four."),
    "error_as_text": run(
        "Fo", state="failed", error="provider_error", message="plain text", finish_reason="", usage=None
    ),
    "error_null_is_no_error": run("Four."),
    "event_error": run(
        "Fo", state="failed", error="overloaded", business_code="1305", message="busy", finish_reason="", usage=None
    ),
    "event_error_flat": run(
        state="failed",
        error="provider_error",
        business_code="api_error",
        message="no luck",
        finish_reason="",
        usage=None,
        id="",
        model="",
    ),
    "event_error_text": run(
        "Fo", state="failed", error="provider_error", message="backend went away", finish_reason="", usage=None
    ),
    "flat_error": run(
        "Fo",
        state="failed",
        error="invalid_request",
        business_code="1214",
        message="temperature",
        finish_reason="",
        usage=None,
    ),
    "flat_error_msg": run(
        state="failed",
        error="provider_error",
        business_code="500",
        message="404 NOT_FOUND",
        finish_reason="",
        usage=None,
        id="",
        model="",
    ),
    "nothing_but_error": run(
        state="failed",
        error="no_balance",
        business_code="1113",
        message="no balance",
        finish_reason="",
        usage=None,
        id="",
        model="",
    ),
    # Usage
    "usage_1e30": run("Four.", usage=None),
    "usage_cached_beyond_prompt": run("Four.", usage=(13, 4, 13, None)),
    "usage_cumulative": run("Four.", usage=(13, 4, 0, None)),
    "usage_float": run("Four.", usage=(13, 4, 0, None)),
    "usage_fraction": run("Four.", usage=(13, 1, 0, None)),
    "usage_negative": run("Four.", usage=(13, 2, 0, None)),
    "usage_not_an_object": run("Four.", usage=(13, 1, 0, None)),
    "usage_null": run("Four.", usage=None),
    "usage_string": run("Four.", usage=(13, 1, 0, None)),
    "usage_total_only": run("Four.", usage=None),
    "usage_twice": run("Four.", usage=(13, 4, 0, None)),
    # Reasoning
    "both_reasoning_fields": run("Four.", reasoning="hm"),
    "box_marks": run("<|begin_of_box|>4<|end_of_box|>", reasoning="hm"),
    "closer_after_reasoning_field": run("The tag </think> ends it.", reasoning="hm"),
    "held_text_then_reasoning_field": run("\n<three", reasoning="hm"),
    "orphan_closer": run("Four.", reasoning="first I add\n"),
    "reasoning_after_content": run("Four.", reasoning="hm"),
    "reasoning_of_other_types": run("Four.", reasoning="hm"),
    "think_closed_late": run("Four.\n", reasoning="a\n\nb"),
    "think_empty": run("Four."),
    "think_in_the_middle": run("Write <think> and </think> in XML"),
    "think_never_closed": run(reasoning="hm and </thi", warning="only_thinking", finish_reason="length"),
    "think_never_closed_no_finish": run(
        reasoning="hm and", state="interrupted", error="interrupted", finish_reason="", usage=None
    ),
    # Tool calls
    "tools_arguments_broken": run(finish_reason="tool_calls", tools=(("c1", "f", '{"a": oops'),)),
    "tools_arguments_empty": run(finish_reason="tool_calls", tools=(("c1", "f", "{}"), ("c2", "g", "{}"))),
    "tools_arguments_object": run(
        finish_reason="tool_calls", tools=(("c1", "f", '{"city": "奥斯陆", "n": [1, 2.5, null]}'),)
    ),
    "tools_arguments_object_after_text": run(finish_reason="tool_calls", tools=(("c1", "f", '{"city": "Oslo"}'),)),
    "tools_id_and_name_repeated": run(finish_reason="tool_calls", tools=(("c1", "f", '{"a":1}'),)),
    "tools_id_empty_later": run(finish_reason="tool_calls", tools=(("c1", "f", "{}"),)),
    "tools_index_missing": run(finish_reason="tool_calls", tools=(("c1", "f", "{}"), ("c2", "g", '{"b":2}'))),
    "tools_index_null": run(finish_reason="tool_calls", tools=(("c1", "f", '{"a":1}'),)),
    "tools_interleaved": run(finish_reason="tool_calls", tools=(("c1", "f", '{"a":1}'), ("c2", "g", '{"b":2}'))),
    "tools_list_without_index": run(finish_reason="tool_calls", tools=(("c1", "f", "{}"), ("c2", "g", '{"b":2}'))),
    "tools_new_ids_in_two_lists": run(
        finish_reason="tool_calls", tools=(("c1", "f", "{}"), ("c2", "g", "{}"), ("c3", "h", "{}"), ("c4", "i", "{}"))
    ),
    "tools_nonsense": run("Four."),
    "tools_of_another_type": run(
        tools=(
            (
                "mcp-1",
                "mcp",
                '{"index": 0, "id": "mcp-1", "type": "mcp", '
                '"mcp": {"type": "mcp_call", "name": "look", "output": "ok"}}',
            ),
        )
    ),
    "tools_on_the_finish_chunk": run(finish_reason="tool_calls", tools=(("c1", "f", '{"a":1}'),)),
    "tools_with_stop": run("Looking.", tools=(("c1", "f", "{}"),)),
    # Chunks
    "choices_odd": run("Four."),
    "content_in_parts": run("Four."),
    "damaged_a_little": run("Four.", warning="damaged", damaged=3),
    "damaged_too_much": run(
        "Fo",
        state="failed",
        error="malformed_stream",
        message="Too many chunks could not be read.",
        finish_reason="",
        usage=None,
        damaged=5,
    ),
    "fields_of_a_hostile_server": run("Four."),
    "glued_beyond_repair": run("Four.", warning="damaged", damaged=1),
    "glued_text_about_frames": run("write data: {x} so", warning="damaged", damaged=1),
    "glued_three_times": run("Four.", warning="damaged", damaged=1),
    "glued_without_space": run("Four.", warning="damaged", damaged=1),
    "identity_comes_late": run("Four.", id="r9", model="m9"),
    "message_in_place_of_delta": run("Four.", reasoning="hm"),
    "nested_too_deep": run("Four.", warning="damaged", damaged=1),
    "second_choice": run("Four."),
    "web_search_first": run("Four [ref_1].", sources=("ref_1 Sample",)),
}
REFUSALS = {
    "t12_glm_rate_limit": (429, "concurrency_limited", "1302", "Rate limit reached for requests"),
    "t13_glm_overloaded_with_200": (200, "overloaded", "1305", "The service may be temporarily overloaded"),
}


def test_every_recording_has_its_expected_result() -> None:
    assert {path.stem for path in RECORDINGS.glob("*.sse")} == set(STREAMS)
    assert {path.stem for path in RECORDINGS.glob("*.json")} == set(REFUSALS)


@pytest.mark.parametrize("name", STREAMS)
def test_a_whole_stream_comes_to_its_result(name: str) -> None:
    assert replay([recording(f"{name}.sse")]) == STREAMS[name]


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_byte_by_byte_comes_to_the_same(name: str) -> None:
    assert replay(byte_by_byte(recording(f"{name}.sse"))) == STREAMS[name]


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_cut_at_every_byte_comes_to_the_same(name: str) -> None:
    data = recording(f"{name}.sse")
    wrong = [at for at in range(1, len(data)) if replay([data[:at], data[at:]]) != STREAMS[name]]
    assert wrong == []


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_cut_at_random_comes_to_the_same(name: str) -> None:
    data, dice = recording(f"{name}.sse"), random.Random(name)
    for _ in range(20):
        cuts = sorted({dice.randint(0, len(data)) for _ in range(dice.randint(1, 12))})
        pieces = [data[a:b] for a, b in itertools.pairwise([0, *cuts, len(data)])]
        assert replay(piece for piece in pieces if piece) == STREAMS[name]


@pytest.mark.parametrize("profile", ["field", "inline"])
@pytest.mark.parametrize("name", [name for name in STREAMS if not name.startswith(("orphan", "t05", "think"))])
def test_a_stream_without_tags_comes_to_the_same_in_every_profile(name: str, profile: str) -> None:
    assert replay([recording(f"{name}.sse")], profile) == STREAMS[name]


def test_a_profile_with_a_field_leaves_tags_in_the_text() -> None:
    seen = replay([recording("t05_glm_z1_inline_think.sse")], "field")
    assert (seen.content, seen.reasoning) == ("<think>\nadd them</think>\nFour.", "")


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_read(name: str) -> None:
    status, error, business_code, message = REFUSALS[name]
    seen = refusal(status, recording(f"{name}.json"))
    assert (seen.error, seen.business_code) == (error, business_code)
    assert seen.message.startswith(message)
