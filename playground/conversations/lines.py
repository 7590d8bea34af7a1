"""The lines of a branch, as a request is made from them: read when a run begins and when it is looked at again."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.catalog.queries import OfferFacts
from playground.conversations import context, output_format
from playground.conversations.models import Generation, Message, branch_of
from playground.conversations.run_settings import RunSettings, reserved_for_answer
from playground.conversations.transcript import Line, build_messages
from playground.tools import functions
from playground.wire.request import ChatMessage

_COLUMNS = ("id", "parent_id", "role", "content", "tool_calls", "results", "sums_up", "origin_id")


@dataclass(frozen=True, slots=True)
class Sight:
    """What a run sees of its conversation. `begins_at`: the first message of it, None when nothing is left out."""

    lines: Sequence[Line]
    begins_at: uuid.UUID | None = None


def line_of(row: Message, *, with_thinking: bool = False) -> Line:
    """One message as far as a request needs it; its thinking, which is long, only when it is sent back."""
    return Line(
        role=row.role,
        content=row.content,
        reasoning_content=row.reasoning_content if with_thinking else "",
        tool_calls=tuple(row.tool_calls),
        results=tuple(row.results),
    )


def lines_to(
    conversation_id: uuid.UUID,
    last: uuid.UUID | None,
    *,
    begins_at: uuid.UUID | None = None,
    with_thinking: bool = False,
) -> list[Line]:
    """The branch up to and with the message `last`, oldest first; from `begins_at` on where one is named."""
    rows = _rows(conversation_id, last, with_thinking)
    first = next((place for place, row in enumerate(rows) if row.pk == begins_at), 0)
    return [line_of(row, with_thinking=with_thinking) for row in rows[first:]]


def lines_before(generation: Generation) -> list[Line]:
    """What a run that began some time ago saw, as it was put down then.

    A first question is read alone: in a conversation of a thousand of them, as a batch is one, the others say nothing.
    """
    answer = generation.message
    if answer.parent is not None and answer.parent.parent_id is None:
        return [line_of(answer.parent)]
    keeps = bool(generation.settings.get("keep_thinking"))
    begins_at = generation.sees_from
    return lines_to(answer.conversation_id, answer.parent_id, begins_at=begins_at, with_thinking=keeps)


def sight_of(
    answer: Message, chosen: RunSettings, offer: OfferFacts, tools: Sequence[Mapping[str, object]] = ()
) -> Sight:
    """What a run that begins now sees: all that is above its answer, from the last summary on, and what fits.

    Raises Refused("context_too_long"), as context.first_that_fits.
    """
    keeps = bool(chosen.keep_thinking)
    if answer.parent is not None and answer.parent.parent_id is None:
        rows = [answer.parent]  # the first turn, without asking for it
    else:
        rows = _rows(answer.conversation_id, answer.parent_id, keeps)
    first = _last_summary(rows)
    lines = [line_of(row, with_thinking=keeps) for row in rows[first:]]
    makes_summary = bool(rows) and rows[-1].sums_up
    if offer.context_tokens is not None and (chosen.when_full or makes_summary):
        room = context.room_for_talk(
            offer.context_tokens,
            reserved=reserved_for_answer(chosen, offer),
            system_prompt=output_format.system_text(chosen, offer),
            tools=tools,
        )
        left_out = context.first_that_fits(lines, room=room, keep_thinking=keeps)
        first, lines = first + left_out, lines[left_out:]
    return Sight(lines, rows[first].pk if first else None)


def messages_of(lines: Iterable[Line], chosen: RunSettings, offer: OfferFacts) -> tuple[ChatMessage, ...]:
    """The messages of a request with these settings."""
    return build_messages(lines, output_format.system_text(chosen, offer), keep_thinking=bool(chosen.keep_thinking))


def tools_of(chosen: RunSettings, team_id: int) -> list[dict[str, Any]]:
    """The tools of a request with these settings: the web search, then the team's functions."""
    search = [chosen.web_search.tool()] if chosen.web_search else []
    return search + (functions.definitions(team_id, chosen.functions) if chosen.functions else [])


def _rows(conversation_id: uuid.UUID, last: uuid.UUID | None, with_thinking: bool) -> list[Message]:
    columns = (*_COLUMNS, "reasoning_content") if with_thinking else _COLUMNS
    return branch_of(Message.objects.filter(conversation_id=conversation_id).only(*columns), last)


def _last_summary(rows: Sequence[Message]) -> int:
    """Where the last request for a summary stands that was answered whole; 0 where there is none."""
    for place in reversed(range(1, len(rows) - 1)):
        if rows[place].sums_up and _is_whole(rows[place + 1]):
            return place
    return 0


def _is_whole(answer: Message) -> bool:
    """Whether it was written to its end; one that came in with a file has no run here."""
    runs = Generation.objects.filter(message__in=[answer.pk, answer.origin_id or answer.pk])
    return bool(answer.content) and not runs.exclude(state=Generation.State.FINISHED).exists()
