"""Language and time zone of the person behind a request."""

import zoneinfo
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class PreferencesMiddleware:
    """Activates the user's language, else the cookie's, else the browser's; and the user's time zone."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        if iscoroutinefunction(self):
            return self._serve_async(request)
        user = request.user
        with translation.override(language_of(request, user)), timezone.override(_zone(user)):
            return self._get_response(request)

    async def _serve_async(self, request: HttpRequest) -> HttpResponseBase:
        user = await request.auser()
        with translation.override(language_of(request, user)), timezone.override(_zone(user)):
            return await self._get_response(request)  # type: ignore[misc]


def language_of(request: HttpRequest, user: object) -> str:
    """The language to answer in."""
    return getattr(user, "language", "") or translation.get_language_from_request(request)


def _zone(user: object) -> zoneinfo.ZoneInfo | None:
    name = getattr(user, "time_zone", "")
    return zoneinfo.ZoneInfo(name) if name else None
