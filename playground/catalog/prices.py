"""Which price holds for an offer at a moment, and how a new one takes over. Called by turns, pages and the loader.

Days are UTC. Rows are closed, never rewritten: an entry of the ledger keeps meaning what it meant. A team may have
prices of its own (`scope`); while one of them holds, it goes before what the catalog states for everyone.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from playground.catalog.choices import EVERYONE
from playground.catalog.errors import OfferRefused, PriceRefused
from playground.catalog.models import Offer, PriceRow
from playground.pricing.money import Currency, PricingError
from playground.pricing.price import Price, Tier
from playground.pricing.price import price_in_force as choose


def price_in_force(offer_id: uuid.UUID, at: datetime | date, *, scope: str = EVERYONE) -> Price | None:
    """The price to calculate with at `at`, or None when no price is known: then the cost is unknown, not 0."""
    return prices_in_force([offer_id], at, scope=scope).get(offer_id)


def prices_in_force(
    offer_ids: Collection[uuid.UUID], at: datetime | date, *, scope: str = EVERYONE
) -> dict[uuid.UUID, Price]:
    """The prices of many offers at once, in one query; offers without a known price are missing."""
    rows = rows_in_force(offer_ids, at, scope=scope)
    return {offer_id: row.price for offer_id, row in rows.items()}


def rows_in_force(
    offer_ids: Collection[uuid.UUID], at: datetime | date, *, scope: str = EVERYONE
) -> dict[uuid.UUID, PriceRow]:
    """The same, as rows: for pages that also say whose price it is and where it comes from."""
    by_offer: defaultdict[tuple[str, uuid.UUID], list[PriceRow]] = defaultdict(list)
    for row in PriceRow.objects.filter(offer_id__in=offer_ids, use=True, scope__in={EVERYONE, scope}):
        by_offer[row.scope, row.offer_id].append(row)
    chosen: dict[uuid.UUID, PriceRow] = {}
    for (_scope, offer_id), rows in sorted(by_offer.items()):  # everyone's come first, a team's own replace them
        price = choose([row.price for row in rows], at)
        if price is not None:
            chosen[offer_id] = next(row for row in rows if str(row.pk) == price.id)
    return chosen


class PriceBook:
    """All prices of some offers over time: which one held on a day, without a query for each question."""

    def __init__(self, offer_ids: Collection[uuid.UUID]) -> None:
        rows: defaultdict[tuple[uuid.UUID, str], list[Price]] = defaultdict(list)
        for row in PriceRow.objects.filter(offer_id__in=offer_ids, use=True):
            rows[row.offer_id, row.scope].append(row.price)
        self._prices: dict[tuple[uuid.UUID, str], Sequence[Price]] = dict(rows)

    def at(self, offer_id: uuid.UUID, day: datetime | date, *, scope: str = EVERYONE) -> Price | None:
        """The price that held for `scope`: its own, else everyone's, else None."""
        own = choose(self._prices.get((offer_id, scope), ()), day)
        return own or choose(self._prices.get((offer_id, EVERYONE), ()), day)

    def coming(self, offer_id: uuid.UUID, day: date) -> Price | None:
        """Everyone's price that begins next after a day; None when nothing is to come."""
        begins = [price.valid_from for price in self._prices.get((offer_id, EVERYONE), ()) if price.valid_from]
        first = min((start for start in begins if start > day), default=None)
        return None if first is None else self.at(offer_id, first)


@transaction.atomic
def set_price(
    *,
    offer_id: uuid.UUID,
    currency: Currency,
    tiers: Iterable[Tier],
    start: date,
    end: date | None = None,
    source: str,
    source_url: str = "",
    source_date: date | None = None,
    note: str = "",
    scope: str = EVERYONE,
) -> PriceRow:
    """Let a typed price hold from `start` on; what held in `scope` until then ends that day. Returns the new row.

    With an `end` it only interrupts what held, which holds again from that day on.
    `source_date`: when the source said so; the day the price begins where nobody knows. Raises PriceRefused for a price
    that makes no sense, OfferRefused("no_offer").
    """
    offer = _locked(offer_id)
    row = PriceRow(
        offer=offer,
        currency=currency,
        tiers=[tier.to_json() for tier in tiers],
        valid_from=start,
        valid_until=end,
        source=source,
        source_url=source_url,
        source_date=source_date or start,
        note=note,
        scope=scope,
        origin=PriceRow.Origin.TYPED,
    )
    _check(row)
    began = Q(valid_from=None) | Q(valid_from__lte=start)  # one that begins later takes over by itself
    if end is None:
        for old in offer.prices.filter(began, Q(valid_until=None) | Q(valid_until__gt=start), use=True, scope=scope):
            close(old, start)
    row.save()
    return row


@transaction.atomic
def end_own_price(*, offer_id: uuid.UUID, scope: str, day: date) -> None:
    """Let a team's own price end on `day`, with all that were to follow: what the catalog states holds again, if
    anything. Raises OfferRefused("no_offer")."""
    offer = _locked(offer_id)
    for row in offer.prices.filter(Q(valid_until=None) | Q(valid_until__gt=day), use=True, scope=scope):
        close(row, day)


def _locked(offer_id: uuid.UUID) -> Offer:
    offer = Offer.objects.select_for_update().filter(pk=offer_id).first()
    if offer is None:
        raise OfferRefused("no_offer", _("There is no such offer."))
    return offer


def close(row: PriceRow, day: date) -> None:
    """Let `row` end on `day`. One that would begin then or later never comes into force: it stays for reference."""
    if row.valid_from is not None and row.valid_from >= day:
        row.use = False
    elif row.valid_until is None or row.valid_until > day:
        row.valid_until = day
    row.save()


def _check(row: PriceRow) -> Price:
    try:
        row.clean_fields(exclude={"offer"})
        return row.price
    except PricingError as error:
        raise PriceRefused("bad_price", str(error)) from error
    except ValidationError as error:  # an address or a text that no column holds
        raise PriceRefused("bad_price", " ".join(error.messages)) from error
