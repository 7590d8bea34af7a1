"""The receipt of one entry: what was counted, at which price, by which formula, and what was corrected later.

Every amount is written out to its last digit. Plain values for templates.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.conversations.models import Generation
from playground.ledger.corrections import chain_of
from playground.ledger.models import Entry
from playground.ledger.rates import sourced_rate_at
from playground.ledger.unpriced import is_unpriced
from playground.pricing.amounts import exact
from playground.pricing.money import Money, convert
from playground.pricing.price import PER_TOKENS, Price, PriceDamagedError, Tier
from playground.web.figures import reasoning_words, seconds_words
from playground.web.moments import day_words
from playground.web.money import format_money
from playground.web.usage_entries import conversation_url, moment_words, status_badge, titles_of
from playground.web.usage_list import ListWish
from playground.web.usage_money import rate_words
from playground.web.usage_seat import Names, Seat, names_of
from playground.web.usage_wish import Wish

_AROUND: Final = dt.timedelta(days=30)  # how long before a run the entries of its conversation are looked for


def receipt(seat: Seat, entry: Entry) -> dict[str, Any]:
    """Values of `usage/receipt.html`."""
    chain = chain_of(entry)
    price, used = _price(entry), chain[0]  # a correction at a price counts the tokens of the run it is for
    tier = price.tier_for(used.prompt_tokens, used.completion_tokens) if price else None
    people = {one.corrected_by_id for one in chain if one.corrected_by_id is not None}
    templates = {entry.template.hex} if entry.template else set()
    names = names_of({entry.user_id, *people}, {entry.provider}, templates)
    return {
        "number": entry.pk,
        "model": entry.model,
        "time": moment_words(entry.created_at),
        "status": status_badge(entry),
        "is_correction": entry.corrects_id is not None,
        "practice": entry.practice,
        "total": _total(entry),
        "counts": _counts(entry),
        "counts_basis": entry.get_tokens_basis_display(),
        "price": _price_words(price, tier) if price else None,
        "formula": _formula(entry, used, tier) if tier and _is_priced_whole(entry, used, tier) else [],
        "why": _why(entry, price, tier),
        "later": _later(entry, chain),
        "upper_bound": entry.upper_bound,
        "facts": _facts(entry, names),
        "sent": _sent(entry),
        "conversation": _conversation(seat, entry, names),
        "corrects": chain[0].pk if entry is not chain[0] else None,
        "chain": _chain(chain, entry, names) if len(chain) > 1 else [],
    }


def _conversation(seat: Seat, entry: Entry, names: Names) -> dict[str, Any]:
    """Where the run was asked for: the person's own conversation; of others' the entries alone, under its short id."""
    title = titles_of(seat, {entry.conversation}).get(entry.conversation, "")
    if title:
        return {"title": title, "url": conversation_url(entry.conversation), "is_own": True}
    since = timezone.localtime(entry.created_at).date() - _AROUND
    asked = ListWish(Wish(first=since.isoformat(), practice="1" if entry.practice else ""))
    address = reverse("usage-entries") + asked.address(conversation=entry.conversation.hex)
    is_here = entry.team_id == seat.team.pk  # elsewhere the entries of another team are not shown
    return {
        "title": names.word("conversation", entry.conversation.hex),
        "url": address if is_here else "",
        "is_own": False,
    }


def _price(entry: Entry) -> Price | None:
    """The price as it was then; one that cannot be read any more is no price."""
    try:
        return Price.from_json(entry.price) if entry.price else None
    except PriceDamagedError:
        return None


def _total(entry: Entry) -> dict[str, str]:
    if entry.cost_total is None or not entry.currency:
        return {"exact": "—", "other": "", "rate": "", "basis": entry.get_cost_basis_display()}
    rate, source = sourced_rate_at(entry.created_at.date())
    other = convert(Money(entry.cost_total, "CNY" if entry.currency == "CNY" else "USD"), rate)
    return {
        "exact": exact(entry.cost_total, entry.currency),
        "other": f"≈ {format_money(other.amount, other.currency)}",
        "rate": _("%(rate)s, %(date)s (%(source)s)")
        % {"rate": rate_words(rate), "date": day_words(rate.date), "source": _(source)},
        "basis": entry.get_cost_basis_display(),
    }


def _counts(entry: Entry) -> list[dict[str, str]]:
    return [
        {"name": name, "word": word, "count": count}
        for name, word, count in (
            ("prompt", _("Prompt"), f"{entry.prompt_tokens:,}"),
            ("cached", _("of it cached"), f"{entry.cached_tokens:,}"),
            ("completion", _("Completion"), f"{entry.completion_tokens:,}"),
            ("reasoning", _("of it reasoning"), reasoning_words(entry)),
        )
    ]


def _price_words(price: Price, tier: Tier | None) -> dict[str, Any]:
    return {
        "id": price.id,
        "source": price.source,
        "source_date": day_words(price.source_date),
        "valid_from": day_words(price.valid_from) if price.valid_from else _("since it is known"),
        "valid_until": day_words(price.valid_until) if price.valid_until else "",
        "parts": [
            {"word": word, "amount": exact(amount, price.currency)}
            for word, amount in (
                (_("Input"), tier.input),
                (_("Cached"), tier.cached),
                (_("Output"), tier.output),
            )
        ]
        if tier
        else [],
    }


def _is_priced_whole(entry: Entry, used: Entry, tier: Tier) -> bool:
    """Whether the entry has the cost of all that was used, not only what another one lacked."""
    return entry.cost_input is not None and (
        entry is used
        or (
            entry.cost_input == (used.prompt_tokens - used.cached_tokens) * tier.input.scaleb(-6)
            and entry.cost_output == used.completion_tokens * tier.output.scaleb(-6)
        )
    )


def _formula(entry: Entry, used: Entry, tier: Tier) -> list[dict[str, str]]:
    """A line for each part: tokens times the price per million is the amount."""
    fresh = used.prompt_tokens - used.cached_tokens
    cached_price = tier.input if tier.cached is None else tier.cached
    lines = (
        (_("Prompt, not cached"), fresh, tier.input, entry.cost_input),
        (_("Prompt, cached"), used.cached_tokens, cached_price, entry.cost_cached),
        (_("Completion"), used.completion_tokens, tier.output, entry.cost_output),
    )
    return [
        {
            "word": word,
            "term": f"{tokens:,} × {exact(per_million, entry.currency)} ÷ {PER_TOKENS:,}",
            "amount": exact(amount, entry.currency),
        }
        for word, tokens, per_million, amount in lines
    ]


def _why(entry: Entry, price: Price | None, tier: Tier | None) -> str:
    """What to know about how the cost came about, where no formula says it."""
    if entry.cost_basis == Entry.CostBasis.REPORTED:
        return _("The provider itself named this sum; it is not calculated here.")
    if not is_unpriced(entry.cost_basis):
        return ""
    if price is None:
        return _("No price was set when the run began. Its cost is unknown, not 0.")
    if tier is None:
        return _("The price has no tier for a request of this length. Its cost is unknown, not 0.")
    return _("The cost could not be kept. It is unknown, not 0.")


def _later(entry: Entry, chain: Sequence[Entry]) -> dict[str, Any] | None:
    """Where the price of an entry without one came from later."""
    if entry.cost_total is not None:
        return None
    priced = next((one for one in chain if one.cost_total is not None), None)
    return {"number": priced.pk, "amount": exact(priced.cost_total, priced.currency)} if priced else None


def _sent(entry: Entry) -> str:
    """The usage as the provider sent it, also where no counts can be read from it; while the run's row is there."""
    kept = Generation.objects.filter(pk=entry.generation).values_list("raw_usage", flat=True).first()
    return kept or ""


def _facts(entry: Entry, names: Names) -> list[dict[str, str]]:
    facts = [
        (_("Person"), names.word("person", str(entry.user_id))),
        (_("Provider"), names.word("provider", entry.provider)),
        (_("Key"), entry.key_label or "—"),
        (_("Template"), names.word("template", entry.template.hex) if entry.template else ""),
        (_("Request id"), entry.provider_request_id or "—"),
        (_("Finish reason"), entry.finish_reason or "—"),
        (_("Error"), entry.error_code),
        (_("TTFT"), seconds_words(entry.ttft_ms)),
        (_("Duration"), seconds_words(entry.duration_ms)),
        (_("Tokens per second"), "—" if entry.tokens_per_second is None else f"{entry.tokens_per_second:f}"),
        (_("Attempt"), str(entry.attempt) if entry.attempt > 1 else ""),
        (_("Run"), str(entry.generation)),
    ]
    return [{"word": word, "value": value} for word, value in facts if value]


def _chain(chain: Sequence[Entry], shown: Entry, names: Names) -> list[dict[str, Any]]:
    """The first entry and its corrections, with what they come to together."""
    rows, sums = [], Decimal(0)
    for entry in chain:
        sums += entry.cost_total or Decimal(0)
        currency = next((one.currency for one in chain if one.currency), "")
        rows.append(
            {
                "number": entry.pk,
                "time": moment_words(entry.corrected_at or entry.created_at),
                "by": names.word("person", str(entry.corrected_by_id)) if entry.corrected_by_id else "",
                "amount": exact(entry.cost_total, entry.currency or currency),
                "sum": exact(sums, currency),
                "is_shown": entry.pk == shown.pk,
            }
        )
    return rows
