"""Who follows or looks at a conversation that is another person's: their right to it is asked again every second.

As sessions.py does for sockets: when sharing is taken back or a member removed, what is open ends within two seconds.
One query a second checks all guests of this process together; while nobody is one, nothing is asked.
"""

import asyncio
import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from django.db import DatabaseError

from playground.accounts.models import Member
from playground.accounts.roles import Act, Thing, roles_that_may
from playground.conversations.sharing import OPEN_TO
from playground.web.database import in_database

log = logging.getLogger(__name__)

CHECK_EVERY = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Visit:
    """A person in another person's conversation."""

    user_id: int
    conversation_id: uuid.UUID


class Host(Protocol):
    """A socket in which somebody is a guest."""

    async def show_out(self, conversation_id: uuid.UUID) -> None:
        """End what it follows and sees of a conversation."""


def admit(host: Host, visit: Visit) -> None:
    """Check this visit from now on, until the socket is forgotten or shown out."""
    _visits.setdefault(host, set()).add(visit)
    loop = asyncio.get_running_loop()
    if _watchers.get(loop) is None or _watchers[loop].done():
        _watchers[loop] = loop.create_task(_watch())


def forget(host: Host) -> None:
    """The socket is closed."""
    _visits.pop(host, None)


async def still_open(visit: Visit) -> bool:
    """Whether the visit may go on at this moment."""
    return visit in await in_database(_still_open, [visit])


async def _watch() -> None:
    while _visits:
        await asyncio.sleep(CHECK_EVERY)
        held = {host: set(visits) for host, visits in _visits.items()}
        try:
            allowed = await in_database(_still_open, set().union(*held.values()))
        except DatabaseError:
            log.exception("guests could not be checked; they stay until they can")
            continue
        for host, visits in held.items():
            for visit in visits - allowed:
                _visits.get(host, set()).discard(visit)
                await host.show_out(visit.conversation_id)


def _still_open(visits: Collection[Visit]) -> set[Visit]:
    open_to_team = Member.objects.filter(
        user__in={visit.user_id for visit in visits},
        role__in=roles_that_may(Act.VIEW, Thing.CONVERSATIONS),
        team__conversations__in={visit.conversation_id for visit in visits},
        team__conversations__shared__in=OPEN_TO[Act.VIEW],
        team__conversations__deleted_at=None,
    )
    return {Visit(*pair) for pair in open_to_team.values_list("user_id", "team__conversations__pk")} & set(visits)


_visits: dict[Host, set[Visit]] = {}
_watchers: dict[asyncio.AbstractEventLoop, asyncio.Task[None]] = {}
