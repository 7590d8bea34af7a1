"""Prices found later: corrections for what had none, once each, and nothing else is touched."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.catalog.models import Offer
from playground.catalog.prices import set_price
from playground.errors import Refused
from playground.ledger import standing
from playground.ledger.corrections import chain_of, outcome
from playground.ledger.models import Entry
from playground.ledger.record import Facts, record
from playground.ledger.repricing import reprice, unpriced, unpriced_by_offer
from playground.ledger.totals import entries_of, totals
from playground.pricing.cost import TokenCounts
from playground.pricing.cost import unpriced as no_cost
from playground.pricing.price import Price, Tier
from tests.together import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
MakeFacts = Callable[..., Facts]
TIER = Tier(input=Decimal(2), output=Decimal(8), cached=Decimal("0.5"))
LONG_AGO = dt.date(2026, 1, 1)


@pytest.fixture
def offer() -> Offer:
    """One that nobody states a price of."""
    return Offer.objects.get(provider__slug="bigmodel", wire_name="glm-4.6")


@pytest.fixture
def run(make_facts: MakeFacts, offer: Offer) -> Callable[..., Entry]:
    """A run without a price; name what should differ."""

    def made(**changes: Any) -> Entry:
        nothing = {"price": None, "cost": no_cost("no_price"), "offer_id": offer.pk}
        return record(make_facts(**{**nothing, **changes}))

    return made


def price(offer: Offer, start: dt.date = LONG_AGO, **more: Any) -> None:
    set_price(offer_id=offer.pk, currency="CNY", tiers=[TIER], start=start, source="contract", **more)


def test_a_run_gets_the_price_that_is_known_now(
    run: Callable[..., Entry], offer: Offer, alice: User, team: Team
) -> None:
    entry = run()
    assert reprice(by=alice, team=team).made == 0
    price(offer)
    done = reprice(by=alice, team=team)
    assert (done.made, done.left) == (1, 0)
    correction = Entry.objects.get(corrects=entry)
    # 600 fresh, 400 cached and 300 completion tokens
    assert (correction.cost_input, correction.cost_cached, correction.cost_output) == (
        *(Decimal("0.0012"), Decimal("0.0002"), Decimal("0.0024")),
    )
    assert (correction.cost_total, correction.currency, correction.cost_basis) == (Decimal("0.0038"), "CNY", "exact")
    assert Price.from_json(correction.price).tiers == (TIER,)
    assert (correction.corrected_by, correction.created_at) == (alice, entry.created_at)
    assert correction.corrected_at is not None
    assert (correction.prompt_tokens, correction.completion_tokens, correction.ttft_ms) == (0, 0, None)


def test_the_entry_itself_and_what_has_a_price_stay_as_they_are(
    run: Callable[..., Entry], make_facts: MakeFacts, offer: Offer, alice: User, team: Team
) -> None:
    run()
    record(make_facts(offer_id=offer.pk))
    before = list(Entry.objects.order_by("pk").values())
    price(offer)
    reprice(by=alice, team=team)
    assert list(Entry.objects.filter(corrects=None).order_by("pk").values()) == before
    assert Entry.objects.exclude(corrects=None).count() == 1


def test_sums_have_it_and_nothing_is_counted_as_unpriced_any_more(
    run: Callable[..., Entry], offer: Offer, alice: User, team: Team
) -> None:
    run()
    standing.advance()
    price(offer)
    reprice(by=alice, team=team)
    for fold in (lambda: 0, standing.advance):
        fold()
        found = totals(entries_of(team))
        assert (found.amounts, found.entries, found.unpriced) == ({"CNY": Decimal("0.0038")}, 1, 0)
        assert (found.prompt_tokens, found.cached_tokens) == (1000, 400)
    assert standing.differences() == []


def test_twice_is_the_same_as_once(run: Callable[..., Entry], offer: Offer, alice: User, team: Team) -> None:
    run()
    price(offer)
    assert [reprice(by=alice, team=team).made for _ in range(2)] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_correct_each_run_once(run: Callable[..., Entry], offer: Offer, alice: User, team: Team) -> None:
    for _ in range(7):
        run()
    price(offer)
    done = together(6, lambda _index: reprice(by=alice, team=team).made)
    assert sum(made for made in done if isinstance(made, int)) == 7
    assert Entry.objects.exclude(corrects=None).count() == 7
    assert not unpriced(team).exists()


def test_a_day_without_a_price_stays_without(run: Callable[..., Entry], offer: Offer, alice: User, team: Team) -> None:
    run()
    price(offer, timezone.now().date() + dt.timedelta(days=1))
    (row,) = unpriced_by_offer(team)
    assert (row.runs, row.priceable) == (1, 0)
    done = reprice(by=alice, team=team)
    assert (done.made, done.left) == (0, 1)


def test_the_price_of_the_day_counts_not_that_of_today(
    run: Callable[..., Entry], offer: Offer, alice: User, team: Team
) -> None:
    run()
    price(offer)
    set_price(
        offer_id=offer.pk,
        currency="CNY",
        tiers=[Tier(Decimal(900), Decimal(900))],
        start=timezone.now().date() + dt.timedelta(days=1),
        source="next year",
    )
    reprice(by=alice, team=team)
    assert totals(entries_of(team)).amounts == {"CNY": Decimal("0.0038")}


def test_a_teams_own_price_goes_before_and_is_nobody_elses(
    run: Callable[..., Entry], offer: Offer, alice: User, charlie: User, team: Team
) -> None:
    other = charlie.teams.get()
    mine, theirs = run(), run(team_id=other.pk, user_id=charlie.pk)
    price(offer, scope=f"team:{team.pk}")
    assert {row.priceable for row in unpriced_by_offer(None)} == {1}
    assert reprice(by=alice).made == 1
    assert outcome(Entry.objects.get(pk=mine.pk)).total == Decimal("0.0038")
    assert outcome(Entry.objects.get(pk=theirs.pk)).total is None


def test_a_length_that_the_price_says_nothing_about_stays_unpriced(
    run: Callable[..., Entry], offer: Offer, alice: User, team: Team
) -> None:
    run(counts=TokenCounts(50_000))
    short = Tier(Decimal(1), Decimal(1), prompt_max=32_000)
    set_price(offer_id=offer.pk, currency="CNY", tiers=[short], start=LONG_AGO, source="x")
    assert reprice(by=alice, team=team).made == 0


def test_estimated_tokens_make_an_estimated_correction(
    run: Callable[..., Entry], offer: Offer, alice: User, team: Team
) -> None:
    entry = run(tokens_basis="estimated")
    price(offer)
    reprice(by=alice, team=team)
    found = outcome(Entry.objects.get(pk=entry.pk))
    assert (found.basis, found.is_corrected) == ("estimated", True)
    assert [one.pk for one in chain_of(found.priced_by)] == [entry.pk, found.priced_by.pk]


def test_only_who_manages_a_team_prices_its_runs_and_only_an_owner_those_of_all(
    run: Callable[..., Entry], offer: Offer, alice: User, bob: User, charlie: User, team: Team
) -> None:
    run()
    price(offer)
    for user, whose in ((bob, team), (charlie, team), (bob, None), (charlie, None)):
        with pytest.raises(Refused) as refused:
            reprice(by=user, team=whose)
        assert refused.value.code == "not_allowed"
    Member.objects.filter(user=bob, team=team).update(role=Role.ADMIN)
    assert reprice(by=bob, team=team).made == 1
    assert reprice(by=alice).made == 0


def test_the_few_are_found_by_their_index(run: Callable[..., Entry], team: Team) -> None:
    entry = run()
    columns = {
        field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields if field.name != "id"
    }
    known = {"cost_basis": "exact", "currency": "CNY", **dict.fromkeys(("cost_input", "cost_cached"), 0)}
    known |= dict.fromkeys(("cost_output", "cost_total"), 1)
    Entry.objects.bulk_create(Entry(**{**columns, **known, "generation": uuid.uuid4()}) for _ in range(3000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_entry")
    assert "entry_unpriced" in unpriced(team).explain()
    assert "entry_unpriced" in unpriced().order_by().explain()
