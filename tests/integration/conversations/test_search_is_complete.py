"""Search beside the plainest search there is: every text of every conversation, read from end to end."""

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.catalog.models import Offer
from playground.conversations import search, search_index
from playground.conversations.grams import words_of
from playground.conversations.models import LIST_ORDER, Conversation, Generation, Message
from playground.folding import fold

pytestmark = pytest.mark.django_db

PIECES = (
    *"abcde",
    "appl",
    "ple",
    "Apple",
    "ＡＢ",
    "模型",
    "型",
    "清关",
    "关",
    "é",
    "3.5",
    "-",
    "😀",
    "air",
    "glm",
    " ",
    " ",
    "\n",
)
QUERIES = 120  # of each library


@dataclass
class Library:
    """Conversations of one person, and what stands in them."""

    team: Team
    user: User
    chance: random.Random
    texts: dict[uuid.UUID, list[str]] = field(default_factory=dict)  # by conversation: title, messages, model
    now: dt.datetime = field(default_factory=timezone.now)

    def prose(self, most: int) -> str:
        return "".join(self.chance.choices(PIECES, k=self.chance.randint(1, most)))

    def add_conversation(self, offers: Sequence[Offer]) -> None:
        moment = self.now - dt.timedelta(hours=self.chance.randint(0, 9))  # some at the same moment
        pinned = moment if self.chance.random() < 0.2 else None
        title = self.prose(5)
        room = Conversation.objects.create(
            team=self.team, user=self.user, title=title, updated_at=moment, pinned_at=pinned
        )
        self.texts[room.pk] = [title]
        for _ in range(self.chance.randint(0, 4)):
            self.add_turn(room, self.chance.choice(offers))
        if room.leaf:
            self.texts[room.pk].append(room.leaf.generation.offer.title)

    def add_turn(self, room: Conversation, offer: Offer) -> None:
        asked = Message.objects.create(conversation=room, role="user", content=self.prose(12))
        told = Message.objects.create(conversation=room, role="assistant", content=self.prose(30), parent=asked)
        Generation.objects.create(
            **{"message": told, "conversation": room, "user": self.user, "client_id": uuid.uuid4().hex},
            **{"offer": offer, "state": Generation.State.FINISHED},
        )
        room.leaf = told
        room.save(update_fields=["leaf"])
        self.texts[room.pk] += [asked.content, told.content]

    def query(self) -> str:
        """A word or some: pieces put together, or cut out of what stands somewhere."""
        words = []
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            source = self.chance.choice(self.chance.choice([*self.texts.values()])) + self.prose(2)
            start = self.chance.randrange(len(source))
            words.append(source[start : start + self.chance.randint(1, 6)])
        return " ".join(words)

    def matches(self, query: str) -> list[uuid.UUID]:
        """What has every word, in the order of the list."""
        listed = Conversation.objects.filter(user=self.user).order_by(*LIST_ORDER).values_list("pk", flat=True)
        words = words_of(query)
        folded = {room: [fold(text) for text in texts] for room, texts in self.texts.items()}
        return [room for room in listed if words and all(any(w in text for text in folded[room]) for w in words)]


class Said:
    """The folded text of every message, read once."""

    def __init__(self, rooms: QuerySet[Conversation]) -> None:
        rows = Message.objects.filter(conversation__in=rooms).values_list("conversation", "pk", "content")
        self._by_room: dict[uuid.UUID, dict[uuid.UUID, str]] = {}
        for room, message, content in rows:
            self._by_room.setdefault(room, {})[message] = fold(content)

    def shows_a_word(self, hit: search.Hit, query: str) -> bool:
        """Whether the message of a hit has a word of the query; or no message of the conversation does."""
        words, texts = words_of(query), self._by_room.get(hit.conversation_id, {})
        if hit.message_id:
            return any(word in texts[hit.message_id] for word in words)
        return not any(word in text for text in texts.values() for word in words)


@pytest.fixture
def offers(catalog: None) -> list[Offer]:
    """Two models, one with a name that is in the texts too."""
    return list(Offer.objects.filter(provider__slug="sandbox", title__icontains="glm").order_by("title")[:2])


def index_all() -> None:
    while search_index.index_pending(limit=500):
        pass


@pytest.mark.parametrize("seed", range(3))
def test_search_finds_what_reading_everything_finds_in_the_same_order(
    alice: User, charlie: User, team: Team, offers: list[Offer], seed: int
) -> None:
    library = Library(team, alice, random.Random(seed))
    others = Library(team, charlie, random.Random(seed + 100))
    for number in range(60):
        library.add_conversation(offers)
        others.add_conversation(offers)
        if number == 40:
            index_all()  # what comes later is not indexed yet
    for room in Conversation.objects.filter(user=alice, leaf=None)[:3]:
        Message.objects.create(conversation=room, role="user", content="清关 late apples")
        library.texts[room.pk].append("清关 late apples")
    mine = Conversation.objects.filter(user=alice).order_by(*LIST_ORDER)
    said = Said(mine)
    sizes = set()
    for query in [library.query() for _ in range(QUERIES)]:
        expected = library.matches(query)
        sizes.add(len(expected))
        found = search.find(mine, owner=alice.pk, query=query, limit=1_000)
        assert [hit.conversation_id for hit in found] == expected, query
        assert search.find(mine, owner=alice.pk, query=query, limit=4) == found[:4]
        assert [hit for hit in found if not said.shows_a_word(hit, query)] == [], query
    assert len(sizes) > 10  # of nothing, of everything and of much between


def test_a_search_asks_the_database_as_often_whatever_it_finds(alice: User, team: Team, offers: list[Offer]) -> None:
    library = Library(team, alice, random.Random(7))
    for _ in range(50):
        library.add_conversation(offers)
    index_all()
    mine = Conversation.objects.filter(user=alice).order_by(*LIST_ORDER)
    found, asked = [], []
    for query in ("清关模型", "e", "a"):
        with CaptureQueriesContext(connection) as queries:
            found.append(len(search.find(mine, owner=alice.pk, query=query, limit=30)))
        asked.append(len(queries))
    assert 0 < found[0] < found[1] == found[2] == 30
    assert asked[0] == asked[1] == asked[2] < 12
