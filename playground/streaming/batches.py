"""Drives batches: begins rows as long as the gate lets them in, and hears how they end. One driver per registry.

The database says what is to be done (batches/running.py); this floor only keeps the number of rows in flight. A row is
a run like any other; what a batch adds is a turnstile that makes the rows of one batch wait for each other.
"""

import asyncio
import datetime as dt
import logging
import uuid
from functools import partial
from typing import Final, Protocol

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from playground.batches import purging, running
from playground.batches.models import Batch
from playground.batches.running import Begun, Order, Pace
from playground.conversations.models import Generation
from playground.streaming import records
from playground.streaming.engine import Run, Turnstile
from playground.streaming.plan import Start
from playground.streaming.turnstile import Gate, Ticket
from playground.vault import keys

log = logging.getLogger(__name__)

ROWS_AT_A_TIME: Final = 8  # begun in one hop, so that no other run waits long for the database
LOOK_AGAIN: Final = 1.0  # seconds
PATIENCE: Final = 5.0  # seconds for what is being begun when the process ends
WORTH_A_WORD: Final = 3.0  # seconds of rest that people are told about
# After one failure with these codes every further row would fail alike.
HOPELESS: Final = keys.REFUSALS | {
    *("no_key", "key_unreadable", "key_needed", "not_allowed", "no_balance", "quota_exhausted", "model_not_found"),
    *("address_refused", "redirected", "host_unknown", "tls_failed", "no_offer", "bad_settings"),
}
ALIKE: Final = 8  # failures with the same code, one after the other, mean the same


class Runs(Protocol):
    """What the driver needs of the registry."""

    owner: str
    draining: bool

    def start(self, start: Start, *, turnstile: Turnstile | None = None) -> "asyncio.Task[Run] | None":
        """Run a generation."""

    def stop(self, generation_id: uuid.UUID) -> bool:
        """Close the upstream of a generation."""


class BatchDriver:
    """The batches that this process drives."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._drives: dict[uuid.UUID, Drive] = {}
        self._looking = asyncio.Lock()
        self._woken: set[asyncio.Task[None]] = set()

    async def tick(self) -> None:
        """Keep and take leases, hear what people did, and clear away a piece of what they deleted."""
        async with self._looking:
            if self._runs.draining:
                return
            known = {pk: drive.pace for pk, drive in self._drives.items()}
            orders = await records.do(running.take_leases, self._runs.owner, known=known, alone=not settings.REDIS_URL)
            for order in orders:
                self._heed(order)
            await records.do(purging.purge_a_little)

    def wake(self) -> None:
        """Look now."""
        task = asyncio.ensure_future(self._look())
        self._woken.add(task)
        task.add_done_callback(self._woken.discard)

    async def close(self) -> None:
        """Begin nothing more, and let another process go on. Rows under way are the registry's to end.

        What is being begun this very moment is begun: cut off there, its rows would belong to nobody.
        """
        for drive in self._drives.values():
            drive.look()
        tasks = [*(drive.task for drive in self._drives.values()), *self._woken]
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)
        try:
            await records.do(running.release, self._runs.owner)
        except DatabaseError:
            log.exception("the leases of the batches run out by themselves")

    async def _look(self) -> None:
        try:
            await self.tick()
        except DatabaseError:
            log.exception("The database was away; it will be tried again")

    def _heed(self, order: Order) -> None:
        drive = self._drives.get(order.batch_id)
        if drive is None and order.state == Batch.State.RUNNING:
            drive = self._drives[order.batch_id] = Drive(order, self._runs)
            drive.task.add_done_callback(partial(self._forget, order.batch_id))
        elif drive is not None:
            drive.heed(order)

    def _forget(self, batch_id: uuid.UUID, task: "asyncio.Task[None]") -> None:
        self._drives.pop(batch_id, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("the drive of batch %s broke; it is taken up again", batch_id, exc_info=error)


class Drive:
    """One batch on its way in this process."""

    def __init__(self, order: Order, runs: Runs) -> None:
        self._order, self._runs = order, runs
        self._gate = Gate(order.at_once)
        self._rows: dict[uuid.UUID, asyncio.Task[Run]] = {}
        self._changed = asyncio.Event()
        self._failed_alike = ("", 0)
        self._hopeless = ""
        self.task = asyncio.create_task(self._drive())

    @property
    def pace(self) -> Pace:
        """What the provider has made of the chosen pace."""
        gate = self._gate
        rests = timezone.now() + dt.timedelta(seconds=gate.rest) if gate.rest > WORTH_A_WORD else None
        return Pace(gate.allowed if gate.allowed < gate.most else None, rests)

    def heed(self, order: Order) -> None:
        """What people did meanwhile."""
        self._order = order
        self._gate.open_to(order.at_once)
        if order.state == Batch.State.STOPPED:
            for generation_id in self._rows:
                self._runs.stop(generation_id)
        self.look()

    def look(self) -> None:
        """Something has changed."""
        self._changed.set()

    async def _drive(self) -> None:
        """Begin rows while there are any, and end when the last one has ended."""
        while not self._runs.draining:
            self._changed.clear()
            try:
                is_over = await self._step()
            except DatabaseError:
                log.exception("batch %s waits for the database", self._order.batch_id)
                await asyncio.sleep(LOOK_AGAIN)
                continue
            if is_over and not self._rows and not self._runs.draining:
                await records.do(running.round_off, self._order.batch_id, self._runs.owner)
                return
            try:
                async with asyncio.timeout(min(self._gate.rest or LOOK_AGAIN, LOOK_AGAIN)):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _step(self) -> bool:
        """Begin as many rows as are let in; whether there is nothing (more) to begin."""
        if self._hopeless:
            await records.do(running.halt, self._order.batch_id, self._hopeless)
            self._hopeless = ""
            return True
        if self._order.state != Batch.State.RUNNING:
            return True
        while (free := min(self._gate.free, ROWS_AT_A_TIME)) and not self._hopeless and not self._runs.draining:
            starts, begun = await records.do(_begin, self._order.batch_id, self._runs.owner, free)
            for start in starts:
                self._start(start)
            if begun.is_over or begun.must_wait:
                return begun.is_over
        return False

    def _start(self, start: Start) -> None:
        ticket = self._gate.enter()
        task = self._runs.start(start, turnstile=ticket)
        if task is None:
            ticket.leave(good=False)
            return
        self._rows[start.generation_id] = task
        task.add_done_callback(partial(self._ended, start.generation_id, ticket))

    def _ended(self, generation_id: uuid.UUID, ticket: Ticket, task: "asyncio.Task[Run]") -> None:
        self._rows.pop(generation_id, None)
        settlement = None if task.cancelled() or task.exception() else task.result().settlement
        good = settlement is not None and settlement.state == Generation.State.FINISHED
        ticket.leave(good=good)
        self._judge("" if settlement is None else settlement.error_code, good=good)
        self._changed.set()

    def _judge(self, code: str, *, good: bool) -> None:
        """Whether it makes sense to go on."""
        if good:
            self._failed_alike = ("", 0)
        elif code:
            known, times = self._failed_alike
            self._failed_alike = (code, times + 1 if code == known else 1)
            if code in HOPELESS or self._failed_alike[1] >= ALIKE:
                self._hopeless = code


def _begin(batch_id: uuid.UUID, owner: str, limit: int) -> tuple[list[Start], Begun]:
    """Rows that are begun, with what their runs need: one hop."""
    begun = running.begin_rows(batch_id, owner, limit)
    return [records.start_of(turn.made) for turn in begun.turns if turn.made is not None], begun
