"""Deeds on a conversation that start no run: rename, pin, archive, delete, bring back, purge, switch branches."""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.conversations import context, search_index, transcript
from playground.conversations.lines import lines_before
from playground.conversations.models import Conversation, Generation, Message, branch_of
from playground.conversations.titles import title_of
from playground.errors import Refused
from playground.wire.text import clean

UNDO = dt.timedelta(seconds=60)  # how long a deletion can be undone; the page offers it for less


def rename(conversation: Conversation, title: str) -> None:
    """Give a conversation another title. Raises Refused("empty_title")."""
    title = " ".join(clean(title).split())[:200]
    if not title:
        raise Refused("empty_title", _("A conversation needs a title."))
    conversation.title = title
    conversation.title_indexed = False
    conversation.save(update_fields=["title", "title_indexed"])


def pin(conversation: Conversation, *, pinned: bool) -> None:
    """Let a conversation stand first in the list, or among the others again."""
    conversation.pinned_at = timezone.now() if pinned else None
    conversation.save(update_fields=["pinned_at"])


def archive(conversation: Conversation, *, archived: bool) -> None:
    """Put a conversation into the archive, or back into the list. What runs in it goes on."""
    conversation.archived_at = timezone.now() if archived else None
    conversation.save(update_fields=["archived_at"])


def delete(conversation: Conversation) -> list[uuid.UUID]:
    """Take a conversation out of sight; returns the generations that still run in it, for the caller to stop.

    The rows stay until they are purged, so that it can be brought back; ledger entries stay for good.
    """
    conversation.deleted_at = timezone.now()
    conversation.save(update_fields=["deleted_at"])
    return list(conversation.generations.filter(state__in=Generation.LIVE).values_list("pk", flat=True))


def bring_back(conversation: Conversation) -> None:
    """Undo a deletion."""
    conversation.deleted_at = None
    conversation.save(update_fields=["deleted_at"])


def purge(*, deleted_before: dt.datetime, limit: int = 8) -> int:
    """Delete for good what was deleted before a moment; returns how many. One that still runs waits for its entry."""
    due = Conversation.objects.filter(deleted_at__lt=deleted_before).exclude(
        Exists(Generation.objects.filter(conversation=OuterRef("pk"), state__in=Generation.LIVE))
    )
    with transaction.atomic():
        rows = list(due.order_by("deleted_at").select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        search_index.forget(rows)
        Conversation.objects.filter(pk__in=rows).delete()
    return len(rows)


def switch_branch(message: Message) -> None:
    """Show the branch that goes through this message, down to its newest end."""
    children: dict[uuid.UUID | None, uuid.UUID] = {}
    for pk, parent in Message.objects.filter(conversation_id=message.conversation_id).values_list("pk", "parent_id"):
        children[parent] = pk  # rows come oldest first: the newest child stays
    leaf = message.pk
    while leaf in children:
        leaf = children[leaf]
    Conversation.objects.filter(pk=message.conversation_id).update(leaf=leaf)


def tokens_before(run: Generation) -> int:
    """How many prompt tokens a run had, or would have had: an estimate.

    Of one that was never sent because not even its last turn fits, it is that turn.
    """
    lines = lines_before(run)
    if run.settings.get("when_full") and not run.request:
        lines = lines[context.turn_starts(lines)[-1] :]
    system_prompt = str(run.settings.get("system_prompt", ""))
    return transcript.estimate_prompt_tokens(transcript.build_messages(lines, system_prompt))


def branch_off(message: Message, *, user: User) -> Conversation:
    """A new conversation that begins with a copy of the branch up to this message; what it cost stays where it was.

    It is the person's own, and private, whoever the branch is from; a key that was chosen there is not chosen here.
    What has no title, as a row of a batch, is called as it would be had it begun here.
    """
    former = message.conversation
    kept = {name: value for name, value in former.settings.items() if name != "key" or former.user_id == user.pk}
    room = Conversation(team=former.team, user=user, title=former.title, settings=kept)
    copies: list[Message] = []
    for row in branch_of(former.messages.all(), message.pk):
        copy = Message(
            conversation=room,
            parent=copies[-1] if copies else None,
            role=row.role,
            content=row.content,
            reasoning_content=row.reasoning_content,
            tool_calls=row.tool_calls,
            results=row.results,
            web_search=row.web_search,
            sums_up=row.sums_up,
            written_by=row.written_by,
            origin_id=row.origin_id or row.pk,
            author_id=row.author_id,
            created_at=row.created_at,
        )
        copies.append(copy)
    room.title = room.title or title_of(copies[0].content)
    with transaction.atomic():
        room.save(force_insert=True)
        Message.objects.bulk_create(copies, batch_size=200)
        room.leaf = copies[-1]
        room.save(update_fields=["leaf"])
    return room
