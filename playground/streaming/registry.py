"""Which generations run in this process: start, stop, follow, drain. One registry per event loop.

It owns every task of this floor: the runs, the writer that checkpoints all of them together, the pacemaker and the
sweep that settles what a dead process left behind.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from playground.conversations.models import LEASE, Generation
from playground.streaming import meters, notices, records, upstream
from playground.streaming.batches import BatchDriver
from playground.streaming.engine import Run, Turnstile
from playground.streaming.live import End, LiveStream
from playground.streaming.live.memory import MemoryLiveStream
from playground.streaming.night_shift import NightShift
from playground.streaming.pace import INTERVAL, Pace
from playground.streaming.plan import Start

log = logging.getLogger(__name__)

CHECKPOINT_EVERY = 0.4  # seconds; what a killed process can lose of an answer
SWEEP_EVERY = 2.0  # seconds
PART_EVERY = 1.0  # seconds; two are promised
BATCHES_EVERY = 1.0  # seconds; what a person does to one is heard of at once
TIDY_EVERY, TIDY_AT_LAST = 1.0, 60.0  # seconds; a busy process puts it off until the latter
RELEASE_EVERY, POST_EVERY = 30.0, 5.0  # seconds; leaked reservations, mails
NIGHT_EVERY = 60.0  # seconds
KEEP_ENDED = 60.0  # seconds that an ended live stream stays readable for late followers
RENEW_AFTER = LEASE.total_seconds() / 3


class Registry:
    """The runs of this process and the tasks that serve them."""

    def __init__(self) -> None:
        self.owner = uuid.uuid4().hex
        self.pace = Pace(now=time.monotonic, cpu=time.process_time)
        self._lag = meters.Lag(INTERVAL)
        self.draining = False
        self._born = timezone.now()
        self._tidied = time.monotonic()
        self._runs: dict[uuid.UUID, Run] = {}
        self._ended: dict[uuid.UUID, Run] = {}
        self._tasks: set[asyncio.Task[Run]] = set()
        self._household: list[asyncio.Task[None]] = []
        self.batches = BatchDriver(self)
        self.night_shift = NightShift(self.owner)

    def open(self) -> None:
        """Start the tasks that serve all runs. Calling it again does nothing."""
        if not self._household:
            self._household = [
                asyncio.create_task(self._every(work, seconds))
                for work, seconds in (
                    (self._checkpoint, CHECKPOINT_EVERY),
                    (self._sweep, SWEEP_EVERY),
                    (self._part, PART_EVERY),
                    (self._tidy, TIDY_EVERY),
                    (self._release, RELEASE_EVERY),
                    (self._post, POST_EVERY),
                    (self.batches.tick, BATCHES_EVERY),
                    (self.night_shift.tick, NIGHT_EVERY),
                    (self._beat, INTERVAL),
                )
            ]

    def start(self, start: Start, *, turnstile: Turnstile | None = None) -> "asyncio.Task[Run] | None":
        """Run a generation that a deed has just made. It goes on whoever follows or leaves.

        Returns its task, which ends with the run settled; None when it runs already. One with a turnstile is one of
        many: nobody follows it by itself, so that no tab is told and nothing is kept of it.
        """
        self.open()
        if start.generation_id in self._runs:
            return None
        run = Run(start.generation_id, start.owner_id, start.message_id, MemoryLiveStream(), turnstile)
        self._runs[start.generation_id] = run
        if self.draining:
            run.stop(Generation.State.INTERRUPTED)  # its deed was under way when the end began
        task = asyncio.create_task(self._perform(run, start))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def stop(self, generation_id: uuid.UUID) -> bool:
        """Close the upstream and keep the text so far. False when it does not run here (any more)."""
        run = self._runs.get(generation_id)
        if run is None:
            return False
        run.stop(Generation.State.STOPPED)
        return True

    def live(self, generation_id: uuid.UUID) -> LiveStream | None:
        """The log of a generation that runs here or ended a moment ago."""
        run = self.run(generation_id)
        return run.live if run else None

    def run(self, generation_id: uuid.UUID) -> Run | None:
        """The run of a generation here, or of one that ended a moment ago."""
        return self._runs.get(generation_id) or self._ended.get(generation_id)

    def has_ended(self, generation_id: uuid.UUID) -> bool:
        """Whether it ran here and ended a moment ago."""
        return generation_id in self._ended

    @property
    def running(self) -> int:
        """How many generations run here now."""
        return len(self._runs)

    @property
    def waiting(self) -> int:
        """How many of them have nothing of their answer yet."""
        return sum(run.seq == 0 for run in self._runs.values())

    async def drain(self, patience: float = 10.0) -> None:
        """Settle everything that runs as interrupted and end all tasks; new starts are refused meanwhile."""
        self.draining = True
        await self.batches.close()
        for run in list(self._runs.values()):
            run.stop(Generation.State.INTERRUPTED)
        until = time.monotonic() + patience
        while self._tasks and (left := until - time.monotonic()) > 0:  # one may be added by a deed that was under way
            await asyncio.wait(self._tasks, timeout=left)
        await self.night_shift.close()
        for task in (*self._household, *self._tasks):
            task.cancel()
        await asyncio.gather(*self._household, *self._tasks, return_exceptions=True)
        self._household = []
        await upstream.close()

    async def _perform(self, run: Run, start: Start) -> Run:
        state: str | None = None
        try:
            state = await run.perform(start.plan, self.owner, upstream.client(), self.pace)
        except Exception:
            log.exception("generation %s broke", run.generation_id)  # the process and its other runs go on
            state = await self._give_up(run)
        finally:
            self._runs.pop(run.generation_id, None)
        if state is not None and run.turnstile is None:
            self._ended[run.generation_id] = run
            asyncio.get_running_loop().call_later(KEEP_ENDED, self._ended.pop, run.generation_id, None)
            facts = {"conversation": start.conversation_id, "what": "ended"}
            await notices.tell_all(start.audience, "conversation", **facts)
        return run

    async def _give_up(self, run: Run) -> str | None:
        """Settle a broken run with its last checkpoint, if that can be done; else a sweep does, its lease over."""
        try:
            await records.interrupt(run.generation_id)
        except Exception:
            log.exception("generation %s stays for recovery", run.generation_id)
            return None
        await run.live.close(End(Generation.State.INTERRUPTED))
        return Generation.State.INTERRUPTED

    async def _checkpoint(self) -> None:
        now = time.monotonic()
        due = [r for r in self._runs.values() if r.seq != r.saved_seq or now - r.saved_at > RENEW_AFTER]
        saved = [(run, run.checkpoint()) for run in due]
        if not saved:
            return
        await records.checkpoint_all(self.owner, [checkpoint for _, checkpoint in saved])
        for run, checkpoint in saved:
            run.saved_seq, run.saved_at = checkpoint.seq, now

    async def _sweep(self) -> None:
        alone = not settings.REDIS_URL
        queued_before = max(self._born, timezone.now() - LEASE) if alone else timezone.now() - LEASE
        count = await records.interrupt_abandoned({self.owner} if alone else None, set(self._runs), queued_before)
        if count:
            log.warning("%s generations of a process that is gone were settled as interrupted", count)

    async def _part(self) -> None:
        """Stop what runs here for somebody who is out of the team since, whichever process was told so."""
        if self._runs:
            for generation_id in await records.groundless(self.owner):
                self.stop(generation_id)

    async def _tidy(self) -> None:
        """What can wait: the search's index, and conversations that were deleted for good."""
        now = time.monotonic()
        if self.pace.window and now - self._tidied < TIDY_AT_LAST:
            return
        self._tidied = now
        await records.tidy()

    async def _release(self) -> None:
        count = await records.release_leaks()
        if count:
            log.warning("%s budgets held back for runs that are gone; that is corrected", count)

    async def _post(self) -> None:
        await records.deliver_notices()

    async def _beat(self) -> None:
        self.pace.tick()
        self._lag.beat(time.monotonic())

    async def _every(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            try:
                await work()
            except DatabaseError:
                log.exception("The database was away; it will be tried again")
            except Exception:  # one that ended here would never be seen again, and checkpoints or sweeps with it
                log.exception("%s broke; it will be tried again", getattr(work, "__qualname__", work))
            await asyncio.sleep(seconds)


_registries: "WeakKeyDictionary[asyncio.AbstractEventLoop, Registry]" = WeakKeyDictionary()


def registry() -> Registry:
    """The registry of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _registries.get(loop)
    if found is None:
        found = _registries[loop] = Registry()
    return found


def stop_here(generation_id: uuid.UUID) -> None:
    """Stop a generation from any thread of this process; for views that are not on the event loop."""
    for loop, found in list(_registries.items()):
        if loop.is_running():
            loop.call_soon_threadsafe(found.stop, generation_id)


def batches_changed() -> None:
    """A person began, paused or stopped a batch: whoever drives batches in this process looks at once."""
    for loop, found in list(_registries.items()):
        if loop.is_running():
            loop.call_soon_threadsafe(found.batches.wake)


def _all(count: Callable[[Registry], int]) -> Callable[[], float]:
    """A sum over the registries of this process, asked for by another thread."""
    return lambda: float(sum(count(found) for found in list(_registries.values())))


meters.RUNNING.set_function(_all(lambda found: found.running))
meters.WAITING.set_function(_all(lambda found: found.waiting))
