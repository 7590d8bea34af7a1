"""Thumbs on answers: what a member thinks of one, up or down, and what that says of a template's versions. Floor 5."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q

from playground.accounts.models import User
from playground.conversations.models import Message, Thumb

UP: Final = "up"
DOWN: Final = "down"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many thumbs point where."""

    up: int = 0
    down: int = 0


def give(user: User, message: Message, thumb: str) -> None:
    """A person's thumb on an answer: "up" or "down" in place of the one before, anything else takes it back."""
    if thumb in (UP, DOWN):
        Thumb.objects.update_or_create(user=user, message=message, defaults={"is_up": thumb == UP})
    else:
        Thumb.objects.filter(user=user, message=message).delete()


def given(user: User, messages: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The person's own thumbs on these messages."""
    rows = Thumb.objects.filter(user=user, message__in=messages).values_list("message_id", "is_up")
    return {message: UP if is_up else DOWN for message, is_up in rows}


def tally(team_id: int, versions: Collection[uuid.UUID]) -> dict[uuid.UUID, Tally]:
    """All thumbs of a team on answers that were made with these versions of templates."""
    rows = (
        Thumb.objects.filter(message__generation__template_version__in=versions, message__conversation__team=team_id)
        .order_by()
        .values_list("message__generation__template_version")
        .annotate(up=Count("pk", filter=Q(is_up=True)), down=Count("pk", filter=Q(is_up=False)))
    )
    return {version: Tally(up, down) for version, up, down in rows}
