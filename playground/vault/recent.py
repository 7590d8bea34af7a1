"""What starting a run asks of the vault, without the dear questions each time: answers of a moment ago.

A key that was added elsewhere is seen within AGE seconds. The row itself is always read anew, with the person's
membership: a key that was disabled, removed or is not theirs any more never opens.
"""

import time
import uuid
from collections.abc import Callable

from django.db import connection
from django.db.models import Q

from playground.accounts.models import Team, User
from playground.accounts.roles import Act, Thing, roles_that_may
from playground.statements import Param, Select
from playground.vault import keys
from playground.vault.addresses import allowed_hosts
from playground.vault.models import ApiKey
from playground.wire.addresses import check_host_port

AGE = 2.0  # seconds
TOUCH_EVERY, TOUCH_AT_MOST = 30.0, 1.0  # seconds; "last used" need not be finer, "by whom" not finer than the latter
AT_MOST = 10_000  # remembered answers of a kind

_me = Param("user", User._meta.pk)
_usable_key = Select(
    lambda: ApiKey.objects.filter(
        Q(user_id=_me) | Q(user=None),
        Q(team__members__user_id=_me, team__members__role__in=roles_that_may(Act.USE, Thing.KEYS)),
        pk=Param.of(ApiKey, "id"),
        disabled_at=None,
    ).select_related("provider")
)

# (database, team, provider) -> when, and the team's keys: (id, whose it is; None: everybody's), the best first
_keys: dict[tuple[str, int, str], tuple[float, list[tuple[uuid.UUID, int | None]]]] = {}
_hosts: dict[str, tuple[float, frozenset[str]]] = {}
_touched: dict[uuid.UUID, tuple[int, float]] = {}  # key -> who used it last, and when that was written down


def key_for(*, user: User, team: Team, provider_slug: str, team_first: bool = False) -> ApiKey | None:
    """The key this person's next run in the team uses: their own before the team's, or the other way round.

    None: there is none.
    """
    first = None if team_first else user.pk
    for pk, whose in sorted(_known_keys(team, provider_slug), key=lambda key: key[1] != first):
        if whose not in (None, user.pk):
            continue
        row = _usable_key.first(id=pk, user=user.pk)
        if row is not None:
            return row
    # Perhaps added a moment ago.
    found = keys.keys_for(user=user, team=team, provider_slug=provider_slug, team_first=team_first)
    return found[0] if found else None


def chosen_key(*, user: User, team: Team, provider_slug: str, key_id: uuid.UUID) -> ApiKey | None:
    """This very key, if the person may use it in the team and it is one for the provider."""
    row = _usable_key.first(id=key_id, user=user.pk)
    return row if row and row.team_id == team.pk and row.provider.slug == provider_slug else None


def allowed_for(base_url: str) -> frozenset[str]:
    """The private addresses that an owner has let in, for a run that goes to `base_url`.

    One that is not among those of a moment ago is looked for anew: an owner who allows it can use it at once.
    """
    host, port = check_host_port(base_url)
    name = _database()
    known = _hosts.get(name)
    if known is None or time.monotonic() - known[0] > AGE or f"{host}:{port}" not in known[1]:
        known = _hosts[name] = (time.monotonic(), allowed_hosts())
    return known[1]


def touch(key_id: uuid.UUID, *, user_id: int, clock: Callable[[], float] = time.monotonic) -> None:
    """Somebody used a key now; written down twice a minute, or once a second when it is somebody else than before."""
    now = clock()
    who, written = _touched.get(key_id, (None, -TOUCH_EVERY))
    if now - written >= (TOUCH_EVERY if who == user_id else TOUCH_AT_MOST):
        _bound(_touched)[key_id] = (user_id, now)
        keys.touch(key_id, user_id=user_id)


def _known_keys(team: Team, provider_slug: str) -> list[tuple[uuid.UUID, int | None]]:
    place = (_database(), team.pk, provider_slug)
    known = _keys.get(place)
    if known is None or time.monotonic() - known[0] > AGE:
        rows = ApiKey.objects.filter(team=team, provider__slug=provider_slug, disabled_at=None)
        rows = rows.exclude(status=ApiKey.Status.REFUSED).order_by("-created_at")
        # Django's types do not know that user_id may be None.
        found: list[tuple[uuid.UUID, int | None]] = [(pk, whose) for pk, whose in rows.values_list("pk", "user_id")]
        known = _bound(_keys)[place] = (time.monotonic(), found)
    return known[1]


def _bound(memory: dict) -> dict:  # type: ignore[type-arg]
    """The same dictionary, emptied when it has grown too large."""
    if len(memory) >= AT_MOST:
        memory.clear()
    return memory


def _database() -> str:
    return str(connection.settings_dict["NAME"])
