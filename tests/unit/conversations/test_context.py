"""A conversation that has outgrown its context: what is sent fits, and nothing that belongs together is torn apart."""

import contextlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.conversations.context import first_that_fits, room_for_talk, turn_starts
from playground.conversations.transcript import Line, build_messages, estimate_prompt_tokens
from playground.errors import Refused

words = st.text(alphabet="ab 中\n1.", min_size=1, max_size=120)


@st.composite
def rounds(draw: st.DrawFn) -> list[Line]:
    """Calls and their results, any number of times, and an answer."""
    lines: list[Line] = []
    for number in range(draw(st.integers(0, 2))):
        call = {"id": f"call_{number}", "type": "function", "function": {"name": "f", "arguments": draw(words)}}
        lines.append(Line("assistant", draw(st.just("") | words), draw(st.just("") | words), (call,)))
        lines.append(Line("tool", "", results=({"id": f"call_{number}", "name": "f", "content": draw(words)},)))
    return [*lines, Line("assistant", draw(st.just("") | words), draw(st.just("") | words))]


@st.composite
def talks(draw: st.DrawFn) -> list[Line]:
    """Some turns, and the question that is to be answered, perhaps in the middle of its rounds of calls."""
    lines: list[Line] = []
    for _turn in range(draw(st.integers(0, 5))):
        lines += [Line("user", draw(words)), *draw(rounds())]
    return [*lines, Line("user", draw(words)), *draw(rounds())[:-1]]


def size(lines: Sequence[Line], system_prompt: str = "", *, keep_thinking: bool = False) -> int:
    return estimate_prompt_tokens(build_messages(lines, system_prompt, keep_thinking=keep_thinking))


def end_that_fits(lines: Sequence[Line], room: int, *, keep_thinking: bool = False) -> Sequence[Line] | None:
    """What is kept; None: nothing fits, and nothing is sent."""
    with contextlib.suppress(Refused):
        return lines[first_that_fits(lines, room=room, keep_thinking=keep_thinking) :]
    return None


@given(lines=talks(), system=st.just("") | words, context=st.integers(40, 1500), keep=st.booleans())
def test_what_is_sent_fits_or_nothing_is_sent(lines: list[Line], system: str, context: int, keep: bool) -> None:
    reserved = 16
    room = room_for_talk(context, reserved=reserved, system_prompt=system)
    last = lines[turn_starts(lines)[-1] :]
    kept = end_that_fits(lines, room, keep_thinking=keep)
    if kept is None:
        assert size(last, system, keep_thinking=keep) + reserved > context
    else:
        assert size(kept, system, keep_thinking=keep) + reserved <= context
        assert kept[-len(last) :] == last


@given(lines=talks(), room=st.integers(0, 1500))
def test_no_more_is_left_out_than_must_be(lines: list[Line], room: int) -> None:
    starts = turn_starts(lines)
    kept = end_that_fits(lines, room)
    first = len(lines) - len(kept) if kept is not None else starts[-1] + 1
    assert kept is None or first in starts
    if first:
        one_more = max(start for start in starts if start < first)
        assert size(lines[one_more:]) > room


@given(lines=talks(), room=st.integers(0, 1500))
def test_calls_keep_their_results_and_questions_their_answers(lines: list[Line], room: int) -> None:
    sent = build_messages(end_that_fits(lines, room) or (), "")
    asked: list[object] = []
    for message in sent:
        if message.role == "tool":
            assert message.tool_call_id == asked.pop(0)
        else:
            assert not asked
            asked = [call["id"] for call in message.tool_calls]
    assert not asked
    assert [message.role for message in sent[:1]] in ([], ["user"])


def test_the_system_prompt_takes_its_share_of_the_room() -> None:
    free = room_for_talk(1000, reserved=100, system_prompt="")
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {}}}]
    assert free == 900
    assert room_for_talk(1000, reserved=100, system_prompt="Be brief.") < free
    assert room_for_talk(1000, reserved=100, system_prompt="", tools=tools) < free


def test_a_conversation_that_begins_with_an_answer_can_be_cut_before_its_first_question() -> None:
    lines = [Line("assistant", "Welcome. " * 50), Line("user", "Hi"), Line("assistant", "Hello"), Line("user", "1 + 1")]
    assert turn_starts(lines) == [0, 1, 3]
    assert first_that_fits(lines, room=40) == 1
    with pytest.raises(Refused):
        first_that_fits(lines, room=3)
