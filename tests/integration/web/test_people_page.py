"""The page of the installation's people: who is there, and who of them may sign in."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts import teams
from playground.accounts.models import Member, User
from playground.accounts.people import create_user
from playground.web import people_page
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db


def test_the_owner_sees_everybody_and_nobody_else_does(
    alices: Client, bob: User, charlie: User, browser_of: Callable[[User], Client]
) -> None:
    words = text_of(alices.get(reverse("people")))
    for part in ("Alice", "you", "bob@example.org", "charlie@example.org", "Deactivate Charlie"):
        assert part in words
    assert "Deactivate Alice" not in words
    assert "Manage people" in text_of(alices.get(reverse("settings")))
    assert "Manage people" not in text_of(browser_of(bob).get(reverse("settings")))
    assert browser_of(bob).get(reverse("people")).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"), [("BOB", ["Bob"]), ("张", ["张伟"]), ("example.org", None), ("nobody", [])]
)
def test_people_are_found_by_any_part_of_name_or_address(
    alices: Client, bob: User, query: str, found: list[str] | None
) -> None:
    create_user(email="zhang.wei@example.com", password="x", name="张伟")
    values = alices.get(reverse("people"), {"q": query}).context
    assert [one["name"] for one in values["people"]] == (["Alice", "Bob"] if found is None else found)


def test_somebody_is_deactivated_after_a_question_and_let_in_again(alices: Client, charlie: User) -> None:
    address = reverse("person-deactivate", args=[charlie.pk])
    assert "Deactivate Charlie?" in text_of(alices.get(address))
    assert b"<html" not in alices.get(address, headers=HTMX).content
    words = text_of(alices.post(address, follow=True))
    assert "Charlie cannot sign in any more." in words
    assert "Let in again Charlie" in words
    again = alices.post(reverse("person-let-in", args=[charlie.pk]), follow=True)
    assert "Charlie may sign in again." in text_of(again)
    assert User.objects.get(pk=charlie.pk).is_active


def test_the_question_says_who_will_own_their_teams(alices: Client, bob: User, charlie: User) -> None:
    crew = teams.make(user=charlie, name="Crew")
    teams.make(user=charlie, name="Lone star")
    Member.objects.create(team=crew, user=bob, role="member")
    words = text_of(alices.get(reverse("person-deactivate", args=[charlie.pk])))
    assert "Crew goes on under a new owner: Bob." in words
    assert "Nobody else is in Lone star: it waits for them." in words


def test_the_owner_is_told_that_they_cannot_lock_themselves_out(alices: Client, alice: User) -> None:
    words = text_of(alices.post(reverse("person-deactivate", args=[alice.pk]), follow=True))
    assert "You cannot deactivate yourself." in words


def test_a_long_list_says_how_many_there_are(alices: Client, bob: User, charlie: User) -> None:
    for number in range(people_page.SHOWN):
        create_user(email=f"n{number}@example.org", password=None)
    answer = alices.get(reverse("people"))
    assert len(answer.context["people"]) == people_page.SHOWN
    assert f"The first 100 of {people_page.SHOWN + 3}; search to find others." in text_of(answer)
