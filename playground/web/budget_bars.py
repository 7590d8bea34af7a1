"""Budgets as bars: what is used, held back and left, where it leads and when it renews. Plain values for templates."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Min, Q, Sum
from django.utils.translation import gettext as _

from playground.accounts.models import Team, User
from playground.budgets import purses, windows, words
from playground.budgets.claims import Claim, Place, Who, claims_of
from playground.budgets.measures import TOKENS
from playground.budgets.models import Budget, Purse
from playground.web.usage_money import unpriced_words
from playground.web.usage_words import count_words

WIDE = (Budget.Scope.TEAM, Budget.Scope.EACH, Budget.Scope.MEMBER, Budget.Scope.NEWCOMER)


@dataclass(frozen=True, slots=True)
class Bar:
    """One purse as it is shown. Percentages are of the amount, for the drawing; `state` is ok, warn or block."""

    title: str
    state: str
    state_word: str
    used: str
    amount: str
    brief: tuple[str, str]  # the same two where there is little room
    left: str
    held: str
    share: str
    renews: str
    forecast: str
    converted: str
    unpriced: str  # runs that nothing of this includes: "+ 3 unpriced"
    used_width: float
    held_x: float
    held_width: float
    forecast_width: float
    warn_at: int
    block_at: int
    fullness: float  # of what is let through: 1 is the limit

    @property
    def tone(self) -> str:
        """The colour of what is used."""
        return {"ok": "ink", "warn": "warn", "block": "bad"}[self.state]

    @property
    def is_past_warning(self) -> bool:
        """Whether somebody who sends should know."""
        return self.state != "ok"


def bar_of(purse: Purse, now: dt.datetime) -> Bar:
    """What a page shows of a purse, saved or not."""
    budget = purse.budget
    purses.forget_old(purse, now)
    state = _state(purse)
    taken = purse.spent + purse.reserved
    is_told = bool(purse.spent) or not purse.unpriced  # nothing but runs without a price is "—", never 0
    ahead = _forecast(purse, now) if is_told else None
    used_width = _percent(purse.spent, budget.amount)
    return Bar(
        title=words.title(budget, mine=bool(purse.holder)),
        state=state,
        state_word={"ok": _("On track"), "warn": _("Nearly used up"), "block": _("Used up")}[state],
        used=words.amount_words(purse.spent, budget.measure) if is_told else "—",
        amount=words.amount_words(budget.amount, budget.measure),
        brief=(_brief(purse.spent, budget.measure) if is_told else "—", _brief(budget.amount, budget.measure)),
        left=words.amount_words(max(0, budget.ceiling - taken), budget.measure),
        held=words.amount_words(purse.reserved, budget.measure) if purse.reserved else "",
        share=words.share_words(purse.spent, budget.amount) if is_told else "—",
        renews=words.renewal(budget, now, purse.leaves_at),
        forecast=_forecast_words(budget, ahead, now),
        converted=words.amount_words(purse.converted, budget.measure) if purse.converted else "",
        unpriced=unpriced_words(purse.unpriced),
        used_width=used_width,
        held_x=used_width,
        held_width=min(100 - used_width, _percent(purse.reserved, budget.amount)),
        forecast_width=_percent(ahead, budget.amount) if ahead is not None else 0,
        warn_at=budget.warn_percent,
        block_at=budget.block_percent,
        fullness=taken / budget.ceiling,
    )


def purses_of(claims: Iterable[Claim]) -> list[Purse]:
    """The purses of these claims; one that nobody has needed yet is empty."""
    wanted = {claim.place: claim.budget for claim in claims}
    budgets = {place.budget_id for place in wanted}
    rows = Purse.objects.filter(budget__in=budgets).select_related("budget") if budgets else []
    known = {Place(row.budget_id, row.holder, row.start): row for row in rows}
    return [
        known.get(place) or Purse(budget=budget, holder=place.holder, start=place.start)
        for place, budget in wanted.items()
    ]


def of_everything(user: User, team: Team, now: dt.datetime) -> Bar | None:
    """The fullest of the budgets that concern all the person does in the team; None: there is none."""
    claims = [claim for claim in claims_of(Who(team.pk, user.pk), now) if claim.budget.scope in WIDE]
    return _fullest(claims, now)


def of_next_turn(who: Who, now: dt.datetime) -> Bar | None:
    """The fullest of the budgets that the next turn concerns, if it is past its warning."""
    found = _fullest(claims_of(who, now), now)
    return found if found and found.is_past_warning else None


def standing_words(bar: Bar) -> tuple[str, str]:
    """What the composer says of a budget past its warning: the fact, and what it means."""
    used = f"{bar.used} {bar.unpriced}".strip()
    values = {"budget": bar.title, "share": bar.share, "used": used, "amount": bar.amount, "left": bar.left}
    if bar.state == "block":
        title = _("%(budget)s is reached.") % values
        text = _("%(used)s of %(amount)s is used. Turns are refused; your draft stays here.") % values
    else:
        title = _("%(budget)s is nearly used up.") % values
        text = _("%(used)s of %(amount)s is used, %(left)s is left.") % values
    return title, words.together(text, bar.renews)


def _brief(units: int, measure: str) -> str:
    """ "¥300.00", "400K"."""
    return count_words(units) if measure == TOKENS else words.amount_words(units, measure)


def _fullest(claims: Sequence[Claim], now: dt.datetime) -> Bar | None:
    bars = [bar_of(purse, now) for purse in purses_of(claims)]
    return max(bars, key=lambda bar: (bar.state == "block", bar.fullness), default=None)


def _state(purse: Purse) -> str:
    budget = purse.budget
    if purse.spent >= budget.ceiling:
        return "block"
    return "warn" if purse.spent >= budget.warn_level else "ok"


def _forecast(purse: Purse, now: dt.datetime) -> int | None:
    budget = purse.budget
    if budget.span != windows.ROLLING:
        return windows.forecast(purse.spent, budget.window(now), now)
    if purse.pk is None:
        return None
    since = windows.hour_of(now) - windows.PACE_HOURS
    counted = purse.hours.filter(hour__gte=windows.oldest_hour(now))
    found = counted.aggregate(first=Min("hour"), spent=Sum("spent", filter=Q(hour__gt=since), default=0))
    return 0 if found["first"] is None else windows.rolling_forecast(int(found["spent"]), found["first"], now)


def _forecast_words(budget: Budget, ahead: int | None, now: dt.datetime) -> str:
    if ahead is None:
        return ""
    amount = words.amount_words(ahead, budget.measure)
    end = budget.window(now).end
    if end is None:
        return _("forecast %(amount)s in 30 days") % {"amount": amount}
    return _("forecast %(amount)s by %(moment)s") % {"amount": amount, "moment": words.moment_words(end)}


def _percent(units: int, amount: int) -> float:
    return round(min(100.0, units * 100 / amount), 2)
