"""Who looks at a shared conversation now. Kept nowhere: a socket says "here" every few seconds, for whoever hears it.

With several processes the notices go through the channel layer, where one may be lost: the next one comes soon. Whoever
leaves says "gone" at once; a process that dies says nothing, and a page forgets who has been silent for a while
(static/js/company.js).
"""

import asyncio
import uuid
from dataclasses import dataclass

from playground.streaming import notices
from playground.streaming.notices import Socket

EVERY = 3.0  # seconds between two signs of life


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in a room, under the name that the others see."""

    conversation_id: uuid.UUID
    user_id: int
    name: str


async def enter(socket: Socket, seat: Seat) -> None:
    """The socket's page shows this conversation from now on. It has one seat: it left its former one before."""
    _seats[socket] = seat
    await notices.enter_room(seat.conversation_id, socket)
    if _seats.get(socket) is not seat:  # closed meanwhile
        await notices.leave_room(seat.conversation_id, socket)
        return
    loop = asyncio.get_running_loop()
    if _tickers.get(loop) is None or _tickers[loop].done():
        _tickers[loop] = loop.create_task(_tick())
    await _say(seat, "here")


async def leave(socket: Socket) -> None:
    """The page shows another one, or is closed. In a second tab the same person may still be there."""
    seat = _seats.pop(socket, None)
    if seat is None:
        return
    await notices.leave_room(seat.conversation_id, socket)
    if seat not in _seats.values():
        await _say(seat, "gone")


def seat_of(socket: Socket) -> Seat | None:
    """Where the socket's page is."""
    return _seats.get(socket)


def others_beside(seat: Seat) -> list[Seat]:
    """Who else is in the room, as far as this process knows; others make themselves heard."""
    room = {one for one in _seats.values() if one.conversation_id == seat.conversation_id}
    return sorted((one for one in room if one.user_id != seat.user_id), key=lambda one: one.name)


async def _tick() -> None:
    while _seats:
        await asyncio.sleep(EVERY)
        for seat in set(_seats.values()):
            await _say(seat, "here")


async def _say(seat: Seat, what: str) -> None:
    facts = {"conversation": seat.conversation_id, "person": seat.user_id, "name": seat.name, "what": what}
    await notices.tell_room(seat.conversation_id, "presence", **facts)


_seats: dict[Socket, Seat] = {}
_tickers: dict[asyncio.AbstractEventLoop, asyncio.Task[None]] = {}
