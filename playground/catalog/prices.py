"""Which price holds for an offer at a moment, and how a new one takes over. Called by turns, pages and the loader.

Days are UTC. Rows are closed, never rewritten: an entry of the ledger keeps meaning what it meant.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from playground.catalog.errors import OfferRefused, PriceRefused
from playground.catalog.models import Offer, PriceRow
from playground.pricing.money import Currency, PricingError
from playground.pricing.price import Price, Tier
from playground.pricing.price import price_in_force as choose


def price_in_force(offer_id: uuid.UUID, at: datetime | date) -> Price | None:
    """The price to calculate with at `at`, or None when no price is known: then the cost is unknown, not 0."""
    return prices_in_force([offer_id], at).get(offer_id)


def prices_in_force(offer_ids: Collection[uuid.UUID], at: datetime | date) -> dict[uuid.UUID, Price]:
    """The prices of many offers at once, in one query; offers without a known price are missing."""
    by_offer: defaultdict[uuid.UUID, list[Price]] = defaultdict(list)
    for row in PriceRow.objects.filter(offer_id__in=offer_ids, use=True):
        by_offer[row.offer_id].append(row.price)
    chosen = {offer_id: choose(prices, at) for offer_id, prices in by_offer.items()}
    return {offer_id: price for offer_id, price in chosen.items() if price is not None}


@transaction.atomic
def set_price(
    *, offer_id: uuid.UUID, currency: Currency, tiers: Iterable[Tier], start: date, source: str, note: str = ""
) -> PriceRow:
    """Let a typed price hold from `start` on; what held until then ends that day. Returns the new row.

    Raises PriceRefused for a price that makes no sense, OfferRefused("no_offer").
    """
    offer = Offer.objects.select_for_update().filter(pk=offer_id).first()
    if offer is None:
        raise OfferRefused("no_offer", _("There is no such offer."))
    row = PriceRow(
        offer=offer,
        currency=currency,
        tiers=[tier.to_json() for tier in tiers],
        valid_from=start,
        source=source,
        source_date=start,
        note=note,
        origin=PriceRow.Origin.TYPED,
    )
    _check(row)
    began = Q(valid_from=None) | Q(valid_from__lte=start)  # one that begins later takes over by itself
    for old in offer.prices.filter(began, Q(valid_until=None) | Q(valid_until__gt=start), use=True):
        close(old, start)
    row.save()
    return row


def close(row: PriceRow, day: date) -> None:
    """Let `row` end on `day`. One that would begin then or later never comes into force: it stays for reference."""
    if row.valid_from is not None and row.valid_from >= day:
        row.use = False
    elif row.valid_until is None or row.valid_until > day:
        row.valid_until = day
    row.save()


def _check(row: PriceRow) -> Price:
    try:
        return row.price
    except PricingError as error:
        raise PriceRefused("bad_price", str(error)) from error
