"""Invitations on the pages: made, mailed, shown once, taken back; accepted with an account and without one."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from playground.accounts import invitations, teams
from playground.accounts.models import Invitation, Team, User
from playground.accounts.people import current_team, role_in
from tests.conftest import PASSWORD
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]


@pytest.fixture
def crew(alice: User) -> Team:
    """A team that others can be invited to."""
    return teams.make(user=alice, name="Crew")


@pytest.fixture
def link(crew: Team, alice: User) -> str:
    """The path of a link that is open."""
    made = invitations.invite(team=crew, by=alice, role="member")
    return reverse("invitation-link", args=[invitations.token_of(made)])


def shown_link(answer: object) -> str:
    found = re.search(r'<code[^>]*id="invitation-link">([^<]+)</code>', answer.content.decode())  # type: ignore[attr-defined]
    return found.group(1) if found else ""


def test_a_link_is_shown_once_and_to_who_made_it(alices: Client, crew: Team, settings: Settings) -> None:
    alices.post(reverse("team-invite", args=[crew.pk]), {"role": "member"})
    address = shown_link(alices.get(reverse("team")))
    assert address.startswith(f"{settings.PUBLIC_URL}/invitation/")
    again = alices.get(reverse("team"))
    assert shown_link(again) == ""
    assert "Whoever has the link" in text_of(again)
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "[Trial center] Alice invites you to Crew", "good for 7 days"),
        ("zh-hans", "Alice 邀请您加入 Crew", "7 天"),
    ],
)
def test_an_address_gets_a_mail_in_its_language(
    alices: Client, charlie: User, crew: Team, settings: Settings, language: str, subject: str, words: str
) -> None:
    User.objects.filter(pk=charlie.pk).update(language=language)
    alices.post(reverse("team-invite", args=[crew.pk]), {"role": "viewer", "email": "charlie@example.org"})
    (sent,) = mail.outbox
    assert sent.to == ["charlie@example.org"]
    assert subject in sent.subject
    address = shown_link(alices.get(reverse("team")))
    for body in (str(sent.body), str(sent.alternatives[0][0])):  # type: ignore[attr-defined]
        assert address in body.replace("&amp;", "&")
        assert words in body


def test_an_invitation_whose_mail_does_not_leave_is_there_all_the_same(
    alices: Client, crew: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: EmailMessage, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMessage, "send", fail)
    alices.post(reverse("team-invite", args=[crew.pk]), {"role": "member", "email": "dana@example.org"})
    answer = alices.get(reverse("team"))
    assert shown_link(answer)
    assert "The mail could not be sent" in text_of(answer)


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"role": "owner"}, "not one of the available choices"),
        ({"role": "member", "email": "nonsense"}, "valid email"),
        ({"role": "member", "email": "ALICE@example.org"}, "in the team already"),
    ],
)
def test_an_invitation_that_cannot_be_comes_back_with_the_reason(
    alices: Client, crew: Team, posted: dict[str, str], words: str
) -> None:
    for headers in ({}, HTMX):
        answer = alices.post(reverse("team-invite", args=[crew.pk]), posted, headers=headers)
        assert answer.status_code == 422
        assert words in text_of(answer)
    assert not Invitation.objects.exists()


def test_an_invitation_is_taken_back(alices: Client, crew: Team, link: str, client: Client) -> None:
    row = Invitation.objects.get()
    alices.post(reverse("invitation-revoke", args=[crew.pk, row.pk]))
    assert "Whoever has the link" not in text_of(alices.get(reverse("team")))
    answer = client.get(link)
    assert (answer.status_code, "not open" in text_of(answer)) == (404, True)
    assert alices.post(reverse("invitation-revoke", args=[crew.pk, row.pk])).status_code == 404


def test_a_new_person_makes_an_account_though_sign_up_is_closed(
    client: Client, crew: Team, link: str, settings: Settings
) -> None:
    assert not settings.SIGN_UP_OPEN
    page = client.get(link, follow=True)
    assert page.redirect_chain == [(reverse("invitation"), 302)]
    assert "Alice invites you as Member" in text_of(page)
    posted = {"name": "Dana", "email": "Dana@Example.org", "password": PASSWORD}
    answer = client.post(reverse("invitation-sign-up"), posted, follow=True)
    assert "Welcome to Crew." in text_of(answer)
    dana = User.objects.get(email="dana@example.org")
    assert (role_in(dana, crew), current_team(dana), dana.is_owner) == ("member", crew, False)
    assert client.get(link).status_code == 404
    assert client.get(reverse("account_signup")).status_code != 200 or "closed" in text_of(
        client.get(reverse("account_signup"))
    )


def test_an_address_that_is_given_cannot_be_changed(client: Client, crew: Team, alice: User) -> None:
    made = invitations.invite(team=crew, by=alice, role="member", email="dana@example.org")
    page = client.get(reverse("invitation-link", args=[invitations.token_of(made)]), follow=True)
    assert re.search(r'<input[^>]+value="dana@example.org"[^>]+readonly', page.content.decode())
    answer = client.post(reverse("invitation-sign-up"), {"email": "eve@example.org", "password": PASSWORD})
    assert answer.status_code == 422
    assert "for another address" in text_of(answer)
    assert not User.objects.filter(email="eve@example.org").exists()


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"email": "charlie@example.org", "password": PASSWORD}, "There is an account with this address already"),
        ({"email": "dana@example.org", "password": "12345"}, "too short"),
        ({"email": "x", "password": PASSWORD}, "valid email"),
    ],
)
def test_an_account_that_cannot_be_made_comes_back_with_the_reason(
    client: Client, link: str, charlie: User, posted: dict[str, str], words: str
) -> None:
    client.get(link)
    answer = client.post(reverse("invitation-sign-up"), posted)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert Invitation.open().count() == 1


def test_who_has_an_account_signs_in_and_joins(client: Client, charlie: User, crew: Team, link: str) -> None:
    page = client.get(link, follow=True)
    sign_in = re.search(r'href="([^"]*login[^"]*)"', page.content.decode())
    assert sign_in
    answer = client.post(sign_in.group(1), {"login": charlie.email, "password": PASSWORD}, follow=True)
    assert "Join as Charlie" in text_of(answer)
    assert "Welcome to Crew." in text_of(client.post(reverse("invitation-accept"), follow=True))
    assert role_in(charlie, crew) == "member"


def test_who_is_signed_in_as_another_is_told_so(crew: Team, alice: User, charlie: User, browser_of: Browse) -> None:
    made = invitations.invite(team=crew, by=alice, role="member", email="dana@example.org")
    browser = browser_of(charlie)
    page = browser.get(reverse("invitation-link", args=[invitations.token_of(made)]), follow=True)
    assert "This invitation is for dana@example.org." in text_of(page)
    answer = browser.post(reverse("invitation-accept"))
    assert (answer.status_code, "for another address" in text_of(answer)) == (422, True)
    assert role_in(charlie, crew) is None


def test_a_member_who_opens_a_link_is_told_so(alices: Client, link: str) -> None:
    alices.get(link)
    answer = alices.post(reverse("invitation-accept"))
    assert "You are in this team already." in text_of(answer)
    assert Invitation.open().count() == 1


@pytest.mark.parametrize("name", ["invitation", "invitation-accept", "invitation-sign-up"])
def test_without_a_link_there_is_nothing_to_accept(alices: Client, name: str) -> None:
    answer = alices.get(reverse(name)) if name == "invitation" else alices.post(reverse(name))
    assert (answer.status_code, "not open" in text_of(answer)) == (404, True)
