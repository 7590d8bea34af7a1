"""Numbers outside of a model's range are brought into it and say so; what nobody chose begins sensibly."""

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.catalog.queries import OfferFacts
from playground.conversations.run_settings import BadSetting, RunSettings, clamp, fit, propose, ranges

OFFER = OfferFacts(
    id=uuid.UUID(int=7),
    provider_slug="zai",
    provider_name="Z.ai",
    base_url="https://api.z.ai/api/paas/v4",
    practice=False,
    family="glm",
    thinking_switch="glm",
    model_prefix="",
    asks_usage=False,
    wire_name="glm-4.5-air",
    title="GLM-4.5-Air",
    thinking="optional",
    can_disable_thinking=True,
    reasoning="field",
    efforts=("low", "high"),
    tools=True,
    tool_stream=False,
    json_mode=True,
    web_search=False,
    context_tokens=128_000,
    max_output_tokens=98_304,
    temperature_default=0.6,
    temperature_max=1.0,
    top_p_default=0.95,
    top_p_max=1.0,
    concurrency={},
)
NUMBERS = st.none() | st.floats(-1e6, 1e6)


@pytest.mark.parametrize(("most", "proposed"), [(98_304, 8192), (8192, 8192), (4095, 4095), (None, 8192)])
def test_a_proposal_asks_for_8192_tokens_or_the_models_most(most: int | None, proposed: int) -> None:
    assert propose(replace(OFFER, max_output_tokens=most)) == RunSettings(offer=OFFER.id, max_tokens=proposed)


@given(temperature=NUMBERS, top_p=NUMBERS, max_tokens=st.none() | st.integers(-10, 10**7))
def test_whatever_was_set_fits_afterwards_and_every_change_is_said(
    temperature: float | None, top_p: float | None, max_tokens: int | None
) -> None:
    wished = RunSettings(offer=OFFER.id, temperature=temperature, top_p=top_p, max_tokens=max_tokens)
    settled, notes = clamp(wished, OFFER)
    assert fit(settled, OFFER) == settled
    for name, (low, high) in ranges(OFFER).items():
        before, after = getattr(wished, name), getattr(settled, name)
        assert (name in notes) == (before != after)
        assert after is None or low <= after <= high
        assert (before is None) == (after is None)
        assert after is None or type(after) is type(before)


def test_the_note_names_the_model_its_range_and_the_former_number() -> None:
    settled, notes = clamp(RunSettings(offer=OFFER.id, max_tokens=200_000), OFFER)
    assert settled.max_tokens == 98_304
    assert notes == {"max_tokens": "GLM-4.5-Air takes 1 to 98,304 here; it was 200,000."}


def test_a_number_that_is_sent_past_the_page_is_refused() -> None:
    with pytest.raises(BadSetting) as error:
        fit(RunSettings(offer=OFFER.id, temperature=1.5), OFFER)
    assert error.value.field == "temperature"


@pytest.mark.parametrize("offer", [replace(OFFER, thinking="none"), replace(OFFER, can_disable_thinking=False)])
def test_where_thinking_cannot_be_switched_nothing_is_asked_for(offer: OfferFacts) -> None:
    settled, _notes = clamp(RunSettings(offer=offer.id, thinking=False, effort="medium"), offer)
    assert (settled.thinking, settled.effort) == (None, None)
