"""A full context: what is left out stands with the run, a summary stands for what it sums up, and the rest is told."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.conversations import progress, threads
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.progress import Settlement
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn, edit_turn, regenerate, summarise
from playground.errors import Refused
from playground.ledger.models import Entry
from playground.streaming.plan import Plan
from playground.streaming.records import plan_of
from playground.web import details, thread
from playground.wire.tokens import estimate_tokens

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "word " * 300  # some 300 tokens


@pytest.fixture(autouse=True)
def small(offer: Offer, first_rate: None) -> Offer:
    """A model that reads 1,000 tokens, 100 of them reserved for its answer."""
    Offer.objects.filter(pk=offer.pk).update(context_tokens=1000)
    return offer


@pytest.fixture
def chosen(offer: Offer) -> RunSettings:
    return RunSettings(offer=offer.pk, max_tokens=100, when_full="drop", system_prompt="Be brief.")


def finish(turn: Turn, text: str = "An answer.", state: str = "finished") -> Message:
    assert progress.settle(Settlement(turn.generation_id, state, text, "", 1), owner=None)
    return Message.objects.select_related("conversation").get(pk=turn.assistant_message_id)


def plan_for(turn: Turn) -> Plan | Refused:
    assert turn.made is not None
    return plan_of(turn.made, turn.made.conversation.team_id)


def sent_by(turn: Turn) -> list[str]:
    plan = plan_for(turn)
    assert isinstance(plan, Plan)
    return [message.content for message in plan.request.messages]


@pytest.fixture
def talk(send: Callable[..., Turn], chosen: RunSettings) -> Callable[..., Turn]:
    """One more turn of the conversation of an answer; the last question is not answered yet."""

    def say(text: str, after: Message | None = None, **more: Any) -> Turn:
        room = after.conversation if after else None
        return send(text, conversation=room, settings=more.pop("settings", chosen), **more)

    return say


def test_the_oldest_turns_are_left_out_and_the_run_says_which(talk: Callable[..., Turn]) -> None:
    first = finish(talk(f"first {LONG}"))
    second_turn = talk(f"second {LONG}", first)
    second = finish(second_turn)
    last = talk(f"third {LONG}", second)
    assert [text.split()[0] for text in sent_by(last)] == ["Be", "second", "An", "third"]
    run = Generation.objects.get(pk=last.generation_id)
    assert run.sees_from == second_turn.user_message_id
    assert details.left_out_of(run) == 2
    assert Generation.objects.get(message=second).sees_from is None


def test_without_a_choice_everything_is_sent(talk: Callable[..., Turn], offer: Offer) -> None:
    everything = RunSettings(offer=offer.pk, max_tokens=100)
    answer = finish(talk(f"first {LONG}", settings=everything))
    for text in ("second", "third"):
        turn = talk(f"{text} {LONG}", answer, settings=everything)
        answer = finish(turn)
    assert Generation.objects.get(pk=turn.generation_id).sees_from is None
    assert len(sent_by(turn)) == 5


def test_a_question_that_does_not_fit_by_itself_is_never_sent(talk: Callable[..., Turn]) -> None:
    plan = plan_for(talk(LONG * 5))
    assert isinstance(plan, Refused)
    assert plan.code == "context_too_long"


def test_the_trouble_of_such_a_question_counts_only_what_would_have_been_sent(talk: Callable[..., Turn]) -> None:
    answer = finish(talk(f"first {LONG}"))
    turn = talk(LONG * 5, answer)
    run = Generation.objects.get(pk=turn.generation_id)
    run.request = {}
    assert 1500 < threads.tokens_before(run) < 1600


def test_the_page_draws_the_line_where_the_newest_request_began(talk: Callable[..., Turn]) -> None:
    first = finish(talk(f"first {LONG}"))
    second_turn = talk(f"second {LONG}", first)
    last = talk(f"third {LONG}", finish(second_turn))
    sent_by(last)
    room = Conversation.objects.get()
    shown = thread.newest(room, currency="").messages
    assert [view.is_first_seen for view in shown] == [False, False, True, False, False, False]
    question = Message.objects.select_related("conversation").get(pk=second_turn.user_message_id)
    assert thread.view_of(question, currency="").is_first_seen
    copy = threads.branch_off(Message.objects.get(pk=last.assistant_message_id), user=room.user)
    assert [view.is_first_seen for view in thread.newest(copy, currency="").messages].index(True) == 2


def test_the_ack_names_the_message_that_the_request_begins_with(talk: Callable[..., Turn]) -> None:
    first = finish(talk(f"first {LONG}"))
    second_turn = talk(f"second {LONG}", first)
    last = talk(f"third {LONG}", finish(second_turn))
    sent_by(last)
    assert f'data-sees-from="{second_turn.user_message_id}"' in str(thread.describe_turn(last)["html"])


# ── summaries ──


@pytest.fixture
def summed_up(alice: User, chosen: RunSettings) -> Callable[..., Turn]:
    def deed(answer: Message, **more: Any) -> Turn:
        asked: dict[str, Any] = {"parent_id": answer.pk, "client_id": uuid.uuid4().hex, "settings": chosen}
        return summarise(user=alice, conversation=answer.conversation, owner="here", **{**asked, **more})

    return deed


def test_a_summary_stands_for_all_that_is_above_it(talk: Callable[..., Turn], summed_up: Callable[..., Turn]) -> None:
    answer = finish(talk("first"))
    turn = summed_up(answer)
    assert sent_by(turn)[:3] == ["Be brief.", "first", "An answer."]
    summary = finish(turn, "In short.")
    assert sent_by(talk("second", summary))[2:] == ["In short.", "second"]
    run = Generation.objects.latest("created_at")
    assert run.sees_from == turn.user_message_id
    assert Entry.objects.count() == 2  # the summary costs as every answer does


@pytest.mark.parametrize(("state", "text"), [("stopped", "In sh"), ("failed", "")])
def test_a_summary_that_was_not_finished_stands_for_nothing(
    talk: Callable[..., Turn], summed_up: Callable[..., Turn], state: str, text: str
) -> None:
    broken = finish(summed_up(finish(talk("first"))), text, state)
    assert "first" in sent_by(talk("second", broken))


def test_a_summary_leaves_out_the_oldest_where_not_all_fits_and_whatever_was_chosen(
    talk: Callable[..., Turn], summed_up: Callable[..., Turn], offer: Offer
) -> None:
    everything = RunSettings(offer=offer.pk, max_tokens=100)
    answer = finish(talk(f"first {LONG}", settings=everything))
    for text in ("second", "third"):
        answer = finish(talk(f"{text} {LONG}", answer, settings=everything))
    sent = sent_by(summed_up(answer, settings=everything))
    assert sent[0].startswith("second")
    assert sent[-1].startswith("Summarise our conversation")


def test_a_summary_is_text_without_tools_and_the_conversation_keeps_its_settings(
    talk: Callable[..., Turn], summed_up: Callable[..., Turn], chosen: RunSettings, alice: User
) -> None:
    settings = RunSettings(**{**_fields(chosen), "output": "json_object", "functions": (uuid.uuid4(),)})
    turn = summed_up(finish(talk("first")), settings=settings)
    run = Generation.objects.get(pk=turn.generation_id)
    assert {"output", "functions"}.isdisjoint(run.settings)
    room = Conversation.objects.get()
    assert {"output", "functions"} <= set(room.settings)
    again = regenerate(user=alice, message=finish(turn), client_id=uuid.uuid4().hex)
    assert {"output", "functions"}.isdisjoint(Generation.objects.get(pk=again.generation_id).settings)
    assert {"output", "functions"} <= set(Conversation.objects.get().settings)


def test_a_request_for_a_summary_that_is_written_anew_still_sums_up(
    talk: Callable[..., Turn], summed_up: Callable[..., Turn], alice: User
) -> None:
    asked = Message.objects.get(pk=finish(summed_up(finish(talk("first")))).parent_id)
    turn = edit_turn(user=alice, message=asked, client_id=uuid.uuid4().hex, text="Sum up in French.", owner="here")
    assert Message.objects.get(pk=turn.user_message_id).sums_up
    summary = finish(turn, "Bref.")
    assert sent_by(talk("second", summary))[1:] == ["Sum up in French.", "Bref.", "second"]


def test_the_composer_counts_a_summary_instead_of_what_it_read(
    talk: Callable[..., Turn], summed_up: Callable[..., Turn]
) -> None:
    answer = finish(talk(f"first {LONG}"))
    room = answer.conversation
    before = thread.history_tokens(thread.newest(room, currency=""))
    finish(summed_up(answer), "In short.")
    room = Conversation.objects.get()
    after = thread.history_tokens(thread.newest(room, currency=""))
    assert before > 300
    assert 0 < after < 100


def test_the_composer_counts_a_question_that_no_answer_has_read_and_leaves_what_is_being_written_to_the_page(
    talk: Callable[..., Turn],
) -> None:
    answer = finish(talk("first"))
    before = thread.history_tokens(thread.newest(answer.conversation, currency=""))
    running = talk(f"second {LONG}", answer)
    Message.objects.filter(pk=running.assistant_message_id).update(content=LONG)
    after = thread.history_tokens(thread.newest(Conversation.objects.get(), currency=""))
    assert after - before == estimate_tokens(f"second {LONG}".strip())


def test_a_copy_keeps_its_summaries(
    talk: Callable[..., Turn], summed_up: Callable[..., Turn], alice: User, chosen: RunSettings
) -> None:
    summary = finish(summed_up(finish(talk("first"))), "In short.")
    copy = threads.branch_off(summary, user=alice)
    assert copy.leaf is not None
    turn = talk("second", Message.objects.select_related("conversation").get(pk=copy.leaf_id))
    assert sent_by(turn)[2:] == ["In short.", "second"]


def test_nothing_is_summarised_before_the_first_answer(alice: User, chosen: RunSettings) -> None:
    room = Conversation.objects.create(team=current_team(alice), user=alice, title="empty")
    with pytest.raises(Refused) as refused:
        summarise(user=alice, conversation=room, parent_id=None, client_id="one", settings=chosen)
    assert refused.value.code == "nothing_to_summarise"


# ── what the page offers ──


def test_the_run_settings_offer_it_where_the_context_is_known(
    talk: Callable[..., Turn], browser_of: Callable[[User], Client], alice: User, offer: Offer
) -> None:
    answer = finish(talk("first"))
    browser = browser_of(alice)
    page = browser.get(f"/c/{answer.conversation_id}/")
    assert [value for value, _words, is_chosen in page.context["run"]["when_full"] if is_chosen] == ["drop"]
    address = f"/c/{answer.conversation_id}/settings/"
    browser.post(address, {"offer": str(offer.pk), "when_full": "summarise"}, headers={"HX-Request": "true"})
    assert Conversation.objects.get().settings["when_full"] == "summarise"
    Offer.objects.filter(pk=offer.pk).update(context_tokens=None)
    assert "when_full" not in browser.get(f"/c/{answer.conversation_id}/").context["run"]


def _fields(settings: RunSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in RunSettings.__slots__}


def test_the_composer_counts_what_a_page_does_not_hold(alice: User) -> None:
    room = Conversation.objects.create(team=current_team(alice), user=alice, title="A file of another program")
    above = None
    for number in range(40):
        role = Message.Role.ASSISTANT if number % 2 else Message.Role.USER
        above = Message.objects.create(conversation=room, parent=above, role=role, content=LONG * 2)
    room.leaf = above
    room.save()
    shown = thread.newest(room, currency="")
    assert len(shown.messages) < 40
    whole = 40 * estimate_tokens(LONG * 2)
    assert abs(thread.history_tokens(shown) - whole) <= whole // 100
