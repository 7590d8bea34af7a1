"""The owner's pages of list prices: what an offer costs, what a file says, runs without a price. For templates."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from playground.accounts.models import Team
from playground.catalog.choices import EVERYONE
from playground.catalog.models import Offer, PriceRow, Provider
from playground.catalog.phrases import PhraseBook
from playground.catalog.prices import rows_in_force
from playground.catalog.proposals import Found, Proposal
from playground.ledger.rates import rate_at
from playground.ledger.repricing import unpriced_by_offer
from playground.pricing.money import Rate
from playground.pricing.price import Price, Tier
from playground.web.moments import day_words
from playground.web.money import SIGNS
from playground.web.price_lines import packed
from playground.web.prices import PARTS, first_tier, plain, tier_words


def priced_offers() -> Sequence[Offer]:
    """What an owner sets the prices of: all that is sold to everyone. The sandbox repeats the prices of others."""
    sold = Offer.objects.filter(provider__scope=EVERYONE, provider__practice=False, language_model__isnull=False)
    return list(sold.select_related("provider", "language_model").order_by("provider__sort", "sort", "wire_name"))


def price_page() -> dict[str, Any]:
    """Values of `prices/page.html`."""
    today = timezone.now().date()
    offers, rate, say = priced_offers(), rate_at(today), PhraseBook(get_language() or "en")
    rows = rows_in_force([offer.pk for offer in offers], today)
    return {
        "offers": [_offer(offer, rows.get(offer.pk), rate, say) for offer in offers],
        "without": sum(offer.pk not in rows for offer in offers),
        "rate": {"value": f"{rate.value.normalize():f}", "date": day_words(rate.date)},
        "unpriced": unpriced_view(None),
    }


def _offer(offer: Offer, row: PriceRow | None, rate: Rate, say: PhraseBook) -> dict[str, Any]:
    return {
        "title": offer.title,
        "provider": offer.provider.name,
        "is_off": not offer.enabled,
        "url": reverse("list-price", args=[offer.pk]),
        "price": first_tier(row.price, rate) if row else None,
        "from": day_words(row.valid_from) if row and row.valid_from else "",
        "source": say(row.source) if row else "",
        "source_url": row.source_url if row else "",
        "date": day_words(row.source_date) if row else "",
        "is_typed": row is not None and row.origin == PriceRow.Origin.TYPED,
    }


def unpriced_view(team: Team | None) -> dict[str, Any]:
    """Values of `prices/_unpriced.html`: the runs without a price of a team, or of all for None."""
    found = unpriced_by_offer(team)
    offers = Offer.objects.select_related("provider").in_bulk([one.offer_id for one in found])
    names = dict(Provider.objects.filter(slug__in={one.provider for one in found}).values_list("slug", "name"))
    return {
        "runs": sum(one.runs for one in found),
        "priceable": sum(one.priceable for one in found),
        "rows": [
            {
                "model": one.model,
                "provider": names.get(one.provider, one.provider),
                "runs": f"{one.runs:,}",
                "priceable": f"{one.priceable:,}",
                "is_ready": one.priceable == one.runs,
                "first": day_words(one.first),
                "last": day_words(one.last) if one.last != one.first else "",
                "url": _form_of(offers.get(one.offer_id), team),
            }
            for one in found
        ],
    }


def _form_of(offer: Offer | None, team: Team | None) -> str:
    """Where its price is set: for everyone by an owner, for the team by who manages it."""
    if offer is None or offer.provider.practice:
        return ""
    if team is None:
        return "" if offer.provider.is_custom else reverse("list-price", args=[offer.pk])
    return reverse("model-price", args=[offer.pk]) if offer.enabled else ""


def check_page(found: Found) -> dict[str, Any]:
    """Values of `prices/check.html`: a line for each price of the file that is not what holds here."""
    by_verdict: dict[str, list[Proposal]] = {"differs": [], "new": [], "agrees": [], "unusable": []}
    for one in found.proposals:
        by_verdict[one.verdict].append(one)
    return {
        "title": found.title,
        "today": timezone.now().date().isoformat(),
        "lines": [_line(one) for verdict in ("differs", "new") for one in by_verdict[verdict]],
        "rates": [
            {
                "value": packed(one),
                "day": day_words(one.day),
                "held": f"{rate_at(one.day).value.normalize():f}",
                "stated": f"{one.cny_per_usd.normalize():f}",
                "source": one.source,
            }
            for one in found.rates
        ],
        "agrees": len(by_verdict["agrees"]),
        "unusable": [
            {"title": one.offer.title, "provider": one.offer.provider.name, "why": _(one.problem)}
            for one in by_verdict["unusable"]
        ],
        "strangers": found.strangers,
    }


def _line(one: Proposal) -> dict[str, Any]:
    held, coming = one.held, one.coming
    is_to_come = held is not None and held.valid_from is not None and held.valid_from > timezone.now().date()
    return {
        "value": packed(one),
        "title": one.offer.title,
        "provider": one.offer.provider.name,
        "is_new": held is None,
        "tiers": [
            {"when": tier_words(tier), "parts": [_part(one, held, place, tier, part) for part in PARTS]}
            for place, tier in enumerate(one.tiers)
        ],
        "lost_tiers": max(0, len(held.tiers) - len(one.tiers)) if held else 0,
        "from": day_words(one.start) if one.start else "",
        "until": day_words(one.end) if one.end else "",
        "source": one.source,
        "source_url": one.source_url,
        "date": day_words(one.source_date),
        "held_source": held.source if held else "",
        "held_date": day_words(held.source_date) if held else "",
        "held_from": day_words(held.valid_from) if held and held.valid_from and is_to_come else "",
        "coming_from": day_words(coming.valid_from) if coming and coming.valid_from and not _ends_before(one) else "",
        "coming_source": coming.source if coming else "",
    }


def _part(one: Proposal, held: Price | None, place: int, tier: Tier, part: str) -> dict[str, Any]:
    """One amount: what the file says, and what holds now where that is something else."""
    before = getattr(held.tiers[place], part) if held and place < len(held.tiers) else None
    after = getattr(tier, part)
    words = _amount(before, held.currency if held else one.currency), _amount(after, one.currency)
    word = {"input": _("Input"), "output": _("Output"), "cached": _("Cached")}[part]
    return {"word": word, "before": words[0], "after": words[1], "has_changed": words[0] != words[1]}


def _amount(amount: Decimal | None, currency: str) -> str:
    return "—" if amount is None else f"{SIGNS[currency]}{plain(amount)}"


def _ends_before(one: Proposal) -> bool:
    """Whether it is over when the next price that is known here begins."""
    begins = one.coming.valid_from if one.coming else None
    return bool(begins and one.end and one.end <= begins)
