"""Purses: what a run reserves before it begins and what it cost when it has ended, inside the caller's transaction.

A purse is locked before it is looked at, and purses are always locked in the same order: so two runs never pass a limit
together and never wait for each other in a circle. On SQLite a transaction that writes is alone anyway.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Min, Sum
from django.utils import timezone

from playground.budgets import notices, opening, recent, windows, words
from playground.budgets.claims import Claim, Place
from playground.budgets.errors import Immeasurable, OverBudget, Shortage
from playground.budgets.measures import Taken, dearest, money_in
from playground.budgets.models import Budget, Purse, PurseHour
from playground.ledger.models import Entry
from playground.ledger.rates import rate_at
from playground.ledger.unpriced import is_unpriced
from playground.pricing.money import CURRENCIES, Money
from playground.pricing.price import Price
from playground.statements import Param, Select, Update

Held = list[dict[str, Any]]  # what a generation keeps of its reservations: JSON

_locked = Select(
    lambda: (
        Purse.objects.select_for_update(of=("self",))
        .filter(
            budget_id=Param("budget", Budget._meta.pk),
            holder=Param.of(Purse, "holder"),
            start=Param.of(Purse, "start"),
        )
        .select_related("budget")
    )
)
_write = Update(
    lambda: Purse.objects.filter(pk=Param.of(Purse, "id")),
    ("spent", "reserved", "converted", "unpriced", "leaves_at", "warned_at", "blocked_at"),
)


@dataclass(frozen=True, slots=True)
class Need:
    """The most that a run can take. `most`: of completion tokens; None: nobody states how many there can be."""

    prompt: int
    most: int | None
    price: Price | None


@dataclass(frozen=True, slots=True)
class Load:
    """What many runs will take together, as far as it can be foreseen. `cost` None: nobody knows."""

    cost: Money | None
    tokens: int


def check_room(claims: Sequence[Claim], load: Load, now: dt.datetime) -> None:
    """Raise OverBudget for the first budget that has less left than many runs will probably take.

    Inside the caller's transaction; nothing is held back, because each of the runs does that itself.
    """
    for claim in claims:
        units = _foreseen(claim.budget, load, now)
        purse = locked(claim.place, now) if units else None
        if purse is not None and units > purse.left:
            shortage = Shortage(purse.budget_id, purse.holder, max(0, purse.left), units)
            raise OverBudget(words.refusal_of_many(purse, shortage, now), shortage)


def reserve(claims: Sequence[Claim], need: Need, now: dt.datetime) -> Held:
    """Hold back what a run can take in all the budgets it concerns, or in none.

    Returns what `settle` needs, for the run's own row. Raises OverBudget, Immeasurable.
    """
    held: Held = []
    for claim in claims:
        units = _needed(claim.budget, need, now)
        if units:
            purse = locked(claim.place, now)
            if purse is None:
                recent.forget(claim.budget.team_id)  # it was removed a moment ago
                continue
            _hold(purse, units, now)
        held.append(_note(claim.place, units))
    return held


def settle(held: Held, entry: Entry) -> None:
    """Put what the run has cost in the place of what it held back. Once, by whoever brings the run to its end."""
    for place, units in sorted(_read(held)):
        purse = locked(place, entry.created_at)
        if purse is None:
            continue  # the budget was removed meanwhile
        purse.reserved = max(0, purse.reserved - units)
        _spend(purse, taken_by(entry, purse.budget), entry.created_at)
        notices.look(purse, entry.created_at)
        write(purse)


def note_refusal(shortage: Shortage) -> None:
    """After a refusal was rolled back: tell people once that a budget past its warning lets nothing through."""
    now = timezone.now()
    budget = Budget.objects.filter(pk=shortage.budget_id).first()
    if budget is None:
        return
    with transaction.atomic():
        purse = locked(Place(budget.pk, shortage.holder, budget.window(now).start), now)
        if purse is not None and purse.spent >= purse.budget.warn_level:
            notices.tell_blocked(purse, now)
            write(purse)


def correct_reserved(live: Sequence[Held]) -> int:
    """Bring `reserved` in step with what the live runs hold; returns how many purses held too much or too little.

    `live` is asked for by the caller inside the same transaction, after `lock_reserving`.
    """
    holding: defaultdict[Place, int] = defaultdict(int)
    for held in live:
        for place, units in _read(held):
            holding[place] += units
    wrong = 0
    for purse in Purse.objects.filter(reserved__gt=0):
        right = holding[Place(purse.budget_id, purse.holder, purse.start)]
        if purse.reserved != right:
            wrong += 1
            Purse.objects.filter(pk=purse.pk).update(reserved=right)
    return wrong


def lock_reserving() -> bool:
    """Lock every purse that holds something back, in the order of all locks; False: there is none."""
    rows = Purse.objects.select_for_update().filter(reserved__gt=0).order_by("budget", "holder", "start")
    return bool(list(rows.values_list("pk")))


def is_reserving() -> bool:
    """Whether any purse holds something back; locks nothing."""
    return Purse.objects.filter(reserved__gt=0).exists()


def locked(place: Place, now: dt.datetime) -> Purse | None:
    """The purse, locked and up to date; made when it is not there yet. None: its budget is gone."""
    values = {"budget": place.budget_id, "holder": place.holder, "start": place.start}
    purse: Purse | None = _locked.first(**values)
    if purse is None:
        if not Budget.objects.filter(pk=place.budget_id).exists():
            return None
        Purse.objects.bulk_create(
            [Purse(budget_id=place.budget_id, holder=place.holder, start=place.start)], ignore_conflicts=True
        )
        purse = _locked.first(**values)
        if purse is not None and not purse.spent and not purse.reserved:
            _open(purse, now)
    elif purse.leaves_at is not None and purse.leaves_at <= now:
        let_go(purse, now)
    return purse


def write(purse: Purse) -> None:
    """Keep what was changed on a locked purse."""
    names = ("spent", "reserved", "converted", "unpriced", "leaves_at", "warned_at", "blocked_at")
    _write.execute(id=purse.pk, **{name: getattr(purse, name) for name in names})


def let_go(purse: Purse, now: dt.datetime) -> None:
    """Take the hours that are 30 days old out of the sum of a rolling budget's purse. Not written yet."""
    forget_old(purse, now)
    purse.hours.filter(hour__lt=windows.oldest_hour(now)).delete()
    oldest = purse.hours.aggregate(hour=Min("hour"))["hour"]
    purse.leaves_at = None if oldest is None else windows.leaves_at(oldest)


def forget_old(purse: Purse, now: dt.datetime) -> None:
    """Count it as it is now, without its rows: for who only looks."""
    if purse.leaves_at is not None and purse.leaves_at <= now:
        old = purse.hours.filter(hour__lt=windows.oldest_hour(now))
        sums = old.aggregate(**{name: Sum(name, default=0) for name in Taken._fields})
        for name, gone in sums.items():
            setattr(purse, name, getattr(purse, name) - gone)


def taken_by(entry: Entry, budget: Budget) -> Taken:
    """What an entry takes of a budget."""
    if not budget.is_money:
        return Taken(entry.prompt_tokens + entry.completion_tokens)
    if entry.cost_total is None or entry.currency not in CURRENCIES:
        return Taken(unpriced=int(is_unpriced(entry.cost_basis) and opening.may_count(budget, entry.currency)))
    is_other = entry.currency != budget.measure
    rate = rate_at(entry.created_at.date()) if is_other and budget.converts else None
    units = money_in(budget.measure, Money(entry.cost_total, entry.currency), rate)
    return Taken(units, units if is_other else 0)


def _needed(budget: Budget, need: Need, now: dt.datetime) -> int:
    if budget.is_money and need.price is None:
        return _unseen(budget)
    if need.most is None:
        raise Immeasurable(words.needs_max_tokens(budget))
    if not budget.is_money or need.price is None:
        return need.prompt + need.most
    if need.price.currency != budget.measure and not budget.converts:
        return 0
    money = dearest(need.price, need.prompt, need.most)
    if money is None:
        return _unseen(budget)
    return money_in(budget.measure, money, None if money.currency == budget.measure else rate_at(now.date()))


def _foreseen(budget: Budget, load: Load, now: dt.datetime) -> int:
    if not budget.is_money:
        return load.tokens
    if load.cost is None or (load.cost.currency != budget.measure and not budget.converts):
        return 0
    return money_in(budget.measure, load.cost, None if load.cost.currency == budget.measure else rate_at(now.date()))


def _unseen(budget: Budget) -> int:
    """A run whose cost nobody knows: nothing to hold back, where the budget lets it run at all."""
    if budget.unpriced == Budget.Unpriced.REFUSE:
        raise Immeasurable(words.refuses_unpriced(budget))
    return 0


def _hold(purse: Purse, units: int, now: dt.datetime) -> None:
    if units > purse.left:
        shortage = Shortage(purse.budget_id, purse.holder, max(0, purse.left), units)
        raise OverBudget(words.refusal(purse, shortage, now), shortage)
    purse.reserved += units
    write(purse)


def _spend(purse: Purse, taken: Taken, at: dt.datetime) -> None:
    if not any(taken):
        return
    _add(purse, taken)
    if purse.budget.span == windows.ROLLING:
        hour = windows.hour_of(at)
        _add_hour(purse, hour, taken)
        leaves = windows.leaves_at(hour)
        purse.leaves_at = min(purse.leaves_at or leaves, leaves)


def _add(purse: Purse, taken: Taken) -> None:
    purse.spent += taken.spent
    purse.converted += taken.converted
    purse.unpriced += taken.unpriced


def _add_hour(purse: Purse, hour: int, taken: Taken) -> None:
    """The purse is locked: nobody else writes its hours."""
    sums = {name: F(name) + more for name, more in taken._asdict().items()}
    if not purse.hours.filter(hour=hour).update(**sums):
        PurseHour.objects.create(purse=purse, hour=hour, **taken._asdict())


def _open(purse: Purse, now: dt.datetime) -> None:
    """A new purse of a period that was under way when its budget was made begins with what was used before."""
    hours: defaultdict[int, Taken] = defaultdict(Taken)
    for hour, taken in opening.taken_before(purse.budget, holder=purse.holder, start=purse.start, now=now):
        hours[hour] = hours[hour].with_more(taken)
    known = {hour: taken for hour, taken in hours.items() if taken.spent > 0 or taken.unpriced}
    if not known:
        return
    for taken in known.values():
        _add(purse, taken)
    if purse.budget.span == windows.ROLLING:
        PurseHour.objects.bulk_create(
            [PurseHour(purse=purse, hour=hour, **taken._asdict()) for hour, taken in known.items()]
        )
        purse.leaves_at = windows.leaves_at(min(known))
    write(purse)


def _note(place: Place, units: int) -> dict[str, Any]:
    return {"budget": place.budget_id, "holder": place.holder, "start": place.start.isoformat(), "units": units}


def _read(held: Held) -> Iterator[tuple[Place, int]]:
    for one in held:
        start = dt.datetime.fromisoformat(one["start"])
        yield Place(one["budget"], one["holder"], start), one["units"]
