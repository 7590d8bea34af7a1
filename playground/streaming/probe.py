"""The test of a key: the smallest real call there is, and precisely what is wrong when it fails.

Called by the keys page, before a key is stored and after. Nothing of it reaches a conversation or the ledger.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from playground.catalog.choices import Statuses
from playground.catalog.models import Offer, Provider
from playground.catalog.prices import prices_in_force
from playground.catalog.queries import facts_of
from playground.pricing.price import Price
from playground.streaming import upstream
from playground.vault import keys
from playground.vault.models import ApiKey
from playground.wire.client import Endpoint
from playground.wire.errors import WireError
from playground.wire.request import ChatMessage, CompletionRequest, Dialect
from playground.wire.secret import Secret

PATIENCE = 30.0  # seconds for the whole test
# `GET /models` is a convenience that many servers lack: what it answers says nothing about the key.
_NO_LIST = frozenset({"not_found", "malformed_answer", "not_allowed", "invalid_request", "provider_error"})


@dataclass(frozen=True, slots=True)
class Probe:
    """What a test needs. `model` as the provider knows it, "" for the first it lists; `lists`: ask for its list."""

    endpoint: Endpoint
    secret: Secret | None
    model: str
    thinking: str | None = None
    lists: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """The result. `code` "": the key works; else a word of wire.errors, with the provider's own words."""

    code: str
    words: str
    milliseconds: int
    model: str
    listed: Sequence[str] = ()

    @property
    def is_refusal(self) -> bool:
        """Whether the provider does not accept the key at all."""
        return self.code in keys.REFUSALS


def probe_of_key(row: ApiKey) -> Probe:
    """The test of a stored key. Raises KeyUnreadable, WireError("model_not_found") for a provider without models."""
    secret = keys.reveal(row)
    if row.provider.is_custom:
        offer = row.provider.offers.filter(enabled=True).order_by("sort", "wire_name").first()
        return probe_of_server(base_url=row.address, secret=secret, model=offer.wire_name if offer else "")
    return probe_of_provider(row.provider, base_url=row.address, secret=secret)


def probe_of_provider(provider: Provider, *, base_url: str, secret: Secret | None) -> Probe:
    """The test of a key for a provider of the catalog: one token of its cheapest current model that costs something."""
    offer = _cheapest(provider)
    if offer is None:
        raise WireError("model_not_found", "The catalog has no current model of this provider.")
    facts = facts_of(offer)
    dialect = Dialect(facts.family, facts.thinking_switch, facts.model_prefix, facts.asks_usage)
    return Probe(
        endpoint=Endpoint(base_url, dialect, facts.reasoning, keys.allowed_hosts()),
        secret=secret,
        model=facts.wire_name,
        thinking="disabled" if facts.can_disable_thinking else None,
    )


def probe_of_server(*, base_url: str, secret: Secret | None, model: str) -> Probe:
    """The test of a server of one's own: its list of models, then one token of `model` or of the first it lists."""
    endpoint = Endpoint(base_url, Dialect("openai"), "auto", keys.allowed_hosts())
    return Probe(endpoint, secret, model, lists=True)


async def run(probe: Probe) -> Finding:
    """Make the call. Never raises for what a provider or its network does."""
    listed: Sequence[str] = ()
    model = probe.model
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            if probe.lists:
                listed = await _list(probe)
            model = model or next(iter(listed), "")
            if not model:
                raise WireError("model_not_found", "The server lists no models.")
            began = time.perf_counter()
            await upstream.client().complete(probe.endpoint, probe.secret, _smallest(model, probe.thinking))
    except TimeoutError:
        return Finding("first_byte_timeout", "", _since(began), model, listed)
    except WireError as error:
        told = error.without(probe.secret.reveal()) if probe.secret else error
        return Finding(told.code, told.message, _since(began), model, listed)
    return Finding("", "", _since(began), model, listed)


async def list_models(probe: Probe) -> Finding:
    """Ask a server for its models and for nothing else. Never raises for what it or its network does.

    Here a refusal counts: `key_refused` where it gives its list to nobody without a (good) key, `no_list` where it
    answers with something else.
    """
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            listed = await upstream.client().models(probe.endpoint, probe.secret)
    except TimeoutError:
        return Finding("first_byte_timeout", "", _since(began), "")
    except WireError as error:
        told = error.without(probe.secret.reveal()) if probe.secret else error
        return Finding(_why_unlisted(told), told.message, _since(began), "")
    return Finding("", "", _since(began), "", listed)


def _why_unlisted(error: WireError) -> str:
    if error.status in (401, 403):
        return "key_refused"
    return "no_list" if error.code in _NO_LIST - {"provider_error"} else error.code


def _cheapest(provider: Provider) -> Offer | None:
    """Free models are asked last: they answer on empty accounts, too, and a test should notice those."""
    offers = list(
        provider.offers.filter(enabled=True, language_model__status=Statuses.CURRENT).select_related("provider")
    )
    prices = prices_in_force([offer.pk for offer in offers], timezone.now())
    return min(offers, key=lambda offer: _expense(offer, prices.get(offer.pk)), default=None)


def _expense(offer: Offer, price: Price | None) -> tuple[object, ...]:
    thinks = offer.thinking != "none" and not offer.can_disable_thinking
    costs = price is not None and not price.is_free
    return not costs, thinks, price.tiers[0].output if price else 0, offer.sort, offer.wire_name


async def _list(probe: Probe) -> Sequence[str]:
    try:
        return await upstream.client().models(probe.endpoint, probe.secret)
    except WireError as error:
        if error.code in _NO_LIST:
            return ()
        raise


def _smallest(model: str, thinking: str | None) -> CompletionRequest:
    return CompletionRequest(
        model=model, messages=(ChatMessage("user", "Hi"),), stream=False, thinking=thinking, max_tokens=1
    )


def _since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)
