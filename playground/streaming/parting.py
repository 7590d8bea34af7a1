"""Somebody goes out of a team: what they made stays, what runs for them there stops, their own keys go along.

Their sockets are closed by the watch over them (playground/web/sessions.py), which asks every second who is where.
"""

from django.db import transaction

from playground.accounts import teams
from playground.accounts.models import Team, User
from playground.conversations.models import Generation
from playground.streaming.registry import stop_here
from playground.vault import keys


def remove(team: Team, *, by: User, user_id: int) -> None:
    """Take a member out. Raises Refused as teams.remove."""
    with transaction.atomic():
        user = teams.remove(team, by=by, user_id=user_id)
        keys.take_along(user, team)
    _stop(user, team)


def leave(team: Team, *, user: User) -> None:
    """Go out of a team. Raises Refused as teams.leave."""
    with transaction.atomic():
        teams.leave(team, user=user)
        keys.take_along(user, team)
    _stop(user, team)


def _stop(user: User, team: Team) -> None:
    running = Generation.objects.filter(user=user, conversation__team=team, state__in=Generation.LIVE)
    for generation in running.values_list("pk", flat=True):
        stop_here(generation)
