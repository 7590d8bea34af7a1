"""The lines of a branch, as a request is made from them: read when a run begins and when it is looked at again."""

import uuid
from collections.abc import Iterable
from typing import Any

from playground.catalog.queries import OfferFacts
from playground.conversations import output_format
from playground.conversations.models import Message, branch_of
from playground.conversations.run_settings import RunSettings
from playground.conversations.transcript import Line, build_messages
from playground.tools import functions
from playground.wire.request import ChatMessage

_COLUMNS = ("id", "parent_id", "role", "content", "tool_calls", "results")


def line_of(row: Message, *, with_thinking: bool = False) -> Line:
    """One message as far as a request needs it; its thinking, which is long, only when it is sent back."""
    return Line(
        role=row.role,
        content=row.content,
        reasoning_content=row.reasoning_content if with_thinking else "",
        tool_calls=tuple(row.tool_calls),
        results=tuple(row.results),
    )


def lines_to(conversation_id: uuid.UUID, last: uuid.UUID | None, *, with_thinking: bool = False) -> list[Line]:
    """The branch up to and with the message `last`, oldest first."""
    columns = (*_COLUMNS, "reasoning_content") if with_thinking else _COLUMNS
    rows = Message.objects.filter(conversation_id=conversation_id).only(*columns)
    return [line_of(row, with_thinking=with_thinking) for row in branch_of(rows, last)]


def messages_of(lines: Iterable[Line], chosen: RunSettings, offer: OfferFacts) -> tuple[ChatMessage, ...]:
    """The messages of a request with these settings."""
    return build_messages(lines, output_format.system_text(chosen, offer), keep_thinking=bool(chosen.keep_thinking))


def tools_of(chosen: RunSettings, team_id: int) -> list[dict[str, Any]]:
    """The tools of a request with these settings: the web search, then the team's functions."""
    search = [chosen.web_search.tool()] if chosen.web_search else []
    return search + (functions.definitions(team_id, chosen.functions) if chosen.functions else [])
