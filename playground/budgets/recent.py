"""Which budgets a team has, as it was a moment ago: a send asks once a second at most, and a team without any is done.

Whether there is room is never remembered: limits are read with the lock (purses.py).
"""

import time
from collections.abc import Callable, Sequence

from django.db import connection

from playground.budgets.models import Budget

AGE = 1.0  # seconds
AT_MOST = 10_000  # remembered teams

_known: dict[tuple[str, int], tuple[float, Sequence[Budget]]] = {}


def budgets_of(team_id: int, *, now: Callable[[], float] = time.monotonic) -> Sequence[Budget]:
    """The budgets of a team, the oldest first. One that was made elsewhere is seen within AGE seconds."""
    place = (str(connection.settings_dict["NAME"]), team_id)
    known = _known.get(place)
    if known is None or now() - known[0] > AGE:
        if len(_known) >= AT_MOST:
            _known.clear()
        known = _known[place] = (now(), tuple(Budget.objects.filter(team=team_id).order_by("pk")))
    return known[1]


def forget(team_id: int) -> None:
    """A budget of the team was made, changed or removed here: it holds from the next send on."""
    _known.pop((str(connection.settings_dict["NAME"]), team_id), None)
