"""Servers that a team adds for itself: any OpenAI-compatible one, with the models it wants to use there.

The address is only checked for its shape here; whether it may be called (private networks, allowances, redirects) is
decided where keys are bound and connections are made.
"""

import secrets
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from playground.catalog.choices import EVERYONE, Currencies, Family, Reasoning, Thinking, ThinkingSwitch
from playground.catalog.errors import OfferRefused, PriceRefused, ProviderRefused
from playground.catalog.models import Offer, PriceRow, Provider
from playground.catalog.prices import close, set_price
from playground.pricing.money import Currency, PricingError, is_currency
from playground.pricing.price import Tier

SLUG_PREFIX: Final = "custom-"
SORT: Final = 400  # after the shops, before practice
MAX_URL: Final = 300
MAX_NAME: Final = 100
MAX_WIRE_NAME: Final = 200
MAX_TOKENS: Final = 100_000_000
_COMPLETIONS: Final = "/chat/completions"


@dataclass(frozen=True, slots=True)
class Wiring:
    """How a server of one's own wants to be spoken to. The defaults suit most OpenAI-compatible servers."""

    family: Family = "openai"
    thinking_switch: ThinkingSwitch = "none"
    reasoning: Reasoning = "auto"
    asks_usage: bool = True  # these servers send usage only to those who ask
    temperature_max: Decimal = Decimal(2)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a model of such a server is said to do; None: not known. Lengths in tokens."""

    context_tokens: int | None = None
    max_output_tokens: int | None = None
    thinking: Thinking = "none"
    tools: bool = False
    json_mode: bool = False
    caching: bool = False


@dataclass(frozen=True, slots=True)
class TypedPrice:
    """A flat price somebody typed, per million tokens."""

    currency: Currency
    input: Decimal
    output: Decimal
    cached: Decimal | None = None


PLAIN: Final = Wiring()
UNKNOWN: Final = Abilities()


def create_provider(*, scope: str, name: str, base_url: str, currency: str = "", wiring: Wiring = PLAIN) -> Provider:
    """Add a server for the owners of `scope` ("team:7"). Raises ProviderRefused: bad_provider, bad_base_url."""
    if scope == EVERYONE:
        raise ProviderRefused("bad_provider", _("A server of one's own belongs to a team."))
    if currency and not is_currency(currency):
        raise ProviderRefused("bad_provider", _("The currency must be CNY or USD."))
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise ProviderRefused("bad_provider", _("Give the server a name of at most 100 characters."))
    return Provider.objects.create(
        slug=SLUG_PREFIX + secrets.token_hex(8),
        name=name,
        base_url=clean_base_url(base_url),
        currency=currency,
        family=wiring.family,
        thinking_switch=wiring.thinking_switch,
        reasoning=wiring.reasoning,
        asks_usage=wiring.asks_usage,
        temperature_max=wiring.temperature_max,
        scope=scope,
        sort=SORT,
    )


@transaction.atomic
def add_offer(
    *,
    provider: Provider,
    wire_name: str,
    title: str = "",
    abilities: Abilities = UNKNOWN,
    price: TypedPrice | None = None,
    today: date,
    source: str = "",
) -> Offer:
    """Offer a model of one's own server; the same wire name again updates it. Without a price it is unpriced, not free.

    `source` says who typed the price. Raises OfferRefused("bad_offer"), PriceRefused("bad_price").
    """
    if not provider.is_custom:
        raise OfferRefused("bad_offer", _("Models of this provider come from the catalog."))
    wire_name, title = wire_name.strip(), title.strip()
    if not wire_name or len(wire_name) > MAX_WIRE_NAME or not wire_name.isprintable():
        raise OfferRefused("bad_offer", _("Give the model's name as the server knows it."))
    _check_lengths(abilities)
    offer, _created = Offer.objects.update_or_create(
        provider=provider,
        wire_name=wire_name,
        defaults={
            "title": (title or wire_name)[:MAX_WIRE_NAME],
            "enabled": True,
            "disabled_reason": "",
            "thinking": abilities.thinking,
            "thinking_switch": "none" if abilities.thinking == "none" else provider.thinking_switch,
            "reasoning": provider.reasoning,
            "tools": abilities.tools,
            "json_mode": abilities.json_mode,
            "caching": abilities.caching,
            "context_tokens": abilities.context_tokens,
            "max_output_tokens": abilities.max_output_tokens,
        },
    )
    if price is not None:
        _set_typed_price(offer, price, today, source)
    return offer


def unprice(offer: Offer, *, today: date) -> None:
    """Nobody says any more what a model of one's own server costs: from today on its runs are unpriced, not free."""
    for row in offer.prices.filter(use=True, valid_until=None):
        close(row, today)


def clean_base_url(typed: str) -> str:
    """The base URL without trailing slashes; a pasted completions address is cut back to its base.

    Raises ProviderRefused("bad_base_url") unless it is http or https with a host and nothing but a path behind it.
    """
    url = typed.strip().rstrip("/")
    if url.endswith(_COMPLETIONS):
        url = url.removesuffix(_COMPLETIONS).rstrip("/")
    refused = ProviderRefused(
        "bad_base_url", _("Give an address like https://llm.example.org/v1, without user name, query or fragment.")
    )
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\?#@"):
        raise refused
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise refused from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise refused
    return url


def _check_lengths(abilities: Abilities) -> None:
    for tokens in (abilities.context_tokens, abilities.max_output_tokens):
        if tokens is not None and not 1 <= tokens <= MAX_TOKENS:
            raise OfferRefused("bad_offer", _("Context and longest answer are numbers of tokens above 0."))


def _set_typed_price(offer: Offer, price: TypedPrice, today: date, source: str) -> None:
    if price.currency not in Currencies.values:
        raise PriceRefused("bad_price", _("The currency must be CNY or USD."))
    try:
        tier = Tier(price.input, price.output, price.cached)
    except PricingError as error:
        raise PriceRefused("bad_price", str(error)) from error
    if _in_force_already(offer, price.currency, tier):
        return
    set_price(offer_id=offer.id, currency=price.currency, tiers=[tier], start=today, source=source or "typed in")


def _in_force_already(offer: Offer, currency: Currency, tier: Tier) -> bool:
    open_rows = PriceRow.objects.filter(offer=offer, use=True, valid_until=None)
    return any((row.currency, row.price.tiers) == (currency, (tier,)) for row in open_rows)
