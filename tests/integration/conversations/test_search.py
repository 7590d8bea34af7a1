"""Search: titles, texts and model names, from the first moment to the last, and only one's own."""

import datetime as dt
import uuid
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from playground.accounts.models import User
from playground.conversations import gram_store, search, search_index, threads
from playground.conversations.grams import grams_asked
from playground.conversations.models import Conversation, Generation, Message, SearchRoom, SearchText
from playground.conversations.progress import Checkpoint, Settlement, checkpoint_all, settle
from playground.conversations.turns import Turn
from playground.ledger.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)

Send = Callable[..., Turn]


@pytest.fixture(autouse=True)
def _rate(first_rate: None) -> None:
    """The ledger's first rate."""


@pytest.fixture(params=["not indexed yet", "indexed"])
def in_step(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Every question is asked twice: before the index has the texts, and after."""
    if request.param == "indexed":
        return index_all
    return lambda: None


def index_all() -> None:
    while search_index.index_pending():
        pass


def finish(turn: Turn, content: str = "an answer") -> None:
    assert settle(Settlement(turn.generation_id, Generation.State.FINISHED, content, "", 1), owner=None)


def found(user: User, query: str) -> list[str]:
    mine = Conversation.objects.filter(user=user, deleted_at=None).order_by("created_at")
    hits = search.find(mine, owner=user.pk, query=query, limit=100)
    titles = dict(Conversation.objects.values_list("pk", "title"))
    return [titles[hit.conversation_id] for hit in hits]


@pytest.mark.parametrize(
    "query",
    ["清关", "关", "延误三", "清关 three", "ShipMent", "hipm", "ＳＨＩＰ", "3.5", "glm-4.5", "，", "😀", "held 项目"],
)
def test_a_conversation_is_found_by_any_part_of_its_texts_title_and_model(
    send: Send, alice: User, in_step: Callable[[], None], query: str
) -> None:
    finish(send("项目进度\nThe shipment is held"), "清关延误三天，about three and 3.5 days 😀")
    finish(send("something else"), "entirely")
    Conversation.objects.filter(title="something else").update(leaf=None)  # no model: not found by its name
    in_step()
    assert found(alice, query) == ["项目进度"]


@pytest.mark.parametrize("query", ["关清", "shipments", "3.6", "three 天气", "held-", "关延误了"])
def test_what_stands_nowhere_is_not_found(send: Send, alice: User, in_step: Callable[[], None], query: str) -> None:
    finish(send("项目进度\nThe shipment is held"), "清关延误三天，关延 了 about three and 3.5 days, 天 气")
    in_step()
    assert found(alice, query) == []


def test_a_hit_names_a_message_with_the_word_and_none_for_a_title(send: Send, alice: User) -> None:
    turn = send("the title")
    finish(turn, "an elephant")
    index_all()
    mine = Conversation.objects.filter(user=alice)
    (hit,) = search.find(mine, owner=alice.pk, query="elephant", limit=9)
    assert hit.message_id == turn.assistant_message_id
    Conversation.objects.update(title="zebra", title_indexed=False)
    index_all()
    (hit,) = search.find(mine, owner=alice.pk, query="zebra", limit=9)
    assert hit.message_id is None


def test_an_answer_is_found_while_it_streams_and_indexed_only_when_it_has_ended(send: Send, alice: User) -> None:
    turn = send("hello")
    checkpoint_all("here", [Checkpoint(turn.generation_id, turn.assistant_message_id, 3, "half an elep", "")])
    index_all()
    assert found(alice, "elep") == ["hello"]
    assert not Message.objects.get(pk=turn.assistant_message_id).indexed
    finish(turn, "half an elephant")
    assert found(alice, "elephant") == ["hello"]
    index_all()
    assert found(alice, "elephant") == ["hello"]
    assert Message.objects.filter(indexed=False).count() == 0


def test_a_new_title_replaces_the_old_one_at_once(send: Send, alice: User, in_step: Callable[[], None]) -> None:
    finish(send("x"))
    room = Conversation.objects.get()
    for title in ("first wording", "second wording"):
        threads.rename(room, title)
        in_step()
    assert found(alice, "second") == ["second wording"]
    assert found(alice, "first") == []


def test_others_do_not_find_it_whatever_they_ask(send: Send, alice: User, charlie: User) -> None:
    finish(send("secret elephant"))
    index_all()
    everything = Conversation.objects.order_by("pk")
    assert search.find(everything, owner=charlie.pk, query="elephant", limit=9) == []
    assert search.find(everything, owner=charlie.pk, query="e", limit=9) == []
    assert found(charlie, "elephant") == []


def test_what_is_deleted_for_good_leaves_no_gram_and_its_entry_stays(send: Send, alice: User) -> None:
    turn = send("elephant")
    finish(turn)
    finish(send("elephants stay"))
    index_all()
    gone = Conversation.objects.get(title="elephant")
    threads.delete(gone)
    assert threads.purge(deleted_before=timezone.now() - threads.UNDO) == 0
    assert found(alice, "elephant") == ["elephants stay"]
    threads.bring_back(gone)
    assert len(found(alice, "elephant")) == 2
    threads.delete(gone)
    assert threads.purge(deleted_before=timezone.now() + dt.timedelta(seconds=1)) == 1
    assert [c.title for c in Conversation.objects.all()] == ["elephants stay"]
    assert len(gram_store.rooms(alice.pk, grams_asked("elephant"))) == 1
    assert SearchRoom.objects.count() == 1
    assert Entry.objects.filter(generation=turn.generation_id).exists()


def test_a_conversation_that_still_runs_is_purged_only_after_its_entry_is_written(send: Send) -> None:
    turn = send("hello")
    assert threads.delete(Conversation.objects.get()) == [turn.generation_id]
    later = timezone.now() + dt.timedelta(seconds=1)
    assert threads.purge(deleted_before=later) == 0
    finish(turn)
    assert threads.purge(deleted_before=later) == 1
    assert Entry.objects.count() == 1


def test_the_order_and_the_limit_are_the_callers(send: Send, alice: User) -> None:
    for number in range(5):
        finish(send(f"elephant {number}"))
    index_all()
    newest = Conversation.objects.order_by("-created_at")
    hits = search.find(newest, owner=alice.pk, query="elephant", limit=2)
    assert [hit.conversation_id for hit in hits] == list(newest.values_list("pk", flat=True)[:2])


def test_rebuilding_finds_the_same(send: Send, alice: User) -> None:
    finish(send("elephant"), "清关延误")
    index_all()
    before = set(SearchText.objects.values_list("message_id", flat=True))
    gram_store.drop()
    gram_store.create()
    said = StringIO()
    call_command("rebuild_search", stdout=said)
    assert "3 texts" in said.getvalue()
    assert set(SearchText.objects.values_list("message_id", flat=True)) == before
    assert found(alice, "清关") == found(alice, "elephant") == ["elephant"]


def test_what_another_process_has_indexed_is_not_claimed_again(send: Send) -> None:
    for number in range(6):
        finish(send(f"elephant {number}"))
    search_index._index_titles(Conversation.objects.filter(title_indexed=False), search_index.Tables())
    with transaction.atomic():
        pending = Conversation.objects.filter(title_indexed=False)
        ids = Conversation.objects.values_list("pk", flat=True)
        late = list(search_index._claimed(pending, [search_index._entry(pk, pk, None, 1, "x") for pk in ids], "title"))
    assert late == []


def test_a_title_that_changes_while_it_is_indexed_is_indexed_again(send: Send, alice: User) -> None:
    finish(send("elephant"))
    pending = Conversation.objects.filter(title_indexed=False)

    class ChangedMeanwhile:
        """The rows as they were read; then somebody renames."""

        def values_list(self, *names: str) -> list[tuple[object, ...]]:
            rows = list(pending.values_list(*names))
            Conversation.objects.update(title="giraffe")
            return rows

    assert search_index._index_titles(ChangedMeanwhile(), search_index.Tables()) == 0
    index_all()
    assert found(alice, "giraffe") == ["giraffe"]
    assert uuid.UUID(int=0) not in SearchRoom.objects.values_list("conversation", flat=True)
