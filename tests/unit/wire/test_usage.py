"""Token counts: validated whole numbers or none at all, never negative, never a crash."""

import json
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.wire.usage import KEPT_LIMIT, Usage, as_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details", "cost")


@pytest.mark.parametrize(
    ("count", "read"),
    [
        (0, 0),
        (12, 12),
        (12.0, 12),
        (10**10, 10**10),
        (-1, None),
        (-0.5, None),
        (12.5, None),
        (1e30, None),
        (10**10 + 1, None),
        (10**400, None),
        (math.inf, None),
        (-math.inf, None),
        (math.nan, None),
        ("12", None),
        ("", None),
        (True, None),
        (None, None),
        ([12], None),
        ({"n": 12}, None),
    ],
)
def test_a_count_is_read_or_the_usage_is_unknown(count: object, read: int | None) -> None:
    usage = Usage.from_wire({"prompt_tokens": 5, "completion_tokens": count})
    assert (usage and usage.completion_tokens) == read
    usage = Usage.from_wire({"prompt_tokens": count, "completion_tokens": 5})
    assert (usage and usage.prompt_tokens) == read


@pytest.mark.parametrize(
    "data", [None, 5, "x", [], {}, {"prompt_tokens": 5}, {"completion_tokens": 5}, {"total_tokens": 9}, {"usage": {}}]
)
def test_what_is_no_usage_is_none(data: object) -> None:
    assert Usage.from_wire(data) is None


@pytest.mark.parametrize(
    ("details", "cached"),
    [
        (None, 0),
        ({}, 0),
        ([], 0),
        ({"cached_tokens": None}, 0),
        ({"cached_tokens": -4}, 0),
        ({"cached_tokens": "4"}, 0),
        ({"cached_tokens": 4}, 4),
        ({"cached_tokens": 4.0}, 4),
        ({"cached_tokens": 11}, 10),
    ],
)
def test_cached_tokens_are_a_part_of_the_prompt(details: object, cached: int) -> None:
    usage = Usage.from_wire({"prompt_tokens": 10, "completion_tokens": 1, "prompt_tokens_details": details})
    assert usage is not None
    assert usage.cached_tokens == cached


def test_reasoning_is_inside_the_completion_already() -> None:
    usage = Usage.from_wire(
        {"prompt_tokens": 13, "completion_tokens": 21, "completion_tokens_details": {"reasoning_tokens": 14}}
    )
    assert usage == Usage(13, 21, reasoning_tokens=14)
    assert usage.total_tokens == 34


@pytest.mark.parametrize("details", [None, {}, {"reasoning_tokens": None}, {"reasoning_tokens": -1}, []])
def test_reasoning_that_is_not_reported_is_not_nothing(details: object) -> None:
    usage = Usage.from_wire({"prompt_tokens": 1, "completion_tokens": 9, "completion_tokens_details": details})
    assert usage is not None
    assert usage.reasoning_tokens is None


@pytest.mark.parametrize(
    ("cost", "read"),
    [
        (0.00000238, Decimal("0.00000238")),
        ("0.00000238", Decimal("0.00000238")),
        (0, Decimal(0)),
        (3, Decimal(3)),
        (-1, None),
        ("-1", None),
        ("", None),
        ("free", None),
        ("NaN", None),
        ("Infinity", None),
        (math.nan, None),
        (math.inf, None),
        (1e30, None),
        ("1e999999999", None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
def test_a_reported_cost_is_exact_or_unknown(cost: object, read: Decimal | None) -> None:
    usage = Usage.from_wire({"prompt_tokens": 1, "completion_tokens": 1, "cost": cost})
    assert usage is not None
    assert usage.reported_cost == read


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_no_usage_object_crashes_or_gives_a_negative_count(data: dict[str, object]) -> None:
    usage = Usage.from_wire(data)
    if usage is not None:
        counts = (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens, usage.reasoning_tokens or 0)
        assert all(isinstance(count, int) and count >= 0 for count in counts)
        assert usage.cached_tokens <= usage.prompt_tokens
        assert usage.reported_cost is None or usage.reported_cost >= 0


def test_a_usage_object_is_kept_as_it_was_sent() -> None:
    sent = {"total_tokens": 9, "prompt_tokens": 7, "completion_tokens": 2, "vendor": {"name": "智谱"}}
    text = as_text(sent)
    assert json.loads(text) == sent
    assert list(json.loads(text)) == list(sent)
    assert "智谱" in text


def test_what_no_database_takes_and_what_is_absurdly_large_is_not_kept() -> None:
    assert as_text({"name": "a\ud800b\x00"}).encode() == b'{\n  "name": "a\xef\xbf\xbdb\\u0000"\n}'
    assert as_text({"name": "x" * KEPT_LIMIT}) == ""
    assert as_text(None) == ""
    deep: list[object] = []
    for _level in range(100_000):
        deep = [deep]
    assert as_text(deep) == ""
