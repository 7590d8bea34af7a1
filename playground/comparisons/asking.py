"""The same question to several columns. Each is a turn of its own: what one refuses, the others answer."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from playground.accounts.models import User
from playground.comparisons.models import Column, Comparison
from playground.conversations import run_settings, turns
from playground.conversations.turns import Turn, check_text
from playground.errors import Refused

OWN_PART = 12  # characters of a column's id that make the client id of its turn


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of the question in one column."""

    column_id: uuid.UUID
    outcome: Turn | Refused


def ask(
    *,
    user: User,
    comparison: Comparison,
    columns: Sequence[tuple[Column, uuid.UUID | None]],
    client_id: str,
    text: str,
    owner: str = "",
) -> list[Asked]:
    """Append the question to each of the columns, with the settings each has; beside each the last message known of it.

    `client_id` is made by the browser for the question; the same one again returns the same turns, also where only
    some of the columns had been reached. Raises Refused when the text itself cannot be sent.
    """
    text = check_text(text)
    if not comparison.title:
        comparison.title = turns.new_conversation(user, text).title
    comparison.updated_at = timezone.now()
    comparison.save(update_fields=["title", "updated_at"])
    return [Asked(column.pk, _turn(user, column, parent, client_id, text, owner)) for column, parent in columns]


def _turn(
    user: User, column: Column, parent_id: uuid.UUID | None, client_id: str, text: str, owner: str
) -> Turn | Refused:
    try:
        return turns.append_turn(
            user=user,
            conversation=column.conversation,
            parent_id=parent_id,
            client_id=f"{client_id}.{column.pk.hex[:OWN_PART]}" if client_id else "",
            text=text,
            settings=run_settings.without_summary(run_settings.parse(column.conversation.settings)),
            owner=owner,
        )
    except Refused as refused:
        return refused
