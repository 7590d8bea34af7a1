"""Conversations as ChatGPT exports them: a tree of nodes, `conversations.json` in a zip. Pure.

The shape was read from exports: `mapping` holds nodes by id, each with `message`, `parent` and `children`;
`current_node` ends the branch that was open. Hidden nodes, system and tool messages and empty ones are left out, and
what hangs below them moves up. `thoughts` become the reasoning of the answer below them; what an answer says in several
nodes is one message here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from playground.conversations.files.imported import BadFile, Imported, ImportedMessage, moment


def is_chatgpt(document: object) -> bool:
    """Whether one conversation of a file looks like ChatGPT's."""
    return isinstance(document, dict) and isinstance(document.get("mapping"), dict)


def read_chatgpt(document: Mapping[str, Any]) -> Imported:
    """One conversation. Raises BadFile when its tree is none."""
    nodes: dict[str, dict[str, Any]] = {
        key: node for key, node in document["mapping"].items() if isinstance(node, dict)
    }
    order = _parents_first(nodes)
    kept: dict[str, str | None] = {}  # node -> the message that stands for it, None above the first
    thoughts: dict[str, str] = {}  # node -> thinking that waits for the answer below it
    messages: dict[str, ImportedMessage] = {}
    answers_below = _children_kept(nodes, order)
    for key in order:
        node = nodes[key]
        above = node.get("parent")
        parent = kept.get(above) if above else None
        waiting = thoughts.get(above, "") if above else ""
        role, text, thought = _said(node.get("message"))
        thinking = "\n\n".join(part for part in (waiting, thought) if part)
        if not text:
            kept[key], thoughts[key] = parent, thinking
            continue
        before = messages.get(parent or "")
        if before and role == before.role == "assistant" and answers_below.get(parent or "", 0) <= 1:
            before.content += f"\n\n{text}"
            before.reasoning_content = "\n\n".join(part for part in (before.reasoning_content, thinking) if part)
            kept[key] = before.id
            answers_below[before.id] = answers_below.get(key, 0)
            continue
        said = node.get("message") or {}
        messages[key] = ImportedMessage(
            key,
            parent,
            role,
            text,
            thinking if role == "assistant" else "",
            created_at=moment(said.get("create_time")),
            model=str((said.get("metadata") or {}).get("model_slug") or "") if role == "assistant" else "",
        )
        kept[key] = key
    return Imported(
        title=str(document.get("title") or ""),
        messages=list(messages.values()),
        leaf=kept.get(str(document.get("current_node"))),
        created_at=moment(document.get("create_time")),
    )


def _parents_first(nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Node ids so that each comes after its parent. Raises BadFile for a circle."""
    children: dict[str | None, list[str]] = {}
    for key, node in nodes.items():
        parent = node.get("parent")
        children.setdefault(parent if parent in nodes else None, []).append(key)
    order: list[str] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        key = waiting.pop()
        order.append(key)
        waiting += reversed(children.get(key, []))
    if len(order) != len(nodes):
        raise BadFile(_("The messages of a conversation hang together in a circle."))
    return order


def _children_kept(nodes: Mapping[str, Mapping[str, Any]], order: Sequence[str]) -> dict[str, int]:
    """How many messages with text stand next below each node, over nodes that are left out."""
    count = dict.fromkeys(order, 0)
    for key in reversed(order):
        parent = nodes[key].get("parent")
        if parent in count:
            count[parent] += 1 if _said(nodes[key].get("message"))[1] else count[key]
    return count


def _said(message: object) -> tuple[str, str, str]:
    """Role, text and thinking of a node; no text for what is left out."""
    if not isinstance(message, dict):
        return "", "", ""
    role = str((message.get("author") or {}).get("role") or "")
    content, facts = message.get("content") or {}, message.get("metadata") or {}
    if facts.get("is_visually_hidden_from_conversation") or role not in ("user", "assistant"):
        return role, "", ""
    if content.get("content_type") == "thoughts":
        told = [str(one.get("content") or "") for one in content.get("thoughts") or [] if isinstance(one, dict)]
        return role, "", "\n\n".join(part for part in told if part)
    if content.get("content_type") not in ("text", "multimodal_text", "code"):
        return role, "", ""
    if role == "assistant" and message.get("recipient") not in (None, "all"):
        return role, "", ""  # said to a tool
    parts = content.get("parts") or [content.get("text") or ""]
    return role, "\n\n".join(part for part in parts if isinstance(part, str) and part.strip()), ""
