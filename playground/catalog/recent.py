"""An offer and its price as they were a moment ago: what starting a run needs, without two queries each time.

A run is started far more often than the catalog changes. What another process changes is seen within AGE seconds;
the price that a run is started with is written down with it either way.
"""

import time
import uuid
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from playground.catalog.prices import price_in_force
from playground.catalog.queries import OfferFacts, offer_facts
from playground.pricing.price import Price

AGE = 2.0  # seconds
AT_MOST = 1000  # remembered pairs

_Known = tuple[float, OfferFacts, Price | None]
_known: dict[tuple[str, uuid.UUID, str], _Known] = {}


def facts_and_price(
    offer_id: uuid.UUID, *, scope: str, now: Callable[[], float] = time.monotonic
) -> tuple[OfferFacts, Price | None]:
    """The facts of an offer that `scope` may choose and its price in force. Raises OfferRefused("no_offer")."""
    key = (str(connection.settings_dict["NAME"]), offer_id, scope)
    known = _known.get(key)
    if known is not None and now() - known[0] < AGE:
        return known[1], known[2]
    facts, price = offer_facts(offer_id, scope=scope), price_in_force(offer_id, timezone.now(), scope=scope)
    if len(_known) >= AT_MOST:
        _known.clear()
    _known[key] = (now(), facts, price)
    return facts, price


def forget() -> None:
    """Ask anew at once: for who has changed the catalog in this process and cannot wait."""
    _known.clear()
