"""Public lists of prices: read to the last digit, and nothing taken over that cannot be calculated with."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.catalog.errors import PriceListRefused
from playground.catalog.price_lists import FINE, THINKING, WRITING, Kind, Listed, read_price_list
from playground.pricing.price import Tier

LISTS = Path(__file__).resolve().parents[2] / "recordings" / "prices"
SELLERS: dict[Kind, list[str]] = {
    "litellm": ["zai", "vercel_ai_gateway", "gemini"],
    "models_dev": ["zai", "vercel"],
}


def lines(content: bytes) -> dict[tuple[str, str], Listed]:
    return {(line.seller, line.model): line for line in read_price_list(content, SELLERS).lines}


def litellm(**entry: Any) -> Listed:
    usual = {"litellm_provider": "zai", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}
    ((_key, line),) = lines(json.dumps({"zai/x": {**usual, **entry}}).encode()).items()
    return line


def test_the_map_of_litellm_is_read_per_million_tokens() -> None:
    found = read_price_list((LISTS / "litellm.json").read_bytes(), SELLERS)
    assert (found.kind, found.title) == ("litellm", "LiteLLM price map")
    by_name = {(line.seller, line.model): line for line in found.lines}
    assert by_name["zai", "glm-4.6"].tiers == (Tier(Decimal("0.6"), Decimal("2.2"), Decimal("0.11")),)
    assert by_name["zai", "glm-4.5-air"].tiers == (Tier(Decimal("0.2"), Decimal("1.1")),)
    assert by_name["vercel_ai_gateway", "zai/glm-4.6"].tiers == (
        Tier(Decimal("0.45"), Decimal("1.8"), Decimal("0.11")),
    )
    assert by_name["zai", "glm-5"].url == "https://docs.z.ai/guides/overview/pricing"
    assert {name for seller, name in by_name if seller == "zai"} == {
        *("glm-4.5-air", "glm-4.6", "glm-5", "glm-5.3-flash", "glm-5-code")
    }


def test_a_price_by_length_has_a_tier_for_each_length() -> None:
    line = lines((LISTS / "litellm.json").read_bytes())["gemini", "gemini-2.5-pro"]
    assert line.tiers == (
        Tier(Decimal("1.25"), Decimal(10), Decimal("0.125"), prompt_max=200_001),
        Tier(Decimal("2.5"), Decimal(15), Decimal("0.25"), prompt_min=200_001),
    )


def test_the_data_of_models_dev_are_read_as_they_stand() -> None:
    found = read_price_list((LISTS / "models_dev.json").read_bytes(), SELLERS)
    assert (found.kind, found.title) == ("models_dev", "models.dev data")
    by_name = {(line.seller, line.model): line for line in found.lines}
    assert by_name["zai", "glm-4.7-flashx"].tiers == (Tier(Decimal("0.07"), Decimal("0.4"), Decimal("0.01")),)
    assert by_name["vercel", "zai/glm-5.2"].tiers == (Tier(Decimal("1.5"), Decimal("4.5"), Decimal("0.3")),)
    assert not any(seller == "zhipuai" for seller, _name in by_name)


@pytest.mark.parametrize("way", ["tiers", "context_over_200k"])
def test_both_ways_of_models_dev_to_write_a_second_tier_are_read(way: str) -> None:
    more: dict[str, Any] = {"input": 2, "output": 6}
    cost = {
        "input": 1,
        "output": 3,
        way: more if way != "tiers" else [{**more, "tier": {"type": "context", "size": 200_000}}],
    }
    line = lines(json.dumps({"zai": {"models": {"x": {"cost": cost}}}}).encode())["zai", "x"]
    assert line.tiers == (
        Tier(Decimal(1), Decimal(3), prompt_max=200_001),
        Tier(Decimal(2), Decimal(6), prompt_min=200_001),
    )


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"output_cost_per_reasoning_token": 3e-06}, THINKING),
        ({"output_cost_per_reasoning_token": 2e-06}, ""),
        ({"cache_creation_input_token_cost": 1e-06}, WRITING),
        ({"cache_creation_input_token_cost": 0}, ""),
        ({"input_cost_per_token": 1.23456789e-06}, FINE),
        ({"input_cost_per_token": "1e-06"}, FINE),
        ({"input_cost_per_token": None}, FINE),
        ({"input_cost_per_token": -1e-06}, FINE),
        ({"input_cost_per_token": True}, FINE),
        ({"input_cost_per_token": 9e9}, FINE),
    ],
)
def test_what_cannot_be_calculated_with_says_why(entry: dict[str, Any], problem: str) -> None:
    line = litellm(**entry)
    assert line.problem == problem
    assert bool(line.tiers) is not bool(problem)


@given(st.integers(0, 10**9))
def test_no_digit_of_a_price_per_token_is_lost(micros: int) -> None:
    written = (
        f'{{"zai/x": {{"litellm_provider": "zai", "input_cost_per_token": {micros}e-12, "output_cost_per_token": 0}}}}'
    )
    line = lines(written.encode())["zai", "x"]
    assert line.tiers[0].input == Decimal(micros).scaleb(-6)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\xff", b"[]", b"{}", b"3", b'{"a": 1}', b'{"a": {"models": []}}', b"[" * 100_000),
        *(b'{"zai/x": {"litellm_provider": "zai", "input_cost_per_token": NaN}}', b'{"a": {"b": {}}}'),
        b'{"a": {"litellm_provider": "zai", "input_cost_per_token": 1e9999999999999999999}',
    ],
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(PriceListRefused) as refused:
        read_price_list(content, SELLERS)
    assert refused.value.code == "bad_price_list"


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", "-1e999999999999"])
def test_an_absurd_number_spoils_its_line_alone(number: str) -> None:
    written = (
        f'{{"zai/x": {{"litellm_provider": "zai", "input_cost_per_token": {number}, "output_cost_per_token": 0}},'
        f' "zai/y": {{"litellm_provider": "zai", "input_cost_per_token": 1e-6, "output_cost_per_token": 0}}}}'
    )
    found = lines(written.encode())
    assert found["zai", "x"].problem == FINE
    assert found["zai", "y"].tiers


def test_odd_shapes_inside_a_list_are_passed_over() -> None:
    odd = {
        "zai": {
            "models": {
                "a": 1,
                "b": {"cost": 3},
                "c": {"cost": {"input": 1}},
                "d": {"cost": {"input": 1, "output": 2, "tiers": 7}},
            }
        }
    }
    assert set(lines(json.dumps(odd).encode())) == {("zai", "d")}
    for tier in ({}, 3, {"tier": 3}, {"tier": {"size": "x"}}, {"tier": {"size": 1e300}}, {"tier": {"size": 0.5}}):
        tiers = {"zai": {"models": {"x": {"cost": {"input": 1, "output": 2, "tiers": [tier]}}}}}
        assert lines(json.dumps(tiers).encode())["zai", "x"].problem == FINE
