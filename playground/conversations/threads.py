"""Deeds on a conversation that start no run: rename, delete, bring back, switch branch, branch off, find."""

import uuid

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.conversations import transcript
from playground.conversations.models import Conversation, Generation, Message, branch_of
from playground.errors import Refused
from playground.wire.text import clean


def rename(conversation: Conversation, title: str) -> None:
    """Give a conversation another title. Raises Refused("empty_title")."""
    title = clean(title).strip()[:200]
    if not title:
        raise Refused("empty_title", _("A conversation needs a title."))
    conversation.title = title
    conversation.save(update_fields=["title"])


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


def switch_branch(message: Message) -> None:
    """Show the branch that goes through this message, down to its newest end."""
    children: dict[uuid.UUID | None, uuid.UUID] = {}
    for pk, parent in Message.objects.filter(conversation_id=message.conversation_id).values_list("pk", "parent_id"):
        children[parent] = pk  # rows come oldest first: the newest child stays
    leaf = message.pk
    while leaf in children:
        leaf = children[leaf]
    Conversation.objects.filter(pk=message.conversation_id).update(leaf=leaf)


def tokens_before(answer: Message, *, system_prompt: str) -> int:
    """How many prompt tokens the question to `answer` is with all that came before it: an estimate."""
    rows = Message.objects.filter(conversation_id=answer.conversation_id).only("id", "parent_id", "role", "content")
    lines = [transcript.Line(row.role, row.content) for row in branch_of(rows, answer.parent_id)]
    return transcript.estimate_prompt_tokens(transcript.build_messages(lines, system_prompt))


def branch_off(message: Message, *, user: User) -> Conversation:
    """A new conversation that begins with a copy of the branch up to this message; what it cost stays where it was."""
    former = message.conversation
    room = Conversation(team=former.team, user=user, title=former.title, settings=former.settings)
    copies: list[Message] = []
    for row in branch_of(former.messages.all(), message.pk):
        copy = Message(
            conversation=room,
            parent=copies[-1] if copies else None,
            role=row.role,
            content=row.content,
            reasoning_content=row.reasoning_content,
            tool_calls=row.tool_calls,
            web_search=row.web_search,
            origin_id=row.origin_id or row.pk,
            author_id=row.author_id,
            created_at=row.created_at,
        )
        copies.append(copy)
    with transaction.atomic():
        room.save(force_insert=True)
        Message.objects.bulk_create(copies, batch_size=200)
        room.leaf = copies[-1]
        room.save(update_fields=["leaf"])
    return room


def matching(conversations: QuerySet[Conversation], words: str) -> QuerySet[Conversation]:
    """The conversations whose title or text holds every one of the words (substrings; Han needs no spaces)."""
    for word in words.split()[:8]:
        in_text = Message.objects.filter(content__icontains=word).values("conversation_id")
        conversations = conversations.filter(title__icontains=word) | conversations.filter(pk__in=in_text)
    return conversations
