"""Sums: exact, per currency, with the unpriced counted beside."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.accounts.models import Member, Team, User
from playground.accounts.people import current_team
from playground.accounts.roles import Role
from playground.ledger.models import Entry
from playground.ledger.record import Facts, record
from playground.ledger.totals import entries_for, entries_of, totals
from playground.pricing.cost import Cost, unpriced
from tests.integration.ledger.test_append_only import correction_of

pytestmark = pytest.mark.django_db
MakeFacts = Callable[..., Facts]


def spent(amount: Decimal | str, currency: str = "CNY") -> Cost:
    return Cost(currency, Decimal(0), Decimal(0), Decimal(amount), Decimal(amount), "exact", "price")  # type: ignore[arg-type]


def test_nothing_adds_up_to_nothing(team: Team) -> None:
    nothing = totals(entries_of(team))
    assert (nothing.amounts, nothing.entries, nothing.unpriced, nothing.prompt_tokens) == ({}, 0, 0, 0)


def test_currencies_are_never_added_and_the_unpriced_stand_beside(make_facts: MakeFacts, team: Team) -> None:
    for cost in (spent("0.1"), spent("0.2"), spent("0.3", "USD"), unpriced("no_price")):
        record(make_facts(cost=cost))
    result = totals(entries_of(team))
    assert result.amounts == {"CNY": Decimal("0.3"), "USD": Decimal("0.3")}
    assert (result.entries, result.unpriced) == (4, 1)
    assert (result.prompt_tokens, result.cached_tokens, result.completion_tokens, result.reasoning_tokens) == (
        4000,
        1600,
        1200,
        480,
    )


def test_practice_is_in_no_total_unless_asked_for(make_facts: MakeFacts, team: Team) -> None:
    record(make_facts(cost=spent("1")))
    record(make_facts(cost=spent("100"), practice=True))
    assert totals(entries_of(team)).amounts == {"CNY": Decimal(1)}
    assert totals(entries_of(team, practice=True)).amounts == {"CNY": Decimal(101)}


def test_a_price_found_later_takes_the_run_off_the_unpriced(make_facts: MakeFacts, team: Team) -> None:
    entry = record(make_facts(cost=unpriced("no_price")))
    amount = Decimal("0.5")
    correction_of(entry, currency="CNY", cost_basis="exact", cost_output=amount, cost_total=amount).save()
    result = totals(entries_of(team))
    assert (result.amounts, result.entries, result.unpriced) == ({"CNY": amount}, 1, 0)
    assert result.prompt_tokens == 1000


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.decimals(min_value=0, max_value=100_000, places=12, allow_nan=False, allow_infinity=False), max_size=12)
)
def test_sums_are_exact_to_the_last_of_twelve_places(make_facts: MakeFacts, team: Team, amounts: list[Decimal]) -> None:
    before = totals(entries_of(team)).amounts.get("CNY", Decimal(0))
    for amount in amounts:
        record(make_facts(cost=spent(amount)))
    assert totals(entries_of(team)).amounts.get("CNY", Decimal(0)) == before + sum(amounts, Decimal(0))
    kept = Entry.objects.order_by("-pk").values_list("cost_total", flat=True)[: len(amounts)]
    assert list(kept) == amounts[::-1]


def test_who_manages_the_team_sees_all_its_entries_and_others_their_own(
    make_facts: MakeFacts, alice: User, bob: User, charlie: User, team: Team
) -> None:
    of_alice = record(make_facts())
    of_bob = record(make_facts(user_id=bob.pk))
    record(make_facts(user_id=bob.pk, team_id=current_team(bob).pk))
    assert list(entries_for(alice, team)) == [of_bob, of_alice]
    assert list(entries_for(bob, team)) == [of_bob]
    assert not entries_for(charlie, team).exists()


def test_who_left_the_team_sees_nothing_of_it_any_more(make_facts: MakeFacts, bob: User, team: Team) -> None:
    record(make_facts(user_id=bob.pk))
    Member.objects.filter(user=bob, team=team).update(role=Role.VIEWER)
    assert entries_for(bob, team).exists()
    Member.objects.filter(user=bob, team=team).delete()
    assert not entries_for(bob, team).exists()
