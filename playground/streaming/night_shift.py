"""Sees to it that the night's work is done (ledger/nightly.py), in a process of its own with a low priority.

Adding up a million entries is Python for long: within the server no stream would move meanwhile. One process of an
installation is at a task, whichever took it first.
"""

import asyncio
import contextlib
import datetime as dt
import logging
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from functools import partial
from typing import Final

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from playground.ledger import nightly
from playground.ledger.models import NightlyTask
from playground.streaming import records

log = logging.getLogger(__name__)

NICE: Final = 15  # below everything that somebody waits for
PATIENCE: Final = 5.0  # seconds for a task to clear away what it has not finished, when the server ends


class NightShift:
    """What of it this process does."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._name = ""  # of what is being done
        self._process: Process | None = None
        self._work: asyncio.Task[None] | None = None
        self._is_ending = False

    async def tick(self) -> None:
        """Keep what is being done, or begin what is due."""
        if settings.NIGHTLY_AT is None:
            return
        if self.is_at_work:
            if not await records.do(nightly.renew, self._name, self._owner, timezone.now()):
                self._break_off(signal.SIGINT)  # this process slept so long that another one has it now
            return
        now = timezone.now()
        tonight = nightly.night_of(now, settings.NIGHTLY_AT, settings.NIGHTLY_ZONE)
        if name := await records.do(nightly.take, self._owner, tonight, now):
            self._name, self._process = name, await _begin(name)
            self._work = asyncio.create_task(self._see_through(self._process, name, tonight, now))

    @property
    def is_at_work(self) -> bool:
        """Whether something is being done here now."""
        return self._work is not None and not self._work.done()

    @property
    def pid(self) -> int | None:
        """The process that does it, or did so last."""
        return self._process.pid if self._process else None

    async def until_idle(self) -> None:
        """Wait for the end of what is being done."""
        if self._work is not None:
            await asyncio.wait([self._work])

    async def close(self) -> None:
        """The server ends: what is being done is left to another one, or to the next start."""
        self._is_ending = True
        if self._work is None or self._work.done():
            return
        self._break_off(signal.SIGINT)
        await asyncio.wait([self._work], timeout=PATIENCE)
        if self.is_at_work:
            self._break_off(signal.SIGKILL)
            await self.until_idle()

    def _break_off(self, how: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(how)

    async def _see_through(self, process: Process, name: str, night: dt.date, taken_at: dt.datetime) -> None:
        try:
            status = await process.wait()
            if self._is_ending:
                await records.do(nightly.give_back, name, self._owner)
                return
            finish = partial(nightly.finish, night=night, taken_at=taken_at, status=status)
            task = await records.do(finish, name, self._owner)
        except DatabaseError:
            log.exception("The database was away; %s is done again when its lease has run out", name)
            return
        if task is not None and task.outcome == NightlyTask.Outcome.FAILED:
            log.error("The night's %s failed: %s", name, task.said)


async def _begin(name: str) -> Process:
    """What it says goes where the server's words go; Ctrl-C in a terminal is for the server alone."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "manage.py", name), cwd=settings.BASE_DIR, stdin=DEVNULL, start_new_session=True
    )
    with contextlib.suppress(ProcessLookupError):  # it may have ended already
        os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
    return process
