"""The conversation list: groups, pages, search with marks, and only for whom it belongs to."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.conversations import search_index
from playground.conversations.models import LIST_ORDER, Conversation, Message
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
    assert sorted(titles_of_all_pages(alice)) == sorted(f"number {number}" for number in range(95))


@pytest.mark.parametrize("indexed", [0, 40, 500], ids=["nothing indexed", "a part indexed", "all indexed"])
def test_pages_of_a_search_hold_every_hit_once_in_the_order_of_the_list(alice: User, team: Team, indexed: int) -> None:
    now = timezone.now()
    for number in range(110):
        room = make(alice, team, f"needle {number}" if number % 3 else f"hay {number}")
        room.updated_at = now - dt.timedelta(minutes=number // 4)  # four each at the same moment
        room.pinned_at = now if number % 10 == 1 else None
        room.save()
        Message.objects.create(conversation=room, role="user", content="in a text: needle" if number % 9 == 0 else "-")
    search_index.index_pending(limit=indexed)
    expected = [
        room.title
        for room in Conversation.objects.order_by(*LIST_ORDER).prefetch_related("messages")
        if "needle" in room.title or "needle" in room.messages.all()[0].content
    ]
    assert titles_of_all_pages(alice, query="needle") == expected
    assert len(expected) > 2 * sidebar.ROWS


@pytest.mark.parametrize("archived", [False, True])
def test_the_list_is_read_in_the_order_of_its_index(alice: User, team: Team, *, archived: bool) -> None:
    make(alice, team, "a row")
    rows = sidebar.shelf(alice, current_team(alice), archived=archived).order_by(*LIST_ORDER)[:40]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # which reads so few rows without any index, if it may
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        plan = rows.explain()
    assert ("conversation_archive" if archived else "conversation_list") in plan
    assert "SORT" not in plan.upper()
    assert "TEMP B-TREE" not in plan.upper()


@pytest.mark.parametrize(("hour", "label"), [(1, "Yesterday"), (20, "Today")])
def test_three_hours_ago_is_today_or_yesterday_by_the_readers_clock(
    alices: Client, alice: User, team: Team, hour: int, label: str
) -> None:
    now = timezone.now()
    Conversation.objects.create(user=alice, team=team, title="a row", updated_at=now - dt.timedelta(hours=3))
    west = (now.hour - hour + 11) % 24 - 11  # of Greenwich: there it is this hour now
    alices.cookies["time_zone"] = f"Etc/GMT{west:+d}"
    assert f"<h3>{label}</h3>" in alices.get(reverse("conversation-list")).content.decode()


def titles_of_all_pages(user: User, query: str = "") -> list[str]:
    """What the list shows when it is scrolled to its end."""
    seen: list[str] = []
    after = None
    while True:
        page = sidebar.listing(user, query=query, after=after)
        seen += [row["title"] for group in page["groups"] for row in group["rows"]]
        after = Cursor.read(page["more"])
        if after is None:
            return seen


def test_a_match_is_marked_and_an_empty_search_says_what_was_searched(alices: Client, alice: User, team: Team) -> None:
    make(alice, team, "清关延误三天")
    address = reverse("conversation-list")
    assert "<mark>清关</mark>延误三天" in alices.get(address, {"q": "清关"}).content.decode()
    nothing = text_of(alices.get(address, {"q": "electrolite"}))
    assert "No conversation matches “electrolite”" in nothing
    assert "Searched title, text and model name in 1 conversation." in nothing
    assert "Clear filter" in nothing


def test_a_copy_that_was_not_asked_anything_yet_names_the_model_it_goes_on_with(
    alice: User, team: Team, catalog: None
) -> None:
    offer = Offer.objects.filter(provider__practice=True)[0]
    make(alice, team, "plain")
    Conversation.objects.create(user=alice, team=team, title="copy", settings={"offer": str(offer.pk)})
    rows = [row for group in sidebar.listing(alice)["groups"] for row in group["rows"]]
    assert {row["title"]: [part.text for part in row["model_parts"]] for row in rows} == {
        "copy": [offer.title],
        "plain": [],
    }
