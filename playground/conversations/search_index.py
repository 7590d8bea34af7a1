"""Keeps the search in step with titles and messages: what is new is indexed in batches, what goes is forgotten.

Starting and settling a run write nothing here: a row that is not indexed yet says so itself, and until its turn comes
the search reads it directly. The tables are arguments, because a migration fills the index with its own classes.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from playground.conversations import gram_store
from playground.conversations.models import Conversation, Generation, Message, SearchRoom, SearchText
from playground.folding import fold

BATCH = 32  # texts in one transaction: a few milliseconds, so that no run waits for it
LIVE = tuple(str(state) for state in Generation.LIVE)


@dataclass(frozen=True, slots=True)
class Tables:
    """The classes of the four tables."""

    conversation: Any = Conversation
    message: Any = Message
    room: Any = SearchRoom
    text: Any = SearchText


@dataclass(frozen=True, slots=True)
class _Entry:
    """A text to index; `pk` is its row, `message_id` None for a title."""

    pk: uuid.UUID
    conversation_id: uuid.UUID
    message_id: uuid.UUID | None
    folded: str
    prepared: Any


def index_pending(*, limit: int = BATCH, tables: Tables = Tables()) -> int:
    """Index up to `limit` titles and as many messages whose text is final; returns how many rows were done."""
    titles = tables.conversation.objects.filter(title_indexed=False)
    messages = tables.message.objects.filter(indexed=False).exclude(generation__state__in=LIVE).order_by()
    return _index_titles(titles[:limit], tables) + _index_messages(messages[:limit], tables)


def rebuild(*, tables: Tables = Tables()) -> int:
    """Make the whole index anew; returns how many texts it holds."""
    with transaction.atomic():
        gram_store.drop()
        gram_store.create()
        tables.room.objects.all().delete()
        tables.conversation.objects.update(title_indexed=False)
        tables.message.objects.update(indexed=False)
    while index_pending(limit=500, tables=tables):
        pass
    return int(tables.text.objects.count())


def forget(conversation_ids: Sequence[uuid.UUID]) -> None:
    """Take conversations out of the index. Called in the transaction that deletes them."""
    texts = SearchText.objects.filter(room__conversation__in=conversation_ids)
    rows = texts.values_list("pk", "room__conversation__user", "folded")
    gram_store.remove([(pk, gram_store.prepared(owner, folded)) for pk, owner, folded in rows])
    SearchRoom.objects.filter(conversation__in=conversation_ids).delete()


def _index_titles(pending: Any, tables: Tables) -> int:
    rows = list(pending.values_list("pk", "user", "title"))
    if not rows:
        return 0
    entries = [_entry(pk, pk, None, owner, title) for pk, owner, title in rows]
    seen = {pk: title for pk, _owner, title in rows}
    with transaction.atomic():
        now = dict(_claimed(tables.conversation.objects.filter(title_indexed=False), entries, "title"))
        wanted = [entry for entry in entries if now.get(entry.pk) == seen[entry.pk]]  # others wait for the next time
        _replace_titles(wanted, _rooms([entry.pk for entry in wanted], tables), tables)
        tables.conversation.objects.filter(pk__in=[entry.pk for entry in wanted]).update(title_indexed=True)
    return len(wanted)


def _replace_titles(entries: Sequence[_Entry], rooms: dict[uuid.UUID, Any], tables: Tables) -> None:
    ids = {rooms[entry.pk].number << gram_store.ROOM_BITS: entry for entry in entries}
    old = list(tables.text.objects.filter(pk__in=ids).values_list("pk", "room__conversation__user", "folded"))
    if old:
        gram_store.remove([(pk, gram_store.prepared(owner, folded)) for pk, owner, folded in old])
        tables.text.objects.filter(pk__in=ids).delete()
    _write([(pk, rooms[entry.pk], entry) for pk, entry in ids.items()], tables)


def _index_messages(pending: Any, tables: Tables) -> int:
    rows = pending.values_list("pk", "conversation", "conversation__user", "content")
    entries = [_entry(pk, room, pk, owner, content) for pk, room, owner, content in rows]
    if not entries:
        return 0
    with transaction.atomic():
        still = dict(_claimed(tables.message.objects.filter(indexed=False), entries, "pk"))
        wanted = [entry for entry in entries if entry.pk in still]
        filled = [entry for entry in wanted if entry.folded]
        rooms = _rooms([entry.conversation_id for entry in filled], tables)
        places = _last_ids(rooms, tables)
        placed = []
        for entry in filled:
            places[entry.conversation_id] += 1
            placed.append((places[entry.conversation_id], rooms[entry.conversation_id], entry))
        _write(placed, tables)
        tables.message.objects.filter(pk__in=[entry.pk for entry in wanted]).update(indexed=True)
    return len(wanted)


def _entry(pk: uuid.UUID, room: uuid.UUID, message: uuid.UUID | None, owner: int, text: str) -> _Entry:
    folded = fold(text)
    return _Entry(pk, room, message, folded, gram_store.prepared(owner, folded))


def _claimed(pending: Any, entries: Sequence[_Entry], field: str) -> Any:
    """Those that are still pending, (id, field), locked: another process may have been faster."""
    rows = pending.filter(pk__in=[entry.pk for entry in entries]).select_for_update(skip_locked=True)
    return rows.order_by().values_list("pk", field)


def _rooms(conversation_ids: Sequence[uuid.UUID], tables: Tables) -> dict[uuid.UUID, Any]:
    """The rooms of conversations, made where there are none, locked against others who would add texts."""
    wanted = sorted(set(conversation_ids))
    known = set(tables.room.objects.filter(conversation__in=wanted).values_list("conversation", flat=True))
    new = [tables.room(conversation_id=pk) for pk in wanted if pk not in known]
    if new:
        tables.room.objects.bulk_create(new, ignore_conflicts=True)
    locked = tables.room.objects.filter(conversation__in=wanted).select_for_update().order_by("number")
    return {room.conversation_id: room for room in locked}


def _last_ids(rooms: dict[uuid.UUID, Any], tables: Tables) -> dict[uuid.UUID, int]:
    """The last id given out in each room; that of the title where there are no messages yet."""
    texts = tables.text.objects.filter(room__in=list(rooms.values())).order_by()
    last = dict(texts.values_list("room").annotate(Max("pk")))
    return {pk: last.get(room.pk, room.number << gram_store.ROOM_BITS) for pk, room in rooms.items()}


def _write(placed: Sequence[tuple[int, Any, _Entry]], tables: Tables) -> None:
    tables.text.objects.bulk_create(
        tables.text(pk=pk, room_id=room.pk, message_id=entry.message_id, folded=entry.folded)
        for pk, room, entry in placed
    )
    gram_store.add([(pk, entry.prepared) for pk, _room, entry in placed])
