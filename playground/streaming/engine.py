"""One run, from plan to ledger entry. Read this file first.

    plan -> wire.client.stream -> fold -> live.append -> (checkpoint, by the registry) -> settle -> live.close

A run belongs to the process. Sockets only follow its live stream, and "stop" cancels the reading, which closes the
upstream's socket at once; settling is never cancelled.
"""

import asyncio
import itertools
import logging
import random
import time
import uuid
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from django.db import DatabaseError, OperationalError

from playground.conversations.models import Generation
from playground.conversations.progress import Checkpoint, Settlement
from playground.errors import Refused
from playground.streaming import records
from playground.streaming.frames import call_piece, waiting
from playground.streaming.judging import verdict_on
from playground.streaming.live import End, LiveStream, Part
from playground.streaming.pace import Pace
from playground.streaming.plan import Plan
from playground.streaming.stopwatch import Stopwatch
from playground.wire.client import Client
from playground.wire.completion import Completion
from playground.wire.errors import WireError
from playground.wire.events import ContentDelta, Ended, Event, ReasoningDelta, Reclassified, ToolCallDelta
from playground.wire.retry import retry_delay
from playground.wire.sent import Sent
from playground.wire.usage import as_text

log = logging.getLogger(__name__)

SETTLE_AGAIN = (0.2, 0.5, 1, 2, 5, 10, 20, 30)  # seconds between attempts to settle; the last is repeated
MAX_CHARACTERS = 8_000_000  # of one answer
OF_THE_MOMENT = frozenset({"rate_limited", "concurrency_limited", "overloaded"})  # what a turnstile decides about


class Turnstile(Protocol):
    """Who decides over the pace of many runs: it is told when a provider refused one for its limits."""

    async def again(self, error: WireError) -> bool:
        """Wait for another turn; False when there is none. May be cancelled."""


class Run:
    """A generation that runs in this process: its live stream, the text so far and how to stop it."""

    __slots__ = (
        "_attempts",
        "_began",
        "_clean_end",
        "_error",
        "_prompt_tokens",
        "_reading",
        "_stop_state",
        "completion",
        "generation_id",
        "live",
        "message_id",
        "owner_id",
        "saved_at",
        "saved_seq",
        "sent",
        "seq",
        "settlement",
        "stopwatch",
        "turnstile",
    )

    def __init__(
        self,
        generation_id: uuid.UUID,
        owner_id: int,
        message_id: uuid.UUID,
        live: LiveStream,
        turnstile: Turnstile | None = None,
    ) -> None:
        self.generation_id = generation_id
        self.owner_id = owner_id  # whose conversation it is
        self.message_id = message_id
        self.live = live
        self.completion = Completion(live)
        self.stopwatch = Stopwatch(time.monotonic)
        self.seq = 0
        self.saved_seq = 0
        self.saved_at = 0.0
        self.sent: Sent | None = None
        self.settlement: Settlement | None = None
        self.turnstile = turnstile
        self._attempts = 0
        self._began = time.monotonic()
        self._prompt_tokens = 0
        self._error: WireError | Refused | None = None
        self._clean_end = False
        self._reading: asyncio.Task[None] | None = None
        self._stop_state: str | None = None

    def stop(self, state: str) -> None:
        """End the reading now; the run settles as `state` (stopped, interrupted) with the text so far."""
        if self._stop_state is None:
            self._stop_state = state
            if self._reading is not None:
                self._reading.cancel()

    def checkpoint(self) -> Checkpoint:
        """The text so far, to be saved."""
        reasoning, content = self.live.text()
        return Checkpoint(
            generation_id=self.generation_id,
            message_id=self.message_id,
            seq=self.seq,
            content=content,
            reasoning_content=reasoning,
            tool_calls=self._calls(),
        )

    def _calls(self) -> list[dict[str, object]]:
        return [call.to_json() for call in self.completion.tool_calls]

    async def perform(self, plan: Plan | Refused, owner: str, client: Client, pace: Pace) -> str:
        """Do the whole run; returns the state it was settled with. A plan that was refused settles as failed."""
        if isinstance(plan, Refused):
            self._error = plan
        else:
            self._prompt_tokens = plan.estimated_prompt_tokens
            if self._stop_state is None:  # else it was stopped before its first step: nothing is asked
                await self._read_until_stopped(plan, client, pace)
        settlement = self._settlement()
        if not isinstance(plan, Refused) and settlement.state == Generation.State.FINISHED:
            settlement = replace(settlement, verdict=await verdict_on(settlement, plan))
        await self._settle(settlement, owner)
        self.settlement = settlement
        await self.live.close(End(settlement.state))
        return settlement.state

    async def _read_until_stopped(self, plan: Plan, client: Client, pace: Pace) -> None:
        self._reading = asyncio.create_task(self._read(plan, client, pace))
        try:
            await self._reading
        except asyncio.CancelledError:
            if not self._reading.cancelled():
                raise  # somebody cancelled the run itself, not its reading

    async def _read(self, plan: Plan, client: Client, pace: Pace) -> None:
        """Read the upstream to its end, with further attempts only while nothing has come yet."""
        while True:
            self.stopwatch.restart()
            try:
                async with aclosing(client.stream(plan.endpoint, plan.secret, plan.request, tell=self._keep)) as reads:
                    async for events in reads:
                        parts = self._fold(events)
                        if parts:
                            first = self.seq == 0
                            self.seq = await self.live.append(parts)
                            if pace.window and not first:
                                await asyncio.sleep(pace.window)
                return
            except WireError as error:
                if not await self._may_ask_again(error):
                    self._error = error
                    return

    async def _may_ask_again(self, error: WireError) -> bool:
        """Wait until the request may be sent once more; False when it may not."""
        if self.completion.started:
            return False
        if self.turnstile is not None and error.code in OF_THE_MOMENT:
            return await self.turnstile.again(error)
        delay = retry_delay(error, self._attempts, random.random)
        if delay is None:
            return False
        self._attempts += 1
        # Nothing of the answer: the run's own number stays, so that whoever comes meanwhile hears of it too.
        await self.live.append([waiting(time.monotonic() - self._began + delay)])
        await asyncio.sleep(delay)
        return True

    def _keep(self, sent: Sent) -> None:
        self.sent = sent

    def _fold(self, events: Sequence[Event]) -> list[Part]:
        """Add what one read brought to the completion; return its text, adjacent pieces of a kind joined."""
        parts: list[Part] = []
        reasoning = content = False
        for event in events:
            if isinstance(event, ContentDelta):
                content = True
                parts.append(("c", event.text))
            elif isinstance(event, ReasoningDelta):
                reasoning = True
                parts.append(("r", event.text))
            elif isinstance(event, ToolCallDelta):
                parts.append(("t", call_piece(event)))
                content = True
            elif isinstance(event, Reclassified):
                parts.append(("m", ""))  # all content so far was reasoning
            elif isinstance(event, Ended):
                self._clean_end = event.clean
                continue
            self.completion.add(event)
        if reasoning or content:
            self.stopwatch.saw(reasoning=reasoning, content=content)
            if self.completion.characters > MAX_CHARACTERS:
                raise WireError("stream_too_large", "The answer is longer than this server keeps.")
        return parts

    def _settlement(self) -> Settlement:
        """How the run ended, by wire protocol section 5.6; a stop asked for by a person comes first."""
        error: WireError | Refused | None = self._error
        if self._stop_state is not None:
            state, error = self._stop_state, None
        elif error is not None:
            state = Generation.State.FAILED
            if isinstance(error, WireError) and error.code == "interrupted":
                state = Generation.State.INTERRUPTED
        else:
            outcome = self.completion.outcome("done" if self._clean_end else "eof")
            state, error = outcome.state, outcome.error
        completion, watch = self.completion, self.stopwatch
        usage = completion.usage
        reasoning, content = self.live.text()
        return Settlement(
            generation_id=self.generation_id,
            state=state,
            content=content,
            reasoning_content=reasoning,
            seq=self.seq,
            tool_calls=self._calls(),
            web_search=[result.to_json() for result in completion.web_search],
            finish_reason=completion.finish_reason,
            error_code=error.code if error else ("interrupted" if state == Generation.State.INTERRUPTED else ""),
            error_message=error.message if error else "",
            retryable=getattr(error, "retryable", False) or state == Generation.State.INTERRUPTED,
            retry_after=getattr(error, "retry_after", None),
            usage=usage,
            raw_usage=as_text(completion.raw_usage),
            billable=completion.started or (error is None and self.sent is not None),
            estimated_prompt_tokens=self._prompt_tokens,
            ttft_ms=watch.ttft_ms,
            duration_ms=watch.duration_ms if self._reading is not None else None,
            thinking_ms=watch.thinking_ms,
            tokens_per_second=watch.tokens_per_second(usage.completion_tokens) if usage else None,
            provider_request_id=completion.provider_request_id,
            request=self.sent.to_json() if self.sent else {},
        )

    async def _settle(self, settlement: Settlement, owner: str) -> None:
        """Settle, and again for as long as the database is away: what came is nowhere else than here.

        Anything else that it has against a settlement will not pass by waiting.
        """
        for attempt in itertools.count():
            try:
                await records.settle(settlement, owner)
                return
            except DatabaseError as error:
                log.exception("generation %s could not be settled", self.generation_id)
                if attempt >= len(SETTLE_AGAIN) and not isinstance(error, OperationalError):
                    raise
            await asyncio.sleep(SETTLE_AGAIN[min(attempt, len(SETTLE_AGAIN) - 1)])
