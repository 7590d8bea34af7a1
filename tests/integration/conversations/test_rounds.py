"""Results of calls: one row for all of them, one run for one client id, and nothing where nothing was asked."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.catalog.queries import facts_of
from playground.conversations import progress, threads
from playground.conversations.lines import lines_to, messages_of
from playground.conversations.models import Generation, Message
from playground.conversations.progress import Settlement
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import MAX_TEXT, Turn, give_results, regenerate, repair_turn
from playground.errors import Refused
from playground.ledger.models import Entry
from playground.streaming.records import plan_of
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

CALLS: list[dict[str, Any]] = [
    {"id": f"call_{n}", "type": "function", "function": {"name": f"f{n}", "arguments": '{"n": 1}'}} for n in (1, 2)
]


def finish(turn: Turn, *, state: str = "finished", calls: Sequence[dict[str, Any]] = (), **facts: Any) -> Message:
    """Settle the answer of a turn; returns its message."""
    done = Settlement(turn.generation_id, state, facts.pop("content", ""), "", 1, tool_calls=calls, **facts)
    assert progress.settle(done, owner=None)
    return Message.objects.get(pk=turn.assistant_message_id)


@pytest.fixture
def asking(first_rate: None, send: Callable[..., Turn]) -> Message:
    """An answer with two calls."""
    return finish(send("both"), calls=CALLS)


@pytest.fixture
def give(alice: User) -> Callable[..., Turn]:
    def deed(message: Message, *results: str, client_id: str = "") -> Turn:
        return give_results(
            user=alice, message=message, client_id=client_id or uuid.uuid4().hex, results=results, owner="here"
        )

    return deed


def code_of(deed: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.code


def test_results_are_a_row_of_the_branch_and_begin_the_next_round(asking: Message, give: Callable[..., Turn]) -> None:
    turn = give(asking, "one", "two")
    row = Message.objects.get(role="tool")
    assert row.parent_id == asking.pk
    assert row.results == [
        {"id": "call_1", "name": "f1", "content": "one"},
        {"id": "call_2", "name": "f2", "content": "two"},
    ]
    answer = Message.objects.get(pk=turn.assistant_message_id)
    assert answer.parent_id == row.pk
    assert answer.conversation.leaf_id == answer.pk
    assert turn.made is not None
    plan = plan_of(turn.made, answer.conversation.team_id)
    assert not isinstance(plan, Refused)
    assert [message.role for message in plan.request.messages] == ["user", "assistant", "tool", "tool"]
    assert [message.tool_call_id for message in plan.request.messages[2:]] == ["call_1", "call_2"]


def test_fifty_clicks_of_one_client_id_are_one_round(asking: Message, give: Callable[..., Turn]) -> None:
    turns = together(50, lambda number: give(asking, "one", "two", client_id="the-same"))
    assert len({turn.generation_id for turn in turns}) == 1
    assert Message.objects.filter(role="tool").count() == 1
    assert Generation.objects.count() == 2


def test_each_round_has_its_own_entry(asking: Message, give: Callable[..., Turn]) -> None:
    finish(give(asking, "one", "two"), content="Done.")
    assert Entry.objects.count() == 2
    assert {entry.message for entry in Entry.objects.all()} == set(
        Message.objects.filter(role="assistant").values_list("pk", flat=True)
    )


def test_other_results_are_a_sibling_and_the_first_stay(asking: Message, give: Callable[..., Turn]) -> None:
    finish(give(asking, "one", "two"), content="Done.")
    finish(give(asking, "uno", "due"), content="Fatto.")
    rows = Message.objects.filter(role="tool").order_by("created_at")
    assert [row.results[0]["content"] for row in rows] == ["one", "uno"]
    asking.conversation.refresh_from_db()
    branch = asking.conversation.branch()
    assert branch[-1].content == "Fatto."
    threads.switch_branch(rows[0])
    asking.conversation.refresh_from_db()
    assert asking.conversation.branch()[-1].content == "Done."


def test_a_second_round_of_the_same_turn_is_answered_too(asking: Message, give: Callable[..., Turn]) -> None:
    second = finish(give(asking, "one", "two"), calls=CALLS[:1])
    finish(give(second, "three"), content="Done.")
    second.conversation.refresh_from_db()
    roles = [message.role for message in second.conversation.branch()]
    assert roles == ["user", "assistant", "tool", "assistant", "tool", "assistant"]
    assert Entry.objects.count() == 3


def test_the_last_round_is_answered_again_with_the_same_results(
    asking: Message, give: Callable[..., Turn], alice: User
) -> None:
    last = finish(give(asking, "one", "two"), content="Done.")
    turn = regenerate(user=alice, message=last, client_id=uuid.uuid4().hex)
    assert turn.user_message_id == last.parent_id
    assert Message.objects.filter(role="tool").count() == 1


@pytest.mark.parametrize("results", [(), ("one",), ("one", " "), ("one", "two", "three")])
def test_every_call_needs_a_result(asking: Message, give: Callable[..., Turn], results: tuple[str, ...]) -> None:
    assert code_of(lambda: give(asking, *results)) == "results_missing"
    assert Generation.objects.count() == 1


def test_results_have_an_end(asking: Message, give: Callable[..., Turn]) -> None:
    assert code_of(lambda: give(asking, "x" * MAX_TEXT, "y")) == "result_too_long"


@pytest.mark.parametrize("state", ["stopped", "failed", "interrupted"])
def test_calls_of_an_answer_that_broke_off_are_not_answered(
    first_rate: None, send: Callable[..., Turn], give: Callable[..., Turn], state: str
) -> None:
    broken = finish(send("both"), state=state, calls=CALLS)
    assert code_of(lambda: give(broken, "one", "two")) == "no_calls"


def test_nobody_answers_what_still_streams_or_asks_for_nothing(
    first_rate: None, send: Callable[..., Turn], give: Callable[..., Turn]
) -> None:
    turn = send("both")
    Message.objects.filter(pk=turn.assistant_message_id).update(tool_calls=CALLS)
    running = Message.objects.get(pk=turn.assistant_message_id)
    assert code_of(lambda: give(running, "one", "two")) == "no_calls"
    assert code_of(lambda: give(finish(send("hi"), content="Hello"))) == "no_calls"


def test_a_branched_off_copy_keeps_calls_and_results_and_can_be_answered(
    asking: Message, give: Callable[..., Turn], alice: User
) -> None:
    done = finish(give(asking, "one", "two"), content="Done.")
    copy = threads.branch_off(done, user=alice)
    assert [message.role for message in copy.branch()] == ["user", "assistant", "tool", "assistant"]
    assert copy.branch()[2].results[1]["content"] == "two"
    turn = give(copy.branch()[1], "uno", "due")
    assert turn.conversation_id == copy.pk


def test_the_request_of_a_round_can_be_put_together_again(asking: Message, give: Callable[..., Turn]) -> None:
    turn = give(asking, "one", "two")
    assert turn.made is not None
    plan = plan_of(turn.made, asking.conversation.team_id)
    assert not isinstance(plan, Refused)
    offer = facts_of(Offer.objects.select_related("provider").get(pk=turn.made.offer_id))
    row = Message.objects.get(pk=turn.assistant_message_id)
    again = messages_of(lines_to(row.conversation_id, row.parent_id), RunSettings(), offer)
    assert again == plan.request.messages


def test_a_killed_process_leaves_the_calls_that_were_saved(first_rate: None, send: Callable[..., Turn]) -> None:
    turn = send("both")
    progress.checkpoint_all(
        "here",
        [progress.Checkpoint(turn.generation_id, turn.assistant_message_id, 7, "Look:", "", tool_calls=CALLS[:1])],
    )
    assert progress.interrupt(turn.generation_id)
    message = Message.objects.get(pk=turn.assistant_message_id)
    assert (message.content, message.tool_calls) == ("Look:", CALLS[:1])
    assert Entry.objects.get().completion_tokens > 5, "what the calls took is counted"


VIOLATED = {
    "form": "bare",
    "violations": [{"path": "$.amount", "rule": "required", "wanted": '"amount"', "found": "", "words": ""}],
    "more": 0,
    "unfinished": False,
}


def test_a_repair_sends_the_violations_back_as_the_next_turn(
    first_rate: None, send: Callable[..., Turn], alice: User
) -> None:
    bad = finish(send("as JSON"), content='{"a": 1}', verdict=VIOLATED)
    turn = repair_turn(user=alice, message=bad, client_id=uuid.uuid4().hex)
    question = Message.objects.get(pk=turn.user_message_id)
    assert question.parent_id == bad.pk
    assert "$.amount: It is missing." in question.content


@pytest.mark.parametrize(
    ("form", "words"), [("none", "not valid JSON"), ("fenced", "code block")], ids=["no JSON", "fenced"]
)
def test_a_repair_says_what_is_wrong_with_the_form(
    first_rate: None, send: Callable[..., Turn], alice: User, form: str, words: str
) -> None:
    bad = finish(send("as JSON"), content="x", verdict={**VIOLATED, "form": form, "violations": []})
    turn = repair_turn(user=alice, message=bad, client_id=uuid.uuid4().hex)
    assert words in Message.objects.get(pk=turn.user_message_id).content


def test_nothing_is_repaired_where_nothing_is_wrong(first_rate: None, send: Callable[..., Turn], alice: User) -> None:
    good = finish(send("as JSON"), content="{}", verdict={**VIOLATED, "violations": []})
    plain = finish(send("hi"), content="Hello")
    for message in (good, plain):
        assert code_of(lambda m=message: repair_turn(user=alice, message=m, client_id="x")) == "nothing_to_repair"


def test_a_run_with_a_schema_that_cannot_be_used_is_refused(
    first_rate: None, send: Callable[..., Turn], offer: Offer
) -> None:
    broken = RunSettings(offer=offer.pk, output="json_schema", schema='{"type": "strng"}')
    assert code_of(lambda: send(settings=broken)) == "bad_settings"
    assert Generation.objects.count() == 0
    assert send(settings=RunSettings(offer=offer.pk, output="json_object", schema='{"type": "strng"}')).made
