"""Deeds on teams and their members: make, rename, change a role, remove, leave, hand over, delete. Floor 1.

Each is one transaction that holds the team's row first (`hold`), so that two of them follow each other: of two owners
who leave at the same moment the second finds that a team keeps an owner. Who may do what is the table of roles.py.
"""

from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import AccessToken, Invitation, Member, Team, User
from playground.accounts.roles import Act, Role, Thing, may
from playground.errors import Refused
from playground.wire.text import clean

LONGEST_NAME: Final = 100


def teams_of(user: User) -> QuerySet[Member]:
    """The person's places, with their teams: the personal one first, then by name."""
    return Member.objects.filter(user=user).select_related("team").order_by("-team__personal", "team__name", "team_id")


@transaction.atomic
def make(*, user: User, name: str) -> Team:
    """A new team that the person owns and works in from now on. Raises Refused("bad_name")."""
    team = Team.objects.create(name=_name(name))
    Member.objects.create(team=team, user=user, role=Role.OWNER)
    switch(user=user, team=team)
    audit.note(team=team, person=user, deed="team.made", subject=team.name)
    return team


@transaction.atomic
def rename(team: Team, *, by: User, name: str) -> None:
    """Give a team another name. Raises Refused: `bad_name`, `not_allowed`."""
    held = hold(team)
    check_may(by, held, Act.EDIT)
    before, held.name = held.name, _name(name)
    if held.name == before:
        return
    held.save(update_fields=["name"])
    audit.note(team=held, person=by, deed="team.renamed", subject=held.name, details={"before": before})


def switch(*, user: User, team: Team) -> None:
    """The team the person works in from now on. Whether they are in it was asked by the caller."""
    user.current_team = team
    user.save(update_fields=["current_team"])


@transaction.atomic
def change_role(team: Team, *, by: User, user_id: int, role: str) -> None:
    """Give a member another role. Owners are made and unmade by owners alone, and one always stays.

    Raises Refused: `not_allowed`, `not_found`, `last_owner`; ValueError for an unknown role.
    """
    held, wanted = hold(team), Role(role)
    member = _member(held, user_id)
    check_may(by, held, Act.MANAGE if Role.OWNER in (member.role, wanted) else Act.EDIT)
    if member.role == wanted:
        return
    if member.role == Role.OWNER:
        _keep_an_owner(held, but=member)
    before, member.role = member.role, wanted
    member.save(update_fields=["role"])
    if not may(wanted, Act.EDIT, Thing.MEMBERS):
        take_back_invitations(held, member.user)
    about = {"before": before, "role": wanted.value}
    audit.note(team=held, person=by, deed="member.role", subject=member.user.email, details=about)


@transaction.atomic
def remove(team: Team, *, by: User, user_id: int) -> User:
    """Take somebody out of a team; what they made stays. Returns who it was.

    Raises Refused: `not_allowed`, `not_found`, `last_owner`.
    """
    held = hold(team)
    member = _member(held, user_id)
    check_may(by, held, Act.MANAGE if member.role == Role.OWNER else Act.EDIT)
    _end(held, member)
    audit.note(team=held, person=by, deed="member.removed", subject=member.user.email, details={"role": member.role})
    return member.user


@transaction.atomic
def leave(team: Team, *, user: User) -> None:
    """Go out of a team; the last owner hands it over first. Raises Refused: `not_found`, `last_owner`."""
    held = hold(team)
    member = _member(held, user.pk)
    _end(held, member)
    audit.note(team=held, person=user, deed="member.left", subject=user.email, details={"role": member.role})


@transaction.atomic
def hand_over(team: Team, *, by: User, user_id: int) -> None:
    """Make a member the owner in one's own place, and stay as an admin.

    Raises Refused: `not_allowed`, `not_found`, `cannot_sign_in`.
    """
    held = hold(team)
    check_may(by, held, Act.MANAGE)
    heir, former = _member(held, user_id), _member(held, by.pk)
    if heir == former:
        return
    if not heir.user.is_active:
        raise Refused("cannot_sign_in", _("Who owns a team must be able to sign in."))
    heir.role, former.role = Role.OWNER, Role.ADMIN
    Member.objects.bulk_update([heir, former], ["role"])
    audit.note(team=held, person=by, deed="team.handed_over", subject=heir.user.email)


@transaction.atomic
def delete(team: Team, *, by: User, name: str) -> list[User]:
    """End a team: nobody is in it any more, no link and no token leads into it. Returns who was in it.

    The row stays, for the ledger's entries and the log name it; streaming/parting.py deletes what the team had. `name`
    is typed by who does it, so that it is not done by mistake.
    Raises Refused: `personal_team`, `not_allowed`, `other_name`.
    """
    held = hold(team)
    check_may(by, held, Act.MANAGE)
    if held.personal:
        raise Refused("personal_team", _("A personal team stays as long as its person."))
    if " ".join(name.split()) != held.name:
        raise Refused("other_name", _("This is not the name of the team."))
    people = list(User.objects.filter(memberships__team=held).order_by("pk"))
    User.objects.filter(current_team=held).update(current_team=None)
    for rows in (Member, Invitation, AccessToken):
        rows._default_manager.filter(team=held).delete()
    held.deleted_at = timezone.now()
    held.save(update_fields=["deleted_at"])
    audit.note(team=held, person=by, deed="team.deleted", subject=held.name)
    return people


def hold(team: Team) -> Team:
    """The team as it is now, with its row locked to the end of the transaction."""
    return Team.objects.select_for_update().get(pk=team.pk)


def take_back_invitations(team: Team, user: User) -> None:
    """The links that somebody made do not outlive their right to make any: they know them."""
    Invitation.open().filter(team=team, created_by=user).update(revoked_at=timezone.now())


def check_may(user: User, team: Team, act: Act) -> None:
    """Refuse what the person's role of this moment does not let them do with members. Raises Refused("not_allowed")."""
    role = Member.objects.filter(team=team, user=user, user__is_active=True).values_list("role", flat=True).first()
    if not may(role, act, Thing.MEMBERS):
        raise Refused("not_allowed", _("Your role in this team does not allow this."))


def _member(team: Team, user_id: int) -> Member:
    found = Member.objects.filter(team=team, user_id=user_id).select_related("user").first()
    if found is None:
        raise Refused("not_found", _("There is no such member any more."))
    return found


def _keep_an_owner(team: Team, *, but: Member) -> None:
    others = Member.objects.filter(team=team, role=Role.OWNER, user__is_active=True).exclude(pk=but.pk)
    if not others.exists():
        raise Refused("last_owner", _("A team keeps an owner. Hand it over to somebody else first."))


def _end(team: Team, member: Member) -> None:
    if member.role == Role.OWNER:
        _keep_an_owner(team, but=member)
    take_back_invitations(team, member.user)
    User.objects.filter(pk=member.user_id, current_team=team).update(current_team=None)
    Member.objects.filter(pk=member.pk).delete()


def _name(name: str) -> str:
    name = " ".join(clean(name).split())[:LONGEST_NAME]
    if not name:
        raise Refused("bad_name", _("A team needs a name."))
    return name
