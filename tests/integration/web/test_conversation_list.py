"""The conversation list: groups, pages, search with marks, and only for whom it belongs to."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts.models import Team, User
from playground.conversations.models import Conversation
from playground.web import sidebar
from playground.web.sidebar import Cursor
from tests.integration.web.conftest import text_of

pytestmark = pytest.mark.django_db
DEEDS = ("rename", "pin", "archive", "delete", "restore")


def make(alice: User, team: Team, title: str) -> Conversation:
    return Conversation.objects.create(user=alice, team=team, title=title)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_stranger_finds_nothing_to_change(
    alice: User, team: Team, charlie: User, browser_of: Callable[[User], Client], deed: str
) -> None:
    room = make(alice, team, "hers")
    address = reverse(f"conversation-{deed}", args=[room.pk])
    assert browser_of(charlie).post(address, {"title": "mine", "on": "1"}).status_code == 404
    assert browser_of(charlie).post(reverse(f"conversation-{deed}", args=[uuid.uuid4()])).status_code == 404
    room.refresh_from_db()
    assert (room.title, room.pinned_at, room.archived_at, room.deleted_at) == ("hers", None, None, None)


def test_pinned_come_first_and_archived_stand_in_the_archive(alices: Client, alice: User, team: Team) -> None:
    rooms = {title: make(alice, team, title) for title in ("old", "new", "away")}
    alices.post(reverse("conversation-pin", args=[rooms["old"].pk]), {"on": "1"})
    alices.post(reverse("conversation-archive", args=[rooms["away"].pk]), {"on": "1"})
    groups = sidebar.listing(alice)["groups"]
    assert [(g["label"], [row["title"] for row in g["rows"]]) for g in groups] == [
        ("Pinned", ["old"]),
        ("Today", ["new"]),
    ]
    archive = sidebar.listing(alice, archived=True)["groups"]
    assert [row["title"] for group in archive for row in group["rows"]] == ["away"]


def test_a_deletion_is_undone(alices: Client, alice: User, team: Team) -> None:
    room = make(alice, team, "back again")
    alices.post(reverse("conversation-delete", args=[room.pk]))
    assert sidebar.listing(alice)["groups"] == []
    alices.post(reverse("conversation-restore", args=[room.pk]))
    assert len(sidebar.listing(alice)["groups"]) == 1


def test_pages_hold_every_row_once(alice: User, team: Team) -> None:
    for number in range(95):
        make(alice, team, f"number {number}")
    seen: list[str] = []
    after = None
    while True:
        page = sidebar.listing(alice, after=after)
        seen += [row["title"] for group in page["groups"] for row in group["rows"]]
        after = Cursor.read(page["more"])
        if after is None:
            break
    assert sorted(seen) == sorted(f"number {number}" for number in range(95))


def test_a_match_is_marked_and_an_empty_search_says_what_was_searched(alices: Client, alice: User, team: Team) -> None:
    make(alice, team, "清关延误三天")
    address = reverse("conversation-list")
    assert "<mark>清关</mark>延误三天" in alices.get(address, {"q": "清关"}).content.decode()
    nothing = text_of(alices.get(address, {"q": "electrolite"}))
    assert "No conversation matches “electrolite”" in nothing
    assert "Searched title, text and model name in 1 conversation." in nothing
    assert "Clear filter" in nothing
