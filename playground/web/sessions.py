"""Who is behind a socket, asked again every second: signing out, disabling or a new password closes it, and so does
going out of a team.

Channels resolves the user once, when the socket opens; a socket would keep its rights for ever (faults M1). Here a
socket holds only a ticket (session key, user id, session hash), and one query a second checks all of them together.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from playground.accounts.models import Member, User
from playground.web.database import in_database

log = logging.getLogger(__name__)

CHECK_EVERY = 1.0  # seconds
SIGNED_OUT, PUT_OUT = 4401, 4410
AT_ONCE = 500  # ids in one query


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a socket was opened with."""

    session_key: str
    user_id: int
    session_hash: str
    teams: frozenset[int] = field(default=frozenset(), compare=False)  # in which the person is


class Watched(Protocol):
    """A socket that can be closed."""

    async def send_frame(self, frame: dict[str, Any]) -> None:
        """Send one JSON frame."""

    async def close(self, code: int) -> None:
        """Close with a code of docs/websocket.md."""


async def ticket(scope: dict[str, Any]) -> Ticket | None:
    """The ticket of the browser that opens a socket; None when nobody is signed in."""
    key = _session_cookie(scope)
    return await in_database(_open, key) if key else None


async def is_open(session_key: str | None) -> bool:
    """Whether somebody is signed in with a session now."""
    return session_key is not None and await in_database(_open, session_key) is not None


def watch(socket: Watched, held: Ticket) -> None:
    """Check this socket's ticket from now on, until `forget`."""
    _watched[socket] = held
    loop = asyncio.get_running_loop()
    if _watchers.get(loop) is None or _watchers[loop].done():
        _watchers[loop] = loop.create_task(_watch())


def forget(socket: Watched) -> None:
    """The socket is closed."""
    _watched.pop(socket, None)


def open_sockets() -> list["Watched"]:
    """Every socket that is open now."""
    return list(_watched)


async def _watch() -> None:
    while _watched:
        await asyncio.sleep(CHECK_EVERY)
        held = dict(_watched)
        try:
            valid = await in_database(_still_valid, list(set(held.values())))
        except DatabaseError:
            log.exception("sessions could not be checked; sockets stay open until they can")
            continue
        for socket, its_ticket in held.items():
            teams = valid.get(its_ticket)
            if teams is None:
                await socket.close(SIGNED_OUT)
            elif not its_ticket.teams <= teams:
                await socket.close(PUT_OUT)
            elif socket in _watched:
                _watched[socket] = replace(its_ticket, teams=teams)  # also those joined since


def _open(key: str) -> Ticket | None:
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user_id = session.get(SESSION_KEY)
    if user_id is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    held = Ticket(key, int(user_id), session.get(HASH_SESSION_KEY, ""))
    teams = _check([held]).get(held)
    return None if teams is None else replace(held, teams=teams)


def _still_valid(tickets: Sequence[Ticket]) -> dict[Ticket, frozenset[int]]:
    """Those that are, with the teams their people are in now."""
    valid: dict[Ticket, frozenset[int]] = {}
    for start in range(0, len(tickets), AT_ONCE):
        valid |= _check(tickets[start : start + AT_ONCE])
    return valid


def _check(tickets: Sequence[Ticket]) -> Mapping[Ticket, frozenset[int]]:
    keys = [held.session_key for held in tickets]
    sessions = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list(
            "session_key", flat=True
        )
    )
    users = User.objects.filter(pk__in={held.user_id for held in tickets}, is_active=True).only("pk", "password")
    hashes = {user.pk: user.get_session_auth_hash() for user in users}
    teams: defaultdict[int, set[int]] = defaultdict(set)
    for user_id, team_id in Member.objects.filter(user__in=hashes).values_list("user_id", "team_id"):
        teams[user_id].add(team_id)
    return {
        held: frozenset(teams[held.user_id])
        for held in tickets
        if held.session_key in sessions and constant_time_compare(held.session_hash, hashes.get(held.user_id, "-"))
    }


def _session_cookie(scope: dict[str, Any]) -> str | None:
    header = b"; ".join(value for name, value in scope.get("headers", []) if name == b"cookie")
    try:
        found = SimpleCookie(header.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    return found.value if found else None


_watched: dict[Watched, Ticket] = {}
_watchers: dict[asyncio.AbstractEventLoop, asyncio.Task[None]] = {}
