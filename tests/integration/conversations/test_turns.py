"""Turns: one transaction, one turn for one client id, branches that lose nothing."""

from collections.abc import Callable

import pytest

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations import progress, threads
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.progress import Settlement
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import MAX_TEXT, Turn, continue_turn, edit_turn, regenerate
from playground.errors import Refused
from playground.ledger.models import Entry
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def finish(turn: Turn, content: str = "an answer") -> None:
    done = Settlement(turn.generation_id, Generation.State.FINISHED, content, "", 1)
    assert progress.settle(done, owner=None)


def code_of(deed: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.code


def test_fifty_sends_of_one_client_id_at_once_make_one_turn(first_rate: None, send: Callable[..., Turn]) -> None:
    turns = together(50, lambda number: send("once", client_id="the-same"))
    assert len({turn.generation_id for turn in turns}) == 1
    assert sum(turn.made is not None for turn in turns) == 1
    assert (Conversation.objects.count(), Message.objects.count(), Generation.objects.count()) == (1, 2, 1)


def test_the_same_client_id_of_another_person_is_another_turn(
    first_rate: None, send: Callable[..., Turn], charlie: User
) -> None:
    assert send(client_id="x").generation_id != send(client_id="x", user=charlie).generation_id


def test_a_title_is_made_from_the_first_line(first_rate: None, send: Callable[..., Turn]) -> None:
    assert send("First line\nsecond").title == "First line"
    assert send("x" * 300).title == "x" * 79 + "…"


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty_message"), (" \n\t ", "empty_message"), ("x" * (MAX_TEXT + 1), "message_too_long")]
)
def test_a_text_that_cannot_be_sent_writes_nothing(
    first_rate: None, send: Callable[..., Turn], text: str, code: str
) -> None:
    assert code_of(lambda: send(text)) == code
    assert Conversation.objects.count() == 0


def test_what_no_database_and_no_wire_can_hold_is_mended(first_rate: None, send: Callable[..., Turn]) -> None:
    send("a\x00b\ud800c")
    assert Message.objects.get(role="user").content == "ab\ufffdc"


def test_without_a_key_a_shops_model_is_refused_with_the_way_out(first_rate: None, send: Callable[..., Turn]) -> None:
    shop = Offer.objects.get(provider__slug="zai", wire_name="glm-4.5-air")
    assert code_of(lambda: send(settings=RunSettings(offer=shop.pk))) == "no_key"
    assert code_of(lambda: send(settings=RunSettings())) == "no_offer"


@pytest.mark.parametrize(
    "wrong", [{"temperature": 1.01}, {"temperature": -0.1}, {"top_p": 0.0}, {"max_tokens": 0}, {"max_tokens": 98_305}]
)
def test_a_setting_out_of_the_models_range_is_refused(
    first_rate: None, send: Callable[..., Turn], offer: Offer, wrong: dict[str, float]
) -> None:
    assert code_of(lambda: send(settings=RunSettings(offer=offer.pk, **wrong))) == "bad_settings"  # type: ignore[arg-type]


def test_thinking_is_kept_only_where_it_can_be_chosen(
    first_rate: None, send: Callable[..., Turn], offer: Offer
) -> None:
    send(settings=RunSettings(offer=offer.pk, thinking=False))
    assert Generation.objects.latest("created_at").settings["thinking"] is False
    always = Offer.objects.get(provider__slug="sandbox", wire_name="bigmodel/glm-z1-air")
    send(settings=RunSettings(offer=always.pk, thinking=False))
    assert "thinking" not in Generation.objects.latest("created_at").settings


def test_the_price_of_a_run_is_the_one_in_force_when_it_was_started(
    first_rate: None, send: Callable[..., Turn]
) -> None:
    turn = send()
    price = Generation.objects.get().price
    assert price is not None
    assert price["currency"] == "USD"
    finish(turn)
    assert Entry.objects.get().price == price


def test_a_send_from_a_window_that_missed_something_is_refused(first_rate: None, send: Callable[..., Turn]) -> None:
    first = send("one")
    room = Conversation.objects.get()
    assert code_of(lambda: send("two", conversation=room)) == "busy"
    finish(first)
    second = send("two", conversation=room, parent_id=first.assistant_message_id)
    finish(second)
    stale = code_of(lambda: send("three", conversation=room, parent_id=first.assistant_message_id))
    assert stale == "conversation_moved"
    assert Message.objects.count() == 4


def test_two_windows_that_send_at_once_leave_a_line_without_a_fork(first_rate: None, send: Callable[..., Turn]) -> None:
    first = send("one")
    finish(first)
    room = Conversation.objects.get()

    def deed(number: int) -> str:
        try:
            send(f"two {number}", conversation=room, parent_id=first.assistant_message_id)
        except Refused as refused:
            return refused.code
        return "sent"

    outcomes = together(8, deed)
    assert outcomes.count("sent") == 1
    assert set(outcomes) <= {"sent", "busy", "conversation_moved"}
    assert Message.objects.filter(parent=first.assistant_message_id).count() == 1


def test_editing_and_regenerating_branch_and_the_newest_is_shown(
    first_rate: None, send: Callable[..., Turn], alice: User
) -> None:
    first = send("wording one")
    finish(first, "answer one")
    question = Message.objects.get(pk=first.user_message_id)
    edited = edit_turn(user=alice, message=question, client_id="e", text="wording two")
    finish(edited, "answer two")
    answer = Message.objects.get(pk=edited.assistant_message_id)
    again = regenerate(user=alice, message=answer, client_id="r")
    finish(again, "answer three")
    room = Conversation.objects.get()
    assert [message.content for message in room.branch()] == ["wording two", "answer three"]
    threads.switch_branch(Message.objects.get(pk=first.assistant_message_id))
    room.refresh_from_db()
    assert [message.content for message in room.branch()] == ["wording one", "answer one"]
    threads.switch_branch(Message.objects.get(pk=edited.user_message_id))
    room.refresh_from_db()
    assert [message.content for message in room.branch()] == ["wording two", "answer three"]


def test_continuing_needs_something_to_continue(first_rate: None, send: Callable[..., Turn], alice: User) -> None:
    turn = send()
    finish(turn, "half an")
    answer = Message.objects.get(pk=turn.assistant_message_id)
    on = continue_turn(user=alice, message=answer, client_id="c")
    assert on.user_message_id is not None
    assert Message.objects.get(pk=on.user_message_id).parent_id == answer.pk
    question = Message.objects.get(pk=turn.user_message_id)
    assert code_of(lambda: continue_turn(user=alice, message=question, client_id="d")) == "nothing_to_continue"
    assert code_of(lambda: edit_turn(user=alice, message=answer, client_id="d", text="x")) == "not_editable"
    assert code_of(lambda: regenerate(user=alice, message=question, client_id="d")) == "not_an_answer"


def test_deleting_hides_a_conversation_names_what_runs_and_keeps_the_money(
    first_rate: None, send: Callable[..., Turn]
) -> None:
    first = send("one")
    finish(first)
    second = send("two", conversation=Conversation.objects.get())
    room = Conversation.objects.get()
    assert threads.delete(room) == [second.generation_id]
    assert Entry.objects.count() == 1
    Conversation.objects.all().delete()
    assert Entry.objects.count() == 1
    assert progress.interrupt(second.generation_id) is False


def test_a_conversation_of_the_archive_takes_no_deed_until_it_is_moved_back(
    first_rate: None, send: Callable[..., Turn]
) -> None:
    turn = send("hello")
    finish(turn)
    room = Conversation.objects.get(pk=turn.conversation_id)
    threads.archive(room, archived=True)
    answer = Message.objects.get(pk=turn.assistant_message_id)
    assert code_of(lambda: send("more", conversation=room)) == "archived"
    assert code_of(lambda: regenerate(user=room.user, message=answer, client_id="again")) == "archived"
    threads.archive(room, archived=False)
    assert send("more", conversation=room).made is not None
