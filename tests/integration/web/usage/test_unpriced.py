"""What counts as unpriced: one rule, and everything that sums, marks, lists or meters runs says the same."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest
from django.utils import timezone
from pytest_django import Settings as SettingsWrapper

from playground.accounts.models import Team, User
from playground.ledger import meters, periods, repricing, standing
from playground.ledger.by_conversation import read_conversations
from playground.ledger.check import differences
from playground.ledger.fold import Sum, lines_of
from playground.ledger.history import Only, Scope, read
from playground.ledger.models import Entry
from playground.ledger.totals import entries_of, totals
from playground.ledger.unpriced import UNPRICED, is_unpriced
from playground.pricing.cost import TokenCounts, cost
from playground.pricing.cost import unpriced as nobody_knows
from playground.pricing.money import Money
from playground.web import sidebar
from playground.web.money import Rates
from playground.web.usage_list import ListWish, entries_within
from playground.web.usage_seat import Seat
from tests.entries import CNY
from tests.integration.ledger.test_append_only import correction_of
from tests.integration.web.usage.conftest import MakeEntry

pytestmark = pytest.mark.django_db

NOTHING: Final = TokenCounts(0)
# What a run was settled with, and whether it is unpriced.
RUNS: Final[Mapping[str, tuple[dict[str, Any], bool]]] = {
    "a known price": ({}, False),
    "a price of nothing": ({"price": replace(CNY, tiers=(replace(CNY.tiers[0], input=Decimal(0)),))}, False),
    "estimated tokens": ({"tokens_basis": "estimated", "cost": cost(TokenCounts(9), CNY, "estimated")}, False),
    "a sum that the provider named": (
        {"price": None, "cost": cost(TokenCounts(9), None, "reported", reported=Money(Decimal(1), "USD"))},
        False,
    ),
    "no price": ({"price": None}, True),
    "a price without a tier for it": ({"cost": nobody_knows("no_tier", CNY)}, True),
    "nothing used, at a known price": ({"tokens_basis": "none", "counts": NOTHING, "state": "failed"}, False),
    "nothing used, without a price": (
        {"tokens_basis": "none", "counts": NOTHING, "state": "failed", "price": None},
        True,
    ),
    "a sum that no column holds": (
        {"price": None, "cost": cost(TokenCounts(9), None, "reported", reported=Money(Decimal(10) ** 30, "USD"))},
        True,
    ),
}


@pytest.fixture
def seat(alice: User, team: Team) -> Seat:
    """What Alice sees of her team's usage."""
    return Seat(alice, team, sees_all=True)


@pytest.fixture(params=[False, True], ids=["the entries as they came", "standing totals"])
def fold(request: pytest.FixtureRequest) -> Callable[[], object]:
    """Totals are made of what is there, or not yet."""
    return standing.advance if request.param else lambda: None


def told(entry: Entry, seat: Seat) -> dict[str, bool]:
    """What each part of the house says of the only run."""
    today = timezone.localdate()
    period = periods.between(today - dt.timedelta(days=1), today, timezone.get_current_timezone())
    edges = periods.edges(period, "day")
    scope, team = Scope(seat.team.pk), seat.team
    history = read(scope, Only(), group="model", edges=edges, before=(edges[0], edges[0]))
    by_room = read_conversations(scope, Only(), edges)
    wished = entries_within(seat, ListWish.read({"unpriced": "1"}, ()), period)
    in_list, beside = sidebar.spent([entry.conversation])[entry.conversation]
    fresh = Entry.objects.select_related("correction").get(pk=entry.pk)
    return {
        "history": bool(sum(one.unpriced for one in history.now.values())),
        "chart": bool(sum(one.unpriced for one in history.cells.values())),
        "conversations": bool(sum(one.unpriced for one in by_room.values())),
        "totals": bool(totals(entries_of(team)).unpriced),
        "query": Entry.objects.filter(UNPRICED).exists(),
        "repricing": repricing.unpriced(team).exists(),
        "entries": wished.exists(),
        "conversation in the list": "—" in in_list,
        "conversation": "—" in beside,
        "mark": Rates().run_cost(fresh).basis == "unpriced",
    }


@pytest.mark.parametrize("settled", RUNS)
def test_all_say_the_same_of_a_run(
    settled: str, fold: Callable[[], object], seat: Seat, make_entry: MakeEntry, settings: SettingsWrapper
) -> None:
    changes, meant = RUNS[settled]
    entry = make_entry(**changes)
    fold()
    assert is_unpriced(entry.cost_basis) is meant
    assert set(told(entry, seat).items()) == {(name, meant) for name in told(entry, seat)}
    total = Sum()
    total.add(*lines_of(Entry.objects.all()))
    assert bool(total.unpriced) is meant
    assert not differences()


@pytest.mark.parametrize("settled", [name for name, (_changes, meant) in RUNS.items() if meant])
def test_a_correction_takes_it_off_everywhere(
    settled: str, fold: Callable[[], object], seat: Seat, make_entry: MakeEntry
) -> None:
    entry = make_entry(**RUNS[settled][0])
    fold()
    correction_of(entry, currency="CNY", cost_basis="exact", price_id="found later").save()
    assert set(told(entry, seat).values()) == {False}
    fold()
    assert set(told(entry, seat).values()) == {False}
    assert not differences()


@pytest.mark.parametrize("settled", RUNS)
def test_prometheus_counts_the_same_runs(settled: str, make_entry: MakeEntry, settings: SettingsWrapper) -> None:
    settings.METRICS_TOKEN = "a-token-of-some-length"
    changes, meant = RUNS[settled]
    model = f"Model {uuid.uuid4()}"
    entry = make_entry(model=model, **changes)
    meters.count(entry)
    labels = {"provider": entry.provider, "model": model}
    counted = meters.METERS.get_sample_value("trial_center_unpriced_total", labels)
    assert bool(counted) is meant
    in_money = meters.METERS.get_sample_value("trial_center_cost_total", labels | {"currency": entry.currency})
    assert (in_money is None) is meant
