"""A shared conversation over real sockets: one stream for all, writers write, readers read, strangers find nothing."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import Client
from websockets.exceptions import ConnectionClosed

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Generation, Message
from playground.ledger.models import Entry
from tests.integration.live.conftest import Tab, session_of
from tests.server import Server

WITHIN = 2.0  # seconds: the promise; the machine of the tests is shared, so one more is given
LONG = "/sandbox long 2000"


@pytest.fixture
def crew(server: Server, alice: User, bob: User) -> Team:
    """A team of two."""
    crew = Team.objects.create(name="Northwind")
    for user, role in ((alice, Role.OWNER), (bob, Role.MEMBER)):
        Member.objects.create(team=crew, user=user, role=role)
        user.current_team = crew
        user.save()
    return crew


@pytest.fixture
def begin(crew: Team, offer: Offer, tab: Callable[..., Tab]) -> Callable[..., tuple[Tab, dict[str, Any]]]:
    """Alice's tab and the ack of a first turn in a conversation that the crew may write in, or as said."""

    def deed(text: str = "What is 2 + 2?", shared: str = "write") -> tuple[Tab, dict[str, Any]]:
        alices = tab()
        ack = alices.send(text, offer)
        Conversation.objects.filter(pk=ack["conversation"]).update(shared=shared)
        return alices, ack

    return deed


def finish(one: Tab, ack: dict[str, Any]) -> None:
    one.follow(ack["generation"])
    one.until_end(ack["generation"])


def send_after(one: Tab, offer: Offer, ack: dict[str, Any], text: str) -> dict[str, Any]:
    """A message below the answer of an ack."""
    return one.ask(
        "message.send",
        conversation=ack["conversation"],
        parent=ack["assistant_message"],
        client_id=str(uuid.uuid4()),
        text=text,
        settings={"offer": str(offer.pk)},
    )


def test_two_people_follow_one_stream_and_both_have_all_of_it(
    begin: Callable[..., tuple[Tab, dict[str, Any]]], bob: User, tab: Callable[..., Tab]
) -> None:
    alices, ack = begin("/sandbox long 300", "read")
    bobs = tab(bob)
    assert bobs.follow(ack["generation"])["live"] is True
    alices.follow(ack["generation"])
    assert bobs.until_end(ack["generation"])["state"] == "finished"
    alices.until_end(ack["generation"])
    whole = Message.objects.get(pk=ack["assistant_message"]).content
    assert whole == alices.text(ack["generation"]) == bobs.text(ack["generation"]) != ""


def test_the_team_hears_of_a_turn_and_of_its_end(
    begin: Callable[..., tuple[Tab, dict[str, Any]]], offer: Offer, alice: User, bob: User, tab: Callable[..., Tab]
) -> None:
    alices, first = begin()
    finish(alices, first)
    bobs = tab(bob)
    ack = send_after(alices, offer, first, "and 3 + 3?")
    began = bobs.hear_until(lambda f: f.get("what") == "began")
    assert (began["conversation"], began["person"]) == (first["conversation"], str(alice.pk))
    bobs.hear_until(lambda f: f.get("what") == "ended")
    answer = send_after(bobs, offer, ack, "and 4 + 4?")
    assert answer["type"] == "ack", answer
    assert alices.hear_until(lambda f: f.get("what") == "began" and f["person"] == str(bob.pk))
    assert 'data-author="Bob"' in answer["html"]
    alices.follow(answer["generation"])
    assert alices.until_end(answer["generation"])["state"] == "finished"
    entry = Entry.objects.get(generation=answer["generation"])
    assert (entry.user_id, entry.team_id) == (bob.pk, Conversation.objects.get(pk=first["conversation"]).team_id)


def test_a_private_turn_is_told_to_nobody_else(
    begin: Callable[..., tuple[Tab, dict[str, Any]]], offer: Offer, bob: User, tab: Callable[..., Tab]
) -> None:
    bobs = tab(bob)
    alices, ack = begin(shared="")
    finish(alices, ack)
    bobs.ask("ping")
    assert [frame for frame in bobs.heard if frame["type"] == "notice"] == []


def test_a_reader_may_follow_but_neither_write_nor_stop(
    begin: Callable[..., tuple[Tab, dict[str, Any]]], offer: Offer, bob: User, tab: Callable[..., Tab]
) -> None:
    alices, ack = begin(LONG, "read")
    bobs = tab(bob)
    assert bobs.follow(ack["generation"])["live"] is True
    refused = [
        send_after(bobs, offer, ack, "me too"),
        bobs.ask("message.regenerate", message=ack["assistant_message"], client_id="a"),
        bobs.ask("message.edit", message=ack["user_message"], client_id="b", text="other words"),
        bobs.ask("message.continue", message=ack["assistant_message"], client_id="c"),
        bobs.ask("message.results", message=ack["assistant_message"], client_id="d", results=["x"]),
        bobs.ask("message.repair", message=ack["assistant_message"], client_id="e"),
        bobs.ask("generation.stop", generation=ack["generation"]),
    ]
    assert {one.get("code") for one in refused} == {"read_only"}
    assert Message.objects.filter(conversation=ack["conversation"]).count() == 2
    assert Generation.objects.get(pk=ack["generation"]).state != "stopped"
    alices.ask("generation.stop", generation=ack["generation"])


def test_a_writer_stops_what_another_person_asked_for(
    begin: Callable[..., tuple[Tab, dict[str, Any]]], bob: User, tab: Callable[..., Tab]
) -> None:
    alices, ack = begin(LONG)
    alices.follow(ack["generation"])
    assert tab(bob).ask("generation.stop", generation=ack["generation"])["stopped"] is True
    assert alices.until_end(ack["generation"])["state"] == "stopped"


def test_a_viewer_of_the_team_reads_even_where_the_team_may_write(
    begin: Callable[..., tuple[Tab, dict[str, Any]]], offer: Offer, crew: Team, bob: User, tab: Callable[..., Tab]
) -> None:
    Member.objects.filter(team=crew, user=bob).update(role=Role.VIEWER)
    alices, ack = begin()
    finish(alices, ack)
    assert send_after(tab(bob), offer, ack, "me too")["code"] == "read_only"


@pytest.mark.parametrize("shared", ["read", "write"])
def test_for_a_stranger_a_shared_one_is_as_unknown_as_any(
    begin: Callable[..., tuple[Tab, dict[str, Any]]],
    offer: Offer,
    charlie: User,
    tab: Callable[..., Tab],
    browser_of: Callable[[User], Client],
    shared: str,
) -> None:
    alices, ack = begin(LONG, shared)
    stranger, unknown = tab(charlie), str(uuid.uuid4())
    for type, field, known in (
        ("conversation.look", "conversation", ack["conversation"]),
        ("generation.stop", "generation", ack["generation"]),
    ):
        assert stranger.ask(type, **{field: known})["code"] == stranger.ask(type, **{field: unknown})["code"]
    for path in ("", "thread/", "sharing/", "export.json", "what-if/"):
        assert browser_of(charlie).get(f"/c/{ack['conversation']}/{path}").status_code == 404
    assert stranger.follow(ack["generation"])["code"] == "not_found"
    assert send_after(stranger, offer, ack, "me too")["code"] == "not_found"
    alices.ask("generation.stop", generation=ack["generation"])


def _unshare(crew: Team, bob: User, room: str) -> None:
    Conversation.objects.filter(pk=room).update(shared="")


def _unseat(crew: Team, bob: User, room: str) -> None:
    Conversation.objects.filter(pk=room).update(team=Team.objects.create(name="Elsewhere"))


def _delete(crew: Team, bob: User, room: str) -> None:
    Conversation.objects.filter(pk=room).update(deleted_at="2026-01-01T00:00:00Z")


@pytest.mark.parametrize("deed", [_unshare, _unseat, _delete])
def test_who_may_not_see_it_any_more_is_cut_within_two_seconds(
    begin: Callable[..., tuple[Tab, dict[str, Any]]],
    crew: Team,
    bob: User,
    tab: Callable[..., Tab],
    deed: Callable[[Team, User, str], None],
) -> None:
    alices, ack = begin(LONG, "read")
    bobs = tab(bob)
    bobs.ask("conversation.look", conversation=ack["conversation"])
    bobs.follow(ack["generation"])
    bobs.hear_until(lambda f: f["type"] == "delta")
    began = time.monotonic()
    deed(crew, bob, ack["conversation"])
    closed = bobs.hear_until(lambda f: f.get("what") == "closed")
    assert time.monotonic() - began < WITHIN + 1
    assert closed["conversation"] == ack["conversation"]
    bobs.ask("ping")
    so_far = len(bobs.heard)
    time.sleep(0.5)
    bobs.ask("ping")
    assert [f for f in bobs.heard[so_far:] if f["type"] == "delta"] == [], "the stream goes on, but not for him"
    assert bobs.follow(ack["generation"])["code"] == "not_found"
    assert bobs.ask("conversation.look", conversation=ack["conversation"])["code"] == "not_found"
    alices.ask("generation.stop", generation=ack["generation"])


def test_who_is_out_of_the_team_loses_the_socket_and_finds_nothing_with_another(
    begin: Callable[..., tuple[Tab, dict[str, Any]]], crew: Team, bob: User, tab: Callable[..., Tab]
) -> None:
    alices, ack = begin(LONG, "read")
    bobs = tab(bob)
    bobs.follow(ack["generation"])
    began = time.monotonic()
    Member.objects.filter(team=crew, user=bob).delete()
    with pytest.raises(ConnectionClosed):
        bobs.hear_until(lambda f: False)
    assert time.monotonic() - began < WITHIN + 1
    assert tab(bob).follow(ack["generation"])["code"] == "not_found"
    alices.ask("generation.stop", generation=ack["generation"])


def test_of_two_who_send_at_once_the_second_is_told_who_was_first(
    begin: Callable[..., tuple[Tab, dict[str, Any]]], offer: Offer, bob: User, tab: Callable[..., Tab]
) -> None:
    alices, first = begin()
    finish(alices, first)
    bobs = tab(bob)
    command = {
        "conversation": first["conversation"],
        "parent": first["assistant_message"],
        "settings": {"offer": str(offer.pk)},
    }
    numbers = [
        (one, one.say("message.send", client_id=str(uuid.uuid4()), text=f"from {name}", **command), name)
        for one, name in ((alices, "Alice"), (bobs, "Bob"))
    ]
    answers = {
        name: one.hear_until(lambda f, n=number: f.get("id") == n and f["type"] in ("ack", "error"))
        for one, number, name in numbers
    }
    (winner, ack), (loser, refusal) = sorted(answers.items(), key=lambda one: one[1]["type"])
    assert (ack["type"], refusal["code"]) == ("ack", "conversation_moved")
    assert winner in refusal["message"]
    assert not Message.objects.filter(content=f"from {loser}").exists()


def test_who_looks_is_heard_by_the_others_and_missed_when_gone(
    begin: Callable[..., tuple[Tab, dict[str, Any]]], alice: User, bob: User, tab: Callable[..., Tab]
) -> None:
    alices, ack = begin(shared="read")
    room = ack["conversation"]
    assert alices.ask("conversation.look", conversation=room)["here"] == []
    bobs = tab(bob)
    here = {"person": str(alice.pk), "name": "Alice"}
    assert bobs.ask("conversation.look", conversation=room)["here"] in ([here], [])  # another process tells later
    bobs.hear_until(lambda f: f.get("about") == "presence" and f["name"] == "Alice" and f["what"] == "here")
    heard = alices.hear_until(lambda f: f.get("about") == "presence" and f["name"] == "Bob")
    assert (heard["conversation"], heard["person"], heard["what"]) == (room, str(bob.pk), "here")
    second = tab(bob)
    second.ask("conversation.look", conversation=room)
    bobs.close()
    began = time.monotonic()
    second.ask("conversation.look", conversation=None)
    alices.hear_until(lambda f: f.get("about") == "presence" and f["what"] == "gone")
    assert time.monotonic() - began < WITHIN + 1


def test_nobody_is_heard_in_a_private_conversation(
    begin: Callable[..., tuple[Tab, dict[str, Any]]], tab: Callable[..., Tab]
) -> None:
    alices, ack = begin(shared="")
    other = tab()
    for one in (alices, other):
        assert one.ask("conversation.look", conversation=ack["conversation"])["here"] == []
    alices.ask("ping")
    assert not any(frame.get("about") == "presence" for frame in alices.heard + other.heard)


def test_where_websockets_are_blocked_a_guest_polls_the_same_stream_and_is_cut_as_well(
    server: Server, begin: Callable[..., tuple[Tab, dict[str, Any]]], bob: User
) -> None:
    alices, ack = begin(LONG, "read")
    with httpx.Client(base_url=server.url, timeout=30) as http:
        cookie = f"{settings.SESSION_COOKIE_NAME}={session_of(bob)}"
        token = http.get("/", headers={"Cookie": cookie}).cookies[settings.CSRF_COOKIE_NAME]
        http.cookies.clear()
        headers = {"X-CSRFToken": token, "Origin": server.url}
        headers["Cookie"] = f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}"
        asked = {"follow": {ack["generation"]: 0}}
        frames = http.post("/live/poll/", json=asked, headers=headers).json()["frames"]
        assert frames[0]["type"] == "delta"
        Conversation.objects.filter(pk=ack["conversation"]).update(shared="")
        frames = http.post("/live/poll/", json=asked, headers=headers).json()["frames"]
        assert [frame.get("code") for frame in frames] == ["not_found"]
    alices.ask("generation.stop", generation=ack["generation"])
