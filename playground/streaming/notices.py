"""Small notices to a user's sockets ("a generation began", "renamed"). They may be lost without harm.

Text never travels this way: the channel layer drops what does not fit, silently.
"""

from channels.layers import get_channel_layer


def group(user_id: int) -> str:
    """The channel layer's group of all sockets of a user."""
    return f"user.{user_id}"


async def tell(user_id: int, about: str, **facts: object) -> None:
    """Send a notice to every socket of the user; values are turned into strings."""
    notice = {"type": "notice", "about": about, **{name: str(value) for name, value in facts.items()}}
    await get_channel_layer().group_send(group(user_id), {"type": "user.notice", "notice": notice})
