"""What a snapshot holds: the shown branch with what was ticked, as plain JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Generation, Message
from playground.errors import Refused

MOST_CHARACTERS = 5_000_000


@dataclass(frozen=True, slots=True)
class Shows:
    """What goes along beside questions and answers."""

    names: bool = False
    costs: bool = False
    system_prompt: bool = False
    reasoning: bool = False


def freeze(conversation: Conversation, shows: Shows, *, author: User) -> dict[str, Any]:
    """The open branch; `author` is who shares it.

    Raises Refused: `busy` while its last answer is written, `nothing_to_share`, `too_large`.
    """
    branch = conversation.branch()
    runs = _runs(branch)
    if not branch:
        raise Refused("nothing_to_share", _("There is nothing to share yet."))
    if any(run.is_live for run in runs.values()):
        raise Refused("busy", _("The last answer is still being written. Stop it or wait."))
    messages = [_message(row, runs.get(row.origin_id or row.pk), shows) for row in branch]
    prompt = str(conversation.settings.get("system_prompt", ""))
    if sum(len(str(value)) for one in messages for value in one.values()) + len(prompt) > MOST_CHARACTERS:
        raise Refused("too_large", _("This conversation is too long to be shared."))
    return {
        "shows": asdict(shows),
        "author": author.display_name if shows.names else "",
        "system_prompt": prompt if shows.system_prompt else "",
        "model": _model(conversation),
        "messages": messages,
    }


def _runs(branch: Sequence[Message]) -> dict[Any, Generation]:
    """The runs of a branch by the message that each filled; of copies by the one they were copied from."""
    answers = [row.origin_id or row.pk for row in branch if row.role == Message.Role.ASSISTANT]
    found = Generation.objects.filter(message__in=answers).select_related("offer", "entry")
    return {run.message_id: run for run in found}


def _message(row: Message, run: Generation | None, shows: Shows) -> dict[str, Any]:
    values: dict[str, Any] = {
        "role": row.role,
        "content": row.content,
        "written_at": row.created_at.isoformat(),
        "model": run.offer.title if run else row.written_by,
        "state": run.state if run and run.state != Generation.State.FINISHED else "",
        "reasoning_content": row.reasoning_content if shows.reasoning else "",
        "tool_calls": row.tool_calls,
        "results": row.results,
        "web_search": row.web_search,
        "usage": _usage(run) if run and shows.costs else {},
        "sums_up": row.sums_up or "",
    }
    return {name: value for name, value in values.items() if value not in ("", [], {}) or name == "content"}


def _usage(run: Generation) -> Mapping[str, Any]:
    entry = run.entry
    if entry is None or entry.tokens_basis == entry.TokensBasis.NONE:
        return {}
    counts = {name: getattr(entry, f"{name}_tokens") for name in ("prompt", "cached", "completion")}
    if entry.known_reasoning_tokens is not None:
        counts["reasoning"] = entry.known_reasoning_tokens
    cost = {} if entry.cost_total is None else {"cost": str(entry.cost_total), "currency": entry.currency}
    return counts | cost


def _model(conversation: Conversation) -> dict[str, str]:
    """What a copy goes on with."""
    offer = Offer.objects.filter(pk=conversation.settings.get("offer")).select_related("provider").first()
    return {"provider": offer.provider.slug, "name": offer.wire_name} if offer else {}
