"""Every fault on demand: what a client meets, in both dialects, streamed and not."""

import json
import math
from itertools import islice

import pytest

from playground.sandbox.faults import FAULTS, Fault, provoked
from playground.sandbox.script import Served
from tests.unit.sandbox.asking import AT, TAG, Read, frames, read, said, script, sent, stream, whole

ORDINARY = [
    "no-usage",
    "no-done",
    "separators",
    "crlf",
    "comments",
    "bytes",
    "cost",
    "table",
    "code",
    "math",
    "help",
    "slow",
]


def provoke(name: str, **fields: object) -> Read:
    """Read a stream that ends; the one that stalls does not."""
    return read(stream(f"/sandbox {name}", **fields))


def outcome(found: Read) -> str:
    if found.error:
        return found.error.code
    end = found.completion.outcome("done" if found.done else "eof")
    return end.error.code if end.error else end.warning or end.state


@pytest.mark.parametrize(
    ("prompt", "name", "number", "rest"),
    [
        ("/sandbox slow 3", "slow", 3, ""),
        ("/sandbox slow", "slow", 10, ""),
        ("/sandbox slow 99999", "slow", 600, ""),
        ("  /SANDBOX Slow 2.5 What is 2+2?", "slow", 2.5, "What is 2+2?"),
        ("/sandbox rate-limit", "rate-limit", 0, ""),
        ("/sandbox rate-limit once", "rate-limit", 1, ""),
        ("/sandbox rate-limit 3", "rate-limit", 3, ""),
        ("/sandbox rate limit", "rate-limit", 0, ""),
        ("/sandbox Rate  Limit once", "rate-limit", 1, ""),
        ("/sandbox rate limits", "help", 0, ""),
        ("/sandbox no usage 12 apples", "no-usage", 0, "apples"),
        ("/sandbox 限流 一次", "rate-limit", 1, ""),
        ("/sandbox 慢 2", "slow", 2, ""),
        ("/sandbox 帮助", "help", 0, ""),
        ("/sandbox", "help", 0, ""),
        ("/sandbox unheard-of", "help", 0, ""),
        ("/sandbox 500", "500", 0, ""),
        ("/sandbox long 12", "long", 12, ""),
        ("/sandbox no-usage 12 apples", "no-usage", 0, "apples"),
        ("/sandbox think 50\nWhat is 2+2?", "think", 50, "What is 2+2?"),
    ],
)
def test_commands_are_read_in_both_languages(prompt: str, name: str, number: float, rest: str) -> None:
    found = provoked(prompt)
    assert found is not None
    assert (found.fault.name, found.number, found.rest) == (name, number, rest)


@pytest.mark.parametrize("prompt", ["sandbox help", "what is /sandbox", "/sandboxes", "", "/ sandbox"])
def test_other_prompts_provoke_nothing(prompt: str) -> None:
    assert provoked(prompt) is None


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if "-" in fault.name], ids=lambda fault: fault.name)
def test_a_space_does_for_the_hyphen_of_a_name(fault: Fault) -> None:
    found = provoked(f"/sandbox {fault.name.replace('-', ' ')} What is 2+2?")
    assert found is not None
    assert (found.fault, found.rest) == (fault, "What is 2+2?")


def test_names_are_unique_in_both_languages_and_everything_is_described() -> None:
    words = [word for fault in FAULTS for word in (fault.name, *fault.words_zh)]
    assert len(words) == len(set(words))
    assert all(fault.title and fault.description and fault.title_zh and fault.description_zh for fault in FAULTS)


@pytest.mark.parametrize("prompt", ["/sandbox help", "/sandbox 帮助", "/sandbox unheard-of"])
def test_help_lists_every_fault(prompt: str) -> None:
    text = said(prompt)
    chinese = "帮助" in prompt
    assert all(f"`/sandbox {fault.words_zh[0] if chinese else fault.name}" in text for fault in FAULTS)


@pytest.mark.parametrize("dialect", ["glm", "openai"])
@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("rate-limit", 429, "1302"),
        ("balance", 429, "1113"),
        ("overloaded", 200, "1305"),
        ("auth", 401, "1000"),
        ("context", 400, "1261"),
        ("500", 500, "1234"),
    ],
)
def test_refusals_carry_status_and_code(name: str, status: int, code: str, streamed: bool, dialect: str) -> None:
    served = Served(at=AT, tag=TAG, dialect="openai" if dialect == "openai" else "glm")
    one = script(f"/sandbox {name}", stream=streamed, served=served)
    assert one.status == status
    assert one.media_type.startswith("application/json")
    assert json.loads(sent(one))["error"]["code"] == code


def test_the_gateway_fault_is_html() -> None:
    one = script("/sandbox gateway", stream=True)
    assert (one.status, one.media_type) == (502, "text/html; charset=UTF-8")
    assert sent(one).startswith(b"<html>")


@pytest.mark.parametrize("model", ["glm-4.7", "glm-4-flashx-250414", "glm-z1-air"])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("eof", "interrupted"),
        ("cut", "interrupted"),
        ("error", "network_error"),
        ("relay", "provider_error"),
        ("network", "network_error"),
        ("filter", "content_filtered"),
        ("damaged", "malformed_stream"),
        ("glued", "damaged"),
        *((name, "finished") for name in ORDINARY),
    ],
)
def test_streams_end_as_the_fault_says(name: str, expected: str, model: str) -> None:
    found = provoke(name, model=model)
    assert outcome(found) == expected
    assert found.completion.content or name == "damaged"


def test_glued_frames_lose_a_fragment_and_no_more() -> None:
    plain, glued = (
        read(stream("/sandbox table", model="glm-4-flashx-250414")),
        provoke("glued", model="glm-4-flashx-250414"),
    )
    assert glued.completion.damaged == 1
    assert plain.completion.damaged == 0


def test_the_cut_is_in_the_middle_of_a_character_and_breaks_the_connection() -> None:
    one = script("/sandbox cut", stream=True)
    data = sent(one)
    assert one.breaks
    with pytest.raises(UnicodeDecodeError):
        data.decode()
    data[:-2].decode()


def test_the_stall_never_ends() -> None:
    timed = list(script("/sandbox stall", stream=True).pieces)
    assert timed[-1] == (math.inf, b"")
    assert read(b"".join(data for _, data in timed)).completion.content


def test_slow_holds_the_first_byte_back() -> None:
    [(first, _)] = islice(script("/sandbox slow 7", stream=True).pieces, 1)
    assert first >= 7
    [(whole_answer, _)] = script("/sandbox slow 7").pieces
    assert whole_answer >= 7


def test_no_usage_leaves_it_out() -> None:
    assert provoke("no-usage").completion.usage is None
    assert "usage" not in whole("/sandbox no-usage")


def test_no_done_still_ends_with_a_finish_reason() -> None:
    found = provoke("no-done")
    assert not found.done
    assert found.completion.finish_reason == "stop"


def test_length_spends_all_on_thinking() -> None:
    found = provoke("length").completion
    assert found.finish_reason == "length"
    assert found.content == ""
    assert found.usage is not None
    assert found.usage.reasoning_tokens == found.usage.completion_tokens == 64
    plain = provoke("length", model="glm-4-flashx-250414").completion
    assert (plain.finish_reason, plain.reasoning_content) == ("length", "")


def test_whole_ignores_the_wish_for_a_stream() -> None:
    one = script("/sandbox whole", stream=True)
    assert one.media_type.startswith("application/json")
    assert json.loads(sent(one))["object"] == "chat.completion"


def test_separators_stand_raw_in_the_json() -> None:
    data = stream("/sandbox separators")
    assert all(sign.encode() in data for sign in "\u2028\u2029\u0085")
    assert "\u2028" in read(data).completion.content


def test_crlf_and_no_space() -> None:
    data = stream("/sandbox crlf")
    assert b"data: " not in data
    assert data.count(b"\n") == data.count(b"\r\n")


def test_comments_stand_between_frames() -> None:
    assert stream("/sandbox comments").count(b"\n: keep-alive\n") > 3
    assert b": SANDBOX PROCESSING" in stream("/sandbox relay")


def test_bytes_come_one_at_a_time() -> None:
    assert {len(data) for _, data in script("/sandbox bytes", stream=True).pieces} == {1}


def test_cost_is_reported_as_gateways_do() -> None:
    found = provoke("cost").completion.usage
    assert found is not None
    assert found.reported_cost is not None
    assert found.reported_cost > 0
    assert "gateway" in frames(stream("/sandbox cost"))[-1]["provider_metadata"]


def test_huge_is_about_a_megabyte_in_few_pieces_without_waiting() -> None:
    timed = list(script("/sandbox huge", stream=True, thinking={"type": "disabled"}).pieces)
    assert len(timed) < 1000
    assert sum(delay for delay, _ in timed[1:]) == 0
    text = read(b"".join(data for _, data in timed)).completion.content
    assert 1_000_000 <= len(text.encode()) < 1_001_000
    assert len(whole("/sandbox 巨大")["choices"][0]["message"]["content"].encode()) >= 1_000_000


@pytest.mark.parametrize("count", [1, 7, 2500])
def test_long_has_so_many_unique_words_and_tokens(count: int) -> None:
    found = provoke(f"long {count}").completion
    words = found.content.split()
    assert len(words) == len(set(words)) == count
    assert found.usage is not None
    assert (found.usage.completion_tokens, found.finish_reason) == (count, "stop")
    assert found.reasoning_content == ""


def test_long_keeps_to_max_tokens() -> None:
    found = provoke("long 100", max_tokens=40).completion
    assert len(found.content.split()) == 40
    assert found.finish_reason == "length"


def test_think_thinks_as_long_as_asked() -> None:
    found = provoke("think 300").completion.usage
    assert found is not None
    assert 290 <= found.reasoning_tokens <= 300


def test_tools_calls_what_is_offered_or_its_own() -> None:
    own = provoke("tools").completion
    assert [call.name for call in own.tool_calls] == ["get_weather", "get_time"]
    assert own.finish_reason == "tool_calls"
    tool = {"type": "function", "function": {"name": "ring", "parameters": {"type": "object", "properties": {}}}}
    assert [call.name for call in provoke("tools", tools=[tool]).completion.tool_calls] == ["ring"]


def test_the_rest_of_the_prompt_is_answered() -> None:
    assert "391" in provoke("no-done What is 17 * 23?").completion.content
    assert provoke("停顿").completion.content.startswith("这是沙盒")


@pytest.mark.parametrize(("name", "needle"), [("table", "| --- |"), ("code", "```python"), ("math", "\\frac")])
def test_samples_show_their_shape(name: str, needle: str) -> None:
    assert needle in said(f"/sandbox {name}")


@pytest.mark.parametrize(("name", "status"), [("error", 500), ("relay", 500), ("network", 200), ("filter", 200)])
def test_faults_of_a_stream_have_a_counterpart_in_whole_answers(name: str, status: int) -> None:
    one = script(f"/sandbox {name}")
    assert one.status == status


@pytest.mark.parametrize("name", ["cut", "eof"])
def test_a_whole_answer_is_cut_in_half(name: str) -> None:
    one = script(f"/sandbox {name}")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(sent(one))
    assert one.breaks is (name == "cut")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("dialect", ["glm", "openai"])
def test_every_fault_works_in_both_dialects_and_ways(fault: object, dialect: str) -> None:
    name = getattr(fault, "name", "")
    served = Served(at=AT, tag=TAG, dialect="openai" if dialect == "openai" else "glm")
    for streamed in (True, False):
        one = script(f"/sandbox {name}", stream=streamed, served=served, stream_options={"include_usage": True})
        assert sum(1 for _ in one.pieces) >= 1
