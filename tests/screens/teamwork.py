"""What happened in the team that the pictures show: its log, and the invitations that are open."""

import datetime as dt

from playground.accounts import audit, invitations, teams
from playground.accounts.models import Invitation, Team, User
from playground.accounts.people import create_user
from tests.screens.frozen_time import NOW, HeldClock

DEEDS = (
    (dt.timedelta(days=9, hours=3), "member.joined", "he.chuan@northwind.example", {"role": "member"}),
    (
        dt.timedelta(days=6, hours=1),
        "member.role",
        "xu.jianing@northwind.example",
        {"before": "viewer", "role": "member"},
    ),
    (dt.timedelta(days=2), "member.removed", "xu.jianing@northwind.example", {"role": "member"}),
)


def tell_of_the_team(clock: HeldClock, *, team: Team, owner: User, colleague: User) -> dict[str, str]:
    """Write it down; returns where it can be seen."""
    for ago, deed, subject, details in DEEDS:
        clock.set(NOW - ago)
        audit.note(team=team, person=owner, deed=deed, subject=subject, details=details)
    create_user(email="xu.jianing@northwind.example", password=None, name="Xu Jianing", is_active=False)
    clock.set(NOW - dt.timedelta(days=1, hours=2))
    teams.make(user=owner, name="Battery benchmark")
    teams.switch(user=owner, team=team)
    invitations.invite(team=team, by=owner, role="member", email="sofia.lindqvist@northwind.example")
    clock.set(NOW - dt.timedelta(hours=3))
    invitations.invite(team=team, by=owner, role="viewer")
    row = Invitation.objects.latest("created_at")
    return {"team": str(team.pk), "colleague": str(colleague.pk), "invitation": invitations.token_of(row)}
