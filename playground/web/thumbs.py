"""A person's thumbs on the answers that a page shows: one statement for all of them."""

from collections.abc import Sequence
from dataclasses import replace

from playground.accounts.models import User
from playground.conversations import thumbs
from playground.web.thread import MessageView, ThreadView


def on_threads(views: Sequence[ThreadView], user: User) -> list[ThreadView]:
    """The same parts of conversations, with the person's thumbs."""
    shown = [message for view in views for message in (*view.messages, *view.tail)]
    seen = {message.id: message for message in on_messages(shown, user)}
    return [
        replace(
            view,
            messages=[seen[message.id] for message in view.messages],
            tail=[seen[message.id] for message in view.tail],
        )
        for view in views
    ]


def on_messages(views: Sequence[MessageView], user: User) -> list[MessageView]:
    """The same messages, with the person's thumbs."""
    answers = [view.id for view in views if view.generation]
    given = thumbs.given(user, answers) if answers else {}
    return [replace(view, thumb=given.get(view.id, "")) for view in views]
