"""From a branch of rows to the messages of a request. Pure over values; called when a run's plan is made."""

from collections.abc import Iterable
from dataclasses import dataclass

from playground.wire.request import ChatMessage
from playground.wire.tokens import estimate_tokens

TOKENS_PER_MESSAGE = (
    4  # role marks and separators of a chat template; an estimate, used only where nothing was reported
)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a branch as far as a request needs it."""

    role: str
    content: str


def build_messages(lines: Iterable[Line], system_prompt: str) -> tuple[ChatMessage, ...]:
    """The messages to send: the system prompt first, then the branch.

    Answers that never got any text are left out. Reasoning content is never sent back: it costs tokens and the
    models do not need it (wire protocol, sections 3.2 and 3.3).
    """
    messages = [ChatMessage(role="system", content=system_prompt)] if system_prompt.strip() else []
    messages += [ChatMessage(role=line.role, content=line.content) for line in lines if line.content]
    return tuple(messages)


def estimate_prompt_tokens(messages: Iterable[ChatMessage]) -> int:
    """How many prompt tokens these messages will be, roughly. For labelled estimates only."""
    return sum(estimate_tokens(message.content) + TOKENS_PER_MESSAGE for message in messages)
