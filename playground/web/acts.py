"""Commands carried out for a person: look up, call one verb below, describe the result. Called over socket and HTTP."""

import asyncio
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.accounts.people import active_user
from playground.accounts.roles import Act
from playground.batches.models import Batch
from playground.conversations import turns
from playground.conversations.models import Conversation, Message
from playground.conversations.turns import Turn
from playground.errors import Refused
from playground.streaming import notices, records
from playground.streaming.plan import Start
from playground.streaming.registry import registry
from playground.web import access, thread
from playground.web.commands import Continue, Deed, Edit, Regenerate, Repair, Results, Send, Stop, Summarise
from playground.web.database import in_database
from playground.web.preferences import preferred

Ack = dict[str, Any]


async def send(user_id: int, command: Deed, *, request: HttpRequest) -> Ack:
    """Make the turn, start its generation, describe both messages as the page shows them.

    `request`: what the browser asked with, for the language and zone of who chose none.
    """
    return await carry_through(_send(user_id, command, request))


async def carry_through(deed: Coroutine[Any, Any, Ack]) -> Ack:
    """Await a deed that goes on when its browser goes away meanwhile: rows that are written must get their run."""
    if registry().draining:
        deed.close()
        raise Refused("draining", "The server restarts; send again in a moment.")
    task = asyncio.create_task(deed)
    _under_way.add(task)
    task.add_done_callback(_over)
    return await asyncio.shield(task)


def _over(task: asyncio.Task[Ack]) -> None:
    _under_way.discard(task)
    if not task.cancelled():
        task.exception()  # whoever would have heard of it may have gone


async def _send(user_id: int, command: Deed, request: HttpRequest) -> Ack:
    start, ack = await in_database(_make_turn, user_id, command, registry().owner, request)
    if start is not None:
        registry().start(start)
        facts = {"conversation": start.conversation_id, "what": "began", "person": user_id}
        await notices.tell_all(start.audience, "conversation", **facts)
    return ack


async def stop(user_id: int, command: Stop) -> Ack:
    """Stop a generation wherever it runs. Stopping what has ended changes nothing."""
    run = registry().run(command.generation)
    if run is None or run.owner_id != user_id or registry().has_ended(command.generation):
        await in_database(_check_may_stop, user_id, command.generation)
    return {"generation": str(command.generation), "stopped": registry().stop(command.generation)}


@dataclass(frozen=True, slots=True)
class Followed:
    """What is known of a generation that somebody wants to follow."""

    message_id: uuid.UUID
    state: str
    seq: int  # saved up to here
    conversation_id: uuid.UUID
    is_guest: bool  # the conversation is another person's


async def check_generation(user_id: int, generation_id: uuid.UUID) -> Followed:
    """The facts of a generation that the person may follow; Refused("not_found") otherwise."""
    return await in_database(_generation_facts, user_id, generation_id)


def _generation_facts(user_id: int, generation_id: uuid.UUID) -> Followed:
    try:
        found = access.generation(User(pk=user_id), generation_id, Act.VIEW)
    except Http404:
        raise Refused("not_found", "There is no such generation.") from None
    is_guest = found.conversation.user_id != user_id
    return Followed(found.message_id, found.state, found.seq, found.conversation_id, is_guest)


def _check_may_stop(user_id: int, generation_id: uuid.UUID) -> None:
    """Whoever may write may stop, also what another person asked for."""
    found = _generation_facts(user_id, generation_id)
    if found.is_guest:
        _conversation(User(pk=user_id), found.conversation_id)


def _make_turn(user_id: int, command: Deed, owner: str, request: HttpRequest) -> tuple[Start | None, Ack]:
    """The turn, what its run needs (None: it runs or ran already) and its description: one hop."""
    user = active_user(user_id)
    with preferred(request, user):
        try:
            turn = _turn(user, command, owner)
        except Http404:
            raise Refused("not_found", "There is no such message or conversation.") from None
        return start_of(turn), thread.describe_turn(turn)


def start_of(turn: Turn) -> Start | None:
    """What the run of a turn needs; None: it runs or ran already."""
    return None if turn.made is None else records.start_of(turn.made)


def _turn(user: User, command: Deed, owner: str) -> Turn:
    match command:
        case Send():
            return turns.append_turn(
                user=user,
                conversation=_conversation(user, command.conversation) if command.conversation else None,
                parent_id=command.parent,
                client_id=command.client_id,
                text=command.text,
                settings=command.settings,
                owner=owner,
            )
        case Summarise():
            return turns.summarise(
                user=user,
                conversation=_conversation(user, command.conversation),
                parent_id=command.parent,
                client_id=command.client_id,
                settings=command.settings,
                owner=owner,
            )
        case _:
            return _turn_below(user, command, owner)


def _turn_below(user: User, command: Edit | Regenerate | Continue | Results | Repair, owner: str) -> Turn:
    """The deeds on a message."""
    message = _message(user, command.message)
    same: dict[str, Any] = {"user": user, "message": message, "client_id": command.client_id, "owner": owner}
    match command:
        case Edit():
            return turns.edit_turn(**same, text=command.text)
        case Regenerate():
            return turns.regenerate(**same)
        case Continue():
            return turns.continue_turn(**same)
        case Results():
            return turns.give_results(**same, results=command.results)
        case Repair():
            return turns.repair_turn(**same)


def _conversation(user: User, conversation_id: uuid.UUID) -> Conversation:
    """One to write in. Who may only read it is told so: the page with their draft knows that it is there."""
    try:
        return _threaded(access.conversation(user, conversation_id, Act.USE))
    except Http404:
        access.conversation(user, conversation_id, Act.VIEW)
        raise _read_only() from None


def _message(user: User, message_id: uuid.UUID) -> Message:
    """One to go on from, likewise."""
    try:
        found = access.message(user, message_id, Act.USE)
    except Http404:
        access.message(user, message_id, Act.VIEW)
        raise _read_only() from None
    _threaded(found.conversation)
    return found


def _threaded(found: Conversation) -> Conversation:
    """The same, unless it is a batch's: there each row is a run of its own, and a further one would be no row's.

    Asked only of those without a title: columns of comparisons and batches.
    """
    if not found.title and Batch.objects.filter(conversation=found).exists():
        raise Refused("batch_row", _("This is a row of a batch: it can be retried there, and not gone on with."))
    return found


def _read_only() -> Refused:
    return Refused("read_only", _("You can read this conversation, but not write in it."))


_under_way: set[asyncio.Task[Ack]] = set()
