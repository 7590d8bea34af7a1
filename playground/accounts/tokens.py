"""Personal access tokens: what a program shows instead of a person. Floor 1; used by the API and the account pages.

A token has 256 random bits, so that a plain digest of it can neither be guessed nor turned back. It is shown once.
"""

import datetime as dt
import enum
import hashlib
import secrets
from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import AccessToken, Team, User
from playground.accounts.people import role_in
from playground.errors import Refused

PREFIX: Final = "tct_"  # so that scanners for leaked secrets can tell what it is
DAYS: Final = (7, 30, 90, 365)  # that one may be good for
MOST: Final = 50  # good ones of one person
_HINT: Final = 4  # characters
_SEEN_EVERY: Final = dt.timedelta(minutes=1)


class Scope(enum.StrEnum):
    """What a token may be used for."""

    USAGE = "usage:read"
    CATALOG = "catalog:read"


@transaction.atomic
def issue(*, user: User, team: Team, name: str, scopes: Collection[str], days: int) -> tuple[AccessToken, str]:
    """A new token for a member of a team: its row, and the token itself, which nobody can ask for again.

    Raises Refused: `bad_token` for a name, scope or time that makes no sense; `not_allowed` for a stranger.
    """
    wanted = [scope.value for scope in Scope if scope in scopes]
    if not name.strip() or days not in DAYS or not wanted or len(wanted) != len(set(scopes)):
        raise Refused("bad_token", _("Give it a name, something it may read, and a time after which it ends."))
    if not user.is_active or role_in(user, team) is None:
        raise Refused("not_allowed", _("Only members of a team can have a token for it."))
    if good_ones(user).count() >= MOST:
        raise Refused("bad_token", _("You have %(most)s tokens already. Revoke one first.") % {"most": MOST})
    secret = PREFIX + secrets.token_urlsafe(32)
    audit.note(team=team, person=user, deed="token.made", subject=name.strip())
    row = AccessToken.objects.create(
        user=user,
        team=team,
        name=name.strip()[:100],
        scopes=wanted,
        digest=digest_of(secret),
        hint=secret[-_HINT:],
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    return row, secret


def digest_of(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find(secret: str, *, at: dt.datetime) -> AccessToken | None:
    """The row of a token that is good, with its user and team; the use is noted, to the minute."""
    rows = AccessToken.objects.select_related("user", "team")
    found = rows.filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=at, user__is_active=True).first()
    if found is not None and (found.last_used_at is None or at - found.last_used_at >= _SEEN_EVERY):
        AccessToken.objects.filter(pk=found.pk).update(last_used_at=at)
    return found


def good_ones(user: User) -> QuerySet[AccessToken]:
    """The person's tokens that can be used now."""
    return AccessToken.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now())


@transaction.atomic
def revoke(*, user: User, token_id: int) -> bool:
    """End a token of the person's now. False when there is none such."""
    mine = AccessToken.objects.filter(pk=token_id, user=user, revoked_at=None)
    row = mine.select_related("team").first()
    if row is None or not mine.update(revoked_at=timezone.now()):
        return False
    audit.note(team=row.team, person=user, deed="token.revoked", subject=row.name)
    return True
