"""The team's page, switching teams on every page, and what follows the team at work."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts import teams
from playground.accounts.models import Member, Team, User
from playground.accounts.people import create_user, current_team, role_in
from playground.accounts.roles import Act, Role, Thing, may
from playground.catalog.models import Provider
from playground.conversations.models import Conversation
from playground.vault.models import ApiKey
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]


@pytest.fixture
def crew(alice: User) -> Team:
    """A team of Alice's, at work in it."""
    return teams.make(user=alice, name="Crew")


@pytest.fixture
def mia(crew: Team) -> User:
    """A member of it, at work in it."""
    user = create_user(email="mia@example.org", password="x", name="Mia")
    Member.objects.create(team=crew, user=user, role=Role.MEMBER)
    teams.switch(user=user, team=crew)
    return user


def test_the_page_names_the_members_and_their_roles(alices: Client, crew: Team, mia: User) -> None:
    words = text_of(alices.get(reverse("team")))
    for part in ("Crew", "2 people share", "Mia", "mia@example.org", "Member", "Owner", "Invite somebody"):
        assert part in words


def test_a_member_changes_nobody(crew: Team, mia: User, browser_of: Browse) -> None:
    words = text_of(browser_of(mia).get(reverse("team")))
    for part in ("Invite somebody", "Name of the team", "Manage", "Audit log"):
        assert part not in words
    assert "Leave Crew" in words


def test_nobody_is_invited_into_a_personal_team(alices: Client) -> None:
    words = text_of(alices.get(reverse("team")))
    assert "Your personal team" in words
    assert "Invite somebody" not in words


def test_a_team_is_made_renamed_and_worked_in(alices: Client, alice: User) -> None:
    assert alices.post(reverse("team-make"), {"name": "Crew"}).status_code == 302
    crew = Team.objects.get(name="Crew")
    assert current_team(User.objects.get(pk=alice.pk)) == crew
    alices.post(reverse("team-rename", args=[crew.pk]), {"name": "Night shift"})
    assert "Night shift" in text_of(alices.get(reverse("keys")))


@pytest.mark.parametrize("name", ["team-make", "team-rename"])
def test_a_team_without_a_name_comes_back_with_the_reason(alices: Client, crew: Team, name: str) -> None:
    address = reverse(name, args=[crew.pk] if name == "team-rename" else [])
    answer = alices.post(address, {"name": " "}, headers=HTMX)
    assert answer.status_code == 422
    assert "This field is required" in text_of(answer)
    whole = alices.post(address, {"name": " "})
    assert (whole.status_code, b"<html" in whole.content) == (422, True)


def test_roles_are_changed_and_members_removed(alices: Client, crew: Team, mia: User) -> None:
    alices.post(reverse("member-role", args=[crew.pk, mia.pk]), {"role": "admin"})
    assert role_in(mia, crew) == Role.ADMIN
    address = reverse("member-remove", args=[crew.pk, mia.pk])
    assert "Remove Mia from Crew?" in text_of(alices.get(address))
    assert b"<html" not in alices.get(address, headers=HTMX).content
    alices.post(address)
    assert role_in(mia, crew) is None


def test_a_refusal_is_told_on_the_page(alices: Client, crew: Team, alice: User) -> None:
    answer = alices.post(reverse("team-leave", args=[crew.pk]), follow=True)
    assert "A team keeps an owner" in text_of(answer)
    assert role_in(alice, crew) == Role.OWNER


def test_a_team_is_handed_over(alices: Client, crew: Team, mia: User, alice: User) -> None:
    address = reverse("team-hand-over", args=[crew.pk, mia.pk])
    assert "Hand Crew over to Mia?" in text_of(alices.get(address))
    assert "Mia owns the team now" in text_of(alices.post(address, follow=True))
    assert (role_in(mia, crew), role_in(alice, crew)) == (Role.OWNER, Role.ADMIN)


def test_somebody_leaves(crew: Team, mia: User, browser_of: Browse) -> None:
    browser = browser_of(mia)
    assert "Leave Crew?" in text_of(browser.get(reverse("team-leave", args=[crew.pk])))
    answer = browser.post(reverse("team-leave", args=[crew.pk]), follow=True)
    assert "You have left Crew." in text_of(answer)
    assert "Your personal team" in text_of(answer)


@pytest.mark.parametrize(
    ("at", "to"),
    [
        ("/keys/", "/keys/"),
        ("/usage/?range=7d", "/usage/"),
        ("/c/5f0c1c1e-6d2e-4b0e-9a43-3f0c5f3f5a51/", "/"),
        ("/usage/entries/7/", "/"),
        ("https://evil.example/", "/"),
        ("", "/"),
    ],
)
def test_switching_stays_on_a_page_that_every_team_has(
    alices: Client, alice: User, crew: Team, at: str, to: str
) -> None:
    personal = Team.objects.get(members__user=alice, personal=True)
    answer = alices.post(reverse("team-switch"), {"team": personal.pk, "next": at})
    assert answer.headers["Location"] == to
    assert current_team(User.objects.get(pk=alice.pk)) == personal


@pytest.mark.parametrize("team", ["", "x", "0", "99999999999999999999"])
def test_nobody_switches_to_a_team_they_are_not_in(alices: Client, charlie: User, team: str) -> None:
    for value in (team, str(current_team(charlie).pk)):
        assert alices.post(reverse("team-switch"), {"team": value}).status_code == 404


def test_every_page_lists_the_teams_to_switch_to(alices: Client, alice: User, crew: Team, catalog: None) -> None:
    for name in ("playground", "keys", "usage", "templates", "models", "settings", "team"):
        menu = alices.get(reverse(name)).content.decode().split('id="team-menu-list"')[1].split("</form>")[0]
        assert 'aria-checked="true"><span class="tc-grow tc-cut">Crew' in menu
        assert 'aria-checked="false"><span class="tc-grow tc-cut">Alice' in menu


def test_the_list_of_conversations_is_that_of_the_team(alices: Client, alice: User, crew: Team) -> None:
    personal = Team.objects.get(members__user=alice, personal=True)
    Conversation.objects.create(user=alice, team=crew, title="Of the crew")
    Conversation.objects.create(user=alice, team=personal, title="Of my own")
    assert "Of the crew" in text_of(alices.get(reverse("conversation-list")))
    alices.post(reverse("team-switch"), {"team": personal.pk})
    words = text_of(alices.get(reverse("conversation-list")))
    assert "Of my own" in words
    assert "Of the crew" not in words


def test_what_a_removed_member_made_stays_and_is_not_there_for_them(
    alices: Client, crew: Team, mia: User, browser_of: Browse
) -> None:
    room = Conversation.objects.create(user=mia, team=crew, title="Of the crew")
    browser = browser_of(mia)
    assert browser.get(reverse("conversation", args=[room.pk])).status_code == 200
    alices.post(reverse("member-remove", args=[crew.pk, mia.pk]))
    for name in ("conversation", "thread", "conversation-what-if"):
        assert browser.get(reverse(name, args=[room.pk])).status_code == 404
    assert b"Of the crew" not in browser.get(reverse("conversations-export")).getvalue()
    assert Conversation.objects.filter(pk=room.pk, team=crew).exists()


def test_personal_keys_go_along_with_who_leaves(catalog: None, alices: Client, crew: Team, mia: User) -> None:
    rack = Provider.objects.create(
        slug="rack", name="Rack", base_url="https://x.example/v1", currency="CNY", scope=f"team:{crew.pk}"
    )
    for provider in (Provider.objects.get(slug="zai"), rack):
        about = {"provider": provider, "bound_origin": "https://x.example:443", "label": "k"}
        ApiKey.objects.create(user=mia, team=crew, **about)
        ApiKey.objects.create(user=None, team=crew, **about)
    alices.post(reverse("member-remove", args=[crew.pk, mia.pk]))
    personal = Team.objects.get(members__user=mia, personal=True)
    kept = ApiKey.objects.filter(user=mia).values_list("team", "provider__slug")
    assert list(kept) == [(personal.pk, "zai")]
    assert ApiKey.objects.filter(user=None, team=crew).count() == 2


def test_the_page_shows_the_table_that_every_endpoint_asks(alices: Client, crew: Team) -> None:
    answer = alices.get(reverse("team"))
    most = {"see": Act.VIEW, "see one’s own": Act.VIEW, "use": Act.USE, "edit": Act.EDIT, "manage": Act.MANAGE}
    shown = answer.context["rights"]
    assert len(shown) == len(Thing)
    for thing, line in zip(Thing, shown, strict=True):
        assert line["thing"] in text_of(answer)
        for role, words in zip(Role, line["roles"], strict=True):
            allowed = [act for act in Act if may(role, act, thing)]
            assert allowed[-1:] == ([most[words]] if words != "—" else []), (thing, role)
