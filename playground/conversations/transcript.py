"""From a branch of rows to the messages of a request. Pure over values; called when a run's plan is made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from playground.wire.request import ChatMessage
from playground.wire.tokens import estimate_tokens

TOKENS_PER_MESSAGE = (
    4  # role marks and separators of a chat template; an estimate, used only where nothing was reported
)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a branch as far as a request needs it.

    `tool_calls`: what an answer asked for, in the wire's own shape. `results`: what a line of role "tool" says to them,
    {id, name, content} for each call in order.
    """

    role: str
    content: str
    reasoning_content: str = ""
    tool_calls: Sequence[Mapping[str, object]] = ()
    results: Sequence[Mapping[str, str]] = ()


def build_messages(
    lines: Iterable[Line], system_prompt: str, *, keep_thinking: bool = False
) -> tuple[ChatMessage, ...]:
    """The messages to send: the system prompt first, then the branch.

    Answers that never got any text are left out, and so are calls that nobody answered: providers refuse a call
    without its result. Reasoning content costs tokens, so it goes along only with `keep_thinking`.
    """
    messages = [ChatMessage(role="system", content=system_prompt)] if system_prompt.strip() else []
    branch = list(lines)
    for line, following in zip(branch, [*branch, None][1:], strict=True):
        if line.role == "tool":
            messages += [_result(result) for result in line.results]
            continue
        is_answered = following is not None and following.role == "tool"
        calls = line.tool_calls if is_answered else ()
        if line.content or calls:
            thought = line.reasoning_content if keep_thinking else ""
            messages.append(ChatMessage(line.role, line.content, reasoning_content=thought, tool_calls=calls))
    return tuple(messages)


def estimate_prompt_tokens(messages: Iterable[ChatMessage], tools: Sequence[Mapping[str, object]] = ()) -> int:
    """How many prompt tokens these messages and tools will be, roughly. For labelled estimates only."""
    total = sum(_tokens(message) + TOKENS_PER_MESSAGE for message in messages)
    return total + (estimate_tokens(orjson.dumps(list(tools)).decode()) if tools else 0)


def _tokens(message: ChatMessage) -> int:
    calls = orjson.dumps(list(message.tool_calls)).decode() if message.tool_calls else ""
    return sum(estimate_tokens(text) for text in (message.content, message.reasoning_content, calls) if text)


def _result(result: Mapping[str, str]) -> ChatMessage:
    return ChatMessage(role="tool", content=result["content"], tool_call_id=result["id"])
