"""A shared comparison over real sockets: its readers follow every column, and are cut when it is taken back."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.catalog.models import Offer
from playground.comparisons import columns, sharing
from playground.comparisons.models import Comparison
from playground.conversations.models import Message
from playground.conversations.run_settings import RunSettings
from tests.integration.live.conftest import Tab
from tests.integration.live.test_compare import MODELS, asks
from tests.server import Server

WITHIN = 2.0  # seconds: the promise; the machine of the tests is shared, so one more is given
LONG = "/sandbox long 2000"


@pytest.fixture
def comparison(server: Server, alice: User, bob: User) -> Comparison:
    """Alice's, of three sandbox models, in a team with Bob that can read it."""
    crew = Team.objects.create(name="Northwind")
    for user, role in ((alice, Role.OWNER), (bob, Role.MEMBER)):
        Member.objects.create(team=crew, user=user, role=role)
        user.current_team = crew
        user.save()
    offers = [Offer.objects.get(provider__slug="sandbox", wire_name=name) for name in MODELS]
    made = columns.make(user=alice, columns=[RunSettings(offer=offer.pk) for offer in offers])
    sharing.share(made, "read", by=alice)
    return made


def generations(ack: dict[str, Any]) -> list[str]:
    return [column["generation"] for column in ack["columns"]]


def test_a_reader_hears_of_the_question_and_follows_every_column_to_its_end_also_without_names(
    comparison: Comparison, bob: User, tab: Callable[..., Tab]
) -> None:
    columns.hide_names(comparison, hidden=True)
    alices, bobs = tab(), tab(bob)
    ack = alices.ask("comparison.send", **asks(comparison, "/sandbox long 300"))
    began = {bobs.hear_until(lambda f: f.get("what") == "began")["conversation"] for _ in ack["columns"]}
    assert began == {column["conversation"] for column in ack["columns"]}
    for column in ack["columns"]:
        bobs.follow(column["generation"])
    ended = {bobs.hear_until(lambda f: f["type"] == "end")["generation"] for _ in ack["columns"]}
    assert ended == set(generations(ack))
    for column in ack["columns"]:
        whole = Message.objects.get(pk=column["assistant_message"]).content
        assert bobs.text(column["generation"]) == whole != ""


def test_a_reader_neither_asks_nor_stops_nor_answers_again(
    comparison: Comparison, bob: User, tab: Callable[..., Tab]
) -> None:
    alices, bobs = tab(), tab(bob)
    ack = alices.ask("comparison.send", **asks(comparison, LONG))
    first = ack["columns"][0]
    refused = [
        bobs.ask("comparison.send", **asks(comparison, "me too")),
        bobs.ask("generation.stop", generation=first["generation"]),
        bobs.ask("message.regenerate", message=first["assistant_message"], client_id="a"),
    ]
    assert [one.get("code") for one in refused] == ["not_found", "read_only", "read_only"]
    for generation in generations(ack):
        alices.ask("generation.stop", generation=generation)


def test_when_it_is_taken_back_its_readers_are_cut_within_two_seconds(
    comparison: Comparison, alice: User, bob: User, charlie: User, tab: Callable[..., Tab]
) -> None:
    alices, bobs = tab(), tab(bob)
    ack = alices.ask("comparison.send", **asks(comparison, LONG))
    for generation in generations(ack):
        assert bobs.follow(generation)["live"] is True
        assert tab(charlie).follow(generation)["code"] == "not_found"
    began = time.monotonic()
    sharing.share(comparison, "", by=alice)
    closed = {bobs.hear_until(lambda f: f.get("what") == "closed")["conversation"] for _ in ack["columns"]}
    assert time.monotonic() - began < WITHIN + 1
    assert closed == {column["conversation"] for column in ack["columns"]}
    assert {bobs.follow(generation)["code"] for generation in generations(ack)} == {"not_found"}
    for generation in generations(ack):
        alices.ask("generation.stop", generation=generation)
