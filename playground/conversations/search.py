"""Finding conversations by words in their title, their text or the name of their model.

A conversation matches when it has every word, each anywhere in it; a word is any run of characters without a space,
found inside longer ones too, so that Chinese needs no spaces. The index of grams gives candidates; where grams alone
cannot decide, the folded text does. What is not indexed yet is read directly.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db.models import QuerySet, Value
from django.db.models.functions import StrIndex

from playground.catalog.models import Offer
from playground.conversations import gram_store
from playground.conversations.grams import fold, grams_asked, words_of
from playground.conversations.models import Conversation, Message, SearchText

CHECKED_AT_ONCE = 48  # conversations whose texts are read in one query
READ_AT_ONCE = 5_000  # texts, for a query has a limited number of parameters
PENDING = 500  # rows that are read directly, newest first
PLACE = (1 << gram_store.ROOM_BITS) - 1  # of an id: 0 is the title


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation that matches; `message_id` is one with a word in its text, None when only title or model have."""

    conversation_id: uuid.UUID
    message_id: uuid.UUID | None


def find(conversations: "QuerySet[Conversation]", *, owner: int, query: str, limit: int) -> list[Hit]:
    """The first `limit` of an owner's `conversations`, in their order, that match."""
    words = words_of(query)
    if not words:
        return []
    unread = _Unread.of(owner)
    clues = [_Clue.of(word, conversations, owner, unread) for word in words]
    hits: list[Hit] = []
    texts: dict[uuid.UUID, int] = {}
    for batch in _candidates(conversations, clues):
        for clue in clues:
            clue.check([room for _, room in batch])
        for pk, room in batch:
            if all(clue.holds(pk, room) for clue in clues):
                hits.append(Hit(pk, next((m for clue in clues if (m := clue.messages.get(pk))), None)))
                texts[pk] = max((clue.text_in(room) for clue in clues), default=0)
        if len(hits) >= limit:
            break
    return _with_messages(hits[:limit], texts)


@dataclass(frozen=True, slots=True)
class _Unread:
    """Folded titles and texts that the index does not have yet."""

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


@dataclass(slots=True)
class _Clue:
    """What is known of one word: which rooms may have it, which texts do, and who has it without the index."""

    word: str
    known: set[uuid.UUID]  # conversations that have it in their model's name, or in what is not indexed yet
    messages: dict[uuid.UUID, uuid.UUID]  # of these, the message that has it
    newest: dict[int, int]  # room -> its newest text that has the word
    unsure: dict[int, list[int]] = field(default_factory=dict)  # room -> texts with the grams, not read yet

    @classmethod
    def of(cls, word: str, conversations: "QuerySet[Conversation]", owner: int, unread: _Unread) -> "_Clue":
        messages = {room: message for room, message, text in reversed(unread.texts) if word in text}
        known = _by_model(conversations, word) | {pk for pk, title in unread.titles if word in title} | set(messages)
        grams = grams_asked(word)
        if grams == {word}:
            return cls(word, known, messages, gram_store.newest_by_room(owner, grams))
        return cls(word, known, messages, {}, gram_store.texts_by_room(owner, grams))

    def may_hold(self, conversation: uuid.UUID, room: int) -> bool:
        return room in self.newest or room in self.unsure or conversation in self.known

    def holds(self, conversation: uuid.UUID, room: int) -> bool:
        return room in self.newest or conversation in self.known

    def text_in(self, room: int) -> int:
        """The newest message with the word; 0 when there is none but perhaps the title."""
        found = self.newest.get(room, 0)
        return found if found & PLACE else 0

    def check(self, rooms: Sequence[int]) -> None:
        """Read the candidates of these rooms; what does not have the word is none."""
        texts = [pk for room in rooms for pk in self.unsure.pop(room, ())]
        for start in range(0, len(texts), READ_AT_ONCE):
            some = SearchText.objects.filter(pk__in=texts[start : start + READ_AT_ONCE])
            read = some.alias(at=StrIndex("folded", Value(self.word))).filter(at__gt=0)
            for pk in read.order_by("pk").values_list("pk", flat=True):
                self.newest[pk >> gram_store.ROOM_BITS] = pk


def _by_model(conversations: "QuerySet[Conversation]", word: str) -> set[uuid.UUID]:
    """Those whose last answer came from a model with the word in its name."""
    named = [pk for pk, title in Offer.objects.order_by().values_list("pk", "title") if word in fold(title)]
    if not named:
        return set()
    return set(conversations.filter(leaf__generation__offer__in=named).order_by().values_list("pk", flat=True))


def _candidates(
    conversations: "QuerySet[Conversation]", clues: Sequence[_Clue]
) -> Iterator[tuple[tuple[uuid.UUID, int], ...]]:
    rows = conversations.values_list("pk", "search_room")
    able = ((pk, room or 0) for pk, room in rows if all(clue.may_hold(pk, room or 0) for clue in clues))
    return iter(lambda: tuple(islice(able, CHECKED_AT_ONCE)), ())


def _with_messages(hits: Sequence[Hit], texts: dict[uuid.UUID, int]) -> list[Hit]:
    wanted = [texts[hit.conversation_id] for hit in hits if hit.message_id is None and texts[hit.conversation_id]]
    messages = dict(SearchText.objects.filter(pk__in=wanted).values_list("pk", "message_id"))
    return [Hit(hit.conversation_id, hit.message_id or messages.get(texts[hit.conversation_id])) for hit in hits]
