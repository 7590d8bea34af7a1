"""The one command of a comparison: a question to several columns at once. Called over socket and HTTP, as acts.py."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest

from playground.accounts.people import active_user
from playground.comparisons import asking
from playground.comparisons.asking import Asked
from playground.conversations.turns import Turn
from playground.errors import Refused
from playground.streaming import notices
from playground.streaming.plan import Start
from playground.streaming.registry import registry
from playground.web import access, thread
from playground.web.acts import Ack, carry_through, start_of
from playground.web.commands import Ask
from playground.web.database import in_database
from playground.web.preferences import preferred


async def ask(user_id: int, command: Ask, *, request: HttpRequest) -> Ack:
    """Make the turns, start their generations, describe every column: its messages, or why it was not asked."""
    return await carry_through(_ask_all(user_id, command, request))


async def _ask_all(user_id: int, command: Ask, request: HttpRequest) -> Ack:
    starts, ack = await in_database(_ask, user_id, command, registry().owner, request)
    for start in starts:
        registry().start(start)
        facts = {"conversation": start.conversation_id, "what": "began", "person": user_id}
        await notices.tell_all(start.audience, "conversation", **facts)
    return ack


def _ask(user_id: int, command: Ask, owner: str, request: HttpRequest) -> tuple[list[Start], Ack]:
    """All columns in one hop; each turn is a transaction of its own."""
    user = active_user(user_id)
    with preferred(request, user):
        try:
            comparison = access.comparison(user, command.comparison)
        except Http404:
            raise Refused("not_found", "There is no such comparison.") from None
        known = {column.pk: column for column in comparison.shown_columns()}
        columns = [(known[pk], parent) for pk, parent in command.columns if pk in known]
        if not columns:
            raise Refused("not_found", "There is no such column.")
        asked = asking.ask(
            user=user,
            comparison=comparison,
            columns=columns,
            client_id=command.client_id,
            text=command.text,
            owner=owner,
        )
        ack = {
            "comparison": str(comparison.pk),
            "title": comparison.title,
            "columns": [{"column": str(one.column_id), **_described(one)} for one in asked],
        }
        return _starts(asked), ack


def _starts(asked: Sequence[Asked]) -> list[Start]:
    turns = (one.outcome for one in asked if isinstance(one.outcome, Turn))
    return [start for turn in turns if (start := start_of(turn)) is not None]


def _described(one: Asked) -> dict[str, Any]:
    if isinstance(one.outcome, Refused):
        return {"code": one.outcome.code, "message": str(one.outcome.message)}
    return thread.describe_turn(one.outcome)
