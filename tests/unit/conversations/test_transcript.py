"""From lines of a branch to the messages of a request: rounds of tools, and thinking only when it is asked for."""

from typing import Any

from playground.conversations.transcript import Line, build_messages, estimate_prompt_tokens
from playground.wire.request import ChatMessage, wire_messages

CALLS: list[dict[str, Any]] = [
    {"id": f"call_{n}", "type": "function", "function": {"name": "f", "arguments": "{}"}} for n in (1, 2)
]
RESULTS = [{"id": "call_1", "name": "f", "content": "one"}, {"id": "call_2", "name": "f", "content": "two"}]
ROUND = [
    Line("user", "Both, please"),
    Line("assistant", "", reasoning_content="two calls", tool_calls=CALLS),
    Line("tool", "", results=RESULTS),
    Line("assistant", "Done.", reasoning_content="both are here"),
]


def test_a_round_is_sent_as_calls_and_one_message_for_each_result() -> None:
    assert wire_messages(build_messages(ROUND, "Be brief.")) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Both, please"},
        {"role": "assistant", "content": "", "tool_calls": CALLS},
        {"role": "tool", "content": "one", "tool_call_id": "call_1"},
        {"role": "tool", "content": "two", "tool_call_id": "call_2"},
        {"role": "assistant", "content": "Done."},
    ]


def test_calls_that_nobody_answered_are_left_out() -> None:
    lines = [*ROUND[:2], Line("user", "Never mind")]
    assert build_messages(lines, "") == (ChatMessage("user", "Both, please"), ChatMessage("user", "Never mind"))
    spoken = [ROUND[0], Line("assistant", "Let me look.", tool_calls=CALLS), Line("user", "Never mind")]
    assert build_messages(spoken, "")[1] == ChatMessage("assistant", "Let me look.")


def test_thinking_goes_along_only_when_it_is_asked_for() -> None:
    assert all(not message.reasoning_content for message in build_messages(ROUND, ""))
    kept = build_messages(ROUND, "", keep_thinking=True)
    assert [message.reasoning_content for message in kept] == ["", "two calls", "", "", "both are here"]


def test_an_estimate_counts_calls_thinking_and_tools() -> None:
    without = estimate_prompt_tokens(build_messages(ROUND, ""))
    assert without > estimate_prompt_tokens(build_messages([ROUND[0], ROUND[3]], ""))
    assert estimate_prompt_tokens(build_messages(ROUND, "", keep_thinking=True)) > without
    assert estimate_prompt_tokens(build_messages(ROUND, ""), CALLS) > without
