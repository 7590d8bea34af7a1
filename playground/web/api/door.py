"""The door of every endpoint: who asks with which token, how often, and answers in JSON whatever happens."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt

from playground.accounts import tokens
from playground.accounts.models import AccessToken
from playground.accounts.people import role_in
from playground.accounts.roles import Act, Thing, may
from playground.accounts.tokens import Scope
from playground.web.api.parameters import Parameter, read_all
from playground.web.api.problems import Problem
from playground.web.usage_seat import Seat

A_MINUTE: Final = 600  # requests of one token
_SECONDS: Final = 60
_CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the token, and its person in its team with what they may see there."""

    token: AccessToken
    seat: Seat


Deed = Callable[[Caller, dict[str, Any]], Any]


def endpoint(
    scope: Scope | None, parameters: Sequence[Parameter] = ()
) -> Callable[[Deed], Callable[..., HttpResponse]]:
    """Make a view of what gets the caller and the values of its parameters and returns what is answered as JSON."""

    def wrap(deed: Deed) -> Callable[..., HttpResponse]:
        @csrf_exempt  # no cookie counts here, and nothing can be written
        @wraps(deed)
        def view(request: HttpRequest, **parts: Any) -> HttpResponse:
            try:
                check_method(request)
                caller = _caller(request, scope)
                answer: HttpResponse = JsonResponse(deed(caller, read_all(request.GET, parameters) | parts))
            except Problem as problem:
                answer = problem.answer()
            add_never_cache_headers(answer)
            return answer

        return view

    return wrap


def check_method(request: HttpRequest) -> None:
    """Refuse what would write."""
    if request.method not in ("GET", "HEAD"):
        raise Problem("method_not_allowed", "Everything here can only be read.", headers={"Allow": "GET, HEAD"})


def _caller(request: HttpRequest, scope: Scope | None) -> Caller:
    kind, _blank, secret = request.headers.get("authorization", "").partition(" ")
    token = tokens.find(secret.strip(), at=timezone.now()) if kind.lower() == "bearer" else None
    if token is None:
        raise Problem("bad_token", "Send a good token: Authorization: Bearer tct_…", headers=_CHALLENGE)
    _count(token)
    role = role_in(token.user, token.team)
    if scope is not None and scope not in token.scopes:
        raise Problem("not_allowed", f"This token has no scope {scope}.")
    if not may(role, Act.VIEW, Thing.USAGE):
        raise Problem("not_allowed", "Its person is not in its team any more.")
    return Caller(token, Seat(token.user, token.team, may(role, Act.MANAGE, Thing.USAGE)))


def _count(token: AccessToken) -> None:
    """So many requests in each minute of the clock."""
    now = int(time.time())
    name = f"api-{token.pk}-{now // _SECONDS}"
    cache.add(name, 0, timeout=2 * _SECONDS)
    try:
        count = cache.incr(name)
    except ValueError:  # a full cache has thrown it out meanwhile: begin again
        return
    if count > A_MINUTE:
        wait = _SECONDS - now % _SECONDS
        raise Problem("too_many_requests", f"{A_MINUTE} requests a minute at most.", headers={"Retry-After": str(wait)})
