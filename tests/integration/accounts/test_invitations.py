"""Invitations: who makes them, what their links open, and that each is good once."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.core import signing
from django.core.exceptions import ValidationError

from playground.accounts import invitations, teams
from playground.accounts.models import Deed, Invitation, Member, Team, User
from playground.accounts.people import create_user, current_team, role_in
from playground.accounts.roles import Role
from playground.errors import Refused
from tests.conftest import PASSWORD
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(alice: User) -> Team:
    """A team that others can be invited to."""
    return teams.make(user=alice, name="Crew")


@pytest.fixture
def invite(crew: Team, alice: User) -> Callable[..., Invitation]:
    """Invites somebody into the crew, as a member unless said otherwise."""

    def made(**changes: str) -> Invitation:
        return invitations.invite(team=crew, by=alice, **{"role": "member", **changes})

    return made


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_a_link_opens_its_invitation(invite: Callable[..., Invitation]) -> None:
    made = invite(email=" Dana@Example.org ")
    assert invitations.opened(invitations.token_of(made)) == made
    assert (made.email, made.role) == ("dana@example.org", "member")


@pytest.mark.parametrize("forge", ["other", "unsigned", "foreign salt", "garbage", "not an id"])
def test_a_forged_link_opens_nothing(invite: Callable[..., Invitation], forge: str) -> None:
    token = invitations.token_of(invite())
    tokens = {
        "other": f"{uuid.uuid4().hex}:{token.partition(':')[2]}",
        "unsigned": token.partition(":")[0],
        "foreign salt": signing.Signer(salt="elsewhere").sign(token.partition(":")[0]),
        "garbage": "a:b\x00\ud800",
        "not an id": signing.Signer(salt=invitations.SALT).sign("x"),
    }
    assert invitations.opened(tokens[forge]) is None


@pytest.mark.parametrize("end", ["used", "revoked", "expired"])
def test_a_link_that_is_over_opens_nothing(
    invite: Callable[..., Invitation], crew: Team, alice: User, charlie: User, end: str
) -> None:
    made = invite()
    if end == "used":
        invitations.accept(made, user=charlie)
    elif end == "revoked":
        invitations.revoke(crew, by=alice, invitation_id=made.pk)
    else:
        Invitation.objects.update(expires_at=made.created_at - dt.timedelta(seconds=1))
    assert invitations.opened(invitations.token_of(made)) is None
    late = create_user(email="late@example.org", password="x")
    assert code_of(lambda: invitations.accept(made, user=late)) == "invitation_closed"
    assert code_of(lambda: invitations.revoke(crew, by=alice, invitation_id=made.pk)) == "not_found"


@pytest.mark.parametrize("role", ["admin", "member", "viewer"])
def test_who_accepts_is_in_with_the_role_and_works_there(
    invite: Callable[..., Invitation], crew: Team, charlie: User, role: str
) -> None:
    assert invitations.accept(invite(role=role), user=charlie) == crew
    assert role_in(charlie, crew) == role
    assert current_team(User.objects.get(pk=charlie.pk)) == crew
    assert Deed.objects.filter(team=crew).latest("pk").details == {"role": role, "invited_by": "alice@example.org"}


@pytest.mark.parametrize("role", ["owner", "root", ""])
def test_nobody_is_invited_as_an_owner(invite: Callable[..., Invitation], role: str) -> None:
    assert code_of(lambda: invite(role=role)) == "bad_role"


@pytest.mark.parametrize(("role", "allowed"), [("owner", 1), ("admin", 1), ("member", 0), ("viewer", 0), (None, 0)])
def test_owners_and_admins_invite(crew: Team, charlie: User, role: str | None, allowed: int) -> None:
    if role:
        Member.objects.create(team=crew, user=charlie, role=role)
    act = lambda: invitations.invite(team=crew, by=charlie, role="member")  # noqa: E731
    if allowed:
        invitations.revoke(crew, by=charlie, invitation_id=act().pk)
    else:
        assert code_of(act) == "not_allowed"


def test_nobody_is_invited_into_a_personal_team(alice: User) -> None:
    personal = Team.objects.get(members__user=alice, personal=True)
    assert code_of(lambda: invitations.invite(team=personal, by=alice, role="member")) == "personal_team"


def test_an_invitation_for_an_address_is_for_nobody_else(
    invite: Callable[..., Invitation], crew: Team, charlie: User
) -> None:
    made = invite(email="dana@example.org")
    new = {"password": PASSWORD, "email": "eve@example.org"}
    assert code_of(lambda: invitations.accept(made, user=charlie)) == "other_address"
    assert code_of(lambda: invitations.accept_as_new(made, **new)) == "other_address"
    assert not User.objects.filter(email="eve@example.org").exists()
    user = invitations.accept_as_new(made, **{**new, "email": "DANA@example.org"}, name="Dana")
    assert (role_in(user, crew), current_team(user), user.check_password(PASSWORD)) == ("member", crew, True)


def test_who_is_in_already_uses_nothing_up(invite: Callable[..., Invitation], alice: User, charlie: User) -> None:
    made = invite()
    assert code_of(lambda: invitations.accept(made, user=alice)) == "member_already"
    assert code_of(lambda: invite(email="alice@example.org")) == "member_already"
    invitations.accept(made, user=charlie)


@pytest.mark.parametrize(
    ("email", "password", "outcome"),
    [
        ("charlie@example.org", PASSWORD, "email_taken"),
        ("nonsense", PASSWORD, "invalid"),
        ("dana@example.org", "12345", "invalid"),
    ],
)
def test_an_account_that_cannot_be_made_leaves_the_invitation_open(
    invite: Callable[..., Invitation], charlie: User, email: str, password: str, outcome: str
) -> None:
    made = invite()
    with pytest.raises((Refused, ValidationError)) as refused:
        invitations.accept_as_new(made, email=email, password=password)
    assert getattr(refused.value, "code", None) == (outcome if outcome == "email_taken" else None)
    assert invitations.opened(invitations.token_of(made)) == made
    assert User.objects.count() == 2


def test_a_team_has_no_more_open_invitations_than_it_may(
    invite: Callable[..., Invitation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "MOST_OPEN", 2)
    for _ in range(2):
        invite()
    assert code_of(invite) == "too_many_invitations"


@pytest.mark.django_db(transaction=True)
def test_a_link_that_many_use_at_once_lets_one_in(crew: Team, alice: User) -> None:
    made = invitations.invite(team=crew, by=alice, role="member")
    there = [create_user(email=f"there{index}@example.org", password="x") for index in range(3)]

    def act(index: int) -> object:
        if index < len(there):
            return invitations.accept(made, user=there[index])
        return invitations.accept_as_new(made, email=f"new{index}@example.org", password=PASSWORD)

    results = together(6, act)
    assert sorted(getattr(result, "code", "in") for result in results) == ["in", *["invitation_closed"] * 5]
    assert Member.objects.filter(team=crew, role=Role.MEMBER).count() == 1
    assert User.objects.filter(email__startswith="new").count() <= 1
