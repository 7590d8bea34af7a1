"""Finding conversations by words in their title, their text or the name of their model.

A conversation matches when it has every word, each anywhere in it; a word is any run of characters without a space,
found inside longer ones too, so that Chinese needs no spaces. The index of grams tells for each word which rooms may
have it; then one query walks the list in its order and ends with the page: it stops at those rooms only and reads
their folded texts where grams alone cannot decide. What is not indexed yet is read directly.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan, In, IsNull

from playground.catalog.models import Offer
from playground.conversations import gram_store
from playground.conversations.grams import grams_asked, words_of
from playground.conversations.models import Conversation, Generation, Message, SearchRoom, SearchText
from playground.folding import fold

PENDING = 500  # rows that are read directly, newest first
PLACES = 1 << gram_store.ROOM_BITS  # in a room; 0 is the title


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation that matches; `message_id` is one with a word in its text, None when only title or model have."""

    conversation_id: uuid.UUID
    message_id: uuid.UUID | None


def find(conversations: "QuerySet[Conversation]", *, owner: int, query: str, limit: int) -> list[Hit]:
    """The first `limit` of an owner's `conversations`, in their order, that match."""
    clues = _narrowed(_clues(words_of(query), owner))
    if not clues or not all(clue.rooms or clue.is_elsewhere for clue in clues):
        return []
    for clue in clues:
        conversations = conversations.filter(clue.holds)
    rows = list(conversations.values_list("pk", "search_room")[:limit])
    indexed = _newest_texts([room for _, room in rows], clues)
    unread = {room: message for clue in reversed(clues) for room, message in clue.messages.items()}
    return [Hit(pk, unread.get(pk) or indexed.get(room)) for pk, room in rows]


@dataclass(frozen=True, slots=True)
class _Clue:
    """What is known of one word before any conversation is looked at."""

    word: str
    rooms: Set[int]  # they have its grams
    is_sure: bool  # the grams are the word: no text needs to be read
    titles: Collection[uuid.UUID]  # conversations that have it in a title that is not indexed yet
    messages: dict[uuid.UUID, uuid.UUID]  # conversations that have it in texts not indexed yet, and the newest of these
    offers: Collection[uuid.UUID]  # models with the word in their name: the last answer's counts

    @property
    def is_elsewhere(self) -> bool:
        """Whether it stands in more than the index knows."""
        return bool(self.titles or self.messages or self.offers)

    @property
    def holds(self) -> Q:
        """Whether a conversation has the word. What is cheap to know comes first.

        What costs is a value, not EXISTS: PostgreSQL makes a join of that and reads every candidate before it sorts.
        """
        found = gram_store.is_among("search_room", self.rooms)
        if not self.is_sure:
            texts = _texts_in(OuterRef("search_room"), [self.word])
            found &= Q(IsNull(Subquery(texts.values("pk")[:1]), False))
        if self.titles or self.messages:
            found |= Q(pk__in={*self.titles, *self.messages})
        if self.offers:
            answer = Generation.objects.filter(message=OuterRef("leaf"))
            found |= Q(In(Subquery(answer.values("offer")[:1]), self.offers))
        return found


def _clues(words: Sequence[str], owner: int) -> list[_Clue]:
    if not words:
        return []
    new = _Unread.of(owner)
    models = [(pk, fold(title)) for pk, title in Offer.objects.order_by().values_list("pk", "title")]
    return [
        _Clue(
            word,
            rooms=gram_store.rooms(owner, grams_asked(word)),
            is_sure=grams_asked(word) == {word},
            titles=[pk for pk, title in new.titles if word in title],
            messages={room: pk for room, pk, text in reversed(new.texts) if word in text},
            offers=[pk for pk, title in models if word in title],
        )
        for word in words
    ]


def _narrowed(clues: Sequence[_Clue]) -> list[_Clue]:
    """The words that only the index knows stand in the rooms that have all of these words: the fewest decide."""
    indexed = [clue.rooms for clue in clues if not clue.is_elsewhere]
    common = set(reduce(and_, indexed)) if indexed else set()
    return [clue if clue.is_elsewhere else replace(clue, rooms=common) for clue in clues]


@dataclass(frozen=True, slots=True)
class _Unread:
    """Folded titles and texts that the index does not have yet, newest first."""

    titles: Sequence[tuple[uuid.UUID, str]]
    texts: Sequence[tuple[uuid.UUID, uuid.UUID, str]]  # conversation, message, text

    @classmethod
    def of(cls, owner: int) -> "_Unread":
        titles = Conversation.objects.filter(user=owner, title_indexed=False).order_by("-updated_at")
        texts = Message.objects.filter(indexed=False, conversation__user=owner).order_by("-created_at")
        return cls(
            [(pk, fold(title)) for pk, title in titles.values_list("pk", "title")[:PENDING]],
            [(r, pk, fold(text)) for r, pk, text in texts.values_list("conversation", "pk", "content")[:PENDING]],
        )


def _texts_in(room: OuterRef, words: Iterable[str]) -> "QuerySet[SearchText]":
    """The texts of a room with one of the words. By their ids, in which order a database reads them from either end."""
    first = room * PLACES
    has_word = reduce(or_, (Q(GreaterThan(StrIndex("folded", Value(word)), 0)) for word in words))
    return SearchText.objects.filter(has_word, pk__gte=first, pk__lt=first + PLACES)


def _newest_texts(rooms: Iterable[int | None], clues: Sequence[_Clue]) -> dict[int, uuid.UUID]:
    """Per room the newest message with one of the words; rooms that cannot have one are not looked into."""
    likely = {room for room in rooms if room and any(room in clue.rooms for clue in clues)}
    texts = _texts_in(OuterRef("pk"), [clue.word for clue in clues]).filter(message_id__isnull=False).order_by("-pk")
    newest = SearchRoom.objects.filter(pk__in=likely).annotate(newest=Subquery(texts.values("message_id")[:1]))
    return {room: message for room, message in newest.values_list("pk", "newest") if message}
