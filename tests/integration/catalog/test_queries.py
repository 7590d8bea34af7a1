"""What may be chosen by whom, what is proposed first, and what crosses to higher floors."""

import dataclasses
import uuid

import pytest
from pytest_django import DjangoAssertNumQueries

from playground.catalog.custom import add_offer, create_provider
from playground.catalog.errors import OfferRefused
from playground.catalog.models import LanguageModel, Offer
from playground.catalog.queries import default_offer, facts_of, offer_facts, offers_for
from tests.integration.catalog.test_custom import TODAY

pytestmark = pytest.mark.usefixtures("catalog")


def names(scopes: list[str]) -> list[str]:
    return [f"{offer.provider.slug}: {offer.wire_name}" for offer in offers_for(scopes)]


@pytest.fixture
def own_offer(catalog: object) -> Offer:
    provider = create_provider(scope="team:7", name="Our vLLM", base_url="http://10.0.0.5:8000/v1")
    return add_offer(provider=provider, wire_name="qwen3-8b", today=TODAY)


def test_a_team_sees_its_own_servers_and_nobody_elses(own_offer: Offer) -> None:
    line = f"{own_offer.provider.slug}: qwen3-8b"

    assert line in names(["team:7"])
    assert line in names(["team:1", "team:7"])
    assert line not in names(["team:1"])
    assert line not in names([])
    assert len(names([])) == len(names(["team:7"])) - 1


def test_disabled_offers_cannot_be_chosen() -> None:
    assert not offers_for([]).filter(enabled=False).exists()
    assert "zai: glm-4.5v" not in names([])


def test_shops_come_first_and_practice_last(own_offer: Offer) -> None:
    providers = list(dict.fromkeys(offer.provider.slug for offer in offers_for(["team:7"])))

    assert providers == ["bigmodel", "zai", "vercel", own_offer.provider.slug, "sandbox"]


def test_newer_generations_come_first_and_retired_ones_last() -> None:
    zai = [name.removeprefix("zai: ") for name in names([]) if name.startswith("zai: ")]
    bigmodel = [name.removeprefix("bigmodel: ") for name in names([]) if name.startswith("bigmodel: ")]

    assert zai[:3] == ["glm-5.3", "glm-5.3-flash", "glm-5.3-flashx"]
    assert zai[-1] == "glm-4-32b-0414-128k"
    assert bigmodel[-4:] == ["glm-z1-air", "glm-z1-airx", "glm-z1-flashx", "glm-z1-flash"]


def test_the_list_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        for offer in offers_for(["team:7"]):
            _ = offer.provider.name, offer.language_model and offer.language_model.name


@pytest.mark.parametrize(
    ("providers", "expected"),
    [
        ([], "sandbox: zai/glm-4.5-air"),
        (["unknown"], "sandbox: zai/glm-4.5-air"),
        (["zai"], "zai: glm-4.5-air"),
        (["vercel", "zai"], "zai: glm-4.5-air"),
        (["vercel"], "vercel: glm-4.5-air"),
        (["zai", "bigmodel"], "bigmodel: glm-4.5-air"),
    ],
)
def test_the_proposal_follows_the_keys_at_hand(providers: list[str], expected: str) -> None:
    offer = default_offer(providers)

    assert offer is not None
    assert f"{offer.provider.slug}: {offer.wire_name}" == expected


def test_a_server_of_ones_own_may_be_proposed(own_offer: Offer) -> None:
    assert default_offer([own_offer.provider.slug]) == own_offer


def test_a_retired_or_ending_model_is_never_proposed() -> None:
    LanguageModel.objects.filter(slug="glm-4.5-air").update(status="retired")

    for providers in ([], ["bigmodel"], ["zai"], ["vercel"]):
        offer = default_offer(providers)
        assert offer is not None
        assert offer.language_model is not None
        assert offer.language_model.status == "current"


def test_nothing_is_proposed_from_an_empty_catalog() -> None:
    Offer.objects.update(enabled=False, disabled_reason="by_hand")

    assert default_offer() is None
    assert default_offer(["zai"]) is None


def test_facts_are_frozen_values_without_rows() -> None:
    offer = offers_for([]).get(provider__slug="bigmodel", wire_name="glm-z1-air")

    facts = facts_of(offer)

    assert facts.id == offer.id
    assert not any(isinstance(value, Offer) for value in dataclasses.astuple(facts))
    with pytest.raises(dataclasses.FrozenInstanceError):
        facts.title = "x"  # type: ignore[misc]


def test_facts_of_an_offer_that_may_be_chosen(
    own_offer: Offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        facts = offer_facts(own_offer.pk, scope="team:7")

    assert (facts.wire_name, facts.base_url, facts.family, facts.reasoning, facts.asks_usage) == (
        "qwen3-8b",
        "http://10.0.0.5:8000/v1",
        "openai",
        "auto",
        True,
    )
    assert (facts.context_tokens, facts.parameters["temperature"].high, facts.concurrency) == (None, 2.0, {})


def test_foreign_disabled_and_unknown_offers_are_refused_alike(own_offer: Offer) -> None:
    disabled = Offer.objects.get(provider__slug="zai", wire_name="glm-4.5v")

    for offer_id in (own_offer.pk, disabled.pk, uuid.uuid4()):
        with pytest.raises(OfferRefused) as caught:
            offer_facts(offer_id, scope="team:1")
        assert caught.value.code == "no_offer"
