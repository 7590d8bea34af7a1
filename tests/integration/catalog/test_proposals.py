"""What a file says about prices against what holds: public lists, catalog files, and what neither may do."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from playground.catalog.errors import CatalogFileError, PriceListRefused, PriceRefused
from playground.catalog.load import data_files, load
from playground.catalog.models import Offer, PriceRow
from playground.catalog.prices import PriceBook, price_in_force, set_price
from playground.catalog.proposals import Found, Proposal, read_file
from playground.pricing.price import Tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
LISTS = Path(__file__).resolve().parents[2] / "recordings" / "prices"
DAY = dt.date(2026, 11, 25)
TOML = """
schema_version = 1
checked = 2026-12-01
[[sources]]
slug = "z-ai-december"
title = "Z.ai price list"
url = "https://docs.z.ai/guides/overview/pricing"
date = 2026-12-01
[[models]]
slug = "glm-4.6"
[[models.prices]]
provider = "zai"
currency = "USD"
source = "z-ai-december"
valid_from = 2026-12-15
tiers = [
  { input = "0.5", output = "2", cached = "0.1", prompt_max = 32000 },
  { input = "0.7", output = "2.5", prompt_min = 32000 },
]
[[exchange_rates]]
day = 2026-12-01
cny_per_usd = "7.0812"
source = "People's Bank"
"""


def offer(provider: str, wire_name: str) -> Offer:
    return Offer.objects.get(provider__slug=provider, wire_name=wire_name)


def read(name: str) -> Found:
    return read_file((LISTS / name).read_bytes(), name, day=DAY)


def by_offer(found: Found) -> dict[tuple[str, str], Proposal]:
    return {(one.offer.provider.slug, one.offer.wire_name): one for one in found.proposals}


def test_litellms_map_agrees_where_it_does_and_differs_where_it_does() -> None:
    found = read("litellm.json")
    lines = by_offer(found)
    assert {key: one.verdict for key, one in lines.items()} == {
        ("zai", "glm-4.5-air"): "agrees",  # it says nothing about cached tokens, which contradicts nothing
        ("zai", "glm-4.6"): "agrees",
        ("zai", "glm-5"): "agrees",
        ("zai", "glm-5.3-flash"): "agrees",
        ("zai", "glm-5-code"): "agrees",
        ("vercel", "glm-4.6"): "differs",
        ("vercel", "glm-4.5-air"): "agrees",
    }
    dear = lines["vercel", "glm-4.6"]
    assert dear.tiers == (Tier(Decimal("0.45"), Decimal("1.8"), Decimal("0.11")),)
    assert (dear.source, dear.source_url, dear.source_date, dear.start) == (
        *("LiteLLM price map", "https://vercel.com/ai-gateway/models/glm-4.6", DAY, None),
    )


def test_the_data_of_models_dev_are_compared_by_the_names_it_uses() -> None:
    lines = by_offer(read("models_dev.json"))
    assert lines["zai", "glm-4.7-flashx"].verdict == "agrees"
    assert lines["vercel", "glm-5.2"].verdict == "differs"
    assert not any(provider == "bigmodel" for provider, _name in lines)  # it has dollars where yuan are billed


def test_an_offer_without_a_price_gets_a_new_one() -> None:
    PriceRow.objects.filter(offer=offer("zai", "glm-4.6")).update(use=False)
    assert by_offer(read("litellm.json"))["zai", "glm-4.6"].verdict == "new"


def test_what_is_not_offered_here_is_counted() -> None:
    entry = {"litellm_provider": "zai", "input_cost_per_token": 0, "output_cost_per_token": 0}
    found = read_file(json.dumps({"zai/glm-99": entry}).encode(), "map.json", day=DAY)
    assert (found.proposals, found.strangers) == ((), 1)


def test_a_catalog_file_proposes_the_prices_it_states_and_no_others() -> None:
    found = read_file(TOML.encode(), "december.toml", day=DAY)
    (line,) = found.proposals
    assert (line.offer, line.verdict) == (offer("zai", "glm-4.6"), "differs")
    assert [tier.prompt_min for tier in line.tiers] == [0, 32_000]
    assert (line.start, line.source, line.source_date) == (
        dt.date(2026, 12, 15),
        "Z.ai price list",
        dt.date(2026, 12, 1),
    )
    (rate,) = found.rates
    assert (rate.day, rate.cny_per_usd, rate.source) == (dt.date(2026, 12, 1), Decimal("7.0812"), "People's Bank")


def price_of(amount: str, start: dt.date, **more: object) -> PriceRow:
    """A typed price of GLM-4.6 at Z.ai that begins on a day."""
    sold, tiers = offer("zai", "glm-4.6"), [Tier(Decimal(amount), Decimal("2.2"), Decimal("0.11"))]
    return set_price(offer_id=sold.pk, currency="USD", tiers=tiers, start=start, source="typed", **more)  # type: ignore[arg-type]


SAME = TOML[: TOML.index("tiers")] + 'tiers = [{ input = "0.6", output = "2.2", cached = "0.11" }]\n'


@pytest.mark.parametrize(
    ("coming", "start", "verdict", "held", "next_one"),
    [
        # What is to come here by then is what the file is held against, not what holds today (0.6).
        (("0.6", 15), 15, "agrees", "0.6", None),
        (("0.5", 15), 15, "differs", "0.5", None),
        (("0.5", 10), 15, "differs", "0.5", None),
        (("0.6", 10), 15, "agrees", "0.6", None),
        # What begins later here takes over then.
        (("0.5", 20), 15, "agrees", "0.6", "0.5"),
        (("0.5", 20), None, "agrees", "0.6", "0.5"),
    ],
)
def test_a_price_that_begins_later_is_held_against_what_holds_by_then(
    coming: tuple[str, int], start: int | None, verdict: str, held: str, next_one: str | None
) -> None:
    today = timezone.now().date()
    price_of(coming[0], today + dt.timedelta(days=coming[1]))
    begins = f"valid_from = {today + dt.timedelta(days=start)}" if start else ""
    (line,) = read_file(SAME.replace("valid_from = 2026-12-15", begins).encode(), "same.toml", day=DAY).proposals
    assert line.verdict == verdict
    assert line.held is not None
    assert line.held.tiers[0].input == Decimal(held)
    assert (line.coming and line.coming.tiers[0].input) == (None if next_one is None else Decimal(next_one))


def test_reading_a_file_writes_nothing() -> None:
    before = list(PriceRow.objects.order_by("pk").values())
    read("litellm.json")
    read_file(TOML.encode(), "december.toml", day=DAY)
    assert list(PriceRow.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (('"0.7"', "0.7"), "write amounts as strings"),
        (('provider = "zai"', 'provider = "nobody"'), "nobody"),
        (('currency = "USD"', 'currency = "CNY"'), "does not bill in CNY"),
        (("2026-12-15", "2026-13-15"), "december.toml"),
        (('"7.0812"', '"-1"'), "negative"),
        (("cny_per_usd", "yuan"), "cny_per_usd"),
        (('slug = "glm-4.6"', 'slug = "glm-98"'), "glm-98"),
    ],
)
def test_a_mistake_in_a_catalog_file_is_named(damage: tuple[str, str], word: str) -> None:
    assert damage[0] in TOML
    with pytest.raises(CatalogFileError) as refused:
        read_file(TOML.replace(*damage).encode(), "december.toml", day=DAY)
    assert word in str(refused.value.message)


def test_any_other_file_is_refused() -> None:
    with pytest.raises(PriceListRefused):
        read_file(b"month,price", "prices.csv", day=DAY)


def test_a_promotion_interrupts_what_held_and_the_old_price_holds_again() -> None:
    sold = offer("zai", "glm-4.6")
    cheap = Tier(Decimal("0.1"), Decimal("0.2"))
    first, end = dt.date(2026, 12, 1), dt.date(2026, 12, 24)
    set_price(offer_id=sold.pk, currency="USD", tiers=[cheap], start=first, end=end, source="Christmas")
    told = [price_in_force(sold.pk, day) for day in (first - dt.timedelta(days=1), first, end)]
    assert [price and price.tiers[0].input for price in told] == [Decimal("0.6"), Decimal("0.1"), Decimal("0.6")]
    book = PriceBook([sold.pk])
    assert [book.at(sold.pk, day) for day in (first - dt.timedelta(days=1), first, end)] == told


def test_a_typed_price_stays_when_the_files_are_loaded_again() -> None:
    sold = offer("zai", "glm-4.6")
    set_price(offer_id=sold.pk, currency="USD", tiers=[Tier(Decimal(3), Decimal(4))], start=DAY, source="owner")
    before = list(PriceRow.objects.filter(offer=sold).order_by("pk").values())
    assert not load(data_files())
    assert list(PriceRow.objects.filter(offer=sold).order_by("pk").values()) == before


def test_new_words_about_a_price_do_not_bring_it_back(tmp_path: Path) -> None:
    sold = offer("zai", "glm-4.6")
    set_price(offer_id=sold.pk, currency="USD", tiers=[Tier(Decimal(3), Decimal(4))], start=DAY, source="owner")
    newer = tmp_path / "2026-12-02-words.toml"
    newer.write_text(
        'schema_version = 1\nchecked = 2026-12-02\n[[models]]\nslug = "glm-4.6"\n[[models.prices]]\nprovider = "zai"\n'
        'currency = "USD"\ninput = "0.6"\noutput = "2.2"\ncached = "0.11"\nsource = "zai-prices"\nnote = "confirmed"\n'
    )
    load([*data_files(), newer])
    old = PriceRow.objects.get(offer=sold, note="confirmed")
    assert old.valid_until == DAY
    price = price_in_force(sold.pk, DAY)
    assert price is not None
    assert price.tiers[0].input == 3


def test_an_address_that_no_column_holds_is_refused() -> None:
    with pytest.raises(PriceRefused):
        set_price(
            offer_id=offer("zai", "glm-4.6").pk,
            currency="USD",
            tiers=[Tier(Decimal(3), Decimal(4))],
            start=DAY,
            source="owner",
            source_url="javascript:alert(1)",
        )
