"""What every page needs: names, the team, the theme."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import lazystr

from playground.accounts.models import User
from playground.web import template_shelf
from playground.web.access import places_of, team_of

THEMES = frozenset(User.Theme.values)


def house(request: HttpRequest) -> dict[str, Any]:
    """Context processor; templates/base.html lists what it uses. The team is looked up only where it is shown."""
    user: Any = getattr(request, "user", None)  # an error page may come before anybody is known
    signed_in = user is not None and user.is_authenticated
    theme = user.theme if signed_in else request.COOKIES.get("theme", "")
    return {
        "app_version": settings.VERSION,
        "theme": theme if theme in THEMES else User.Theme.SYSTEM.value,
        "team_name": lazystr(_TeamName(request)) if signed_in else "",
        "team_places": _Places(request) if signed_in else (),
        "template_count": lazystr(_TemplateCount(request)) if signed_in else "",
        "listing": None,
        "sign_up_open": settings.SIGN_UP_OPEN,
    }


class _TeamName:
    """Becomes the name of the user's current team when it is printed."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __str__(self) -> str:
        return team_of(self._request).name


class _Places:
    """Becomes the teams a user can switch to when it is walked through."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __iter__(self) -> Iterator[dict[str, Any]]:
        here = team_of(self._request)
        for place in places_of(self._request):
            team = place.team
            yield {"id": team.pk, "name": team.name, "is_here": team == here, "is_personal": team.personal}


class _TemplateCount:
    """Becomes the number of templates a user can use when it is printed."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __str__(self) -> str:
        known = self._request.__dict__.get(template_shelf.COUNT)
        return str(template_shelf.count(team_of(self._request)) if known is None else known)
