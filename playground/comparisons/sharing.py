"""Letting a team read a comparison. Its columns are shared with it: who may read one is asked of the conversation."""

from django.db import transaction
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import User
from playground.comparisons.models import Comparison, Shared
from playground.conversations.models import Conversation
from playground.conversations.sharing import can_be_shared
from playground.errors import Refused

CHOICES = (Shared.PRIVATE, Shared.READ)  # only its maker asks, with keys and at costs of their own


def share(comparison: Comparison, shared: str, *, by: User) -> None:
    """Open a comparison to its team, or close it again, and note it in the team's log.

    Raises Refused: `bad_share`, `nobody_to_share_with`.
    """
    if shared not in CHOICES:
        raise Refused("bad_share", _("This is not a usable value."))
    if shared and not can_be_shared(comparison.team):
        raise Refused("nobody_to_share_with", _("A personal team has nobody to share with."))
    with transaction.atomic():
        # Held, so that a column that is added meanwhile is as open as the others.
        if Comparison.objects.select_for_update().get(pk=comparison.pk).shared == shared:
            return
        comparison.shared = shared
        comparison.save(update_fields=["shared"])
        Conversation.objects.filter(column__comparison=comparison).update(shared=shared)
        audit.note(
            team=comparison.team,
            person=by,
            deed="comparison.shared" if shared else "comparison.unshared",
            subject=comparison.title,
            details={"comparison": str(comparison.pk), "shared": shared},
        )
