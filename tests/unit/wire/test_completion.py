"""What a run adds up to, and what its end means."""

import pytest

from playground.wire.chunks import TOOL_CALLS_AT_MOST
from playground.wire.completion import Completion
from playground.wire.events import (
    ContentDelta,
    Damaged,
    Ended,
    Event,
    FilterReported,
    Finished,
    Identified,
    ReasoningDelta,
    Reclassified,
    ToolCallDelta,
    UsageReported,
    WebSearchReported,
    WebSearchResult,
)
from playground.wire.usage import Usage

TEXT, THOUGHT = ContentDelta("Four."), ReasoningDelta("hm")
CALL = ToolCallDelta(0, "c1", "f", "{}")


def fold(*events: Event) -> Completion:
    completion = Completion()
    for event in events:
        completion.add(event)
    return completion


@pytest.mark.parametrize(
    ("reason", "state", "error", "retryable"),
    [
        ("stop", "finished", "", False),
        ("tool_calls", "finished", "", False),
        ("function_call", "finished", "", False),
        ("length", "finished", "", False),
        ("stop_sequence", "finished", "", False),
        ("吗", "finished", "", False),
        ("sensitive", "failed", "content_filtered", False),
        ("content_filter", "failed", "content_filtered", False),
        ("network_error", "failed", "network_error", True),
        ("error", "failed", "provider_error", True),
        ("model_context_window_exceeded", "failed", "context_too_long", False),
    ],
)
@pytest.mark.parametrize("ended", ["done", "eof"])
def test_a_finish_reason_decides_with_and_without_done(
    reason: str, state: str, error: str, retryable: bool, ended: str
) -> None:
    outcome = fold(TEXT, Finished(reason)).outcome(ended)  # type: ignore[arg-type]
    assert outcome.state == state
    assert (outcome.error.code if outcome.error else "") == error
    assert bool(outcome.error and outcome.error.retryable) is retryable
    assert fold(TEXT, Finished(reason)).finish_reason == reason


@pytest.mark.parametrize(
    ("events", "ended", "state", "warning"),
    [
        ((TEXT,), "done", "finished", "unterminated"),
        ((), "done", "finished", "unterminated"),
        ((TEXT,), "eof", "interrupted", ""),
        ((THOUGHT,), "eof", "interrupted", ""),
        ((), "eof", "interrupted", ""),
        ((TEXT, UsageReported(Usage(1, 2))), "eof", "interrupted", ""),
        ((TEXT, Finished("length")), "done", "finished", "truncated"),
        ((THOUGHT, TEXT, Finished("length")), "done", "finished", "truncated"),
        ((THOUGHT, Finished("length")), "done", "finished", "only_thinking"),
        ((THOUGHT, ContentDelta("\n"), Finished("length")), "done", "finished", "only_thinking"),
        ((THOUGHT, Finished("stop")), "done", "finished", "only_thinking"),
        ((THOUGHT, CALL, Finished("tool_calls")), "done", "finished", ""),
        ((TEXT, Finished("stop"), Damaged()), "done", "finished", "damaged"),
        ((TEXT, Finished("length"), Damaged()), "done", "finished", "truncated"),
        ((Finished("stop"),), "done", "finished", ""),
    ],
)
def test_every_end_has_its_name(events: tuple[Event, ...], ended: str, state: str, warning: str) -> None:
    outcome = fold(*events).outcome(ended)  # type: ignore[arg-type]
    assert (outcome.state, outcome.warning) == (state, warning)
    assert (outcome.error is not None) == (state == "interrupted")
    if outcome.error:
        assert (outcome.error.code, outcome.error.retryable) == ("interrupted", True)


def test_moderation_says_whose_words_it_objected_to() -> None:
    outcome = fold(TEXT, FilterReported([("user", 1)]), Finished("sensitive")).outcome("done")
    assert outcome.error is not None
    assert outcome.error.message == "finish_reason: sensitive; user (level 1)"


def test_the_last_usage_holds_and_the_first_names() -> None:
    completion = fold(
        Identified("r1", ""),
        UsageReported(Usage(1, 1)),
        Identified("r2", "m2"),
        UsageReported(Usage(1, 9)),
        Identified("", "m3"),
    )
    assert completion.usage == Usage(1, 9)
    assert (completion.provider_request_id, completion.model) == ("r1", "m2")


def test_a_usage_that_cannot_be_read_is_kept_as_it_came_but_replaces_none_that_could() -> None:
    odd, good = UsageReported(None, {"prompt_tokens": "?"}), UsageReported(Usage(1, 9), {"prompt_tokens": 1})
    alone, after = fold(odd), fold(good, odd)
    assert (alone.usage, alone.raw_usage) == (None, {"prompt_tokens": "?"})
    assert (after.usage, after.raw_usage) == (Usage(1, 9), {"prompt_tokens": 1})


def test_text_can_be_asked_for_at_any_time() -> None:
    completion = Completion()
    for at, letter in enumerate("abcdef"):
        completion.add(ContentDelta(letter))
        completion.add(ReasoningDelta(letter.upper()))
        assert completion.content == completion.content == "abcdef"[: at + 1]
    assert completion.reasoning_content == "ABCDEF"
    assert completion.characters == 12


def test_an_orphan_closer_turns_content_into_reasoning() -> None:
    completion = fold(ContentDelta("a"), ContentDelta("b"), Reclassified(), ReasoningDelta("c"), ContentDelta("d"))
    assert (completion.reasoning_content, completion.content) == ("abc", "d")


def test_tool_calls_are_joined_once_and_ordered_by_index() -> None:
    pieces = [ToolCallDelta(1, "c2", "g", "["), *[ToolCallDelta(0, "c1", "f", "x")] * 3, ToolCallDelta(1, "", "", "]")]
    calls = fold(*pieces).tool_calls
    assert [(call.id, call.name, call.arguments) for call in calls] == [("c1", "f", "xxx"), ("c2", "g", "[]")]


@pytest.mark.parametrize(
    ("arguments", "valid"),
    [("", True), ("{}", True), ('{"a": 1}', True), ("[]", False), ("1", False), ('{"a"', False), ("oops", False)],
)
def test_arguments_that_are_no_object_are_kept_and_known_as_such(arguments: str, valid: bool) -> None:
    [call] = fold(ToolCallDelta(0, "c1", "f", arguments)).tool_calls
    assert call.is_valid is valid
    assert call.to_json() == {
        "id": "c1",
        "type": "function",
        "function": {"name": "f", "arguments": arguments or "{}"},
    }


@pytest.mark.parametrize(
    ("event", "started"),
    [
        (TEXT, True),
        (THOUGHT, True),
        (CALL, True),
        (Finished("stop"), True),
        (UsageReported(Usage(1, 1)), True),
        (Identified("r1", ""), True),
        (Identified("", "m"), False),
        (Damaged(), False),
        (Ended(clean=True), False),
    ],
)
def test_it_knows_whether_an_answer_has_begun(event: Event, started: bool) -> None:
    assert fold(event).started is started


def test_sources_and_filters_are_kept() -> None:
    source = WebSearchResult("ref_1", "Title", "https://example.com", "Example", "Text", "2026-01-01")
    completion = fold(WebSearchReported([source]), FilterReported([("assistant", 3)]))
    assert list(completion.web_search) == [source]
    assert list(completion.content_filter) == [("assistant", 3)]
    assert source.to_json()["link"] == "https://example.com"


def test_all_arguments_count_as_characters() -> None:
    completion = fold(*(ToolCallDelta(index, "", "f", "12345") for index in range(TOOL_CALLS_AT_MOST)))
    assert completion.characters == 5 * TOOL_CALLS_AT_MOST
