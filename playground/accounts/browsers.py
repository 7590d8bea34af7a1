"""In which browsers a person is signed in, and how that ends there. Floor 1; called by the middleware and the settings.

A session that ends is deleted from the table of sessions: its next request is nobody's, and its sockets are closed by
the watch over them (playground/web/sessions.py).
"""

import time
from typing import Final

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from playground.accounts.models import BrowserSession, User

SEEN_EVERY: Final = 60.0  # seconds; "last seen" need not be finer
LONGEST_AGENT: Final = 300
AT_MOST: Final = 10_000  # remembered sessions

_seen: dict[str, float] = {}


def note_seen(*, user: User, session_key: str, user_agent: str) -> None:
    """A browser asked for something; written down once a minute."""
    now = time.monotonic()
    if now - _seen.get(session_key, -SEEN_EVERY) < SEEN_EVERY:
        return
    values = {"user": user, "user_agent": user_agent[:LONGEST_AGENT], "last_seen_at": timezone.now()}
    BrowserSession.objects.update_or_create(session_key=session_key, defaults=values)
    if len(_seen) >= AT_MOST:
        _seen.clear()
    _seen[session_key] = now


def open_sessions(user: User) -> list[BrowserSession]:
    """The browsers that are signed in as this person now, seen last first. Rows of others are cleared away."""
    rows = list(BrowserSession.objects.filter(user=user))
    alive = _alive(user, [row.session_key for row in rows])
    BrowserSession.objects.filter(pk__in=[row.pk for row in rows if row.session_key not in alive]).delete()
    return [row for row in rows if row.session_key in alive]


@transaction.atomic
def end(user: User, session_id: int) -> bool:
    """Sign one browser of the person out. False when it is not theirs or has ended already."""
    row = BrowserSession.objects.filter(pk=session_id, user=user).first()
    if row is None:
        return False
    _end([row])
    return True


@transaction.atomic
def end_others(user: User, *, but: str) -> int:
    """Sign the person out everywhere but in the session with key `but`; returns in how many browsers that was."""
    rows = [row for row in open_sessions(user) if row.session_key != but]
    _end(rows)
    return len(rows)


@transaction.atomic
def end_all(user: User) -> None:
    """Sign the person out everywhere."""
    _end(open_sessions(user))


def _end(rows: list[BrowserSession]) -> None:
    for row in rows:
        _seen.pop(row.session_key, None)
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    BrowserSession.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _alive(user: User, session_keys: list[str]) -> set[str]:
    """Those that have not run out and were opened with the password of now."""
    current = user.get_session_auth_hash()
    rows = Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    return {
        row.session_key
        for row in rows
        if constant_time_compare(str(row.get_decoded().get(HASH_SESSION_KEY, "")), current)
    }
