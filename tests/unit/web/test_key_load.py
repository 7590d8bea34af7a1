"""Which model stands for a key in the in-flight bar, and when the bar warns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.web.key_load import Load, Model, busiest

AIR, FLASH, FREE = "GLM-Z1-Air", "GLM-4-FlashX", "own"


@pytest.mark.parametrize(
    ("models", "load"),
    [
        ([], Load(0, None, "")),
        ([Model(FREE, 0, None)], Load(0, None, "")),
        ([Model(AIR, 0, 30), Model(FLASH, 0, 50)], Load(0, 30, AIR)),
        ([Model(AIR, 2, 40), Model(FLASH, 0, 30)], Load(2, 40, AIR)),
        ([Model(AIR, 20, 40), Model(FLASH, 30, 100)], Load(20, 40, AIR)),
        ([Model(AIR, 1, 40), Model(FREE, 7, None)], Load(1, 40, AIR)),
        ([Model(FREE, 7, None), Model("other", 9, None)], Load(9, None, "other")),
    ],
)
def test_the_model_nearest_to_its_limit_is_shown(models: list[Model], load: Load) -> None:
    assert busiest(models) == load
    assert busiest(reversed(models)) == load


@pytest.mark.parametrize(
    ("running", "limit", "percent", "near"),
    [
        (0, 40, 0, False),
        (35, 40, 88, False),
        (36, 40, 90, True),
        (46, 50, 92, True),
        (60, 50, 120, True),
        (5, None, 0, False),
    ],
)
def test_from_ninety_per_cent_on_it_is_near_the_limit(
    running: int, limit: int | None, percent: int, near: bool
) -> None:
    load = Load(running, limit, AIR)
    assert (load.percent, load.is_near) == (percent, near)


@given(
    st.lists(st.builds(Model, st.sampled_from("abc"), st.integers(0, 99), st.none() | st.integers(1, 99)), max_size=6)
)
def test_what_is_shown_is_one_of_the_models_or_nothing(models: list[Model]) -> None:
    load = busiest(models)
    shown = {(model.running, model.limit, model.title) for model in models} | {(0, None, "")}
    assert (load.running, load.limit, load.title) in shown
    if any(model.running for model in models):
        assert load.running
