"""One message walks through the whole house: sent, streamed, settled, in the ledger once."""

import uuid
from collections.abc import Callable

from django.test import Client

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations.models import Generation, Message
from playground.ledger.models import Entry
from tests.integration.live.conftest import Tab
from tests.server import Server


def test_an_answer_streams_with_its_thinking_and_is_settled_before_the_end_is_told(
    server: Server, offer: Offer, tab: Callable[..., Tab]
) -> None:
    one = tab()
    ack = one.send("What is 12 * 12?", offer, thinking=True)
    assert ack["type"] == "ack", ack
    assert ack["created"] is True
    assert ack["title"] == "What is 12 * 12?"
    one.follow(ack["generation"])
    end = one.until_end(ack["generation"])
    assert end["state"] == "finished"
    message = Message.objects.get(pk=ack["assistant_message"])
    assert message.content == one.text(ack["generation"])
    assert message.reasoning_content == one.text(ack["generation"], "r") != ""
    assert "144" in message.content
    entry = Entry.objects.get(generation=ack["generation"])
    assert entry.tokens_basis == "reported"
    assert entry.cost_basis == "exact"
    assert entry.currency == "USD"
    assert entry.practice is True
    assert entry.prompt_tokens > 0
    assert 0 < entry.reasoning_tokens < entry.completion_tokens
    assert entry.cost_total == entry.cost_input + entry.cost_cached + entry.cost_output > 0
    assert entry.ttft_ms is not None
    assert Generation.objects.get(pk=ack["generation"]).entry_id == entry.pk


def test_a_refused_run_says_when_the_provider_is_asked_again(
    server: Server, offer: Offer, tab: Callable[..., Tab]
) -> None:
    one = tab()
    ack = one.send("/sandbox rate-limit once What is 2 + 2?", offer)
    one.follow(ack["generation"])
    assert one.until_end(ack["generation"])["state"] == "finished"
    announced = [int(line) for line in one.text(ack["generation"], "w").splitlines()]
    assert len(announced) == 1
    assert 300 < announced[0] < 5_000  # milliseconds: a short pause after the first attempt
    message = Message.objects.get(pk=ack["assistant_message"])
    assert message.content == one.text(ack["generation"])


def test_the_ack_shows_both_messages_as_history_does(
    server: Server, offer: Offer, alice: User, tab: Callable[..., Tab], browser_of: Callable[[User], Client]
) -> None:
    one = tab()
    ack = one.send("Show me <b>this</b>", offer)
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    assert f'id="message-{ack["user_message"]}"' in ack["html"]
    assert "Show me &lt;b&gt;this&lt;/b&gt;" in ack["html"]
    page = browser_of(alice).get(f"/c/{ack['conversation']}/").content.decode()
    assert f'id="message-{ack["assistant_message"]}"' in page
    assert "Show me &lt;b&gt;this&lt;/b&gt;" in page


def test_fifty_parallel_sends_of_one_client_id_make_one_turn_and_one_run(
    server: Server, offer: Offer, tab: Callable[..., Tab]
) -> None:
    tabs = [tab() for _ in range(10)]
    client_id = str(uuid.uuid4())
    command = {
        "conversation": None,
        "parent": None,
        "client_id": client_id,
        "text": "once",
        "settings": {"offer": str(offer.pk)},
    }
    numbers = [(one, one.say("message.send", **command)) for one in tabs for _ in range(5)]
    acks = [one.hear_until(lambda f, n=n: f.get("id") == n) for one, n in numbers]
    assert {ack["type"] for ack in acks} == {"ack"}
    assert len({ack["generation"] for ack in acks}) == 1
    assert len({ack["user_message"] for ack in acks}) == 1
    generation = acks[0]["generation"]
    tabs[0].follow(generation)
    tabs[0].until_end(generation)
    assert Message.objects.count() == 2
    assert Generation.objects.count() == 1
    assert Entry.objects.count() == 1


def test_what_belongs_to_somebody_else_does_not_exist(
    server: Server, offer: Offer, charlie: User, tab: Callable[..., Tab]
) -> None:
    mine = tab()
    ack = mine.send("/sandbox long 400", offer)
    stranger = tab(charlie)
    unknown = str(uuid.uuid4())
    for foreign, missing in (
        (
            stranger.ask("generation.follow", generation=ack["generation"], after=0),
            stranger.ask("generation.follow", generation=unknown, after=0),
        ),
        (
            stranger.ask("generation.stop", generation=ack["generation"]),
            stranger.ask("generation.stop", generation=unknown),
        ),
        (
            stranger.ask("message.regenerate", message=ack["assistant_message"], client_id="a"),
            stranger.ask("message.regenerate", message=unknown, client_id="b"),
        ),
        (
            stranger.send("hi", offer, conversation=ack["conversation"]),
            stranger.send("hi", offer, conversation=unknown),
        ),
    ):
        foreign.pop("id")
        missing.pop("id")
        assert foreign == missing
        assert foreign["code"] == "not_found"
    mine.follow(ack["generation"])
    assert mine.until_end(ack["generation"])["state"] == "finished"


def test_edit_regenerate_and_continue_branch_without_losing_anything(
    server: Server, offer: Offer, tab: Callable[..., Tab]
) -> None:
    one = tab()
    first = one.send("first wording", offer)
    one.follow(first["generation"])
    one.until_end(first["generation"])
    again = one.ask("message.regenerate", message=first["assistant_message"], client_id="again")
    assert again["replaces"] == [first["assistant_message"]]
    assert again["user_message"] == first["user_message"]
    one.follow(again["generation"])
    one.until_end(again["generation"])
    edited = one.ask("message.edit", message=first["user_message"], client_id="edit", text="second wording")
    assert set(edited["replaces"]) == {
        first["user_message"],
        first["assistant_message"],
        again["assistant_message"],
    }
    one.follow(edited["generation"])
    one.until_end(edited["generation"])
    went_on = one.ask("message.continue", message=edited["assistant_message"], client_id="on")
    one.follow(went_on["generation"])
    one.until_end(went_on["generation"])
    assert Message.objects.filter(conversation=first["conversation"]).count() == 7
    assert Entry.objects.count() == 4


def test_a_second_send_while_an_answer_streams_is_refused_and_loses_nothing(
    server: Server, offer: Offer, tab: Callable[..., Tab]
) -> None:
    one = tab()
    first = one.send("/sandbox long 2000", offer)
    second = one.send("me too", offer, conversation=first["conversation"])
    assert second["code"] == "busy"
    one.ask("generation.stop", generation=first["generation"])
    one.follow(first["generation"])
    assert Message.objects.filter(conversation=first["conversation"]).count() == 2
