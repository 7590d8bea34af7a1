"""Who may not sign in any more is out of everything, and no team stays behind without an owner."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.accounts import deactivation, invitations, teams, tokens
from playground.accounts.models import Deed, Invitation, Member, Team, User
from playground.accounts.people import create_user, role_in
from playground.accounts.roles import Role
from playground.errors import Refused
from tests.conftest import PASSWORD
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def owen(alice: User) -> User:
    """Owns a team alone, in which there is an admin and two members."""
    return create_user(email="owen@example.org", password=PASSWORD, name="Owen")


@pytest.fixture
def crew(owen: User) -> Team:
    """That team; Mia is in it for longer than Max."""
    team = teams.make(user=owen, name="Crew")
    for name, role in (("mia", Role.MEMBER), ("max", Role.MEMBER), ("ada", Role.ADMIN), ("vic", Role.VIEWER)):
        Member.objects.create(team=team, user=create_user(email=f"{name}@example.org", password="x"), role=role)
    return team


def who(name: str) -> User:
    return User.objects.get(email=f"{name}@example.org")


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_every_browser_is_signed_out_and_none_signs_in(alice: User, owen: User) -> None:
    browser = Client()
    browser.force_login(owen)
    assert browser.get(reverse("settings")).status_code == 200
    deactivation.deactivate(user_id=owen.pk, by=alice)
    assert browser.get(reverse("settings")).status_code == 302
    assert not Client().login(email=owen.email, password=PASSWORD)
    deactivation.let_in_again(user_id=owen.pk, by=alice)
    assert browser.get(reverse("settings")).status_code == 302, "a session of before does not come back to life"
    asked = {"login": owen.email, "password": PASSWORD}
    assert Client().post(reverse("account_login"), asked).headers["Location"] == reverse(settings.LOGIN_REDIRECT_URL)


def test_tokens_and_rights_rest_until_they_are_let_in_again(alice: User, owen: User, crew: Team) -> None:
    _row, secret = tokens.issue(user=owen, team=crew, name="Sheet", scopes=["usage:read"], days=7)
    deactivation.deactivate(user_id=owen.pk, by=alice)
    assert tokens.find(secret, at=timezone.now()) is None
    assert role_in(who("owen"), crew) is None
    deactivation.let_in_again(user_id=owen.pk, by=alice)
    assert tokens.find(secret, at=timezone.now()) is not None
    assert role_in(who("owen"), crew) == Role.OWNER


def test_their_open_invitations_are_taken_back(alice: User, owen: User, crew: Team) -> None:
    invitations.invite(team=crew, by=owen, role="member")
    deactivation.deactivate(user_id=owen.pk, by=alice)
    assert not Invitation.open().exists()


@pytest.mark.parametrize(
    ("gone", "heir"), [((), "ada"), (("ada",), "mia"), (("ada", "mia"), "max"), (("ada", "mia", "max"), "vic")]
)
def test_a_team_without_an_owner_gets_the_one_with_the_most_rights_and_the_longest_there(
    alice: User, owen: User, crew: Team, gone: tuple[str, ...], heir: str
) -> None:
    for name in gone:
        deactivation.deactivate(user_id=who(name).pk, by=alice)
    deactivation.deactivate(user_id=owen.pk, by=alice)
    assert list(Member.objects.filter(team=crew, role=Role.OWNER, user__is_active=True).values_list("user")) == [
        (who(heir).pk,)
    ]
    told = list(Deed.objects.filter(team=crew).order_by("-pk").values_list("name", "subject")[:2])
    assert told == [("person.deactivated", owen.email), ("member.role", f"{heir}@example.org")]


def test_a_team_with_another_owner_and_one_with_nobody_else_change_nothing(alice: User, owen: User, crew: Team) -> None:
    alone = teams.make(user=owen, name="Alone")
    teams.change_role(crew, by=owen, user_id=who("mia").pk, role=Role.OWNER)
    before = set(Member.objects.values_list("team", "user", "role"))
    deactivation.deactivate(user_id=owen.pk, by=alice)
    assert set(Member.objects.values_list("team", "user", "role")) == before
    assert Deed.objects.filter(team=alone, name="person.deactivated").exists()


def test_it_is_for_the_owner_of_the_installation_and_not_for_oneself(alice: User, owen: User, crew: Team) -> None:
    assert code_of(lambda: deactivation.deactivate(user_id=alice.pk, by=owen)) == "not_allowed"
    assert code_of(lambda: deactivation.let_in_again(user_id=alice.pk, by=owen)) == "not_allowed"
    assert code_of(lambda: deactivation.deactivate(user_id=alice.pk, by=alice)) == "yourself"
    assert code_of(lambda: deactivation.deactivate(user_id=0, by=alice)) == "not_found"


def test_twice_is_once(alice: User, owen: User, crew: Team) -> None:
    for _time in range(2):
        deactivation.deactivate(user_id=owen.pk, by=alice)
    for _time in range(2):
        deactivation.let_in_again(user_id=owen.pk, by=alice)
    assert [Deed.objects.filter(name=f"person.{name}").count() for name in ("deactivated", "let_in")] == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_are_deactivated_at_once_leave_a_team_with_an_owner(alice: User) -> None:
    people = [create_user(email=f"{name}@example.org", password="x") for name in ("owen", "olga", "mia")]
    team = teams.make(user=people[0], name="Crew")
    Member.objects.create(team=team, user=people[1], role=Role.OWNER)
    Member.objects.create(team=team, user=people[2], role=Role.MEMBER)
    results = together(2, lambda index: deactivation.deactivate(user_id=people[index].pk, by=alice))
    assert not [result for result in results if isinstance(result, Exception)]
    assert role_in(people[2], team) == Role.OWNER
