"""Writes a conversation as JSON (conversation.schema.json describes it) or as Markdown."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.translation import gettext as _

from playground.catalog.models import Offer
from playground.conversations import run_settings
from playground.conversations.files.read import FORMAT
from playground.conversations.models import Conversation, Generation, Message, branch_of
from playground.conversations.sources import Reference, sources_of
from playground.ledger.corrections import outcome
from playground.ledger.models import Entry

Document = Mapping[str, Any]


def document_of(conversation: Conversation) -> Document:
    """All branches, with how each answer was made and what it cost. Keys and their labels are not in it."""
    messages = list(conversation.messages.select_related("author").order_by("created_at", "id"))
    runs = {
        run.message_id: run
        for run in Generation.objects.filter(conversation=conversation).select_related(
            "entry__correction", "offer__provider"
        )
    }
    offer = Offer.objects.filter(pk=conversation.settings.get("offer")).select_related("provider").first()
    chosen = {
        name: value
        for name, value in run_settings.parse(conversation.settings).to_json().items()
        if name not in ("offer", "system_prompt", "key")
    }
    return {
        "format": FORMAT,
        "version": 1,
        "title": conversation.title,
        "created_at": conversation.created_at.isoformat(),
        "system_prompt": conversation.settings.get("system_prompt", ""),
        "model": {"provider": offer.provider.slug, "name": offer.wire_name} if offer else None,
        "settings": chosen,
        "leaf": str(conversation.leaf_id) if conversation.leaf_id else None,
        "messages": [_message(message, runs.get(message.pk)) for message in _parents_first(messages)],
    }


def markdown_of(conversation: Conversation, *, with_thinking: bool = False) -> str:
    """The open branch, to be read: who said what, with which model, from which sources and for how much."""
    branch = branch_of(conversation.messages.all(), conversation.leaf_id)
    runs = {
        run.message_id: run
        for run in Generation.objects.filter(message__in=branch).select_related("entry__correction", "offer__provider")
    }
    parts, sources = [f"# {conversation.title}"], _("Sources")
    if prompt := str(conversation.settings.get("system_prompt", "")).strip():
        parts.append(f"> **{_('System prompt')}**\n>\n{_quoted(prompt)}")
    for message in branch:
        run = runs.get(message.pk)
        parts.append(f"## {_heading(message, run)}")
        if message.reasoning_content and with_thinking:
            parts.append(f"> **{_('Thinking')}**\n>\n{_quoted(message.reasoning_content)}")
        if message.content:
            parts.append(message.content)
        if found := sources_of(message.web_search):
            parts += [f"**{sources}**", "\n".join(map(_listed, found))]
        parts += [_call(call) for call in message.tool_calls]
        parts += [f"`{result['name']}`\n\n{_fenced(result['content'])}" for result in message.results]
        if run and run.entry:
            parts.append(f"*{_figures(run.entry)}*")
    return "\n\n".join(parts) + "\n"


def _parents_first(messages: Sequence[Message]) -> list[Message]:
    children: dict[Any, list[Message]] = {}
    for message in messages:
        children.setdefault(message.parent_id, []).append(message)
    order: list[Message] = []
    waiting = children.get(None, [])[::-1]
    while waiting:
        message = waiting.pop()
        order.append(message)
        waiting += children.get(message.pk, [])[::-1]
    return order


def _message(message: Message, run: Generation | None) -> dict[str, Any]:
    values = {
        "id": str(message.pk),
        "parent": str(message.parent_id) if message.parent_id else None,
        "role": message.role,
        "content": message.content,
        "reasoning_content": message.reasoning_content,
        "tool_calls": message.tool_calls,
        "results": message.results,
        "web_search": message.web_search,
        "written_by": message.written_by,
        "sums_up": message.sums_up or "",
        "created_at": message.created_at.isoformat(),
        "author": (message.author.name or message.author.email) if message.author else "",
        "run": _run(run) if run else None,
    }
    return {name: value for name, value in values.items() if value not in ("", []) or name == "content"}


def _run(run: Generation) -> dict[str, Any]:
    entry = run.entry
    found = outcome(entry) if entry else None
    return {
        "state": run.state,
        "finish_reason": run.finish_reason,
        "provider": run.offer.provider.slug,
        "model": run.offer.wire_name,
        "usage": _usage(entry) if entry else None,
        "cost": {"amount": str(found.total), "currency": found.currency, "basis": found.basis}
        if found and found.total is not None
        else None,
    }


def _usage(entry: Entry) -> dict[str, Any]:
    names = ("prompt_tokens", "cached_tokens", "completion_tokens")
    return {name: getattr(entry, name) for name in names} | {
        "reasoning_tokens": entry.known_reasoning_tokens,
        "basis": entry.tokens_basis,
        "reasoning_basis": entry.reasoning_basis,
    }


def _heading(message: Message, run: Generation | None) -> str:
    who = run.offer.title if run else message.written_by or message.get_role_display()
    return f"{who} · {timezone.localtime(message.created_at):%Y-%m-%d %H:%M}"


def _figures(entry: Entry) -> str:
    tokens = _("%(prompt)s prompt tokens, %(completion)s completion tokens") % {
        "prompt": f"{entry.prompt_tokens:,}",
        "completion": f"{entry.completion_tokens:,}",
    }
    found = outcome(entry)
    return tokens if found.total is None else f"{tokens}, {found.total.normalize():f} {found.currency}"


def _call(call: Mapping[str, Any]) -> str:
    function = call.get("function") or {}
    return f"`{function.get('name', '')}`\n\n{_fenced(str(function.get('arguments', '')))}"


def _listed(source: Reference) -> str:
    """A source with the number of its mark in the text: 1 of [ref_1]."""
    title = re.sub(r"[\\\[\]<]", r"\\\g<0>", " ".join(source.title.split()))
    link = re.sub(r"[\s<>\\]", lambda sign: quote(sign[0]), source.link)
    named = f"[{title}](<{link}>)" if link else title
    return f"{source.number}. " + " · ".join(filter(None, [named, source.site, source.date]))


def _fenced(text: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return f"{fence}\n{text}\n{fence}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())
