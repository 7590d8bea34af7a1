"""Commands carried out for a person: look up, call one verb below, describe the result. Called over socket and HTTP."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest

from playground.accounts.models import User
from playground.accounts.people import active_user
from playground.conversations import turns
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
    if registry().draining:
        raise Refused("draining", "The server restarts; send again in a moment.")
    start, ack = await in_database(_make_turn, user_id, command, registry().owner, request)
    if start is not None:
        registry().start(start)
        await notices.tell(user_id, "conversation", conversation=start.conversation_id, what="began")
    return ack


async def stop(user_id: int, command: Stop) -> Ack:
    """Stop a generation wherever it runs. Stopping what has ended changes nothing."""
    run = registry().run(command.generation)
    if run is None or run.user_id != user_id or registry().has_ended(command.generation):
        await check_generation(user_id, command.generation)
    return {"generation": str(command.generation), "stopped": registry().stop(command.generation)}


async def check_generation(user_id: int, generation_id: uuid.UUID) -> tuple[uuid.UUID, str, int]:
    """The message, state and saved seq of a generation the person may follow; Refused("not_found") otherwise."""
    return await in_database(_generation_facts, user_id, generation_id)


def _generation_facts(user_id: int, generation_id: uuid.UUID) -> tuple[uuid.UUID, str, int]:
    try:
        found = access.generation(User(pk=user_id), generation_id)
    except Http404:
        raise Refused("not_found", "There is no such generation.") from None
    return found.message_id, found.state, found.seq


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
                conversation=access.conversation(user, command.conversation) if command.conversation else None,
                parent_id=command.parent,
                client_id=command.client_id,
                text=command.text,
                settings=command.settings,
                owner=owner,
            )
        case Summarise():
            return turns.summarise(
                user=user,
                conversation=access.conversation(user, command.conversation),
                parent_id=command.parent,
                client_id=command.client_id,
                settings=command.settings,
                owner=owner,
            )
        case _:
            return _turn_below(user, command, owner)


def _turn_below(user: User, command: Edit | Regenerate | Continue | Results | Repair, owner: str) -> Turn:
    """The deeds on a message."""
    message = access.message(user, command.message)
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
