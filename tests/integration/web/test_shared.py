"""The pages of a shared conversation: what a guest finds there, what they may not do, and where the list shows it."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts import teams
from playground.accounts.models import Deed, Member, Team, User
from playground.accounts.roles import Role
from playground.conversations.models import Conversation, Message
from playground.web import shared_list, sidebar
from playground.web.sidebar import Cursor
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db

READS = ("conversation", "thread", "conversation-sharing", "conversation-what-if")
OWNERS = ("rename", "pin", "archive", "delete", "restore", "sharing")


@pytest.fixture
def crew(alice: User, bob: User) -> Team:
    """A team of two that is nobody's own."""
    crew = Team.objects.create(name="Northwind")
    for user, role in ((alice, Role.OWNER), (bob, Role.MEMBER)):
        Member.objects.create(team=crew, user=user, role=role)
        user.current_team = crew
        user.save()
    return crew


@pytest.fixture
def room(crew: Team, alice: User) -> Conversation:
    """Alice's, with a question and an answer."""
    room = Conversation.objects.create(team=crew, user=alice, title="Break-even volume", shared="read")
    question = Message.objects.create(conversation=room, role="user", content="How much?", author=alice)
    room.leaf = Message.objects.create(conversation=room, role="assistant", content="That much.", parent=question)
    room.save()
    return room


@pytest.fixture
def bobs(browser_of: Callable[[User], Client], bob: User) -> Client:
    return browser_of(bob)


def share(room: Conversation, shared: str) -> None:
    room.shared = shared
    room.save()


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize(("shared", "status"), [("", 404), ("read", 200), ("write", 200)])
def test_the_team_reads_what_is_shared(room: Conversation, bobs: Client, name: str, shared: str, status: int) -> None:
    share(room, shared)
    assert bobs.get(reverse(name, args=[room.pk])).status_code == status


def test_a_guest_takes_a_file_and_reads_a_message(room: Conversation, bobs: Client) -> None:
    assert bobs.get(reverse("conversation-export", args=[room.pk, "md"])).status_code == 200
    assert "That much." in text_of(bobs.get(reverse("message", args=[room.leaf_id])))
    share(room, "")
    assert bobs.get(reverse("conversation-export", args=[room.pk, "md"])).status_code == 404
    assert bobs.get(reverse("message", args=[room.leaf_id])).status_code == 404


@pytest.mark.parametrize("deed", OWNERS)
@pytest.mark.parametrize("shared", ["read", "write"])
def test_what_is_the_owners_to_do_nobody_else_does(room: Conversation, bobs: Client, deed: str, shared: str) -> None:
    share(room, shared)
    values = {"title": "bob's", "on": "1", "shared": ""}
    assert bobs.post(reverse(f"conversation-{deed}", args=[room.pk]), values).status_code == 404
    room.refresh_from_db()
    assert (room.title, room.shared) == ("Break-even volume", shared)
    assert (room.pinned_at, room.archived_at, room.deleted_at) == (None, None, None)


@pytest.mark.parametrize(("shared", "status"), [("read", 404), ("write", 302)])
def test_only_writers_change_settings_and_the_open_branch(
    catalog: None, room: Conversation, bobs: Client, shared: str, status: int
) -> None:
    share(room, shared)
    assert bobs.post(reverse("conversation-settings", args=[room.pk])).status_code == status
    assert bobs.post(reverse("branch", args=[room.pk]), {"message": str(room.leaf_id)}).status_code == status


def test_the_owner_shares_and_takes_it_back(room: Conversation, alices: Client, bobs: Client) -> None:
    address = reverse("conversation-sharing", args=[room.pk])
    shown = alices.post(address, {"shared": "write"}, headers=HTMX)
    assert "Team writes" in text_of(shown)
    assert bobs.get(reverse("conversation", args=[room.pk])).status_code == 200
    assert alices.post(address, {"shared": ""}).status_code == 302
    assert bobs.get(reverse("conversation", args=[room.pk])).status_code == 404
    assert alices.post(address, {"shared": "the world"}, headers=HTMX).status_code == 422


def test_who_manages_the_teams_conversations_takes_one_back_and_can_do_no_more(
    crew: Team, room: Conversation, bobs: Client, bob: User, alice: User
) -> None:
    address = reverse("conversation-sharing", args=[room.pk])
    assert "Take it back from the team" not in text_of(bobs.get(address))
    Member.objects.filter(team=crew, user=bob).update(role=Role.ADMIN)
    assert "Take it back from the team" in text_of(bobs.get(address))
    assert bobs.post(address, {"shared": "write"}).status_code == 404
    answer = bobs.post(address, {"shared": ""}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == reverse("playground")
    room.refresh_from_db()
    assert room.shared == ""
    assert bobs.get(address).status_code == 404
    deed = Deed.objects.filter(team=crew).latest("pk")
    assert (deed.name, deed.person, deed.subject) == ("conversation.unshared", bob, room.title)


def test_what_somebody_shared_stays_with_the_team_when_they_are_gone_and_can_be_taken_back(
    crew: Team, room: Conversation, bobs: Client, bob: User, alice: User
) -> None:
    Member.objects.filter(team=crew, user=bob).update(role=Role.OWNER)
    teams.leave(crew, user=alice)
    assert "That much." in text_of(bobs.get(reverse("conversation", args=[room.pk])))
    assert bobs.post(reverse("conversation-sharing", args=[room.pk]), {"shared": ""}).status_code == 302
    assert bobs.get(reverse("conversation", args=[room.pk])).status_code == 404


def test_a_conversation_of_a_personal_team_has_no_such_control(alices: Client, alice: User, team: Team) -> None:
    room = Conversation.objects.create(team=team, user=alice, title="mine")
    assert 'id="sharing"' not in alices.get(reverse("conversation", args=[room.pk])).content.decode()
    assert alices.post(reverse("conversation-sharing", args=[room.pk]), {"shared": "read"}).status_code == 422


def test_a_column_of_a_comparison_is_not_shared(crew: Team, alices: Client, alice: User) -> None:
    column = Conversation.objects.create(team=crew, user=alice, title="")
    assert alices.post(reverse("conversation-sharing", args=[column.pk]), {"shared": "read"}).status_code == 404


def test_a_reader_is_told_whose_it_is_and_offered_a_copy(room: Conversation, bobs: Client, bob: User) -> None:
    page = bobs.get(reverse("conversation", args=[room.pk]))
    said = text_of(page)
    assert "Alice lets the team read this conversation." in said
    assert "Go on in a copy" in said
    assert "of Alice" in said
    for deed in ("rename", "pin", "archive", "delete"):
        assert f'id="conversation-{deed}"' not in page.content.decode()
    answer = bobs.post(reverse("branch-off", args=[room.leaf_id]))
    copy = Conversation.objects.get(user=bob)
    assert answer.headers["Location"] == reverse("conversation", args=[copy.pk])
    assert [row.content for row in copy.branch()] == ["How much?", "That much."]


def test_a_writer_finds_the_composer_and_every_name(room: Conversation, bobs: Client, alices: Client) -> None:
    share(room, "write")
    for browser in (bobs, alices):
        page = browser.get(reverse("conversation", args=[room.pk])).content.decode()
        assert 'data-author="Alice"' in page
        assert "data-reads-only" not in page
    share(room, "")
    assert "data-author" not in alices.get(reverse("conversation", args=[room.pk])).content.decode()


def test_a_viewer_reads_and_cannot_copy(room: Conversation, crew: Team, bobs: Client, bob: User) -> None:
    share(room, "write")
    Member.objects.filter(team=crew, user=bob).update(role=Role.VIEWER)
    page = bobs.get(reverse("conversation", args=[room.pk]))
    assert "Alice lets the team read" in text_of(page)
    assert "Go on in a copy" not in text_of(page)
    assert "data-no-copy" in page.content.decode()
    assert bobs.post(reverse("branch-off", args=[room.leaf_id])).status_code == 404


def test_a_guest_cannot_move_it_out_of_the_archive_and_is_not_asked_to(room: Conversation, bobs: Client) -> None:
    share(room, "write")
    Conversation.objects.filter(pk=room.pk).update(archived_at="2026-01-01T00:00:00Z")
    page = bobs.get(reverse("conversation", args=[room.pk]))
    assert "Its owner can move it back" in text_of(page)
    assert 'data-way="list"' not in page.content.decode()


def test_an_own_key_of_the_owner_is_not_named_to_a_guest(catalog: None, room: Conversation, bobs: Client) -> None:
    key = str(uuid.uuid4())
    room.settings = {"key": key}
    room.save()
    assert key not in bobs.get(reverse("conversation", args=[room.pk])).content.decode()


def test_the_list_says_what_is_shared_and_by_whom(
    room: Conversation, crew: Team, alice: User, bob: User, bobs: Client, alices: Client
) -> None:
    mine = sidebar.listing(alice)
    assert [(row["title"], row["is_shared"]) for group in mine["groups"] for row in group["rows"]] == [
        ("Break-even volume", True)
    ]
    assert mine["shared_count"] == 0
    assert (sidebar.listing(bob)["groups"], sidebar.listing(bob)["shared_count"]) == ([], 1)
    shown = bobs.get(reverse("conversation-list"), {"view": "shared"})
    assert "Shared by others Today Break-even volume Alice" in text_of(shown)
    assert "data-row-menu" not in shown.content.decode()
    assert "shared with the team" in alices.get(reverse("conversation-list")).content.decode()


def test_what_others_share_in_another_team_or_with_strangers_is_not_in_the_list(
    room: Conversation, crew: Team, bob: User, charlie: User
) -> None:
    assert shared_list.listing(charlie)["groups"] == []
    other = Team.objects.create(name="Elsewhere")
    Member.objects.create(team=other, user=bob, role=Role.MEMBER)
    bob.current_team = other
    bob.save()
    assert shared_list.listing(bob)["groups"] == []
    Member.objects.filter(team=crew, user=bob).delete()
    bob.current_team = crew  # kept from before, as a row may
    assert shared_list.listing(bob)["groups"] == []


def test_shared_ones_are_found_by_title_and_owner_and_come_in_pages(crew: Team, alice: User, bob: User) -> None:
    for number in range(95):
        pinned = "2026-01-01T00:00:00Z" if number % 7 == 0 else None
        Conversation.objects.create(team=crew, user=alice, title=f"number {number}", shared="read", pinned_at=pinned)
    seen: list[str] = []
    after = None
    while True:
        page = shared_list.listing(bob, after=after)
        seen += [row["title"] for group in page["groups"] for row in group["rows"]]
        after = Cursor.read(page["more"])
        if after is None:
            break
    assert seen == [f"number {number}" for number in reversed(range(95))]
    assert [group["label"] for group in shared_list.listing(bob)["groups"]] == ["Today"], "pins are their owner's"
    found = shared_list.listing(bob, query="ALICE 42")
    assert [row["title"] for group in found["groups"] for row in group["rows"]] == ["number 42"]
    refreshed = shared_list.listing(bob, upto=Cursor.of(Conversation.objects.get(title="number 30")))
    assert sum(len(group["rows"]) for group in refreshed["groups"]) == 65
