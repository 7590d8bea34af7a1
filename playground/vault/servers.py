"""Servers of one's own: a custom provider, its models and its key are added together and leave together. Floor 2."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from playground.accounts.models import Team, User
from playground.catalog import custom
from playground.catalog.choices import DisabledReasons, Thinking
from playground.catalog.custom import Abilities, TypedPrice
from playground.catalog.errors import OfferRefused
from playground.catalog.models import Offer, Provider
from playground.vault import keys
from playground.vault.addresses import check_base_url
from playground.vault.models import ApiKey

MODELS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model of such a server, as it names it, and what somebody says of it. Lengths in tokens."""

    name: str
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    price: TypedPrice | None = None  # per million tokens; None: unpriced, never free
    thinking: Thinking = "none"  # optional: it decides itself, no request switches it


def check_address(base_url: str) -> str:
    """The address as a server is kept under. Raises ProviderRefused, AddressRejected."""
    return check_base_url(custom.clean_base_url(base_url))


@transaction.atomic
def add_server(
    *,
    team: Team,
    user: User | None,
    created_by: User,
    name: str,
    base_url: str,
    key: str,
    models: Sequence[ServedModel],
    currency: str = "",
    today: date,
    tier: str = "V0",
) -> ApiKey:
    """Add a server for a team, with its models and its key (empty: it needs none). `user` None: the team's key.

    Raises ProviderRefused, OfferRefused, PriceRefused, AddressRejected, KeyRejected; then nothing was added.
    """
    provider = custom.create_provider(
        scope=f"team:{team.pk}",
        name=name,
        base_url=check_address(base_url),
        currency=currency,
    )
    row = keys.add(team=team, user=user, provider=provider, label=name, key=key, created_by=created_by, tier=tier)
    offer_models(provider, models, today=today)
    return row


@transaction.atomic
def offer_models(provider: Provider, models: Sequence[ServedModel], *, today: date) -> list[Offer]:
    """Offer exactly these models of such a server: what is offered already is updated, what is not named withdrawn.

    Conversations and costs of what was withdrawn stay; naming it again brings it back. Raises OfferRefused,
    PriceRefused.
    """
    by_name = {model.name: model for model in models}
    if not tidy_names(by_name):
        raise OfferRefused("bad_offer", _("Choose or name at least one model."))
    _switch_off(provider.offers.filter(enabled=True).exclude(wire_name__in=by_name))
    return [_offer(provider, model, today) for model in by_name.values()]


@transaction.atomic
def remove_key(row: ApiKey, *, by: User) -> None:
    """Delete a key. With the last key of a server of one's own its models go, too."""
    provider = row.provider
    keys.remove(row, by=by)
    if provider.is_custom and not ApiKey.objects.filter(provider=provider).exists():
        _switch_off(provider.offers.all())


def tidy_names(names: Iterable[str]) -> list[str]:
    """Each name once, without blanks around it. Raises OfferRefused when there are too many to be meant."""
    tidy = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if len(tidy) > MODELS_AT_ONCE:
        raise OfferRefused("bad_offer", _("These are more than %(count)d models.") % {"count": MODELS_AT_ONCE})
    return tidy


def _offer(provider: Provider, model: ServedModel, today: date) -> Offer:
    offer = custom.add_offer(
        provider=provider,
        wire_name=model.name,
        abilities=Abilities(
            context_tokens=model.context_tokens, max_output_tokens=model.max_output_tokens, thinking=model.thinking
        ),
        price=model.price,
        today=today,
    )
    if model.price is None:
        custom.unprice(offer, today=today)
    return offer


def _switch_off(offers: QuerySet[Offer]) -> None:
    offers.update(enabled=False, disabled_reason=DisabledReasons.BY_HAND)
