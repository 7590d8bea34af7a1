"""Budgets of the house: one on track, one each member has, a grant, and one of a key that is used up."""

import uuid
from decimal import Decimal

from django.utils import timezone

from playground.accounts.models import Team, User
from playground.budgets.deeds import Subject, Terms, create
from playground.budgets.measures import units_of
from playground.budgets.models import Budget, Purse, PurseHour
from playground.budgets.windows import hour_of, leaves_at

ZONE = "Asia/Shanghai"


def set_budgets(owner: User, team: Team, places: dict[str, str]) -> dict[str, str]:
    """Make them; returns the places of screens.py that they add."""

    def make(amount: str, measure: str, scope: str, span: str, **more: object) -> Budget:
        terms = {name: more.pop(name) for name in ("name", "unpriced") if name in more}
        return create(
            by=owner,
            team=team,
            subject=Subject(scope=scope, measure=measure, span=span, time_zone=ZONE, **more),  # type: ignore[arg-type]
            terms=Terms(units_of(Decimal(amount), measure), **terms),  # type: ignore[arg-type]
        )

    monthly = make("12", "CNY", "team", "month", unpriced="allow")
    make("400000", "tokens", "each", "day")
    make("20000000", "tokens", "newcomer", "once")
    key = uuid.UUID(places["batch_key"])
    _use_up(make("5", "USD", "key", "rolling", api_key=key, converts=True))
    return {"budget": str(monthly.pk)}


def _use_up(budget: Budget) -> None:
    """As after three busy days, whatever the ledger knows of the key."""
    purse = Purse.objects.get(budget=budget)
    purse.hours.all().delete()
    now = timezone.now()
    amounts = {hour_of(now) - 24 * day - 3: part for day, part in ((0, "1.62"), (2, "2.17"), (9, "1.2146"))}
    units = {hour: units_of(Decimal(amount), budget.measure) for hour, amount in amounts.items()}
    PurseHour.objects.bulk_create(
        [PurseHour(purse=purse, hour=hour, spent=spent, converted=spent) for hour, spent in units.items()]
    )
    purse.spent = purse.converted = sum(units.values())
    purse.leaves_at, purse.warned_at, purse.blocked_at = leaves_at(min(units)), now, now
    purse.save()
