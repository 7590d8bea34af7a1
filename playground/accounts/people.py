"""Making people and finding the team they work in. Floor 1; called by set-up, sign-up and the views."""

from collections.abc import Sequence

from django.db import transaction

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.statements import Param, Select

_active = Select(lambda: User.objects.filter(pk=Param.of(User, "id"), is_active=True))
_chosen_team = Select(
    lambda: Team.objects.filter(pk=Param("team", Team._meta.pk), members__user_id=Param("user", User._meta.pk))
)


def create_user(
    *,
    email: str,
    password: str | None,
    name: str = "",
    language: str = "",
    is_owner: bool = False,
    is_active: bool = True,
) -> User:
    """Make a user together with their personal team, in one transaction. No password: nobody can sign in with one.

    The password is not judged here: forms and setup.claim do that. Raises IntegrityError for a taken address.
    """
    user = User(email=email, name=name.strip(), language=language, is_owner=is_owner, is_active=is_active)
    user.set_password(password)
    return save_with_team(user)


def save_with_team(user: User) -> User:
    """Save a new user and make their personal team, in one transaction."""
    with transaction.atomic():
        user.save()
        team = Team.objects.create(name=user.display_name[:100], personal=True)
        Member.objects.create(team=team, user=user, role=Role.OWNER)
        user.current_team = team
        user.save(update_fields=["current_team"])
    return user


def active_user(user_id: int) -> User:
    """Who may act. Raises User.DoesNotExist for somebody who is gone or may not sign in any more."""
    user = _active.first(id=user_id)
    if user is None:
        raise User.DoesNotExist
    return user


def current_team(user: User) -> Team:
    """The team the user works in: the one chosen last while they are still in it, else their personal one."""
    chosen = _chosen_team.first(team=user.current_team_id, user=user.pk) if user.current_team_id else None
    if chosen is not None:
        return chosen
    team = Team.objects.filter(members__user=user).order_by("-personal", "pk").first()
    if team is None:
        raise LookupError(f"user {user.pk} has no team")  # create_user gives everybody one
    return team


def at_work(user: User, places: Sequence[Member]) -> Team:
    """The same, where all the person's places are at hand already, with their teams."""
    if not places:
        raise LookupError(f"user {user.pk} has no team")
    return min(
        places, key=lambda place: (place.team_id != user.current_team_id, not place.team.personal, place.team_id)
    ).team


def role_in(user: User, team: Team) -> str | None:
    """The user's role in the team, None for a stranger and for somebody who may not sign in any more."""
    if not user.is_active:
        return None
    return Member.objects.filter(user=user, team=team).values_list("role", flat=True).first()
