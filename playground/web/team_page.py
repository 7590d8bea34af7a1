"""The team's page in plain values: who is in it, who is invited, and the person's other teams. For templates/teams."""

from collections.abc import Sequence
from typing import Any

from playground.accounts import invitations
from playground.accounts.models import Invitation, Member, Team, User
from playground.accounts.roles import TABLE, Act, Role, Thing, may
from playground.web.forms.teams import InviteForm, TeamForm
from playground.web.moments import clock_words, day_words, moment_words
from playground.web.team_words import acts_words, role_note, role_words, thing_words

# From the most rights to the fewest, which is not the order of their letters.
RANK = {role.value: rank for rank, role in enumerate(Role)}


def team_view(user: User, team: Team, places: Sequence[Member], **forms: Any) -> dict[str, Any]:
    """Values of `teams/page.html`. `forms`: those that come back with errors."""
    rows = list(Member.objects.filter(team=team).select_related("user"))
    rows.sort(key=lambda row: (RANK[row.role], row.user.display_name.casefold(), row.pk))
    role = next((row.role for row in rows if row.user_id == user.pk), None)
    may_edit = may(role, Act.EDIT, Thing.MEMBERS) and not team.personal
    owners = sum(row.role == Role.OWNER for row in rows)
    return {
        "section": "team",
        "team": {"id": team.pk, "name": team.name, "is_personal": team.personal, "role": role_words(role or "viewer")},
        "members": [_member(row, user, role, owners) for row in rows],
        "roles": [{"name": one.value, "words": role_words(one), "note": role_note(one)} for one in Role],
        "rights": [_right(thing) for thing in Thing],
        "may_edit": may_edit,
        "may_rename": may(role, Act.EDIT, Thing.MEMBERS),
        "may_see_log": may(role, Act.VIEW, Thing.AUDIT),
        "may_delete": may(role, Act.MANAGE, Thing.MEMBERS) and not team.personal,
        "may_leave": not team.personal and (role != Role.OWNER or owners > 1),
        "is_last_owner": not team.personal and role == Role.OWNER and owners == 1,
        "invitations": [_invitation(row) for row in invitations.open_in(team)] if may_edit else [],
        "places": [_place(place, team) for place in places],
        "rename_form": TeamForm(initial={"name": team.name}, auto_id="team-%s"),
        "make_form": TeamForm(auto_id="make-%s"),
        "invite_form": InviteForm(auto_id="invite-%s"),
        **forms,
    }


def _right(thing: Thing) -> dict[str, Any]:
    """A line of the table that every endpoint asks, role by role."""
    return {"thing": thing_words(thing), "roles": [acts_words(thing, TABLE[thing][role]) for role in Role]}


def _member(row: Member, reader: User, role: str | None, owners: int) -> dict[str, Any]:
    is_owner = row.role == Role.OWNER
    manages = may(role, Act.MANAGE, Thing.MEMBERS)
    changes = manages if is_owner else may(role, Act.EDIT, Thing.MEMBERS)
    is_last = is_owner and owners == 1
    return {
        "id": row.user_id,
        "name": row.user.display_name,
        "initial": row.user.display_name[:1].upper(),
        "email": row.user.email,
        "is_you": row.user_id == reader.pk,
        "is_off": not row.user.is_active,
        "role": row.role,
        "role_words": role_words(row.role),
        "joined": day_words(row.joined_at.date()),
        "choices": [
            {"name": one.value, "words": role_words(one), "is_on": one == row.role}
            for one in Role
            if one != Role.OWNER or manages
        ]
        if changes and not is_last
        else [],
        "may_hand_over": manages and row.user_id != reader.pk and row.user.is_active,
        "may_remove": changes and not is_last and row.user_id != reader.pk,
    }


def _invitation(row: Invitation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "email": row.email,
        "role": role_words(row.role),
        "by": row.created_by.display_name,
        "made": moment_words(row.created_at),
        "until": clock_words(row.expires_at),
    }


def _place(place: Member, here: Team) -> dict[str, Any]:
    return {
        "id": place.team_id,
        "name": place.team.name,
        "is_personal": place.team.personal,
        "is_here": place.team_id == here.pk,
        "role": role_words(place.role),
    }
