"""Questions that higher floors ask the catalog: what may be chosen, and all a request needs to know about an offer."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from playground.catalog.capabilities import Capabilities, capabilities_of
from playground.catalog.choices import EVERYONE, Family, Reasoning, Statuses, Thinking, ThinkingSwitch
from playground.catalog.errors import OfferRefused
from playground.catalog.models import Offer

PRACTICE_PROVIDER = "sandbox"


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """An offer as a value: no model instance crosses floors. Lengths in tokens; None: nobody states it.

    `thinking_switch` is how this offer is told to think or not, "none" where its model knows no such parameter.
    `concurrency`: tier of the key (V0 to V3) to requests in flight; empty where nobody states rights.
    """

    id: uuid.UUID
    provider_slug: str
    provider_name: str
    base_url: str
    practice: bool
    family: Family
    thinking_switch: ThinkingSwitch
    model_prefix: str
    asks_usage: bool
    wire_name: str
    title: str
    thinking: Thinking
    can_disable_thinking: bool
    reasoning: Reasoning
    efforts: tuple[str, ...]
    tools: bool
    tool_stream: bool
    json_mode: bool
    web_search: bool
    context_tokens: int | None
    max_output_tokens: int | None
    parameters: Capabilities
    concurrency: Mapping[str, int]


def offers_for(scopes: Collection[str]) -> QuerySet[Offer]:
    """Offers that somebody with these scopes ("team:7") may choose, in the order of the picker.

    Practice comes last; within a provider the models stand newest generation first, retired ones at the end.
    """
    return (
        Offer.objects.filter(enabled=True)
        .filter(Q(provider__scope=EVERYONE) | Q(provider__scope__in=scopes))
        .select_related("provider", "language_model")
        .order_by("provider__sort", "provider__name", "sort", "wire_name")
    )


def default_offer(provider_slugs: Collection[str] = ()) -> Offer | None:
    """What to propose to somebody who chose nothing yet: `provider_slugs` are those they have keys for.

    A current model of the first of them, else a practice offer; never one that its maker retired or is about to.
    """
    candidates = list(_proposable().filter(provider__slug__in=provider_slugs))
    candidates = candidates or list(_proposable().filter(provider__slug=PRACTICE_PROVIDER))
    return min(candidates, key=_proposal_order, default=None)


def offer_facts(offer_id: uuid.UUID, *, scope: str) -> OfferFacts:
    """The facts of an offer that `scope` may choose. Raises OfferRefused("no_offer")."""
    offer = offers_for([scope]).filter(pk=offer_id).first()
    if offer is None:
        raise OfferRefused("no_offer", _("This model cannot be chosen any more. Choose another one."))
    return facts_of(offer)


def facts_of(offer: Offer) -> OfferFacts:
    """The facts of a row; its provider should be loaded with it."""
    provider = offer.provider
    return OfferFacts(
        id=offer.id,
        provider_slug=provider.slug,
        provider_name=provider.name,
        base_url=provider.base_url,
        practice=provider.practice,
        family=cast(Family, provider.family),
        thinking_switch=cast(ThinkingSwitch, offer.thinking_switch),
        model_prefix=provider.model_prefix,
        asks_usage=provider.asks_usage,
        wire_name=offer.wire_name,
        title=offer.title,
        thinking=cast(Thinking, offer.thinking),
        can_disable_thinking=offer.can_disable_thinking,
        reasoning=cast(Reasoning, offer.reasoning),
        efforts=tuple(offer.efforts),
        tools=offer.tools,
        tool_stream=offer.tool_stream,
        json_mode=offer.json_mode,
        web_search=offer.web_search,
        context_tokens=offer.context_tokens,
        max_output_tokens=offer.max_output_tokens,
        parameters=capabilities_of(offer),
        concurrency=dict(offer.concurrency),
    )


def _proposable() -> QuerySet[Offer]:
    current = Q(language_model=None) | Q(language_model__status=Statuses.CURRENT)
    return Offer.objects.filter(current, enabled=True).select_related("provider", "language_model")


def _proposal_order(offer: Offer) -> tuple[int, bool, int, str]:
    provider = offer.provider
    return provider.sort, offer.wire_name != provider.default_wire_name, offer.sort, offer.wire_name
