"""Access tokens of the owner: one in use, one that is over. Their digests belong to no token."""

import datetime as dt

from playground.accounts.models import AccessToken, Team, User
from playground.accounts.tokens import Scope


def write_tokens(user: User, team: Team, now: dt.datetime) -> None:
    """Both of them."""
    for number, (name, hint, made, days) in enumerate((("Grafana", "c7Qk", 12, 90), ("Invoice check", "1vXe", 41, 30))):
        at = now - dt.timedelta(days=made)
        AccessToken.objects.create(
            user=user,
            team=team,
            name=name,
            scopes=[Scope.USAGE, Scope.CATALOG][: 2 - number],
            digest=f"{number:064}",
            hint=hint,
            created_at=at,
            expires_at=at + dt.timedelta(days=days),
            last_used_at=now - dt.timedelta(hours=3 + 300 * number),
        )
