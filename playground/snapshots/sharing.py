"""Deeds on snapshots: share, open, take back, go on with a copy."""

import datetime as dt
import hashlib
import secrets
from dataclasses import asdict

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import User
from playground.accounts.people import role_in
from playground.accounts.roles import Act, Thing, may
from playground.conversations.files.bring_in import bring_in
from playground.conversations.files.imported import Imported, ImportedMessage, chain, moment
from playground.conversations.models import Conversation
from playground.errors import Refused
from playground.snapshots.freezing import Shows, freeze
from playground.snapshots.models import Snapshot

DAYS = (1, 7, 30, 365)  # a link may hold; or for good
MOST = 500  # open links of a person
_SECRET_BYTES = 32


@transaction.atomic
def share(*, user: User, conversation: Conversation, shows: Shows, days: int | None) -> tuple[Snapshot, str]:
    """Freeze the open branch behind a new link; returns the secret part of its address, which nobody can look up again.

    Raises Refused: `not_allowed`, `too_many_links`, and what freeze raises.
    """
    if not may(role_in(user, conversation.team), Act.USE, Thing.CONVERSATIONS):
        raise Refused("not_allowed", _("Your role in this team does not allow this."))
    if links_of(user).filter(revoked_at=None).count() >= MOST:
        raise Refused("too_many_links", _("You have %(count)s links. Take one back first.") % {"count": MOST})
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    snapshot = Snapshot.objects.create(
        digest=_digest(secret),
        team=conversation.team,
        user=user,
        conversation=conversation,
        title=conversation.title,
        content=freeze(conversation, shows, author=user),
        expires_at=timezone.now() + dt.timedelta(days=days) if days else None,
    )
    audit.note(team=snapshot.team, person=user, deed="link.made", subject=snapshot.title, details=asdict(shows))
    return snapshot, secret


def behind(secret: str) -> Snapshot | None:
    """What a link shows; None for one that was taken back, has run out or never was, or whose maker left the team."""
    there = Snapshot.objects.filter(digest=_digest(secret), team__members__user=F("user"))
    found = there.select_related("team").first()
    return found if found is not None and found.is_open else None


def links_of(user: User) -> QuerySet[Snapshot]:
    """The links that a person has made in the teams they are in, newest first."""
    return Snapshot.objects.filter(user=user, team__members__user=user).order_by("-created_at", "id").defer("content")


@transaction.atomic
def take_back(snapshot: Snapshot) -> None:
    """Close the link for good; what it showed is forgotten."""
    audit.note(team=snapshot.team, person=snapshot.user, deed="link.ended", subject=snapshot.title)
    snapshot.revoked_at = snapshot.revoked_at or timezone.now()
    snapshot.content = {}
    snapshot.save(update_fields=["revoked_at", "content"])


def may_continue(user: User, snapshot: Snapshot) -> bool:
    """Whether the person can go on with a copy: a member of the team it comes from."""
    return may(role_in(user, snapshot.team), Act.USE, Thing.CONVERSATIONS)


def continue_copy(snapshot: Snapshot, user: User) -> Conversation:
    """A conversation of the person's own that begins with what the link shows. Costs stay where they arose."""
    content = snapshot.content
    messages = [_imported(place, one) for place, one in enumerate(content["messages"])]
    imported = Imported(
        title=snapshot.title,
        messages=chain(messages),
        system_prompt=content["system_prompt"],
        provider=content["model"].get("provider", ""),
        model=content["model"].get("name", ""),
    )
    return bring_in([imported], user=user, team=snapshot.team)[0].conversation


def _imported(place: int, one: dict[str, object]) -> ImportedMessage:
    values = {name: one[name] for name in ("reasoning_content", "tool_calls", "results", "web_search") if name in one}
    return ImportedMessage(
        id=str(place),
        parent=None,
        role=str(one["role"]),
        content=str(one["content"]),
        created_at=moment(one["written_at"]),
        model=str(one.get("model", "")),
        sums_up=bool(one.get("sums_up")),
        **values,  # type: ignore[arg-type]  # as freeze wrote them
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
