"""What a person can choose from, and the chosen offer as the run settings show it. Plain values for templates."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from playground.accounts.models import Team, User
from playground.accounts.people import role_in
from playground.accounts.roles import Act, Thing, may
from playground.catalog.capabilities import Capability, capabilities_of
from playground.catalog.capability_words import label, why_not
from playground.catalog.choices import TIERS
from playground.catalog.models import Offer, PriceRow
from playground.catalog.phrases import PhraseBook
from playground.catalog.prices import price_in_force, rows_in_force
from playground.catalog.queries import default_offer, facts_of, offers_for
from playground.conversations.models import Conversation, LastSettings
from playground.conversations.run_settings import (
    PROPOSED_MAX_TOKENS,
    TEAM_FIRST,
    RunSettings,
    clamp,
    parse,
    propose,
    without_summary,
)
from playground.errors import Refused
from playground.ledger.measured import WINDOW, Measured, measured_of_late
from playground.presets import shelf
from playground.pricing.money import Rate
from playground.pricing.price import Price
from playground.vault import keys
from playground.vault.models import ApiKey
from playground.web import run_tools
from playground.web.money import SIGNS, Rates
from playground.web.prices import amount_words

MAIN, MORE = ("temperature", "top_p", "max_tokens"), ("frequency_penalty", "presence_penalty", "seed")
DROPPABLE = ("offer", "key", "thinking", "effort", "keep_thinking", "functions", "tool_choice", "web_search", "output")
OTHER = {"CNY": "USD", "USD": "CNY"}
SHOPS = {"bigmodel": "BigModel", "zai": "Z.ai", "vercel": "Vercel"}  # whose prices a sandbox offer repeats


class Desk:
    """What one person in one team can choose from; looked up once for a page."""

    def __init__(self, user: User, team: Team, *, measured_days: int = WINDOW.days) -> None:
        self.user, self.team, self.measured_days = user, team, measured_days
        self.scope = f"team:{team.pk}"
        self.offers = list(offers_for([self.scope]))
        self.keys = {key.provider_id: key for key in reversed(keys.visible_to(user, team).filter(disabled_at=None))}
        self.rate: Rate = Rates().on(timezone.now().date())
        self._priced: dict[uuid.UUID, Price | None] = {}

    @cached_property
    def price_rows(self) -> dict[uuid.UUID, PriceRow]:
        """The prices of all offers, as rows. Reading them takes as long as all the rest: see `price`."""
        return rows_in_force([offer.pk for offer in self.offers], timezone.now(), scope=self.scope)

    @cached_property
    def prices(self) -> Mapping[uuid.UUID, Price]:
        """The prices of all offers; of those that nobody knows none."""
        return {offer_id: row.price for offer_id, row in self.price_rows.items()}

    def price(self, offer: Offer) -> Price | None:
        """What one offer costs now, for pages that show one; None when nobody knows."""
        if "prices" in self.__dict__:
            return self.prices.get(offer.pk)
        if offer.pk not in self._priced:
            self._priced[offer.pk] = price_in_force(offer.pk, timezone.now(), scope=self.scope)
        return self._priced[offer.pk]

    def chosen(self, conversation: Conversation | None, *, with_default: bool = True) -> RunSettings:
        """The settings the page begins with: the conversation's, else the person's default preset (unless without),
        else their last, else a proposal."""
        stored: Mapping[str, object] = {}
        if conversation is not None:
            stored = conversation.settings
        elif with_default and (preset := shelf.default_of(self.user, self.team)):
            stored = preset.settings
        elif last := LastSettings.objects.filter(user=self.user).first():
            stored = last.settings
        try:
            chosen = parse(stored)
        except Refused:
            chosen = RunSettings()
        offer = self.find(chosen.offer)
        if offer is not None:
            is_shared = conversation is not None and conversation.shared
            return self.with_own_key(chosen, offer) if is_shared else chosen
        slugs = {offer.provider.slug for offer in self.offers if offer.provider_id in self.keys}
        proposal = default_offer(slugs)
        if proposal is None:
            return RunSettings(system_prompt=chosen.system_prompt)
        return propose(facts_of(proposal), system_prompt=chosen.system_prompt)

    def find(self, offer_id: uuid.UUID | None) -> Offer | None:
        """The offer, if this person may choose it."""
        return next((offer for offer in self.offers if offer.pk == offer_id), None)

    def keys_of(self, offer: Offer, *, team_first: bool = False) -> list[ApiKey]:
        """The keys that the person may run this offer with; what would be taken by itself stands first."""
        slug = offer.provider.slug
        return keys.keys_for(user=self.user, team=self.team, provider_slug=slug, team_first=team_first)

    def with_own_key(self, settings: RunSettings, offer: Offer) -> RunSettings:
        """The settings without a key that is not for this offer."""
        is_own = settings.key is None or any(key.pk == settings.key for key in self.keys_of(offer))
        return settings if is_own else replace(settings, key=None)

    def fitting(self, settings: RunSettings, offer: Offer) -> tuple[RunSettings, dict[str, str]]:
        """The settings for this offer as far as it takes them, and a sentence for each that was changed or left out."""
        wished = replace(settings, offer=offer.pk)
        own = self.with_own_key(wished, offer)
        chosen, notes = clamp(own, facts_of(offer))
        if own.key != wished.key:
            provider = {"provider": offer.provider.name}
            notes["key"] = _("The key that was chosen is none for %(provider)s and is left out.") % provider
        return chosen, notes

    def refused(self, offer: Offer) -> str:
        """Why the offer cannot be run now, "" when it can."""
        if offer.provider.practice or offer.provider_id in self.keys:
            return ""
        return _("Needs a key for %(provider)s") % {"provider": offer.provider.name}

    @cached_property
    def say(self) -> PhraseBook:
        """Texts of the catalog in the reader's language."""
        return PhraseBook(get_language() or "en")

    @cached_property
    def measured(self) -> dict[uuid.UUID, Measured]:
        """What was measured on this server, by offer; only pages that show it ask."""
        window = dt.timedelta(days=self.measured_days)
        return measured_of_late({offer.pk: offer.provider.practice for offer in self.offers}, window=window)

    @cached_property
    def may_set_prices(self) -> bool:
        """Whether the person may type prices for the team."""
        return may(role_in(self.user, self.team), Act.MANAGE, Thing.PRICES)

    def tier_of(self, offer: Offer) -> str:
        """The tier of the person's key; the lowest without one."""
        key = self.keys.get(offer.provider_id)
        return key.tier if key else TIERS[0]

    def tier(self, offer: Offer) -> str:
        """Requests in flight that the key's tier allows: "V1 · 40", "" where nobody states rights."""
        tier = self.tier_of(offer)
        return f"{tier} · {offer.concurrency[tier]}" if tier in offer.concurrency else ""


def run_view(
    desk: Desk,
    chosen: RunSettings,
    conversation: Conversation | None,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Values of `conversations/_run_settings.html`."""
    offer = desk.find(chosen.offer)
    errors = errors or {}
    return {
        "conversation_id": str(conversation.pk) if conversation else "",
        "url": settings_url(conversation),
        "offer_id": str(chosen.offer or ""),
        "thinking": chosen.thinking,
        "effort": chosen.effort or "",
        "system_prompt": chosen.system_prompt,
        "key": _key_choice(desk, chosen, offer) if offer else None,
        "errors": errors,
        "ranges": _ranges(MAIN, offer, chosen, errors) if offer else [],
        "more": _more(offer, chosen, errors) if offer else None,
        "dropped": [errors[name] for name in _without_a_field(offer) if name in errors],
        "offer": _card(desk, offer) if offer else None,
        "tools": run_tools.tools_view(desk.user, desk.team, conversation, offer, chosen) if offer else None,
        "output": run_tools.output_view(offer, chosen) if offer else None,
        "keeping": run_tools.keeping_view(offer, chosen) if offer else None,
        **(_when_full(offer, chosen, conversation) if offer else {}),
    }


def _without_a_field(offer: Offer | None) -> Sequence[str]:
    """The settings that show no note beside themselves: choices, and numbers that this offer does not take."""
    locked = [name for name in MORE if offer and not capabilities_of(offer)[name].taken]
    return (*DROPPABLE, *locked)


def _when_full(offer: Offer, chosen: RunSettings, conversation: Conversation | None) -> dict[str, Any]:
    """What can be done about a full context: value, words, whether it is chosen. Nobody states every context.

    A column of a comparison and a row of a batch get the same texts as the others, and no turn of their own in between.
    """
    if offer.context_tokens is None:
        return {}
    is_compared = conversation is not None and not conversation.title
    wanted = without_summary(chosen).when_full if is_compared else chosen.when_full
    words = [("", _("send all")), ("drop", _("leave out the oldest turns")), ("summarise", _("summarise first"))]
    note = _("No summary here: what is compared has to read the same, and every model would sum up in its own words.")
    return {
        "when_full": [(way, said, way == (wanted or "")) for way, said in words[: 2 if is_compared else 3]],
        "when_full_note": note if is_compared else "",
    }


def _key_choice(desk: Desk, chosen: RunSettings, offer: Offer) -> dict[str, Any] | None:
    """Which key the next run takes, and what else can be chosen; None where no key is needed or there is none."""
    found = [] if offer.provider.practice else desk.keys_of(offer)
    if not found:
        return None
    words = {key.pk: _key_words(key) for key in found}
    has_order = len({key.user_id for key in found}) > 1
    orders = [("", _("Own first, then the team’s") if has_order else _("The newest"), words[found[0].pk])]
    if has_order or chosen.team_key_first:
        first = desk.keys_of(offer, team_first=True)[0]
        orders.append((TEAM_FIRST, _("The team’s first, then own"), words[first.pk]))
    named = [(str(pk), said, said) for pk, said in words.items()]
    value = str(chosen.key or (TEAM_FIRST if chosen.team_key_first else ""))
    choices = [
        {"value": one, "words": said, "runs": _("Runs with %(key)s") % {"key": key}, "is_chosen": one == value}
        for one, said, key in [*orders, *named]
    ]
    taken = next(
        (choice for choice in choices if choice["is_chosen"]), choices[0]
    )  # a key that is gone is chosen no more
    return {"choices": choices if len(found) > 1 or value else [], "runs": taken["runs"]}


def _key_words(key: ApiKey) -> str:
    """A key by its name, and whose it is."""
    whose = _("the team’s") if key.user_id is None else _("your own")
    return _("%(key)s (%(whose)s)") % {"key": key, "whose": whose}


def settings_url(conversation: Conversation | None) -> str:
    """Where a change of the run settings is kept; the zero id stands for "my next conversation"."""
    return reverse("conversation-settings", args=[conversation.pk if conversation else uuid.UUID(int=0)])


def count_words(tokens: int | None) -> str:
    """A limit in tokens as the documentation writes it: 128K, 1M; "—" when nobody states it."""
    if tokens is None:
        return "—"
    if tokens >= 1_000_000:
        return f"{tokens // 1_000_000}M"
    return f"{round(tokens / (1000 if tokens % 1000 == 0 else 1024))}K"


def _card(desk: Desk, offer: Offer) -> dict[str, Any]:
    price = desk.price(offer)
    return {
        "title": offer.title,
        "note": f"{offer.provider.name} · {note_of(offer)}" if note_of(offer) else offer.provider.name,
        "facts": _facts(desk, offer, price),
        "features": feature_words(offer),
        "thinking": offer.thinking,
        "thinking_note": _thinking_note(offer),
        "thinking_locked": _thinking_locked(offer),
        "guidance": _guidance(offer),
        "efforts": offer.efforts,
        # The dearest tier: what is shown as "at most" must hold.
        "input_price": str(max(tier.input for tier in price.tiers)) if price else "",
        "output_price": str(max(tier.output for tier in price.tiers)) if price else "",
        "sign": SIGNS[price.currency] if price else "",
        "other_sign": SIGNS[OTHER[price.currency]] if price else "",
        "other_rate": str(other_rate(price.currency, desk.rate)) if price else "",
        "context_tokens": offer.context_tokens,
        "max_output_tokens": offer.max_output_tokens,
    }


def _facts(desk: Desk, offer: Offer, price: Price | None) -> list[dict[str, str]]:
    tier = price.tiers[0] if price else None
    currency = price.currency if price else None
    amounts = (
        (_("Input / M"), tier.input if tier else None),
        (_("Output / M"), tier.output if tier else None),
        (_("Cached / M"), tier.cached if tier else None),
    )
    facts = [{"label": label, **amount_words(amount, currency, desk.rate)} for label, amount in amounts]
    facts += [
        {"label": _("Context"), "value": count_words(offer.context_tokens), "second": ""},
        {"label": _("Max output"), "value": count_words(offer.max_output_tokens), "second": ""},
        {"label": _("Concurrency"), "value": desk.tier(offer) or "—", "second": ""},
    ]
    return facts


def _ranges(names: Iterable[str], offer: Offer, chosen: RunSettings, errors: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every number with its slider; `default`: the documented one, "" for none, for max_tokens in words too;
    `reset`: what Reset sets.

    `locked`: why this offer does not take it, "" when it does.
    """
    capabilities = capabilities_of(offer)
    return [
        {
            "name": name,
            "label": label(name),
            "slider": name != "seed",
            "min": _number_words(capabilities[name].low),
            "max": _number_words(_highest(name, capabilities[name], offer)),
            "step": _number_words(capabilities[name].step),
            "value": _number_words(getattr(chosen, name)),
            "default": _default_words(capabilities[name].default),
            "default_words": _default_note(capabilities[name]) if name == "max_tokens" else "",
            "reset": _number_words(min(PROPOSED_MAX_TOKENS, _longest(offer))) if name == "max_tokens" else "",
            "error": errors.get(name, ""),
            "locked": why_not(capabilities[name], model=offer.title, provider=offer.provider.name),
        }
        for name in names
    ]


def _highest(name: str, capability: Capability, offer: Offer) -> float | None:
    return _longest(offer) if name == "max_tokens" else capability.high


def _longest(offer: Offer) -> int:
    """The longest answer, in tokens; where nobody states it a slider still needs an end."""
    return offer.max_output_tokens or 32_768


def _more(offer: Offer, chosen: RunSettings, errors: Mapping[str, str]) -> dict[str, Any]:
    """The parameters that are rarely touched, those that this offer does not take with the reason."""
    stop = capabilities_of(offer)["stop"]
    numbers = _ranges(MORE, offer, chosen, errors)
    return {
        "numbers": [row for row in numbers if not row["locked"]],
        "stop": {"value": "\n".join(chosen.stop), "most": stop.most, "error": errors.get("stop", "")}
        if stop.taken
        else None,
        "locked": [row for row in numbers if row["locked"]],
        "is_open": bool(chosen.stop or any(row["value"] or row["error"] for row in numbers)),
    }


def _default_words(value: float | None) -> str:
    return "" if value is None else str(value) if isinstance(value, int) else f"{value:.2f}"


def _default_note(capability: Capability) -> str:
    """What applies where nobody sets it: a length says more in words than as a place on a slider."""
    if capability.default is None:
        return _("default not documented")
    return _("%(default)s by default") % {"default": f"{capability.default:,}"}


def _number_words(value: float | None) -> str:
    return "" if value is None else str(value) if isinstance(value, int) else f"{value:g}"


def features_of(offer: Offer) -> Iterable[tuple[str, bool]]:
    yield "thinking", offer.thinking != "none"
    yield "tools", offer.tools
    yield "json", offer.json_mode
    yield "caching", offer.caching
    yield "stream", offer.streaming


def feature_words(offer: Offer) -> list[str]:
    words = {
        "thinking": _("Thinking"),
        "tools": _("Tools"),
        "json": _("JSON"),
        "caching": _("Cache"),
        "stream": _("Stream"),
    }
    return [words[name] for name, has in features_of(offer) if has]


def _thinking_note(offer: Offer) -> str:
    if offer.thinking == "none":
        return _("nobody states whether it thinks") if offer.provider.is_custom else _("this model does not think")
    if offer.thinking == "always":
        return _("always thinks")
    if not offer.can_disable_thinking:
        return _("decides itself whether it thinks")
    dynamic = offer.language_model is not None and bool(offer.language_model.thinking.get("dynamic"))
    return _("model decides how long") if dynamic else _("thinks before it answers")


def _guidance(offer: Offer) -> Sequence[Mapping[str, Any]]:
    """The documented advice on when to let it think, where a person has the choice."""
    if offer.language_model is None or not offer.can_disable_thinking:
        return ()
    return offer.language_model.family.words(get_language() or "en").thinking_guidance


def _thinking_locked(offer: Offer) -> str:
    """Why the switch cannot be moved, "" when it can."""
    return why_not(capabilities_of(offer)["thinking"], model=offer.title, provider=offer.provider.name)


def note_of(offer: Offer) -> str:
    if offer.language_model is None:
        return ""
    words = offer.language_model.words(get_language() or "en").note or offer.language_model.parameters
    return " · ".join(filter(None, [shop_words(offer), words]))


def shop_words(offer: Offer) -> str:
    """Whose prices an offer of the sandbox repeats; "" for any other."""
    return _("%(shop)s prices") % {"shop": SHOPS.get(offer.mirrors, offer.mirrors)} if offer.mirrors else ""


def other_rate(currency: str, rate: Rate) -> Decimal:
    return rate.value if currency == rate.base else (1 / rate.value).quantize(Decimal("0.00000001"))
