"""Language and time zone of the reader: the same for a page, for the ack of a socket and for its HTTP fallback."""

import functools
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest, parse_cookie
from django.utils import timezone, translation

ZONE_COOKIE = "time_zone"  # written by the page from what the browser knows


@contextmanager
def preferred(request: HttpRequest, user: object) -> Iterator[None]:
    """Speak the reader's language and show moments in their time zone."""
    with translation.override(language_of(request, user)), timezone.override(zone_of(request, user)):
        yield


def language_of(request: HttpRequest, user: object) -> str:
    """The language to answer in: the user's, else the cookie's, else the browser's."""
    chosen = getattr(user, "language", "")
    return chosen if chosen in dict(settings.LANGUAGES) else translation.get_language_from_request(request)


def zone_of(request: HttpRequest, user: object) -> zoneinfo.ZoneInfo:
    """The time zone to show moments in: the user's, else the cookie's; names that do not exist are passed over."""
    for name in (getattr(user, "time_zone", ""), request.COOKIES.get(ZONE_COOKIE, "")):
        if name in _zone_names():  # asked before opening: a name becomes a path
            return zoneinfo.ZoneInfo(name)
    return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def handshake(scope: Mapping[str, Sequence[tuple[bytes, bytes]]]) -> HttpRequest:
    """The request that opened a socket, as far as a reader's preferences need it."""
    headers = {name: value.decode("latin-1") for name, value in scope.get("headers", ())}
    request = HttpRequest()
    request.COOKIES = parse_cookie(headers.get(b"cookie", ""))
    request.META["HTTP_ACCEPT_LANGUAGE"] = headers.get(b"accept-language", "")
    return request


@functools.cache
def _zone_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())  # walks a folder: once per process
