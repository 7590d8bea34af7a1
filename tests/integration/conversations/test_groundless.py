"""Which runs of a process nobody may pay for any more: those of people who are out, and what was deleted."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from playground.accounts.models import Member, User
from playground.conversations import progress
from playground.conversations.models import Conversation, Generation
from playground.conversations.turns import Turn

pytestmark = pytest.mark.django_db


def _remove(turn: Turn, user: User) -> None:
    Member.objects.filter(user=user, team=Generation.objects.get(pk=turn.generation_id).conversation.team).delete()


def _deactivate(turn: Turn, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _delete(turn: Turn, user: User) -> None:
    Conversation.objects.filter(generations=turn.generation_id).update(deleted_at=timezone.now())


@pytest.mark.parametrize("deed", [_remove, _deactivate, _delete])
def test_a_run_loses_its_ground(alice: User, send: Callable[..., Turn], deed: Callable[[Turn, User], None]) -> None:
    turn = send()
    assert progress.groundless("here") == []
    deed(turn, alice)
    assert progress.groundless("here") == [turn.generation_id]
    assert progress.groundless("elsewhere") == [], "another process asks about its own"


def test_what_has_ended_is_not_asked_about(alice: User, send: Callable[..., Turn]) -> None:
    turn = send()
    Generation.objects.filter(pk=turn.generation_id).update(state=Generation.State.FINISHED, lease_until=None)
    _deactivate(turn, alice)
    assert progress.groundless("here") == []


def test_a_writers_run_in_anothers_conversation_depends_on_the_writer(
    alice: User, bob: User, send: Callable[..., Turn]
) -> None:
    turn = send()
    Generation.objects.filter(pk=turn.generation_id).update(user=bob)
    assert progress.groundless("here") == []
    _remove(turn, alice)
    assert progress.groundless("here") == []
    _remove(turn, bob)
    assert progress.groundless("here") == [turn.generation_id]
