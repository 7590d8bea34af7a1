"""The budget on the usage overview: the fullest of those that the shown usage counts for. Plain values for templates.

The overview fetches it when it stands, so that its own statements stay as few as they are.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from playground.budgets import windows, words
from playground.budgets.claims import Who, claims_of
from playground.budgets.measures import TOKENS, amount_of
from playground.budgets.models import Budget
from playground.web.budget_bars import WIDE, Bar, bar_of, purses_of
from playground.web.usage_seat import Seat


@dataclass(frozen=True, slots=True)
class Daily:
    """What a budget comes to a day, for the charts that measure the same: `charts` names them (usage_page.py)."""

    amount: str
    words: str
    charts: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Values of `usage/budget.html`. `url`: where it is changed, or seen by who does not manage it."""

    bar: Bar
    url: str
    daily: Daily | None


def budget_panel(seat: Seat, now: dt.datetime) -> Panel | None:
    """What the reader sees all of goes first: the team's budgets for who sees the team, else the reader's own."""
    claims = [one for one in claims_of(Who(seat.team.pk, seat.user.pk), now) if one.budget.scope in WIDE]
    found = [(_is_of_seat(seat, purse.budget), bar_of(purse, now), purse.budget) for purse in purses_of(claims)]
    if not found:
        return None
    fits, bar, budget = max(found, key=lambda one: (one[0], one[1].state == "block", one[1].fullness))
    url = reverse("budget", args=[budget.pk]) if seat.sees_all else reverse("budgets")
    return Panel(bar, url, _daily(budget, now) if fits else None)


def _is_of_seat(seat: Seat, budget: Budget) -> bool:
    """Whether a budget counts what the reader's overview sums up."""
    return (budget.scope == Budget.Scope.TEAM) == seat.sees_all


def _daily(budget: Budget, now: dt.datetime) -> Daily | None:
    units = windows.per_day(budget.amount, budget.span, budget.window(now))
    if units is None:
        return None
    said = _("%(amount)s a day") % {"amount": words.amount_words(units, budget.measure)}
    return Daily(f"{amount_of(units, budget.measure):f}", said, " ".join(_charts(budget)))


def _charts(budget: Budget) -> Sequence[str]:
    """A chart in which ¥ and $ are seen in one currency is the measure of a budget that counts both alone."""
    if budget.measure == TOKENS or not budget.converts:
        return [budget.measure]
    return [budget.measure, f"{budget.measure}+"]
