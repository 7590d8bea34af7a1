"""The keys page in plain values: rows, the add form's choices, concurrency rights. For templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.accounts.models import Team, User
from playground.accounts.people import role_in
from playground.accounts.roles import Act, Thing, may
from playground.catalog.choices import EVERYONE, TIERS
from playground.catalog.models import Offer, Provider
from playground.catalog.prices import prices_in_force
from playground.conversations.models import Generation
from playground.pricing.price import Price
from playground.streaming.probe import Finding
from playground.vault import keys
from playground.vault.models import ApiKey
from playground.web.forms.keys import ME, TEAM
from playground.web.key_load import Load, loads
from playground.web.key_status import load_words, status
from playground.web.listing import own_words
from playground.web.moments import day_words, moment_words
from playground.web.troubles import trouble

CODING = "coding"  # behind "|" in a choice: the provider's address for Coding Plan keys
SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do with keys in a team."""

    add: bool
    share: bool

    def manage(self, row: ApiKey) -> bool:
        """Whether this key is theirs to replace, disable and delete: their own, or the team's by their role."""
        return self.add if row.user_id else self.share


def rights_of(user: User, team: Team) -> Rights:
    """Their rights by their role."""
    role = role_in(user, team)
    return Rights(add=may(role, Act.USE, Thing.KEYS), share=may(role, Act.MANAGE, Thing.KEYS))


def endpoints() -> list[tuple[str, str]]:
    """Providers of the catalog that want a key, and their second address for Coding Plan keys where there is one."""
    found: list[tuple[str, str]] = []
    for provider in _providers():
        found.append((provider.slug, f"{provider.name} ({_host(provider.base_url)})"))
        if provider.facts.get("coding_base_url"):
            words = _("%(provider)s, Coding Plan") % {"provider": provider.name}
            found.append((f"{provider.slug}{SEPARATOR}{CODING}", words))
    return found


def chosen_endpoint(choice: str) -> tuple[Provider, str]:
    """The provider behind a choice of `endpoints`, and the address a key is entered for ("": the provider's own)."""
    slug, _separator, kind = choice.partition(SEPARATOR)
    provider = _providers().get(slug=slug)
    return provider, str(provider.facts["coding_base_url"]) if kind == CODING else ""


def people(team: Team, rights: Rights) -> list[tuple[str, str]]:
    """Who may use a new key."""
    found = [(ME, _("Only me"))]
    if rights.share:
        count = team.members.count()
        found.insert(
            0 if count > 1 else 1,
            (
                TEAM,
                ngettext("%(team)s, %(count)d person", "%(team)s, %(count)d people", count)
                % {"team": team.name, "count": count},
            ),
        )
    return found


def rows(user: User, team: Team) -> list[dict[str, Any]]:
    """Values of `keys/_row.html`, one for each key the person sees."""
    rights = rights_of(user, team)
    found = list(keys.visible_to(user, team))
    busy = loads(found)
    return [_row(row, busy[row.pk], may_manage=rights.manage(row), finding=None) for row in found]


def row_of(row: ApiKey, *, may_manage: bool, finding: Finding | None = None) -> dict[str, Any]:
    """One key. `finding`: the test that was just made, with the provider's own words."""
    return _row(row, loads([row])[row.pk], may_manage=may_manage, finding=finding)


def _row(row: ApiKey, load: Load, *, may_manage: bool, finding: Finding | None) -> dict[str, Any]:
    told = trouble(finding.code) if finding and finding.code else None
    user = row.last_used_by
    return {
        "id": row.pk,
        "label": row.label,
        "provider": row.provider.name,
        "host": _host(row.address),
        "address": row.address,
        "mask": row.mask if row.sealed else "",
        "tier": row.tier,
        "who": _("only you") if row.user_id else _("the team"),
        "load": load_words(load),
        "last_used": moment_words(row.last_used_at) if row.last_used_at else "",
        "last_used_by": user.display_name if user else "",
        "status": status(row, load),
        "trouble": {"title": told.title, "text": told.text} if told else None,
        "words": own_words(finding.words) if finding else "",
        "is_disabled": row.disabled_at is not None,
        "is_refused": row.status == ApiKey.Status.REFUSED,
        "is_custom": row.provider.is_custom,
        "may_manage": may_manage,
    }


def effect_of_deleting(row: ApiKey) -> list[str]:
    """What goes with a key and what stays, one sentence each."""
    told = [_("The stored key is wiped at once. What was spent with it stays in the ledger.")]
    running = Generation.objects.filter(api_key=row, state__in=Generation.LIVE).count()
    if running:
        told.append(
            ngettext(
                "%(count)d answer is being written with it: it goes on to its end.",
                "%(count)d answers are being written with it: they go on to their end.",
                running,
            )
            % {"count": running}
        )
    others = ApiKey.objects.filter(provider=row.provider, team=row.team, disabled_at=None).exclude(pk=row.pk)
    others = others.filter(Q(user=None) | Q(user=row.user_id))
    if others.exists():
        told.append(_("Runs of this provider use the next key of yours."))
        return told
    if row.provider.is_custom:
        count = row.provider.offers.filter(enabled=True).count()
        told.append(
            ngettext(
                "It is the last key of this server: its model can no longer be chosen.",
                "It is the last key of this server: its %(count)d models can no longer be chosen.",
                count,
            )
            % {"count": count}
        )
    elif row.user_id:
        told.append(_("It is your only key of this provider: you run its models with no other."))
    else:
        told.append(
            _("It is the team’s only key of this provider: whoever has none of their own cannot run its models.")
        )
    return told


def concurrency(rows: Sequence[ApiKey]) -> dict[str, Any]:
    """Values of `keys/_concurrency.html`: what each tier allows, with the column of the person's first key."""
    offers = list(_limited())
    providers = {offer.provider_id for offer in offers}
    mine = next((row.tier for row in rows if row.provider_id in providers and row.disabled_at is None), "")
    dates = [
        offer.language_model.source.date for offer in offers if offer.language_model and offer.language_model.source
    ]
    return {
        "tiers": [{"name": tier, "is_mine": tier == mine} for tier in TIERS],
        "mine": mine,
        "models": [
            {
                "title": offer.title,
                "slug": offer.language_model.slug if offer.language_model else "",
                "limits": [{"count": offer.concurrency.get(tier), "is_mine": tier == mine} for tier in TIERS],
            }
            for offer in offers
        ],
        "date": day_words(max(dates)) if dates else "",
    }


def offered_by(provider: Provider) -> list[tuple[Offer, Price | None]]:
    """What a server of one's own offers now, with the prices that hold."""
    offers = list(provider.offers.filter(enabled=True).order_by("wire_name"))
    prices = prices_in_force([offer.pk for offer in offers], timezone.now())
    return [(offer, prices.get(offer.pk)) for offer in offers]


def _providers() -> QuerySet[Provider]:
    return Provider.objects.filter(scope=EVERYONE, practice=False)


def _limited() -> QuerySet[Offer]:
    return (
        Offer.objects.filter(enabled=True, provider__practice=False, provider__scope=EVERYONE)
        .exclude(concurrency={})
        .select_related("provider", "language_model__source")
        .order_by("provider__sort", "sort")
    )


def _host(url: str) -> str:
    return urlsplit(url).netloc
