"""What does not suit a model is brought into its range or dropped, and said; what nobody chose begins sensibly."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.catalog.capabilities import Capability
from playground.catalog.models import Offer, Provider
from playground.catalog.queries import OfferFacts, facts_of
from playground.conversations.run_settings import (
    PARAMETERS,
    BadSetting,
    RunSettings,
    clamp,
    fit,
    parse,
    propose,
    ranges,
)
from playground.conversations.web_search import WebSearch


def offer_of(family: str, *, engines: Sequence[str] = (), **more: object) -> OfferFacts:
    provider = Provider(
        slug="zai", name="Z.ai", base_url="https://api.z.ai/api/paas/v4", family=family, thinking_switch="glm",
        temperature_max=Decimal(1 if family == "glm" else 2),
        parameters={"web_search": {"values": list(engines)}} if engines else {},
    )  # fmt: skip
    known: dict[str, object] = {
        **{"provider": provider, "title": "GLM-4.5-Air", "wire_name": "glm-4.5-air", "max_output_tokens": 98_304},
        **{"thinking": "optional", "thinking_switch": "glm", "efforts": ["low", "high"], "keeps_thinking": True},
    }
    return facts_of(Offer(**{**known, **more}))


OFFER = offer_of("glm")
COMPATIBLE = offer_of("openai", max_output_tokens=None)
ALWAYS = offer_of("glm", title="GLM-Z1-Air", thinking="always", thinking_switch="none", efforts=[])
PLAIN = offer_of("glm", title="GLM-4-FlashX", thinking="none", thinking_switch="none", efforts=[])
SEARCHING = offer_of("glm", tools=True, json_mode=True, web_search=True, engines=["search_pro_jina"])
OFFERS = (OFFER, COMPATIBLE, ALWAYS, PLAIN, SEARCHING)
NUMBERS = st.none() | st.floats(-1e6, 1e6)
SETTINGS = st.builds(
    RunSettings,
    offer=st.just(OFFER.id),
    thinking=st.none() | st.booleans(),
    effort=st.none() | st.sampled_from(["low", "high", "max", "none"]),
    temperature=NUMBERS,
    top_p=NUMBERS,
    max_tokens=st.none() | st.integers(-10, 10**7),
    stop=st.lists(st.text(min_size=1, max_size=5), max_size=6).map(tuple),
    frequency_penalty=NUMBERS,
    presence_penalty=NUMBERS,
    seed=st.none() | st.integers(-(2**60), 2**60),
    functions=st.lists(st.uuids(), max_size=3, unique=True).map(tuple),
    keep_thinking=st.sampled_from([None, True]),
    web_search=st.none() | st.builds(WebSearch, engine=st.sampled_from(["", "search_std", "search_pro_jina"])),
    output=st.sampled_from([None, "json_object", "json_schema"]),
)


@pytest.mark.parametrize(("most", "proposed"), [(98_304, 8192), (8192, 8192), (4095, 4095), (None, 8192)])
def test_a_proposal_asks_for_8192_tokens_or_the_models_most(most: int | None, proposed: int) -> None:
    assert propose(replace(OFFER, max_output_tokens=most)) == RunSettings(offer=OFFER.id, max_tokens=proposed)


@given(wished=SETTINGS, offer=st.sampled_from(OFFERS))
def test_whatever_was_set_fits_afterwards_and_every_change_is_said(wished: RunSettings, offer: OfferFacts) -> None:
    settled, notes = clamp(wished, offer)
    assert fit(settled, offer) == settled
    assert clamp(settled, offer) == (settled, {})
    for setting, parameter in PARAMETERS.items():
        before, after = getattr(wished, setting), getattr(settled, setting)
        assert (setting in notes) == (before != after)
        if not offer.parameters[parameter].taken:
            assert after in (None, ())
    for name, (low, high) in ranges(offer).items():
        before, after = getattr(wished, name), getattr(settled, name)
        assert after is None or low <= after <= high
        assert (before is None) == (after is None)
        assert after is None or type(after) is type(before)


@given(SETTINGS)
def test_settings_are_read_back_from_a_row_as_they_were(settings: RunSettings) -> None:
    kept = replace(settings, stop=tuple(dict.fromkeys(parse({"stop": list(settings.stop)}).stop)))
    assert parse(kept.to_json()) == kept


def test_the_note_names_the_model_its_range_and_the_former_number() -> None:
    settled, notes = clamp(RunSettings(offer=OFFER.id, max_tokens=200_000), OFFER)
    assert settled.max_tokens == 98_304
    assert notes == {"max_tokens": "GLM-4.5-Air takes 1 to 98,304 here; it was 200,000."}


SAID = [
    (ALWAYS, {"thinking": False}, "Thinking is left out. GLM-Z1-Air always thinks. It cannot be switched off."),
    (PLAIN, {"thinking": True}, "Thinking is left out. GLM-4-FlashX has no thinking to switch on."),
    (PLAIN, {"effort": "low"}, "Effort is left out. GLM-4-FlashX does not support this."),
    (OFFER, {"effort": "max"}, "Effort is left out. GLM-4.5-Air takes low, high here."),
    (OFFER, {"output": "json_object"}, "Output format is left out. GLM-4.5-Air writes text only."),
    (OFFER, {"presence_penalty": 1.0}, "Presence penalty is left out. Z.ai does not know this parameter."),
    (OFFER, {"seed": 7}, "Seed is left out. No documentation of Z.ai confirms this parameter, so it is never sent."),
    (OFFER, {"stop": ("a", "b")}, "GLM-4.5-Air takes 1 stop word at most."),
    (OFFER, {"web_search": WebSearch("search_std")}, "Web search is left out. GLM-4.5-Air does not support this."),
]  # fmt: skip


@pytest.mark.parametrize(("offer", "wished", "sentence"), SAID, ids=lambda value: str(value)[:24])
def test_what_another_model_does_not_take_is_dropped_with_its_reason(
    offer: OfferFacts, wished: dict[str, object], sentence: str
) -> None:
    settled, notes = clamp(RunSettings(offer=offer.id, **wished), offer)  # type: ignore[arg-type]
    assert notes == {next(iter(wished)): sentence}
    assert settled == RunSettings(offer=offer.id, stop=("a",) if "stop" in wished else ())


def test_a_web_search_stays_on_with_the_engine_of_the_other_provider() -> None:
    settled, notes = clamp(RunSettings(offer=SEARCHING.id, web_search=WebSearch("search_std", count=5)), SEARCHING)
    assert settled.web_search == WebSearch("search_pro_jina", count=5)
    assert notes == {"web_search": "Web search stays on; its engine is now search_pro_jina."}


@pytest.mark.parametrize(("count", "given"), [(None, None), (1, 10), (10, 10), (11, 20), (50, 50)])
def test_an_engine_that_counts_in_tens_is_asked_for_tens_and_that_is_said(count: int | None, given: int | None) -> None:
    offer = offer_of("glm", tools=True, web_search=True, engines=["search_std", "search_pro_sogou"])
    wished = RunSettings(offer=offer.id, web_search=WebSearch("search_pro_sogou", count=count))
    settled, notes = clamp(wished, offer)
    assert settled.web_search == WebSearch("search_pro_sogou", count=given)
    said = f"Web search stays on with search_pro_sogou, which gives {given} results."
    assert notes == ({} if count == given else {"web_search": said})


def test_earlier_thinking_goes_along_only_with_models_that_keep_it() -> None:
    forgetful = offer_of("glm", keeps_thinking=False)
    _settled, notes = clamp(RunSettings(offer=forgetful.id, keep_thinking=True), forgetful)
    assert notes == {"keep_thinking": "Earlier thinking is left out. GLM-4.5-Air does not support this."}


def test_without_thinking_no_earlier_thinking_goes_along_and_that_is_the_reason() -> None:
    settled, notes = clamp(RunSettings(offer=OFFER.id, thinking=False, keep_thinking=True), OFFER)
    assert settled == RunSettings(offer=OFFER.id, thinking=False)
    assert notes == {"keep_thinking": "Earlier thinking is left out. Thinking is switched off."}


def test_what_both_models_take_stays_when_they_are_switched() -> None:
    wished = RunSettings(offer=COMPATIBLE.id, temperature=0.4, max_tokens=500, stop=("END",), seed=3, thinking=True)
    settled, notes = clamp(wished, PLAIN)
    assert settled == replace(wished, seed=None, thinking=None)
    assert set(notes) == {"seed", "thinking"}


def test_a_number_that_is_sent_past_the_page_is_refused() -> None:
    with pytest.raises(BadSetting) as error:
        fit(RunSettings(offer=OFFER.id, temperature=1.5), OFFER)
    assert error.value.field == "temperature"


def test_more_stop_words_than_the_model_takes_are_refused() -> None:
    with pytest.raises(BadSetting) as error:
        fit(RunSettings(offer=OFFER.id, stop=("a", "b")), OFFER)
    assert (error.value.field, error.value.message) == ("stop", "GLM-4.5-Air takes 1 stop word at most.")
    assert fit(RunSettings(offer=COMPATIBLE.id, stop=("a", "b")), COMPATIBLE).stop == ("a", "b")


@pytest.mark.parametrize("stop", [7, [1], ["x" * 201], ["x"] * 17, {"a": 1}])
def test_unusable_stop_words_are_refused(stop: object) -> None:
    with pytest.raises(BadSetting) as error:
        parse({"stop": stop})
    assert error.value.field == "stop"


def test_a_line_is_a_stop_word_and_blanks_belong_to_it() -> None:
    assert parse({"stop": "END\n\n Human:\nEND"}).stop == ("END", " Human:")


def test_a_choice_is_no_number() -> None:
    with pytest.raises(TypeError, match="tool_choice"):
        _ = Capability("tool_choice").bounds
