"""Language and time zone of the person behind a request."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from playground.accounts import browsers
from playground.accounts.models import User
from playground.web.preferences import preferred

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class PreferencesMiddleware:
    """Activates the user's language, else the cookie's, else the browser's; the user's time zone, else the cookie's."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        """Serve one request."""
        if self._is_async:
            return self._serve_async(request)
        user = _loaded_user(request)
        with preferred(request, user):
            return _labelled(self._get_response(request))  # type: ignore[arg-type]

    async def _serve_async(self, request: HttpRequest) -> HttpResponseBase:
        # Not auser(): it keeps its own copy, and the sync view would load the user a second time.
        user = await sync_to_async(_loaded_user)(request)
        with preferred(request, user):
            return _labelled(await self._get_response(request))  # type: ignore[misc]


def _loaded_user(request: HttpRequest) -> Any:
    user = request.user
    if not isinstance(user, User):  # asking loads it
        return None
    session = getattr(request, "session", None)
    if session is not None and session.session_key:
        agent = request.headers.get("user-agent", "")
        browsers.note_seen(user=user, session_key=session.session_key, user_agent=agent)
    return user


def _labelled(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    return response
