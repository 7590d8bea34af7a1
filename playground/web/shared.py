"""What is shared with a team, as its page shows it: who may read and write there, and the control that changes it."""

import uuid
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from playground.accounts.models import Team, User
from playground.comparisons import sharing as comparison_sharing
from playground.comparisons.models import Comparison
from playground.conversations.models import Conversation
from playground.conversations.sharing import can_be_shared
from playground.web import access
from playground.web.composer import gone

Shared = Conversation.Shared
ICONS = {Shared.PRIVATE: "lock", Shared.READ: "eye", Shared.WRITE: "pencil"}
NEW = uuid.UUID(int=0)  # in an address: the conversation that does not exist yet


def page_values(user: User, team: Team, found: Conversation | None) -> dict[str, Any]:
    """What the page of a conversation (None: a new one) shows of whose it is and what the reader may do there."""
    is_guest = found is not None and found.user_id != user.pk
    return {
        "sharing": sharing_view(user, team, found),
        "is_guest": is_guest,
        "reads_only": found is not None and not access.may_write_in(user, found),
        "may_copy": found is None or access.may_copy(user, found),
        "unshared": gone() if is_guest else None,
    }


def sharing_view(user: User, team: Team, found: Conversation | None) -> dict[str, Any] | None:
    """Values of `conversations/_sharing.html`; None where there is nobody to share with."""
    if not can_be_shared(team):
        return None
    is_own = found is None or found.user_id == user.pk
    shared = found.shared if found else Shared.PRIVATE
    return {
        "address": reverse("conversation-sharing", args=[found.pk if found else NEW]),
        "is_own": is_own,
        "shared": shared,
        "may_write": found is None or access.may_write_in(user, found),
        "may_close": not is_own and found is not None and access.may_close(user, found),
        "owner": "" if is_own or found is None else found.user.display_name,
        "team": team.name,
        "link": reverse("conversation", args=[found.pk]) if found else "",
        "word": _word(shared),
        "choices": [_choice(value, team, shared) for value in Shared] if is_own else [],
    }


def view_of_comparison(user: User, found: Comparison) -> dict[str, Any] | None:
    """The same for a comparison, which the team can read and vote in."""
    if not can_be_shared(found.team):
        return None
    is_own = found.user_id == user.pk
    reads = _("They see it live with all its figures and vote; only you ask.")
    return {
        "address": reverse("comparison-sharing", args=[found.pk]),
        "is_own": is_own,
        "shared": found.shared,
        "may_write": False,
        "may_close": not is_own and access.may_close(user, found),
        "owner": "" if is_own else found.user.display_name,
        "team": found.team.name,
        "link": reverse("comparison", args=[found.pk]),
        "word": _word(found.shared),
        "choices": [
            _choice(value, found.team, found.shared) | ({"note": reads} if value == Shared.READ else {})
            for value in (comparison_sharing.CHOICES if is_own else ())
        ],
    }


def _word(shared: str) -> str:
    """On the button: what it does, or what holds now."""
    words = {Shared.READ: _("Team reads"), Shared.WRITE: _("Team writes")}
    return words.get(Shared(shared)) or pgettext("verb", "Share")


def _choice(value: Shared, team: Team, shared: str) -> dict[str, Any]:
    words = {
        Shared.PRIVATE: (_("Only you"), _("Nobody else sees it.")),
        Shared.READ: (
            _("%(team)s can read"),
            _("They see it live, with its run settings and what it cost, and can go on in a copy."),
        ),
        Shared.WRITE: (
            _("%(team)s can read and write"),
            _("They also send, stop and answer again, each with a key of their own or the team's."),
        ),
    }
    title, note = words[value]
    is_chosen = value == shared
    return {"value": value.value, "icon": ICONS[value], "title": title % {"team": team.name}, "note": note} | {
        "is_chosen": is_chosen
    }
