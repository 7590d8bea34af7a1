"""Making users, their personal teams, and the team they work in."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from playground.accounts.models import Member, Team, User, fold_email
from playground.accounts.people import create_user, current_team, role_in
from playground.accounts.roles import Role
from tests.together import together

pytestmark = pytest.mark.django_db


def test_a_new_user_has_a_personal_team_and_owns_it() -> None:
    user = create_user(email="Dana@Example.org", password="correct horse", name=" Dana ")
    team = Team.objects.get()
    assert (user.email, user.name) == ("dana@example.org", "Dana")
    assert (team.name, team.personal) == ("Dana", True)
    assert current_team(user) == team
    assert role_in(user, team) == Role.OWNER
    assert user.check_password("correct horse")
    assert not user.is_owner


def test_a_user_whose_team_cannot_be_made_is_not_made_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Team._meta.get_field("name"), "get_prep_value", lambda value: None)  # NOT NULL refuses it
    with pytest.raises(IntegrityError), transaction.atomic():
        create_user(email="dana@example.org", password="x", name="Dana")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "spelling", ["ALICE@EXAMPLE.ORG", " alice@example.org ", "Alice@Example.org", "ａlice@example.org"]
)
def test_an_address_is_taken_in_every_spelling(alice: User, spelling: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        create_user(email=spelling, password="x")
    assert User.objects.get_by_natural_key(spelling) == alice


def test_the_database_itself_refuses_the_same_address_in_other_letters(alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="ALICE@example.org")])  # no save(), so nothing is folded


@given(st.emails())
def test_folding_an_address_twice_changes_nothing(address: str) -> None:
    assert fold_email(fold_email(address)) == fold_email(address)


def test_no_password_lets_nobody_in() -> None:
    user = create_user(email="dana@example.org", password=None)
    assert not user.has_usable_password()
    assert not user.check_password("")


def test_the_team_chosen_last_is_the_current_one_while_one_is_in_it(bob: User, team: Team) -> None:
    assert current_team(bob).members.get().user == bob
    bob.current_team = team
    assert current_team(bob) == team
    Member.objects.filter(user=bob, team=team).delete()
    assert current_team(bob).members.get().user == bob


def test_without_a_choice_the_personal_team_is_the_current_one(bob: User) -> None:
    bob.current_team = None
    assert current_team(bob).personal


def test_a_deleted_team_leaves_its_members_their_own(bob: User, team: Team) -> None:
    User.objects.filter(pk=bob.pk).update(current_team=team)
    team.delete()
    bob.refresh_from_db()
    assert current_team(bob).personal


def test_roles_of_the_cast(alice: User, bob: User, charlie: User, team: Team) -> None:
    assert [role_in(user, team) for user in (alice, bob, charlie)] == [Role.OWNER, Role.MEMBER, None]


def test_somebody_disabled_has_no_role_left(bob: User, team: Team) -> None:
    bob.is_active = False
    assert role_in(bob, team) is None


def test_nobody_is_twice_in_a_team(bob: User, team: Team) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(user=bob, team=team, role=Role.VIEWER)


def test_the_database_knows_the_roles(charlie: User, team: Team) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(user=charlie, team=team, role="emperor")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", "UTC\n"])
def test_a_time_zone_must_exist(alice: User, zone: str) -> None:
    alice.time_zone = zone
    with pytest.raises(ValidationError):
        alice.full_clean()


@pytest.mark.django_db(transaction=True)
def test_twenty_sign_ups_at_once_with_one_address_make_one_user() -> None:
    results = together(20, lambda index: create_user(email=f"{'dD'[index % 2]}ana@example.org", password="x"))
    assert sum(isinstance(result, User) for result in results) == 1
    assert all(isinstance(result, User | IntegrityError) for result in results)
    assert User.objects.count() == Team.objects.count() == Member.objects.count() == 1
