"""Servers that a team adds for itself."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from playground.catalog.custom import (
    Abilities,
    TypedPrice,
    Wiring,
    add_offer,
    clean_base_url,
    create_provider,
)
from playground.catalog.errors import CatalogError, OfferRefused, PriceRefused, ProviderRefused
from playground.catalog.load import data_files, load
from playground.catalog.models import Offer, PriceRow, Provider
from playground.catalog.prices import price_in_force
from playground.catalog.queries import facts_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
TYPED = TypedPrice("USD", Decimal("0.1"), Decimal("0.3"), Decimal("0.01"))


@pytest.fixture
def server(db: None) -> Provider:
    return create_provider(scope="team:7", name=" Our vLLM ", base_url="http://10.0.0.5:8000/v1/")


def test_a_server_speaks_openai_unless_told_otherwise(server: Provider) -> None:
    assert server.slug.startswith("custom-")
    assert (server.name, server.base_url, server.scope, server.is_custom) == (
        "Our vLLM",
        "http://10.0.0.5:8000/v1",
        "team:7",
        True,
    )
    assert (server.family, server.thinking_switch, server.reasoning, server.asks_usage, server.practice) == (
        "openai",
        "none",
        "auto",
        True,
        False,
    )


def test_two_servers_never_share_a_slug(server: Provider) -> None:
    twin = create_provider(scope="team:7", name="Our vLLM", base_url="http://10.0.0.5:8000/v1")

    assert twin.slug != server.slug


def test_how_it_thinks_can_be_told(db: None) -> None:
    wiring = Wiring(thinking_switch="chat_template_kwargs", reasoning="field", asks_usage=False)
    provider = create_provider(scope="team:7", name="vLLM", base_url="http://10.0.0.5/v1", wiring=wiring)

    facts = facts_of(
        add_offer(provider=provider, wire_name="qwen3", abilities=Abilities(thinking="optional"), today=TODAY)
    )

    assert (facts.thinking_switch, facts.reasoning, facts.can_disable_thinking) == (
        "chat_template_kwargs",
        "field",
        True,
    )


def test_without_a_switch_thinking_cannot_be_disabled(server: Provider) -> None:
    offer = add_offer(provider=server, wire_name="qwen3", abilities=Abilities(thinking="optional"), today=TODAY)

    assert not facts_of(offer).can_disable_thinking


def test_a_model_is_offered_by_its_wire_name(server: Provider) -> None:
    offer = add_offer(provider=server, wire_name=" org/Qwen3-8B:latest ", today=TODAY)

    assert (offer.wire_name, offer.title, offer.language_model) == ("org/Qwen3-8B:latest", "org/Qwen3-8B:latest", None)
    assert offer.full_wire_name == "org/Qwen3-8B:latest"
    assert price_in_force(offer.pk, TODAY) is None  # unpriced, not free


def test_context_and_prices_may_be_typed_in(server: Provider) -> None:
    offer = add_offer(
        provider=server,
        wire_name="qwen3",
        title="Qwen 3",
        abilities=Abilities(context_tokens=32_768, max_output_tokens=8_192, tools=True, json_mode=True, caching=True),
        price=TYPED,
        today=TODAY,
        source="typed by Alice",
    )

    price = price_in_force(offer.pk, TODAY)
    assert price is not None
    assert (price.currency, price.tiers[0].input, price.tiers[0].output, price.tiers[0].cached) == (
        "USD",
        Decimal("0.1"),
        Decimal("0.3"),
        Decimal("0.01"),
    )
    assert (price.source, price.source_date, price.valid_from) == ("typed by Alice", TODAY, TODAY)
    facts = facts_of(offer)
    assert (facts.title, facts.context_tokens, facts.max_output_tokens, facts.tools, facts.json_mode) == (
        "Qwen 3",
        32_768,
        8_192,
        True,
        True,
    )


def test_the_same_name_again_updates_the_offer(server: Provider) -> None:
    first = add_offer(provider=server, wire_name="qwen3", price=TYPED, today=TODAY)
    again = add_offer(
        provider=server, wire_name="qwen3", abilities=Abilities(context_tokens=4_096), price=TYPED, today=TODAY
    )

    assert (again.pk, again.context_tokens) == (first.pk, 4_096)
    assert PriceRow.objects.filter(offer=first).count() == 1


def test_a_new_typed_price_closes_the_old_one(server: Provider) -> None:
    offer = add_offer(provider=server, wire_name="qwen3", price=TYPED, today=date(2026, 11, 1))
    add_offer(provider=server, wire_name="qwen3", price=TypedPrice("USD", Decimal(1), Decimal(2)), today=TODAY)

    held = [price_in_force(offer.pk, day) for day in (date(2026, 11, 20), TODAY)]

    assert [price and price.tiers[0].input for price in held] == [Decimal("0.1"), Decimal(1)]


def test_the_catalog_files_leave_own_servers_alone(server: Provider) -> None:
    offer = add_offer(provider=server, wire_name="qwen3", price=TYPED, today=TODAY)

    load(data_files())

    kept = Offer.objects.get(pk=offer.pk)
    assert kept.enabled
    assert price_in_force(kept.pk, TODAY) is not None


def test_nothing_is_added_to_the_shops_of_the_catalog(catalog: object) -> None:
    with pytest.raises(OfferRefused) as caught:
        add_offer(provider=Provider.objects.get(slug="zai"), wire_name="glm-9", today=TODAY)

    assert caught.value.code == "bad_offer"


@pytest.mark.parametrize("wire_name", ["", "   ", "a\nb", "a\x00b", "x" * 201])
def test_names_that_no_server_knows_are_refused(server: Provider, wire_name: str) -> None:
    with pytest.raises(OfferRefused):
        add_offer(provider=server, wire_name=wire_name, today=TODAY)


@pytest.mark.parametrize("tokens", [0, -1, 100_000_001])
def test_impossible_lengths_are_refused(server: Provider, tokens: int) -> None:
    for abilities in (Abilities(context_tokens=tokens), Abilities(max_output_tokens=tokens)):
        with pytest.raises(OfferRefused):
            add_offer(provider=server, wire_name="qwen3", abilities=abilities, today=TODAY)


@pytest.mark.parametrize(
    "price",
    [
        TypedPrice("USD", Decimal(-1), Decimal(1)),
        TypedPrice("USD", Decimal("NaN"), Decimal(1)),
        TypedPrice("EUR", Decimal(1), Decimal(1)),  # type: ignore[arg-type]
    ],
)
def test_impossible_prices_are_refused_and_nothing_is_kept(server: Provider, price: TypedPrice) -> None:
    with pytest.raises(PriceRefused) as caught:
        add_offer(provider=server, wire_name="qwen3", price=price, today=TODAY)

    assert caught.value.code == "bad_price"
    assert not Offer.objects.filter(wire_name="qwen3").exists()


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        (" http://127.0.0.1:8080/v1/ ", "http://127.0.0.1:8080/v1"),
        ("http://localhost:11434/v1///", "http://localhost:11434/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("https://llm.example.org", "https://llm.example.org"),
        ("https://llm.example.org/v1/chat/completions", "https://llm.example.org/v1"),
        ("https://llm.example.org/v1/chat/completions/", "https://llm.example.org/v1"),
    ],
)
def test_base_urls_are_tidied(typed: str, clean: str) -> None:
    assert clean_base_url(typed) == clean


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "llm.example.org/v1",
        "ftp://llm.example.org",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///v1",
        "https://user:secret@llm.example.org/v1",
        "https://llm.example.org@evil.example/v1",
        "https://llm.example.org/v1?key=1",
        "https://llm.example.org/v1#x",
        "https://llm.example.org:0/v1",
        "https://llm.example.org:99999/v1",
        "https://llm.example.org:port/v1",
        "https://llm example.org/v1",
        "https://llm.example.org\\@evil.example/v1",
        "https://llm.example.org/v1\r\nX: y",
        "https://пример.example/v1",
        "https://[::1/v1",
        "https://llm.example.org/" + "x" * 300,
    ],
)
def test_addresses_that_are_no_base_url_are_refused(typed: str) -> None:
    with pytest.raises(ProviderRefused) as caught:
        clean_base_url(typed)

    assert caught.value.code == "bad_base_url"


@pytest.mark.parametrize(
    "values",
    [{"scope": ""}, {"name": "  "}, {"name": "x" * 101}, {"currency": "EUR"}, {"base_url": "nowhere"}],
)
def test_servers_that_make_no_sense_are_refused(values: dict[str, Any]) -> None:
    typed: dict[str, Any] = {"scope": "team:7", "name": "vLLM", "base_url": "http://10.0.0.5/v1"}

    with pytest.raises(CatalogError):
        create_provider(**{**typed, **values})

    assert not Provider.objects.exists()
