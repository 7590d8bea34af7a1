"""A page says what it shows: in a shared conversation the others hear who is there. Called over the socket."""

import uuid
from typing import Any, Protocol

from django.http import Http404

from playground.accounts.people import active_user
from playground.accounts.roles import Act
from playground.errors import Refused
from playground.streaming.notices import Socket
from playground.web import access, guests, presence
from playground.web.commands import Look
from playground.web.database import in_database
from playground.web.guests import Host, Visit
from playground.web.presence import Seat


class Looker(Socket, Host, Protocol):
    """A tab's socket."""

    closed: bool


async def look(socket: Looker, user_id: int, command: Look) -> dict[str, Any]:
    """Take a seat where it may, and say who else is there; a private conversation has no seats."""
    await presence.leave(socket)
    if command.conversation is None:
        return {"conversation": None, "here": []}
    seat, is_guest = await in_database(_seat, user_id, command.conversation)
    answer: dict[str, Any] = {"conversation": str(command.conversation), "here": []}
    if seat is None or socket.closed:
        return answer
    if is_guest:
        guests.admit(socket, Visit(user_id, command.conversation))
    await presence.enter(socket, seat)
    beside = presence.others_beside(seat)
    return answer | {"here": [{"person": str(one.user_id), "name": one.name} for one in beside]}


def _seat(user_id: int, conversation_id: uuid.UUID) -> tuple[Seat | None, bool]:
    user = active_user(user_id)
    try:
        found = access.conversation(user, conversation_id, Act.VIEW)
    except Http404:
        raise Refused("not_found", "There is no such conversation.") from None
    if not found.shared:
        return None, False
    return Seat(found.pk, user_id, user.display_name), found.user_id != user_id
