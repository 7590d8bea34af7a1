"""Deeds on teams and their members, and that a team always keeps an owner."""

from collections.abc import Callable

import pytest

from playground.accounts import invitations, teams
from playground.accounts.models import Deed, Invitation, Member, Team, User
from playground.accounts.people import create_user, current_team, role_in
from playground.accounts.roles import Role
from playground.errors import Refused
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(alice: User) -> Team:
    """A team of Alice's with somebody in every role."""
    team = teams.make(user=alice, name="Crew")
    for name, role in (("owen", Role.OWNER), ("ada", Role.ADMIN), ("mia", Role.MEMBER), ("vic", Role.VIEWER)):
        Member.objects.create(team=team, user=create_user(email=f"{name}@example.org", password="x"), role=role)
    return team


def who(name: str) -> User:
    return User.objects.get(email=f"{name}@example.org")


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def deeds(team: Team) -> list[str]:
    return list(Deed.objects.filter(team=team).order_by("pk").values_list("name", flat=True))


def test_who_makes_a_team_owns_it_and_works_in_it(alice: User) -> None:
    team = teams.make(user=alice, name="  Night \n shift ")
    assert (team.name, team.personal, role_in(alice, team)) == ("Night shift", False, Role.OWNER)
    assert current_team(User.objects.get(pk=alice.pk)) == team
    assert deeds(team) == ["team.made"]


@pytest.mark.parametrize("name", ["", "  \n ", "\x00"])
def test_a_team_has_a_name(alice: User, name: str) -> None:
    assert code_of(lambda: teams.make(user=alice, name=name)) == "bad_name"
    assert Team.objects.count() == 1


@pytest.mark.parametrize(("by", "allowed"), [("alice", True), ("ada", True), ("mia", False), ("vic", False)])
def test_renaming_is_for_owners_and_admins(crew: Team, by: str, allowed: bool) -> None:
    if allowed:
        teams.rename(crew, by=who(by), name="Other")
    else:
        assert code_of(lambda: teams.rename(crew, by=who(by), name="Other")) == "not_allowed"
    assert Team.objects.get(pk=crew.pk).name == ("Other" if allowed else "Crew")


@pytest.mark.parametrize(
    ("by", "whom", "role", "outcome"),
    [
        ("alice", "mia", "owner", "done"),
        ("alice", "owen", "viewer", "done"),
        ("ada", "mia", "admin", "done"),
        ("ada", "vic", "member", "done"),
        ("ada", "mia", "owner", "not_allowed"),
        ("ada", "owen", "member", "not_allowed"),
        ("mia", "vic", "member", "not_allowed"),
        ("mia", "mia", "admin", "not_allowed"),
        ("vic", "vic", "owner", "not_allowed"),
        ("charlie", "mia", "viewer", "not_allowed"),
    ],
)
def test_roles_are_changed_by_who_may(crew: Team, charlie: User, by: str, whom: str, role: str, outcome: str) -> None:
    before = role_in(who(whom), crew)
    act = lambda: teams.change_role(crew, by=who(by), user_id=who(whom).pk, role=role)  # noqa: E731
    if outcome == "done":
        act()
        assert role_in(who(whom), crew) == role
        assert deeds(crew)[-1] == "member.role"
    else:
        assert code_of(act) == outcome
        assert role_in(who(whom), crew) == before


@pytest.mark.parametrize(
    ("by", "whom", "outcome"),
    [
        ("alice", "owen", "done"),
        ("ada", "mia", "done"),
        ("ada", "owen", "not_allowed"),
        ("mia", "vic", "not_allowed"),
        ("charlie", "mia", "not_allowed"),
        ("alice", "charlie", "not_found"),
    ],
)
def test_members_are_removed_by_who_may(crew: Team, charlie: User, by: str, whom: str, outcome: str) -> None:
    act = lambda: teams.remove(crew, by=who(by), user_id=who(whom).pk)  # noqa: E731
    if outcome == "done":
        User.objects.filter(email=f"{whom}@example.org").update(current_team=crew)
        act()
        assert role_in(who(whom), crew) is None
        assert current_team(who(whom)).personal
        assert deeds(crew)[-1] == "member.removed"
    else:
        assert code_of(act) == outcome


def test_a_team_keeps_an_owner(crew: Team, alice: User) -> None:
    teams.leave(crew, user=who("owen"))
    acts: list[Callable[[], object]] = [
        lambda: teams.leave(crew, user=alice),
        lambda: teams.remove(crew, by=alice, user_id=alice.pk),
        lambda: teams.change_role(crew, by=alice, user_id=alice.pk, role="admin"),
    ]
    assert [code_of(act) for act in acts] == ["last_owner"] * 3


def test_an_owner_who_cannot_sign_in_does_not_count(crew: Team, alice: User) -> None:
    User.objects.filter(pk=who("owen").pk).update(is_active=False)
    assert code_of(lambda: teams.leave(crew, user=alice)) == "last_owner"


@pytest.mark.parametrize(
    ("by", "name", "outcome"),
    [
        ("alice", "Crew", "done"),
        ("owen", "  Crew ", "done"),
        ("alice", "crew", "other_name"),
        ("alice", "", "other_name"),
        ("ada", "Crew", "not_allowed"),
        ("mia", "Crew", "not_allowed"),
        ("charlie", "Crew", "not_allowed"),
    ],
)
def test_a_team_is_deleted_by_an_owner_who_types_its_name(
    crew: Team, charlie: User, by: str, name: str, outcome: str
) -> None:
    if outcome != "done":
        assert code_of(lambda: teams.delete(crew, by=who(by), name=name)) == outcome
        assert Member.objects.filter(team=crew).count() == 5
        return
    assert len(teams.delete(crew, by=who(by), name=name)) == 5
    assert not Member.objects.filter(team=crew).exists()
    assert current_team(who("alice")).personal
    assert deeds(crew)[-1] == "team.deleted"


def test_a_personal_team_is_not_deleted(alice: User) -> None:
    personal = current_team(alice)
    assert code_of(lambda: teams.delete(personal, by=alice, name=personal.name)) == "personal_team"


def test_no_link_leads_into_a_team_that_was_deleted(crew: Team, alice: User, charlie: User) -> None:
    invitation = invitations.invite(team=crew, by=alice, role="member")
    teams.delete(crew, by=alice, name="Crew")
    assert invitations.opened(invitations.token_of(invitation)) is None
    assert code_of(lambda: invitations.accept(invitation, user=charlie)) == "invitation_closed"


def test_handing_over_makes_an_owner_and_leaves_an_admin(crew: Team, alice: User) -> None:
    teams.hand_over(crew, by=alice, user_id=who("mia").pk)
    assert (role_in(who("mia"), crew), role_in(alice, crew)) == (Role.OWNER, Role.ADMIN)
    assert code_of(lambda: teams.hand_over(crew, by=alice, user_id=who("vic").pk)) == "not_allowed"
    assert code_of(lambda: teams.hand_over(crew, by=who("mia"), user_id=0)) == "not_found"
    assert deeds(crew)[-1] == "team.handed_over"


def test_a_team_is_not_handed_over_to_somebody_who_cannot_sign_in(crew: Team, alice: User) -> None:
    teams.leave(crew, user=who("owen"))
    User.objects.filter(pk=who("mia").pk).update(is_active=False)
    assert code_of(lambda: teams.hand_over(crew, by=alice, user_id=who("mia").pk)) == "cannot_sign_in"


def test_links_do_not_outlive_the_right_to_make_them(crew: Team, alice: User) -> None:
    for by in ("ada", "alice"):
        invitations.invite(team=crew, by=who(by), role="member")
    teams.change_role(crew, by=alice, user_id=who("ada").pk, role="member")
    assert [row.created_by for row in Invitation.open()] == [alice]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["leave", "step down", "remove the other"])
def test_two_owners_who_go_at_once_leave_one_behind(alice: User, deed: str) -> None:
    team = teams.make(user=alice, name="Crew")
    people = [alice, create_user(email="owen@example.org", password="x")]
    Member.objects.create(team=team, user=people[1], role=Role.OWNER)
    acts: dict[str, Callable[[int], object]] = {
        "leave": lambda index: teams.leave(team, user=people[index]),
        "step down": lambda index: teams.change_role(
            team, by=people[index], user_id=people[index].pk, role=Role.MEMBER
        ),
        "remove the other": lambda index: teams.remove(team, by=people[index], user_id=people[1 - index].pk),
    }
    results = together(2, acts[deed])
    assert Member.objects.filter(team=team, role=Role.OWNER).count() == 1
    assert sum(isinstance(result, Refused) for result in results) == 1
