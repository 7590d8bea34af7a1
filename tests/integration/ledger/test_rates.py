"""The exchange rate of a day."""

import datetime as dt
from decimal import Decimal

import pytest

from playground.accounts.models import User
from playground.errors import Refused
from playground.ledger.models import ExchangeRate
from playground.ledger.rates import rate_at, rates_at, set_rate
from playground.pricing.money import Money, convert

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    "day", [dt.date(2020, 1, 1), dt.date(2026, 11, 20), dt.date(2026, 11, 21), dt.date(2030, 1, 1)]
)
def test_an_installation_begins_with_the_documented_rate(day: dt.date) -> None:
    rate = rate_at(day)
    assert (rate.base, rate.quote, rate.value, rate.date) == ("USD", "CNY", Decimal("7.10"), dt.date(2026, 11, 21))
    assert ExchangeRate.objects.get().source == "set at installation; an owner can edit it"


def test_a_rate_holds_from_its_day_on(alice: User) -> None:
    set_rate(user=alice, day=DAY, cny_per_usd=Decimal("7.123456"), source=" People's Bank ")
    assert rate_at(DAY - dt.timedelta(days=1)).value == Decimal("7.10")
    assert rate_at(DAY).value == Decimal("7.123456")
    assert (rate_at(DAY + dt.timedelta(days=400)).date) == DAY
    assert convert(Money(Decimal(1), "USD"), rate_at(DAY)) == Money(Decimal("7.123456"), "CNY")
    row = ExchangeRate.objects.get(day=DAY)
    assert (row.source, row.created_by) == ("People's Bank", alice)


def test_a_second_rate_for_a_day_counts_and_the_first_stays_on_record(alice: User) -> None:
    set_rate(user=alice, day=DAY, cny_per_usd=Decimal("71"), source="a slip")
    set_rate(user=alice, day=DAY, cny_per_usd=Decimal("7.1"), source="mended")
    assert rate_at(DAY).value == Decimal("7.1")
    assert ExchangeRate.objects.filter(day=DAY).count() == 2


@pytest.mark.parametrize("value", ["0", "-7", "NaN", "Infinity", "10001", "7.1234567", "0.001"])
def test_what_is_no_rate_is_refused(alice: User, value: str) -> None:
    with pytest.raises(Refused) as refused:
        set_rate(user=alice, day=DAY, cny_per_usd=Decimal(value), source="x")
    assert refused.value.code == "bad_rate"
    assert ExchangeRate.objects.count() == 1


def test_a_rate_needs_a_source(alice: User) -> None:
    with pytest.raises(Refused) as refused:
        set_rate(user=alice, day=DAY, cny_per_usd=Decimal(7), source="  ")
    assert refused.value.code == "bad_rate"


def test_only_owners_set_rates(alice: User, bob: User, charlie: User) -> None:
    alice.is_active = False
    for user in (alice, bob, charlie):
        with pytest.raises(Refused) as refused:
            set_rate(user=user, day=DAY, cny_per_usd=Decimal(7), source="x")
        assert refused.value.code == "not_allowed"


def test_many_days_have_the_rates_that_each_has_alone(alice: User) -> None:
    for days, value in ((0, "7.2"), (3, "7.3"), (3, "7.4")):
        set_rate(user=alice, day=DAY + dt.timedelta(days=days), cny_per_usd=Decimal(value), source="x")
    days = [DAY + dt.timedelta(days=day) for day in (-900, -1, 0, 1, 3, 4)]
    assert rates_at(days) == {day: rate_at(day) for day in days}
    assert rates_at([]) == {}
