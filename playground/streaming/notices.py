"""Small notices to a user's sockets ("a generation began", "renamed"). They may be lost without harm.

One process hands them over itself; several share Redis, and there they go through the channel layer. Text never travels
this way: a channel layer drops what does not fit, silently.
"""

from collections import defaultdict
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
    if layer := get_channel_layer():
        await layer.group_add(_group(user_id), socket.channel_name)
    else:
        _sockets[user_id].add(socket)


async def leave(user_id: int, socket: Socket) -> None:
    """The socket is closed."""
    if layer := get_channel_layer():
        await layer.group_discard(_group(user_id), socket.channel_name)
    elif user_id in _sockets:
        _sockets[user_id].discard(socket)
        if not _sockets[user_id]:
            del _sockets[user_id]


async def tell(user_id: int, about: str, **facts: object) -> None:
    """Send a notice to every socket of the user; values are turned into strings."""
    notice: Notice = {"type": "notice", "about": about, **{name: str(value) for name, value in facts.items()}}
    if layer := get_channel_layer():
        await layer.group_send(_group(user_id), {"type": "user.notice", "notice": notice})
    else:
        for socket in tuple(_sockets.get(user_id, ())):
            await socket.send_frame(notice)


def _group(user_id: int) -> str:
    return f"user.{user_id}"


_sockets: defaultdict[int, set[Socket]] = defaultdict(set)  # of this process, by user
