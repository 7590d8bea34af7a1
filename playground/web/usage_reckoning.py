"""What the entries of a list come to: runs, a sum for each currency, what has no price. Plain values for templates.

Mostly the totals say it. What they cannot tell apart (a search, a conversation) is added up from the entries as long as
these are few; beyond that the page says so, for a request must not read a million rows.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.ledger.fold import Key, Sum
from playground.ledger.history import Within, merged
from playground.ledger.models import Entry
from playground.ledger.periods import Period
from playground.ledger.reckoning import MOST, Reckoning, reckoning_of
from playground.pricing.amounts import exact
from playground.pricing.money import CURRENCIES
from playground.web.usage_list import ListWish, entries_within
from playground.web.usage_money import amounts_of, unpriced_words
from playground.web.usage_seat import Seat

OF_ONE: Final = 1_000  # entries of one conversation, which an index finds in a range of any size


def reckoning_words(seat: Seat, asked: ListWish, period: Period, found: Within) -> dict[str, Any]:
    """Values of the line above the entries. Without sums it says why not; with how many runs where that is known."""
    if not found.is_whole:
        return _without(None, _("The sum follows: totals are being made."))
    fits = asked.wish.only.judge()
    fitting = {key: one for key, one in found.sums.items() if fits(key)}
    reckoning = _by_totals(asked, fitting) or _by_rows(seat, asked, period, found)
    if reckoning is None:
        words = _("Too many to be added up here: more than %(count)s entries lie in this range.")
        return _without(_faults(asked, fitting), words % {"count": f"{MOST:,}"})
    amounts = reckoning.amounts
    lines = [exact(amounts[currency], currency) for currency in CURRENCIES if currency in amounts]
    return {
        "runs": _runs_words(reckoning.runs),
        "lines": lines or ["—"],
        "unpriced": unpriced_words(reckoning.unpriced),
    }


def _by_totals(asked: ListWish, fitting: Mapping[Key, Sum]) -> Reckoning | None:
    """Where nothing is asked for that totals do not know."""
    if asked.text or asked.conversation or asked.fault:
        return None
    whole = merged(fitting.values())
    if asked.unpriced:
        return Reckoning(whole.unpriced, {}, whole.unpriced)
    return Reckoning(whole.entries, amounts_of((key.currency, one) for key, one in fitting.items()), whole.unpriced)


def _by_rows(seat: Seat, asked: ListWish, period: Period, found: Within) -> Reckoning | None:
    """Where the range is short, or the conversation is."""
    entries = entries_within(seat, asked, period)
    if sum(one.entries for one in found.sums.values()) <= MOST:
        return reckoning_of(entries)
    if not asked.conversation:
        return None
    numbers = list(_numbers_in(asked.conversation)[: OF_ONE + 1])
    return reckoning_of(entries.filter(pk__in=numbers)) if len(numbers) <= OF_ONE else None


def _numbers_in(conversation: str) -> "QuerySet[Entry, int]":
    return Entry.objects.filter(conversation=conversation).order_by().values_list("pk", flat=True)


def _faults(asked: ListWish, fitting: Mapping[Key, Sum]) -> int | None:
    """How many runs failed through the offer, where no more is asked for: totals count them, but not what they cost."""
    if not asked.fault or asked.text or asked.conversation or asked.unpriced:
        return None
    return merged(fitting.values()).faults


def _without(runs: int | None, why: str) -> dict[str, Any]:
    return {"runs": "" if runs is None else _runs_words(runs), "why": why}


def _runs_words(count: int) -> str:
    return ngettext("%(count)s run", "%(count)s runs", count) % {"count": f"{count:,}"}
