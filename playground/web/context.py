"""What every page needs: names, the team, the theme."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from playground.accounts.people import current_team


def house(request: HttpRequest) -> dict[str, Any]:
    """Context processor; templates/base.html lists what it uses."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "app_version": settings.VERSION,
        "theme": user.theme if signed_in else request.COOKIES.get("theme", "system"),
        "team_name": current_team(user).name if signed_in else "",
        "conversation_groups": None,
        "sign_up_open": settings.SIGN_UP_OPEN,
    }
