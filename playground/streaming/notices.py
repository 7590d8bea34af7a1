"""Small notices to the sockets of a user or of a room ("a generation began", "Lin is here"). They may be lost.

A room is a shared conversation that somebody looks at; who is in it hears of the others there.

One process hands them over itself; several share Redis, and there they go through the channel layer. Text never travels
this way: a channel layer drops what does not fit, silently.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Protocol

from channels.layers import get_channel_layer

Notice = dict[str, str]


class Socket(Protocol):
    """Who wants to hear; `channel_name` is its address in the channel layer where there is one."""

    channel_name: str

    async def send_frame(self, frame: dict[str, Any]) -> None:
        """Send one JSON frame."""


async def join(user_id: int, socket: Socket) -> None:
    """From now on the socket gets the user's notices."""
    await _join(_of_user(user_id), socket)


async def leave(user_id: int, socket: Socket) -> None:
    """The socket is closed."""
    await _leave(_of_user(user_id), socket)


async def enter_room(conversation_id: uuid.UUID, socket: Socket) -> None:
    """From now on the socket gets the notices of that room."""
    await _join(_of_room(conversation_id), socket)


async def leave_room(conversation_id: uuid.UUID, socket: Socket) -> None:
    """The socket looks elsewhere."""
    await _leave(_of_room(conversation_id), socket)


async def tell(user_id: int, about: str, **facts: object) -> None:
    """Send a notice to every socket of the user; values are turned into strings."""
    await _send(_of_user(user_id), about, facts)


async def tell_all(user_ids: Iterable[int], about: str, **facts: object) -> None:
    """Send a notice to every socket of several users."""
    for user_id in user_ids:
        await tell(user_id, about, **facts)


async def tell_room(conversation_id: uuid.UUID, about: str, **facts: object) -> None:
    """Send a notice to every socket in the room."""
    await _send(_of_room(conversation_id), about, facts)


async def _join(group: str, socket: Socket) -> None:
    if layer := get_channel_layer():
        await layer.group_add(group, socket.channel_name)
    else:
        _sockets[group].add(socket)


async def _leave(group: str, socket: Socket) -> None:
    if layer := get_channel_layer():
        await layer.group_discard(group, socket.channel_name)
    elif group in _sockets:
        _sockets[group].discard(socket)
        if not _sockets[group]:
            del _sockets[group]


async def _send(group: str, about: str, facts: dict[str, object]) -> None:
    notice: Notice = {"type": "notice", "about": about, **{name: str(value) for name, value in facts.items()}}
    if layer := get_channel_layer():
        await layer.group_send(group, {"type": "user.notice", "notice": notice})
    else:
        for socket in tuple(_sockets.get(group, ())):
            await socket.send_frame(notice)


def _of_user(user_id: int) -> str:
    return f"user.{user_id}"


def _of_room(conversation_id: uuid.UUID) -> str:
    return f"room.{conversation_id.hex}"


_sockets: defaultdict[str, set[Socket]] = defaultdict(set)  # of this process, by group
