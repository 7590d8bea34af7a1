"""A snapshot as its page shows it, and the list of one's links. Plain values for templates/snapshots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.accounts.models import User
from playground.conversations.files.imported import moment
from playground.conversations.models import Generation
from playground.conversations.sources import Reference, sources_of
from playground.snapshots import sharing
from playground.snapshots.models import Snapshot
from playground.web.moments import clock_words, moment_words
from playground.web.money import SIGNS
from playground.web.prices import plain


@dataclass(frozen=True, slots=True)
class SharedCall:
    """A call of an answer, and what it came back with ("" when nobody answered it)."""

    name: str
    arguments: str
    result: str


@dataclass(frozen=True, slots=True)
class SharedMessage:
    """One message; results of calls stand with the calls."""

    role: str
    content: str
    reasoning_content: str
    model: str
    state: str
    written_at: str
    calls: Sequence[SharedCall]
    sources: Sequence[Reference]
    usage: str
    sums_up: bool


def page_view(snapshot: Snapshot, reader: User | None) -> dict[str, Any]:
    """Values of `snapshots/page.html`. `reader`: None when nobody is signed in."""
    content = snapshot.content
    return {
        "title": snapshot.title,
        "author": content["author"],
        "shared": clock_words(snapshot.created_at),
        "system_prompt": content["system_prompt"],
        "messages": _messages(content["messages"]),
        "may_continue": reader is not None and sharing.may_continue(reader, snapshot),
    }


def link_rows(user: User) -> list[dict[str, Any]]:
    """The links that a person has made, newest first."""
    return [_row(one) for one in sharing.links_of(user).select_related("conversation")]


def day_choices() -> list[tuple[str, str]]:
    """How long a link can hold, in days and in words."""
    days = [(str(count), ngettext("%(n)s day", "%(n)s days", count) % {"n": count}) for count in sharing.DAYS]
    return [*days, ("", _("until it is taken back"))]


def _messages(kept: Sequence[Mapping[str, Any]]) -> list[SharedMessage]:
    shown: list[SharedMessage] = []
    for place, one in enumerate(kept):
        if one["role"] == "tool":
            continue
        following = kept[place + 1] if place + 1 < len(kept) else {}
        results = following.get("results", []) if following.get("role") == "tool" else []
        written = moment(one["written_at"])
        shown.append(
            SharedMessage(
                role=one["role"],
                content=one["content"],
                reasoning_content=one.get("reasoning_content", ""),
                model=one.get("model", ""),
                state=str(Generation.State(one["state"]).label) if one.get("state") else "",
                written_at=clock_words(written) if written else "",
                calls=_calls(one.get("tool_calls", []), results),
                sources=sources_of(one.get("web_search", [])),
                usage=_usage_words(one.get("usage", {})),
                sums_up=bool(one.get("sums_up")),
            )
        )
    return shown


def _calls(calls: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, str]]) -> list[SharedCall]:
    given = [result.get("content", "") for result in results]
    given += [""] * (len(calls) - len(given))
    asked = [call.get("function") or {} for call in calls]
    return [
        SharedCall(str(one.get("name", "")), str(one.get("arguments", "")), result)
        for one, result in zip(asked, given, strict=False)
    ]


def _usage_words(usage: Mapping[str, Any]) -> str:
    """Tokens and cost in one line; nothing where they were not ticked."""
    if not usage:
        return ""
    words = _("%(prompt)s prompt tokens, %(completion)s completion tokens") % {
        "prompt": f"{usage['prompt']:,}",
        "completion": f"{usage['completion']:,}",
    }
    if "cost" not in usage:
        return words
    return f"{words} · {SIGNS[usage['currency']]}{plain(Decimal(usage['cost']))}"


def _row(one: Snapshot) -> dict[str, Any]:
    is_there = one.conversation is not None and one.conversation.deleted_at is None
    return {
        "id": one.pk,
        "title": one.title,
        "conversation": one.conversation_id if is_there else None,
        "shared": moment_words(one.created_at),
        "is_open": one.is_open,
        "state": _state(one),
    }


def _state(one: Snapshot) -> str:
    if one.revoked_at is not None:
        return _("taken back %(when)s") % {"when": moment_words(one.revoked_at)}
    if one.expires_at is None:
        return _("holds until it is taken back")
    if one.expires_at <= timezone.now():
        return _("ran out %(when)s") % {"when": moment_words(one.expires_at)}
    return _("holds until %(when)s") % {"when": clock_words(one.expires_at)}
