"""The socket's commands and frames over plain HTTP, for networks that block websockets. The same log, polled."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from playground.errors import Refused
from playground.streaming import frames
from playground.streaming.registry import registry
from playground.web import acts, comparing, guests, sessions
from playground.web.commands import Ask, BadFrame, Follow, Look, Ping, Seen, Stop, Unfollow, parse
from playground.web.guests import Visit

POLL_SECONDS = 20.0  # how long a poll waits for news
FOLLOWED_AT_ONCE = 8

View = Callable[[HttpRequest], Coroutine[Any, Any, HttpResponseBase]]


def _signed_in(view: View) -> View:
    """A 401 frame for who is not signed in: a redirect to a page would not help a script."""

    async def guarded(request: HttpRequest) -> HttpResponseBase:
        user = await request.auser()
        if not user.is_authenticated:
            return _signed_out()
        request.user = user
        return await view(request)

    return guarded


@never_cache
@require_POST
@_signed_in
async def command(request: HttpRequest) -> HttpResponseBase:
    """One command of the socket's, answered by its ack or error frame."""
    number: int | None = None
    try:
        number, asked = parse(request.body)
        match asked:
            case Stop():
                answer = await acts.stop(_user_id(request), asked)
            case Ask():
                answer = await comparing.ask(_user_id(request), asked, request=request)
            case Ping():
                answer = {"pong": True}
            case Follow() | Unfollow() | Seen() | Look():
                raise BadFrame("use_poll", "Over HTTP a generation is followed by polling.", number)
            case _:
                answer = await acts.send(_user_id(request), asked, request=request)
    except BadFrame as error:
        return _frame({"type": "error", "id": error.id, "code": error.code, "message": error.message}, 400)
    except Refused as error:
        return _frame({"type": "error", "id": number, "code": error.code, "message": str(error.message)}, 422)
    return _frame({"type": "ack", "id": number, **answer})


@never_cache
@require_POST
@_signed_in
async def poll(request: HttpRequest) -> HttpResponseBase:
    """News of the generations in `{"follow": {"<generation>": <after>}}`, at once or after a wait."""
    try:
        follow = _follow(request.body)
    except ValueError:
        return _frame({"type": "error", "code": "malformed", "message": "follow maps generations to numbers."}, 400)
    news = [asyncio.ensure_future(_news(_user_id(request), generation, after)) for generation, after in follow.items()]
    if not news:
        return _frame({"frames": []})
    try:
        done, _waiting = await asyncio.wait(news, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in news:
            task.cancel()  # also when the browser has gone meanwhile
    found = [frame for task in done for frame in task.result()]
    if not await sessions.is_open(request.session.session_key):  # a wait may be longer than a session
        return _signed_out()
    return _frame({"frames": found})


async def _news(user_id: int, generation: uuid.UUID, after: int) -> list[dict[str, Any]]:
    name = str(generation)
    try:
        known = await acts.check_generation(user_id, generation)
    except Refused as error:
        return [{"type": "error", "generation": name, "code": error.code, "message": str(error.message)}]
    message, live = str(known.message_id), registry().live(generation)
    if live is None:
        return [{"type": "end", "generation": name, "seq": known.seq, "state": known.state, "message": message}]
    batch = await live.read(after, wait=POLL_SECONDS)
    if known.is_guest and not await guests.still_open(Visit(user_id, known.conversation_id)):
        return [{"type": "error", "generation": name, "code": "not_found", "message": "There is no such generation."}]
    found: list[bytes] = []
    if batch is not None and batch.parts:
        found.append(frames.delta(name, batch))
    if batch is not None and batch.end is not None:
        found.append(frames.end(name, message, batch))
    return [orjson.loads(frame) for frame in found]


def _follow(body: bytes) -> dict[uuid.UUID, int]:
    raw = orjson.loads(body)
    asked = raw.get("follow") if isinstance(raw, dict) else None
    if not isinstance(asked, dict) or len(asked) > FOLLOWED_AT_ONCE:
        raise ValueError("follow")
    if not all(isinstance(after, int) and after >= 0 for after in asked.values()):
        raise ValueError("after")
    return {uuid.UUID(name): after for name, after in asked.items()}


def _user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None  # noqa: S101 - _signed_in has checked
    return request.user.pk


def _signed_out() -> HttpResponse:
    return _frame({"type": "error", "code": "signed_out", "message": "Sign in again."}, 401)


def _frame(frame: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(frame), content_type="application/json", status=status)
