"""Prices that are known later: corrections for the runs that had none. Called by the pages of usage and of prices.

An entry is never changed, and one that has a price keeps it. An entry without one gets a correction at the price that
held, by what is known now, on the day of the run. Where none held, it stays unpriced.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import Team, User
from playground.accounts.people import role_in
from playground.accounts.roles import Act, Thing, may
from playground.catalog.prices import PriceBook
from playground.errors import Refused
from playground.ledger.fields import LARGEST
from playground.ledger.models import Entry
from playground.ledger.unpriced import UNPRICED
from playground.pricing.cost import Cost, TokenCounts, cost
from playground.pricing.price import Price

BATCH: Final = 500  # entries of one transaction


@dataclass(slots=True)
class Unpriced:
    """The runs of one offer that have no price. `priceable`: of them those of a day for which one is known now."""

    offer_id: uuid.UUID
    provider: str
    model: str
    runs: int
    priceable: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Repriced:
    """What came of it: corrections made, and runs that still have no price."""

    made: int
    left: int


def unpriced(team: Team | None = None) -> QuerySet[Entry]:
    """The entries of a team, or of all teams, that have no price and no correction."""
    entries = Entry.objects.filter(UNPRICED)
    return entries if team is None else entries.filter(team=team)


def unpriced_by_offer(team: Team | None = None) -> list[Unpriced]:
    """The same, counted by offer; the most runs first. One query, and one for the prices."""
    rows = list(
        unpriced(team)
        .order_by()
        .values_list("offer", "provider", "model", "team_id", TruncDate("created_at", tzinfo=dt.UTC))
        .annotate(Count("pk"))
    )
    book = PriceBook({row[0] for row in rows})
    found: dict[tuple[uuid.UUID, str], Unpriced] = {}
    for offer, provider, model, team_id, day, runs in rows:
        one = found.setdefault((offer, model), Unpriced(offer, provider, model, 0, 0, day, day))
        one.runs += runs
        one.priceable += runs if book.at(offer, day, scope=scope_of(team_id)) else 0
        one.first, one.last = min(one.first, day), max(one.last, day)
    return sorted(found.values(), key=lambda one: (-one.runs, one.model, one.provider))


def scope_of(team_id: int) -> str:
    """The tag of a team's own prices."""
    return f"team:{team_id}"


def reprice(*, by: User, team: Team | None = None) -> Repriced:
    """Correct the unpriced entries of a team; of all teams for None.

    Raises Refused("not_allowed") for who neither manages the team nor, for all of them, owns the installation.
    """
    if not _may_reprice(by, team):
        raise Refused("not_allowed", _("Only who manages the prices can do this."))
    made, after = 0, 0
    while batch := list(unpriced(team).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        after = batch[-1]
        made += _reprice(batch, by)
    return Repriced(made, unpriced(team).count())


def _may_reprice(by: User, team: Team | None) -> bool:
    return by.is_active and (by.is_owner if team is None else may(role_in(by, team), Act.MANAGE, Thing.USAGE))


@transaction.atomic
def _reprice(numbers: Sequence[int], by: User) -> int:
    """Locked first and asked again then: whoever does the same at the same moment corrects the others."""
    list(Entry.objects.select_for_update().filter(pk__in=numbers).order_by("pk").values_list("pk"))
    entries = list(unpriced().filter(pk__in=numbers).order_by("pk"))
    corrections = list(_corrections(entries, by))
    Entry.objects.bulk_create(corrections)
    teams = Team.objects.in_bulk({one.team_id for one in corrections})
    for number, runs in Counter(one.team_id for one in corrections).items():
        if number in teams:  # what was spent stays when a team goes
            audit.note(team=teams[number], person=by, deed="runs.priced", details={"runs": runs})
    return len(corrections)


def _corrections(entries: Sequence[Entry], by: User) -> Iterable[Entry]:
    book, now = PriceBook({entry.offer for entry in entries}), timezone.now()
    for entry in entries:
        price = book.at(entry.offer, entry.created_at, scope=scope_of(entry.team_id))
        found = _cost(entry, price)
        if price is not None and found is not None:
            yield _correction(entry, price, found, by, now)


def _cost(entry: Entry, price: Price | None) -> Cost | None:
    """None where the price says nothing about a request of this length, or more than a column holds."""
    counts = TokenCounts(entry.prompt_tokens, entry.cached_tokens, entry.completion_tokens, entry.reasoning_tokens)
    reported = entry.tokens_basis == Entry.TokensBasis.REPORTED
    found = cost(counts, price, "reported" if reported else "estimated")
    return found if found.total is not None and found.total <= LARGEST else None


def _correction(entry: Entry, price: Price, found: Cost, by: User, now: dt.datetime) -> Entry:
    """All of who and what for, as it was; nothing of what was used and timed, which the entry has already."""
    same: dict[str, object] = {
        field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields if not field.primary_key
    }
    nothing: dict[str, object] = dict.fromkeys(
        ("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"), 0
    )
    untimed: dict[str, object] = dict.fromkeys(("ttft_ms", "duration_ms", "tokens_per_second"))
    priced: dict[str, object] = {
        "currency": price.currency,
        "cost_input": found.input,
        "cost_cached": found.cached,
        "cost_output": found.output,
        "cost_total": found.total,
        "cost_basis": found.basis,
        "upper_bound": found.upper_bound,
        "price_id": found.price_id,
        "price": price.to_json(),
    }
    made: dict[str, object] = {"corrects_id": entry.pk, "corrected_at": now, "corrected_by_id": by.pk}
    return Entry(**same | nothing | untimed | priced | made)
