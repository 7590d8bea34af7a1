"""Taking from a person that they may sign in, and giving it back: deeds of who owns the installation. Floor 1.

What somebody made stays where it is. Their sockets are closed by the watch over them (playground/web/sessions.py), what
runs for them is stopped by the process that has it (playground/streaming/registry.py); both ask every second.
"""

from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from playground.accounts import audit, browsers
from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.accounts.teams import hold, take_back_invitations
from playground.errors import Refused

RANK: Final = {role.value: rank for rank, role in enumerate(Role)}


@transaction.atomic
def deactivate(*, user_id: int, by: User) -> User:
    """Nobody signs in as this person any more, and nobody is signed in as them. Returns who it is.

    A team keeps an owner: one that would be left with none gets an heir (`heir_of`), and its log says so.
    Raises Refused: `not_allowed`, `not_found`, `yourself`.
    """
    user = _person(user_id, by)
    if user == by:
        raise Refused("yourself", _("You cannot deactivate yourself."))
    if not user.is_active:
        return user
    for place in places_of(user):
        team = hold(place.team)
        _pass_on(team, user, by)
        take_back_invitations(team, user)
        audit.note(team=team, person=by, deed="person.deactivated", subject=user.email)
    user.is_active = False
    user.save(update_fields=["is_active"])
    browsers.end_all(user)
    return user


@transaction.atomic
def let_in_again(*, user_id: int, by: User) -> User:
    """They may sign in again, with the roles they have. Raises Refused: `not_allowed`, `not_found`."""
    user = _person(user_id, by)
    if user.is_active:
        return user
    user.is_active = True
    user.save(update_fields=["is_active"])
    for place in places_of(user):
        audit.note(team=place.team, person=by, deed="person.let_in", subject=user.email)
    return user


def places_of(user: User) -> QuerySet[Member]:
    """The teams with others in them; in one order, so that two who hold their rows never wait for each other."""
    return Member.objects.filter(user=user, team__personal=False).select_related("team").order_by("team_id")


def heir_of(team: Team, user: User) -> Member | None:
    """Who owns the team when this person cannot: another owner, else the one with the most rights, the longest there.

    None: there is nobody else who may sign in.
    """
    others = Member.objects.filter(team=team, user__is_active=True).exclude(user=user).select_related("user")
    return min(others, key=lambda one: (RANK[one.role], one.joined_at, one.pk), default=None)


def _pass_on(team: Team, user: User, by: User) -> None:
    heir = heir_of(team, user)
    if heir is None or heir.role == Role.OWNER:
        return
    about = {"before": heir.role, "role": Role.OWNER.value}
    heir.role = Role.OWNER
    heir.save(update_fields=["role"])
    audit.note(team=team, person=by, deed="member.role", subject=heir.user.email, details=about)


def _person(user_id: int, by: User) -> User:
    if not (by.is_owner and by.is_active):
        raise Refused("not_allowed", _("Only who owns this installation may do this."))
    found = User.objects.filter(pk=user_id).first()
    if found is None:
        raise Refused("not_found", _("There is no such person."))
    return found
