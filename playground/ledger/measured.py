"""How fast and how reliable offers were here: figures of the last days from the own entries. For pages only.

What counts, for one offer and the last days (WINDOW unless asked), whoever's run it was:

- A run is one call to the provider that was answered in full or that failed through a fault of the provider, the
  network or the protocol (FAULTS, a rate limit among them). `runs` is their number, `succeeded` how many were answered.
- Stops by people count neither way. Nor does what says nothing about the offer: a refused key, an empty account, a
  request that cannot be answered (too long, filtered, invalid), a run that never left this server or was lost with it.
- Medians are over the answered runs, at most the newest SAMPLE of them. TTFT counts from the request to the first
  token, thinking included; speed is completion tokens over the time from the first token to the last.
- Corrections are no runs. The sandbox's entries count for the sandbox's offers only, and others only for the others.
"""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Final

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from playground.ledger.models import Entry

WINDOW: Final = dt.timedelta(days=7)
SAMPLE: Final = 1_000  # runs of one offer: a median of more is no other number, only slower

# Error codes (playground/wire/errors.py) that are the offer's: these runs failed.
FAULTS: Final = frozenset(
    {"connect_failed", "host_unknown", "tls_failed", "first_byte_timeout", "idle_timeout", "total_timeout"}
    | {"malformed_stream", "malformed_answer", "stream_too_large", "model_not_found", "not_found"}
    | {"rate_limited", "concurrency_limited", "overloaded", "provider_error", "network_error", "interrupted"}
)
# Codes that say nothing about the offer: the key's, the account's, the request's, the address's.
NEUTRAL: Final = frozenset(
    {"address_refused", "redirected", "key_refused", "key_expired", "not_allowed"}
    | {"no_balance", "account_locked", "plan_expired", "quota_exhausted"}
    | {"invalid_request", "context_too_long", "content_filtered"}
)

_ANSWERED = Q(state="finished")
# Without a duration the run never left this server, or ended with it. fold.is_fault says the same of a line.
FAILED: Final = Q(state__in=("failed", "interrupted"), error_code__in=FAULTS, duration_ms__isnull=False)
TRIED: Final = _ANSWERED | FAILED  # all runs that tell of an offer


# An answer that took a second is kept for twenty: however many runs there are, pages seldom wait for them, and where
# there are few, a run is seen as soon as it is over.
KEPT_TIMES: Final = 20
AT_MOST: Final = 100  # remembered answers

_Key = tuple[str, frozenset[uuid.UUID], dt.timedelta]
_kept: "dict[_Key, tuple[float, dict[uuid.UUID, Measured]]]" = {}


@dataclass(frozen=True, slots=True)
class Measured:
    """One offer's figures. Medians are None where no answered run has them; `runs` is never 0."""

    runs: int
    succeeded: int
    ttft_ms: int | None
    tokens_per_second: Decimal | None

    @property
    def success(self) -> Decimal:
        """The share of runs that were answered, in percent with one place; never rounded up to 100."""
        share = Decimal(self.succeeded) * 100 / self.runs
        return min(round(share, 1), Decimal("99.9")) if self.succeeded < self.runs else Decimal(100)


def measured_of_late(
    offers: Mapping[uuid.UUID, bool], *, window: dt.timedelta = WINDOW, clock: Callable[[], float] = time.monotonic
) -> dict[uuid.UUID, Measured]:
    """The figures of now, or of a moment ago where counting takes its time."""
    key = (str(connection.settings_dict["NAME"]), frozenset(offers), window)
    began = clock()
    until, figures = _kept.get(key, (began, {}))
    if began < until:
        return figures
    figures = measured(offers, now=timezone.now(), window=window)
    if len(_kept) >= AT_MOST:
        _kept.clear()
    ended = clock()
    _kept[key] = (ended + KEPT_TIMES * (ended - began), figures)
    return figures


def forget() -> None:
    """Count anew at once: for who has changed the entries in this process and cannot wait."""
    _kept.clear()


def measured(
    offers: Mapping[uuid.UUID, bool], *, now: dt.datetime, window: dt.timedelta = WINDOW
) -> dict[uuid.UUID, Measured]:
    """The figures of `offers` (id to whether it is the sandbox's); those nobody measured are missing.

    One or two queries for the numbers of runs and one for each offer that was used, all from one index.
    """
    figures: dict[uuid.UUID, Measured] = {}
    for practice in (False, True):
        wanted = [offer for offer, is_practice in offers.items() if is_practice == practice]
        if wanted:
            for offer, runs, succeeded in _counts(wanted, practice, now - window):
                figures[offer] = Measured(runs, succeeded, *_medians(offer, practice, now - window))
    return figures


def _counts(offers: Collection[uuid.UUID], practice: bool, since: dt.datetime) -> Iterator[tuple[uuid.UUID, int, int]]:
    rows = (
        _entries(practice, since)
        .filter(TRIED, offer__in=offers)
        .order_by()
        .values_list("offer")
        .annotate(runs=Count("state"), succeeded=Count("state", filter=_ANSWERED))
    )
    yield from rows


def _medians(offer: uuid.UUID, practice: bool, since: dt.datetime) -> tuple[int | None, Decimal | None]:
    newest = (
        _entries(practice, since)
        .filter(_ANSWERED, offer=offer)
        .order_by("-created_at")
        .values_list("ttft_ms", "tokens_per_second")[:SAMPLE]
    )
    rows = list(newest)
    waits = [ttft for ttft, _speed in rows if ttft is not None]
    speeds = [speed for _ttft, speed in rows if speed is not None]
    return (round(median(waits)) if waits else None), (median(speeds) if speeds else None)


def _entries(practice: bool, since: dt.datetime) -> QuerySet[Entry]:
    return Entry.objects.filter(corrects=None, practice=practice, created_at__gte=since)
