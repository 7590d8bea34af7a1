"""What a template's versions are worth: counted once each, in medians, by currency, and of one team alone."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from playground.accounts.models import Team, User
from playground.ledger.models import Entry
from playground.ledger.record import Facts, record
from playground.ledger.worth import Worth, worth_of
from playground.pricing.cost import Cost, TokenCounts, unpriced
from tests.integration.ledger.test_append_only import correction_of

pytestmark = pytest.mark.django_db
MakeFacts = Callable[..., Facts]
FIRST, SECOND = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.fixture
def run(make_facts: MakeFacts) -> Callable[..., Entry]:
    """A run with the first version; name what should differ."""
    return lambda **more: record(make_facts(**{"template_version": FIRST, **more}))


def paid(amount: str, currency: Any = "CNY") -> Cost:
    return Cost(currency, Decimal(0), Decimal(0), Decimal(amount), Decimal(amount), basis="exact", price_id="p")


def test_runs_people_and_endings_are_counted_by_version(run: Callable[..., Entry], team: Team, bob: User) -> None:
    for state in ("finished", "finished", "stopped", "failed", "interrupted"):
        run(state=state)
    run(user_id=bob.pk)
    run(user_id=bob.pk, template_version=SECOND)
    run(template_version=None)
    found = worth_of(team.pk, [FIRST, SECOND, uuid.UUID(int=3)])
    first, second = found[FIRST], found[SECOND]
    assert (first.runs, first.people, first.stopped, first.failed) == (6, 2, 1, 2)
    assert (second.runs, second.people, second.stopped, second.failed) == (1, 1, 0, 0)
    assert found.keys() == {FIRST, SECOND}


def test_medians_are_of_answered_runs_and_each_currency_has_its_own(run: Callable[..., Entry], team: Team) -> None:
    for number, amount in enumerate(("0.1", "0.2", "0.9"), start=1):
        run(cost=paid(amount), counts=TokenCounts(number * 100, 0, number * 10), ttft_ms=number * 300)
    run(cost=paid("7", "USD"))
    run(state="failed", cost=paid("100"), counts=TokenCounts(10**6, 0, 0), ttft_ms=None)
    found = worth_of(team.pk, [FIRST])[FIRST]
    assert found.costs == {"CNY": Decimal("0.2"), "USD": Decimal(7)}
    assert (found.prompt_tokens, found.completion_tokens, found.ttft_ms) == (250, 25, 510)


def test_a_price_that_came_later_counts_and_no_price_is_no_zero(run: Callable[..., Entry], team: Team) -> None:
    run(cost=unpriced("no_price"))
    later = run(cost=unpriced("no_price"))
    amount = Decimal("0.4")
    correction_of(later, currency="CNY", cost_basis="exact", cost_output=amount, cost_total=amount).save()
    found = worth_of(team.pk, [FIRST])[FIRST]
    assert found.costs == {"CNY": amount}
    assert found.runs == 2


def test_practice_and_other_teams_are_left_out(run: Callable[..., Entry], team: Team) -> None:
    run(practice=True)
    run(team_id=team.pk + 1000)
    assert worth_of(team.pk, [FIRST]) == {}
    assert Worth().costs == {}


def test_two_statements_however_many_versions(
    run: Callable[..., Entry], team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    versions = [uuid.UUID(int=number) for number in range(10)]
    for version in versions:
        run(template_version=version)
    with django_assert_num_queries(2):
        assert len(worth_of(team.pk, versions)) == 10
