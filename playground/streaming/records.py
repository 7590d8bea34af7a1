"""The engine's only door to the database: one thread hop each. Called by engine and registry; plan_of by web.acts."""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Collection, Sequence
from typing import ParamSpec, TypeVar

from django.db import OperationalError
from django.utils import timezone

from playground.budgets import notices
from playground.catalog.custom import SLUG_PREFIX
from playground.catalog.queries import OfferFacts
from playground.catalog.recent import facts_and_price
from playground.conversations import (
    output_format,
    progress,
    run_settings,
    search_index,
    sharing,
    spending,
    threads,
    transcript,
)
from playground.conversations.lines import Sight, messages_of, sight_of, tools_of
from playground.conversations.models import Generation
from playground.conversations.progress import Checkpoint, Settlement
from playground.errors import Refused
from playground.ledger import standing
from playground.streaming import meters
from playground.streaming.database import DatabaseThread
from playground.streaming.plan import Judged, Plan, Start, dialect_of, request_of
from playground.tools import functions
from playground.vault import keys
from playground.vault.recent import allowed_for, touch
from playground.wire.client import Endpoint
from playground.wire.secret import Secret

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

PRACTICE_KEY = Secret("practice")  # the sandbox speaks the protocol, and the protocol wants a key

_writer = DatabaseThread("records")
_postman = DatabaseThread("mail")  # a mail server may keep somebody waiting, and runs must not wait with him
meters.QUEUE.set_function(lambda: float(_writer.calls))
_hopeless: set[uuid.UUID] = set()  # generations that no sweep can settle


def plan_of(generation: Generation, team_id: int) -> Plan | Refused:
    """All a run needs, from the rows that a deed has just made; the refusal when its key cannot be opened.

    Synchronous: called in the same hop as the deed.
    """
    chosen = run_settings.parse(generation.settings)
    offer, _price = facts_and_price(generation.offer_id, scope=f"team:{team_id}")
    tools = tools_of(chosen, team_id)
    try:
        sight = sight_of(generation.message, chosen, offer, tools)
        secret = _open_key(generation, offer)
    except Refused as error:
        return error
    _note_sight(generation, sight)
    messages = messages_of(sight.lines, chosen, offer)
    return Plan(
        generation_id=generation.pk,
        message_id=generation.message_id,
        user_id=generation.user_id,
        conversation_id=generation.conversation_id,
        endpoint=_endpoint(generation, offer),
        secret=secret,
        request=request_of(
            chosen,
            offer,
            messages,
            request_id=generation.pk.hex,
            tools=tools,
            named=functions.name_of(team_id, chosen.named_function) if chosen.named_function else "",
        ),
        estimated_prompt_tokens=transcript.estimate_prompt_tokens(messages, tools),
        judged=Judged(output_format.check_schema(chosen)) if chosen.output else None,
    )


def start_of(made: Generation) -> Start:
    """What the run of a generation needs, from the rows just made."""
    room = made.conversation
    plan, told = plan_of(made, room.team_id), sharing.audience(room, also=made.user_id)
    return Start(made.pk, made.message_id, room.pk, room.user_id, plan, told)


async def do(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Anything else that runs are made of, in the thread that writes for them: nobody competes with it."""
    return await _writer.run(function, *args, **kwargs)


async def checkpoint_all(owner: str, checkpoints: Sequence[Checkpoint]) -> None:
    """Save the text so far of all running generations of this process."""
    await _writer.run(progress.checkpoint_all, owner, checkpoints)


async def settle(settlement: Settlement, owner: str) -> bool:
    """Bring the generation to its terminal state, with its ledger entry."""
    return await _writer.run(_settle, settlement, owner)


async def interrupt_abandoned(
    owners_alive: Collection[str] | None, here: Collection[uuid.UUID], queued_before: dt.datetime
) -> int:
    """Settle all generations nobody works on any more; returns how many. `here`: those that this process has."""
    return await _writer.run(_interrupt_abandoned, owners_alive, here, queued_before)


async def groundless(owner: str) -> Sequence[uuid.UUID]:
    """What this process runs for people who are out of the team by now."""
    return await _writer.run(progress.groundless, owner)


async def tidy() -> None:
    """Index some texts for the search, bring the usage totals on, delete what has been out of sight long enough."""
    await _writer.run(search_index.index_pending)
    await _writer.run(standing.advance_a_little)
    await _writer.run(_purge)


async def release_leaks() -> int:
    """Correct budgets that hold back for runs which are gone; returns how many."""
    return await _writer.run(spending.release_leaks)


async def deliver_notices() -> int:
    """Mail what people are to know of their budgets; returns how many went out."""
    return await _postman.run(notices.deliver)


async def interrupt(generation_id: uuid.UUID) -> bool:
    """Settle one generation as interrupted, with the text of its last checkpoint."""
    return await _writer.run(progress.interrupt, generation_id)


def _settle(settlement: Settlement, owner: str) -> bool:
    settled = progress.settle(settlement, owner=owner)
    if settled and settlement.error_code in keys.REFUSALS | keys.LIMITS:
        _note_refusal(settlement)
    return settled


def _note_refusal(settlement: Settlement) -> None:
    """The keys page says it, and the next run takes another key where there is one."""
    run = Generation.objects.filter(pk=settlement.generation_id).values_list("api_key_id", flat=True)
    if (key_id := run.first()) is not None:
        keys.note_refused_run(key_id, code=settlement.error_code)


def _purge() -> int:
    return threads.purge(deleted_before=timezone.now() - threads.UNDO)


def _interrupt_abandoned(
    owners_alive: Collection[str] | None, here: Collection[uuid.UUID], queued_before: dt.datetime
) -> int:
    gone = progress.abandoned(owners_alive=owners_alive, here=here, queued_before=queued_before, at=timezone.now())
    return sum(_interrupted(generation_id) for generation_id in gone if generation_id not in _hopeless)


def _interrupted(generation_id: uuid.UUID) -> bool:
    """Whether it was settled. One whose rows cannot be read keeps no other from it, and is complained of once."""
    try:
        return progress.interrupt(generation_id)
    except OperationalError:
        raise  # the database is away, for all of them
    except Exception:
        log.exception("generation %s cannot be settled", generation_id)
        _hopeless.add(generation_id)
        return False


def _note_sight(generation: Generation, sight: Sight) -> None:
    """What is left out is kept with the run, so that its details and its code stay true."""
    if sight.begins_at is not None:
        generation.sees_from = sight.begins_at
        generation.save(update_fields=["sees_from"])


def _open_key(generation: Generation, offer: OfferFacts) -> Secret | None:
    if generation.api_key is None:
        return PRACTICE_KEY if offer.practice else None
    secret = keys.reveal(generation.api_key)
    touch(generation.api_key.pk, user_id=generation.user_id)
    return secret


def _endpoint(generation: Generation, offer: OfferFacts) -> Endpoint:
    base_url = generation.api_key.address if generation.api_key else offer.base_url
    built_in = base_url == offer.base_url and not offer.provider_slug.startswith(SLUG_PREFIX)
    return Endpoint(
        base_url=base_url,
        dialect=dialect_of(offer),
        reasoning=offer.reasoning,
        allowed=frozenset() if built_in else allowed_for(base_url),  # a shop of the catalog is never a private one
    )
