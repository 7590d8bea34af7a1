"""Letting a team read a conversation, or write in it, and who then hears of what happens there."""

from collections.abc import Sequence
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Act, Thing, roles_that_may
from playground.conversations.models import Conversation, Generation
from playground.errors import Refused

Shared = Conversation.Shared

# What a team may do in a conversation that somebody shared with it. What is missing here is its owner's alone.
OPEN_TO: dict[Act, Sequence[str]] = {Act.VIEW: (Shared.READ, Shared.WRITE), Act.USE: (Shared.WRITE,)}


class Shareable(Protocol):
    """What a person of a team can share with it."""

    @property
    def user_id(self) -> int:
        """Whose it is."""

    @property
    def team_id(self) -> int:
        """Where it is."""

    @property
    def shared(self) -> str:
        """How it is shared; "" while it is not."""


def share(conversation: Conversation, shared: str, *, by: User) -> None:
    """Open a conversation to its team, or close it again, and note it in the team's log.

    Raises Refused: `bad_share`, `nobody_to_share_with`.
    """
    if shared not in Shared.values:
        raise Refused("bad_share", _("This is not a usable value."))
    if shared and not can_be_shared(conversation.team):
        raise Refused("nobody_to_share_with", _("A personal team has nobody to share with."))
    if shared == conversation.shared:
        return
    deed = "conversation.shared" if shared else "conversation.unshared"
    conversation.shared = shared
    with transaction.atomic():
        conversation.save(update_fields=["shared"])
        audit.note(
            team=conversation.team,
            person=by,
            deed=deed,
            subject=conversation.title,
            details={"conversation": str(conversation.pk), "shared": shared},
        )


def can_be_shared(team: Team) -> bool:
    """Whether there can be anybody to share with."""
    return not team.personal


def audience(found: Shareable, *, also: int | None = None) -> frozenset[int]:
    """The users who are told what happens in it: its owner, and the team while it is shared. Private ones ask nothing.

    `also`: somebody who is told in any case, because the run is theirs.
    """
    told = {found.user_id} | ({also} if also is not None else set())
    if found.shared:
        team = Member.objects.filter(
            team=found.team_id, role__in=roles_that_may(Act.VIEW, Thing.CONVERSATIONS), user__is_active=True
        )
        told |= set(team.values_list("user_id", flat=True))
    return frozenset(told)


def check_nobody_else_writes(conversation: Conversation, user: User) -> None:
    """Refused("busy") while the last answer that is written in a shared conversation is one to somebody else.

    Whoever comes second would else take the branch away from under the first one's eyes.
    """
    if not conversation.shared and conversation.user_id == user.pk:
        return
    last = _last_run(conversation)
    if last is not None and last.is_live and last.user_id != user.pk:
        raise busy(conversation, user)


def busy(conversation: Conversation, user: User) -> Refused:
    """Why nothing can be sent while the last answer is written, with the name of who asked for it."""
    last = _last_run(conversation)
    if last is None or last.user_id == user.pk:
        return Refused("busy", _("The last answer is still being written. Stop it or wait."))
    words = _("%(name)s has just asked and is being answered. Your text stays here: wait, or stop the answer.")
    return Refused("busy", words % {"name": last.user.display_name})


def moved(conversation: Conversation, user: User) -> Refused:
    """Why a turn does not fit any more: the conversation went on, and through whom."""
    last = _last_run(conversation)
    if last is None or last.user_id == user.pk:
        words = _("This conversation went on in another window. Look at it first, then send again.")
        return Refused("conversation_moved", words)
    words = _("%(name)s was faster, and the conversation went on. Your text stays here: look, then send it again.")
    return Refused("conversation_moved", words % {"name": last.user.display_name})


def _last_run(conversation: Conversation) -> Generation | None:
    """The run that fills the end of the open branch."""
    return Generation.objects.filter(message=conversation.leaf_id).select_related("user").first()
