"""What a model still sees of a conversation that has outgrown its context. Pure over lines; called for a run's plan.

A conversation is cut between turns only, so that a question keeps its answer and calls keep their results. The system
prompt and the last turn always stay; who keeps them and still has no room is refused before anything is sent.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from playground.conversations.transcript import Line, build_messages, estimate_prompt_tokens
from playground.errors import Refused

WhenFull = Literal["drop", "summarise"]
WAYS: tuple[WhenFull, ...] = ("drop", "summarise")
"""What a person can choose beside sending everything: leave out the oldest turns, or let a summary stand for them."""


def turn_starts(lines: Sequence[Line]) -> list[int]:
    """Where a conversation can be cut: at every message of a person, and at its beginning."""
    starts = [place for place, line in enumerate(lines) if line.role == "user"]
    return starts if starts[:1] == [0] else [0, *starts]


def first_that_fits(lines: Sequence[Line], *, room: int, keep_thinking: bool = False) -> int:
    """Where the longest end of the conversation begins that is no more than `room` tokens, as they are estimated.

    Raises Refused("context_too_long") when not even the last turn fits.
    """
    starts = turn_starts(lines)
    used, first = 0, None
    for start, end in reversed(list(zip(starts, [*starts[1:], len(lines)], strict=True))):
        used += estimate_prompt_tokens(build_messages(lines[start:end], "", keep_thinking=keep_thinking))
        if used > room:
            break
        first = start
    if first is None:
        raise Refused("context_too_long", "")
    return first


def room_for_talk(
    context: int, *, reserved: int, system_prompt: str, tools: Sequence[Mapping[str, object]] = ()
) -> int:
    """How many tokens of a context are left for the conversation, beside what goes along with every request."""
    return context - reserved - estimate_prompt_tokens(build_messages([], system_prompt), tools)
