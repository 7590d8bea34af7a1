"""What each offer can do, and which can be chosen at all."""

import pytest

from playground.catalog.models import Offer
from playground.catalog.queries import OfferFacts, facts_of

pytestmark = pytest.mark.usefixtures("catalog")


def facts(provider: str, wire_name: str) -> OfferFacts:
    return facts_of(Offer.objects.select_related("provider").get(provider__slug=provider, wire_name=wire_name))


# provider, wire name, thinking, can be disabled, how it is switched, where it arrives, efforts
THINKING = [
    ("zai", "glm-4.5", "optional", True, "glm", "field", ()),
    ("zai", "glm-4.5-air", "optional", True, "glm", "field", ()),
    ("zai", "glm-4.6", "optional", True, "glm", "field", ()),
    ("zai", "glm-4.7", "optional", True, "glm", "field", ()),
    ("bigmodel", "glm-4.7-flashx", "optional", True, "glm", "field", ()),
    ("zai", "glm-5.2", "optional", True, "glm", "field", ("max", "high", "none")),
    ("zai", "glm-5.3", "always", False, "glm", "field", ("low", "high", "max")),
    ("bigmodel", "glm-5.3-flash", "always", False, "glm", "field", ("low", "high", "max")),
    ("zai", "glm-5.3-flashx", "always", False, "glm", "field", ("low", "high", "max")),
    ("vercel", "glm-5.3", "always", False, "reasoning", "field", ("low", "high", "max")),
    ("vercel", "glm-4.7", "optional", True, "reasoning", "field", ()),
    ("bigmodel", "glm-z1-air", "always", False, "none", "inline", ()),
    ("bigmodel", "glm-z1-flashx", "always", False, "none", "inline", ()),
    ("bigmodel", "glm-4-flashx-250414", "none", False, "none", "field", ()),
    ("zai", "glm-4-32b-0414-128k", "none", False, "none", "field", ()),
    ("sandbox", "zai/glm-4.5-air", "optional", True, "glm", "field", ()),
    ("sandbox", "vercel/glm-4.7-flashx", "optional", True, "glm", "field", ()),
    ("sandbox", "bigmodel/glm-z1-flashx", "always", False, "none", "inline", ()),
    ("sandbox", "bigmodel/glm-4-flashx-250414", "none", False, "none", "field", ()),
]


@pytest.mark.parametrize("case", THINKING, ids=lambda case: f"{case[0]} {case[1]}")
def test_thinking(case: tuple[str, str, str, bool, str, str, tuple[str, ...]]) -> None:
    known = facts(case[0], case[1])

    assert case[2:] == (
        known.thinking,
        known.can_disable_thinking,
        known.thinking_switch,
        known.reasoning,
        known.efforts,
    )


def test_dynamic_thinking_is_kept_as_documented() -> None:
    dynamic = {
        offer.language_model.slug: offer.language_model.thinking.get("dynamic")
        for offer in Offer.objects.filter(provider__slug="zai").select_related("language_model")
        if offer.language_model
    }

    assert dynamic["glm-4.5"] is True
    assert dynamic["glm-4.7"] is False
    assert dynamic["glm-4.7-flash"] is None


# provider, wire name, tools, tool stream, JSON mode, web search
FEATURES = [
    ("bigmodel", "glm-z1-flashx", True, False, True, False),
    ("bigmodel", "glm-4-flashx-250414", True, False, True, True),
    ("zai", "glm-4.5", True, False, True, False),
    ("zai", "glm-4.6", True, True, True, True),
    ("vercel", "glm-4.6", True, False, True, False),  # neither is a thing of the gateway's wire format
    ("vercel", "glm-4.7-flashx", True, False, False, False),
]


@pytest.mark.parametrize("case", FEATURES, ids=lambda case: f"{case[0]} {case[1]}")
def test_features(case: tuple[str, str, bool, bool, bool, bool]) -> None:
    known = facts(case[0], case[1])

    assert case[2:] == (known.tools, known.tool_stream, known.json_mode, known.web_search)


def test_the_facts_carry_the_wire_format_of_the_provider() -> None:
    known = facts("vercel", "glm-4.7-flashx")

    assert (known.family, known.model_prefix, known.asks_usage) == ("openai", "zai/", True)
    assert (known.provider_name, known.practice) == ("Vercel AI Gateway", False)
    assert (known.context_tokens, known.max_output_tokens) == (200_000, 131_072)
    assert known.base_url == "https://ai-gateway.vercel.sh/v1"


PRACTICE = [
    "bigmodel/glm-4.7-flashx",
    "zai/glm-4.7-flashx",
    "vercel/glm-4.7-flashx",
    "zai/glm-4.5",
    "vercel/glm-4.5",
    "bigmodel/glm-4.5-air",
    "zai/glm-4.5-air",
    "vercel/glm-4.5-air",
    "zai/glm-4.5-x",
    "zai/glm-4.5-airx",
    "zai/glm-4.5-flash",
    "bigmodel/glm-4-flashx-250414",
    "bigmodel/glm-z1-air",
    "bigmodel/glm-z1-flashx",
]


def test_practice_offers_every_documented_model_at_every_shop_with_a_price() -> None:
    offers = list(Offer.objects.filter(provider__slug="sandbox", enabled=True).order_by("sort"))

    assert [offer.wire_name for offer in offers] == PRACTICE
    assert [offer.mirrors for offer in offers] == [name.partition("/")[0] for name in PRACTICE]
    assert {offer.full_wire_name for offer in offers} == set(PRACTICE)


@pytest.mark.parametrize(
    ("provider", "wire_name", "reason"),
    [
        ("zai", "glm-5-code", "unverified"),
        ("zai", "glm-5-turbo", "not_offered"),
        ("zai", "glm-5v-turbo", "not_offered"),
        ("zai", "glm-4.5v", "vision"),
        ("vercel", "glm-5v-turbo", "vision"),
        ("bigmodel", "glm-4.6v-flash", "vision"),
    ],
)
def test_what_cannot_be_chosen_says_why(provider: str, wire_name: str, reason: str) -> None:
    offer = Offer.objects.get(provider__slug=provider, wire_name=wire_name)

    assert (offer.enabled, offer.disabled_reason) == (False, reason)
    assert offer.get_disabled_reason_display()


@pytest.mark.parametrize(
    ("provider", "wire_name"),
    [("zai", "glm-5.3-flash"), ("bigmodel", "glm-5.3-flashx"), ("bigmodel", "glm-z1-air"), ("zai", "glm-4.5-flash")],
)
def test_models_that_take_text_too_and_retired_ones_can_be_chosen(provider: str, wire_name: str) -> None:
    assert Offer.objects.get(provider__slug=provider, wire_name=wire_name).enabled
