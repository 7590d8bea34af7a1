"""Which price holds when, where prices come from, and what the database itself refuses."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from playground.catalog.errors import OfferRefused, PriceRefused
from playground.catalog.load import data_files, load
from playground.catalog.models import Offer, PriceRow, Provider
from playground.catalog.prices import end_own_price, price_in_force, prices_in_force, set_price
from playground.catalog.recent import facts_and_price
from playground.pricing.price import Tier

pytestmark = pytest.mark.usefixtures("catalog")

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def offer(provider: str, wire_name: str) -> Offer:
    return Offer.objects.get(provider__slug=provider, wire_name=wire_name)


def tier(fresh: str, output: str) -> Tier:
    return Tier(Decimal(fresh), Decimal(output))


def new_row(**values: object) -> PriceRow:
    fields: dict[str, object] = {
        "offer": offer("zai", "glm-4.5"),
        "currency": "USD",
        "tiers": [tier("1", "1").to_json()],
        "source": "x",
        "source_date": date(2026, 1, 1),
    }
    return PriceRow(**{**fields, **values})


@pytest.mark.parametrize(
    ("at", "amounts"),
    [
        (datetime(2026, 9, 1, tzinfo=UTC), ("0.075", "0.25", "0.015")),
        (datetime(2026, 9, 9, 23, 59, 59, tzinfo=UTC), ("0.075", "0.25", "0.015")),
        (datetime(2026, 9, 10, tzinfo=UTC), ("0.15", "0.5", "0.03")),
        (NOW, ("0.15", "0.5", "0.03")),
    ],
)
def test_the_introductory_price_of_glm_5_3_flash_ends_on_its_day(at: datetime, amounts: tuple[str, str, str]) -> None:
    price = price_in_force(offer("zai", "glm-5.3-flash").pk, at)

    assert price is not None
    assert (price.tiers[0].input, price.tiers[0].output, price.tiers[0].cached) == tuple(map(Decimal, amounts))


@pytest.mark.parametrize(
    ("provider", "wire_name", "amount"),
    [
        ("vercel", "glm-5.2", "0.8"),
        ("vercel", "glm-5.1", "1.4"),
        ("vercel", "glm-5", "1"),
        ("vercel", "glm-4.6", "0.6"),
        ("vercel", "glm-5.2-fast", "2.1"),
    ],
)
def test_reference_rows_are_never_calculated_with(provider: str, wire_name: str, amount: str) -> None:
    sold = offer(provider, wire_name)
    price = price_in_force(sold.pk, NOW)

    assert sold.prices.filter(use=False).count() == 1
    assert price is not None
    assert price.tiers[0].input == Decimal(amount)


@pytest.mark.parametrize(
    ("provider", "wire_name"),
    [("bigmodel", "glm-4.6"), ("bigmodel", "glm-4.5-airx"), ("vercel", "glm-5.3-flash"), ("zai", "glm-4.6v-flash")],
)
def test_an_offer_without_a_known_price_is_unpriced_and_not_free(provider: str, wire_name: str) -> None:
    assert price_in_force(offer(provider, wire_name).pk, NOW) is None


def test_free_is_a_known_price() -> None:
    price = price_in_force(offer("zai", "glm-4.5-flash").pk, NOW)

    assert price is not None
    assert price.is_free


def test_practice_prices_are_those_of_the_shop_they_mirror() -> None:
    for mirror in Offer.objects.filter(provider__slug="sandbox").select_related("language_model"):
        assert mirror.language_model is not None
        sold = offer(mirror.mirrors, mirror.language_model.slug)
        practised, real = price_in_force(mirror.pk, NOW), price_in_force(sold.pk, NOW)
        assert practised is not None
        assert real is not None
        assert (practised.currency, practised.tiers, practised.source, practised.source_date) == (
            real.currency,
            real.tiers,
            real.source,
            real.source_date,
        )
        assert practised.id != real.id


def test_renminbi_in_the_mainland_shop_and_dollars_in_the_others() -> None:
    for row in PriceRow.objects.select_related("offer__provider"):
        shop = row.offer.mirrors or row.offer.provider.slug
        assert row.currency == ("CNY" if shop == "bigmodel" else "USD")


def test_every_price_has_a_source_and_a_date() -> None:
    assert PriceRow.objects.count() > 0
    assert not PriceRow.objects.filter(source="").exists()
    assert not PriceRow.objects.filter(source_date__isnull=True).exists()
    assert all(row.price.source and row.price.source_date for row in PriceRow.objects.all())


def test_many_prices_take_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    offers = list(Offer.objects.values_list("id", flat=True))

    with django_assert_num_queries(1):
        prices = prices_in_force(offers, NOW)

    assert len(prices) > 60
    assert all(price.in_force(NOW.date()) for price in prices.values())


def test_a_typed_price_holds_from_its_day() -> None:
    sold = offer("zai", "glm-4.5")

    row = set_price(
        offer_id=sold.pk, currency="USD", tiers=[tier("7", "8")], start=date(2026, 12, 1), source="typed by Alice"
    )

    before, after = (price_in_force(sold.pk, day) for day in (date(2026, 11, 30), date(2026, 12, 1)))
    assert before is not None
    assert after is not None
    assert (before.tiers[0].input, before.valid_until) == (Decimal("0.6"), date(2026, 12, 1))
    assert (after.id, after.source) == (str(row.pk), "typed by Alice")
    assert row.origin == PriceRow.Origin.TYPED


def test_the_second_price_typed_on_one_day_wins_and_the_first_stays_known() -> None:
    sold = offer("bigmodel", "glm-4.6")
    first, second = (
        set_price(offer_id=sold.pk, currency="CNY", tiers=[tier(amount, "1")], start=date(2026, 12, 1), source="Alice")
        for amount in ("1", "2")
    )

    price = price_in_force(sold.pk, date(2026, 12, 1))

    assert price is not None
    assert price.id == str(second.pk)
    assert PriceRow.objects.get(pk=first.pk).use is False


def test_a_price_that_begins_later_still_takes_over() -> None:
    sold = offer("bigmodel", "glm-4.6")
    for start, amount in ((date(2027, 1, 1), "5"), (date(2026, 12, 1), "4")):
        set_price(offer_id=sold.pk, currency="CNY", tiers=[tier(amount, "1")], start=start, source="Alice")

    held = [price_in_force(sold.pk, day) for day in (date(2026, 12, 31), date(2027, 1, 1))]

    assert [price and price.tiers[0].input for price in held] == [Decimal(4), Decimal(5)]


def test_typed_nonsense_is_refused() -> None:
    sold = offer("zai", "glm-4.5")
    with pytest.raises(PriceRefused) as caught:
        set_price(offer_id=sold.pk, currency="USD", tiers=[], start=date(2026, 12, 1), source="Alice")
    assert caught.value.code == "bad_price"
    with pytest.raises(PriceRefused):
        set_price(offer_id=sold.pk, currency="USD", tiers=[tier("1", "1")], start=date(2026, 12, 1), source="")
    with pytest.raises(OfferRefused):
        set_price(offer_id=uuid.uuid4(), currency="USD", tiers=[tier("1", "1")], start=date(2026, 12, 1), source="A")


def test_the_database_refuses_a_second_offer_of_one_wire_name() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(provider=Provider.objects.get(slug="zai"), wire_name="glm-4.5", title="again")


def test_the_database_refuses_a_second_provider_of_one_slug() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Provider.objects.create(slug="zai", name="again", base_url="https://x.example", family="glm")


@pytest.mark.parametrize(
    "values",
    [
        {"valid_from": date(2026, 1, 2), "valid_until": date(2026, 1, 2)},
        {"currency": "EUR"},
        {"source": ""},
        {"source_date": None},
    ],
)
def test_the_database_refuses_prices_that_cannot_be(values: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        new_row(**values).save()


def test_the_database_refuses_a_disabled_offer_without_a_reason() -> None:
    for enabled, reason in ((False, ""), (True, "vision")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Offer.objects.filter(wire_name="glm-4.5").update(enabled=enabled, disabled_reason=reason)


# A team's own prices


TODAY = NOW.date()


def own(amount: str, start: date = TODAY, scope: str = "team:7", sold: Offer | None = None) -> PriceRow:
    return set_price(
        offer_id=(sold or offer("bigmodel", "glm-4.6")).pk,
        currency="CNY",
        tiers=[tier(amount, amount)],
        start=start,
        source="contract",
        scope=scope,
    )


def test_a_teams_own_price_holds_for_that_team_alone() -> None:
    row = own("3")

    assert price_in_force(row.offer_id, NOW) is None
    assert price_in_force(row.offer_id, NOW, scope="team:8") is None
    held = price_in_force(row.offer_id, NOW, scope="team:7")
    assert held is not None
    assert (held.id, held.source, held.tiers[0].input) == (str(row.pk), "contract", Decimal(3))


def test_a_teams_own_price_goes_before_the_catalogs_and_ends_nothing_of_it() -> None:
    sold = offer("bigmodel", "glm-4.5-air")
    stated = price_in_force(sold.pk, NOW)

    row = own("0.1", sold=sold)

    assert price_in_force(sold.pk, NOW) == stated
    held = price_in_force(sold.pk, NOW, scope="team:7")
    assert held is not None
    assert held.id == str(row.pk)


def test_an_own_price_that_is_still_to_come_leaves_the_catalogs_in_force() -> None:
    sold = offer("bigmodel", "glm-4.5-air")
    own("0.1", start=date(2026, 12, 1), sold=sold)

    assert price_in_force(sold.pk, NOW, scope="team:7") == price_in_force(sold.pk, NOW)


def test_one_own_price_follows_another_and_both_stay_known() -> None:
    first, second = own("3"), own("4", start=date(2026, 12, 1))

    held = [price_in_force(first.offer_id, day, scope="team:7") for day in (date(2026, 11, 30), date(2026, 12, 1))]

    assert [price and price.id for price in held] == [str(first.pk), str(second.pk)]
    assert PriceRow.objects.get(pk=first.pk).valid_until == date(2026, 12, 1)


def test_ending_an_own_price_brings_the_catalogs_back_and_keeps_the_past() -> None:
    sold = offer("bigmodel", "glm-4.5-air")
    row, other = own("0.1", start=date(2026, 11, 1), sold=sold), own("9", scope="team:8", sold=sold)
    own("0.2", start=date(2026, 12, 1), sold=sold)

    end_own_price(offer_id=sold.pk, scope="team:7", day=NOW.date())

    for day in (NOW.date(), date(2026, 12, 2)):
        assert price_in_force(sold.pk, day, scope="team:7") == price_in_force(sold.pk, day)
    before = price_in_force(sold.pk, date(2026, 11, 20), scope="team:7")
    assert before is not None
    assert before.id == str(row.pk)
    theirs = price_in_force(sold.pk, NOW, scope="team:8")
    assert theirs is not None
    assert theirs.id == str(other.pk)


def test_loading_the_catalog_again_leaves_own_prices_alone() -> None:
    row = own("3")

    load(data_files())

    assert price_in_force(row.offer_id, NOW, scope="team:7") is not None


def test_what_starts_a_run_is_calculated_with_the_teams_own_price() -> None:
    row = own("3", start=date(2026, 1, 1))

    _facts, price = facts_and_price(row.offer_id, scope="team:7")

    assert price is not None
    assert price.id == str(row.pk)
    assert facts_and_price(row.offer_id, scope="team:8")[1] is None
