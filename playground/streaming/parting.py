"""Somebody goes out of a team, or the team ends: what they made stays, or goes; their own keys go along.

Their sockets are closed by the watch over them (playground/web/sessions.py), what runs for them there is stopped by
the process that has it (registry.py): both ask every second who is where.
"""

from typing import Final

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from playground.accounts import teams
from playground.accounts.models import Team, User
from playground.batches.models import Batch
from playground.budgets.models import Budget
from playground.comparisons.models import Comparison, Vote
from playground.conversations.models import Conversation
from playground.presets.models import Preset
from playground.prompts.models import PromptTemplate
from playground.snapshots.models import Snapshot
from playground.tools.models import Function
from playground.vault import keys

HELD: Final[tuple[type[Model], ...]] = (Snapshot, Vote, Comparison, Preset, Function, Budget, PromptTemplate)


@transaction.atomic
def remove(team: Team, *, by: User, user_id: int) -> None:
    """Take a member out. Raises Refused as teams.remove."""
    keys.take_along(teams.remove(team, by=by, user_id=user_id), team)


@transaction.atomic
def leave(team: Team, *, user: User) -> None:
    """Go out of a team. Raises Refused as teams.leave."""
    teams.leave(team, user=user)
    keys.take_along(user, team)


@transaction.atomic
def delete(team: Team, *, by: User, name: str) -> None:
    """End a team with all it has; entries of the ledger and the log stay. Raises Refused as teams.delete."""
    for user in teams.delete(team, by=by, name=name):
        keys.take_along(user, team)
    keys.wipe(team, by=by)
    for kind in HELD:
        kind._default_manager.filter(team=team).delete()
    # Like everything that is deleted, these go a piece at a time; that of a batch goes with its rows.
    now = timezone.now()
    Conversation.objects.filter(team=team, batch=None, deleted_at=None).update(deleted_at=now)
    Batch.objects.filter(team=team, deleted_at=None).update(deleted_at=now)
