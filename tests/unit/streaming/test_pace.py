"""The adaptive window: nothing while idle, growing to 150 ms when the core is busy, back to nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.streaming.pace import LONGEST, Pace, next_window


@pytest.mark.parametrize(
    ("window", "used", "expected"),
    [
        (0.0, 0.1, 0.0),
        (0.0, 0.65, 0.0),
        (0.0, 0.9, 0.025),
        (0.025, 0.9, 0.04),
        (0.140, 0.99, 0.150),
        (0.150, 0.99, 0.150),
        (0.040, 0.7, 0.040),
        (0.040, 0.3, 0.032),
        (0.024, 0.3, 0.0),
    ],
)
def test_the_window_follows_the_load(window: float, used: float, expected: float) -> None:
    assert next_window(window, used) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1.2), max_size=60))
def test_the_window_is_always_zero_or_between_its_bounds(loads: list[float]) -> None:
    window = 0.0
    for used in loads:
        window = next_window(window, used)
        assert window == 0.0 or 0.020 <= window <= LONGEST


def test_the_clocks_decide_once_an_interval() -> None:
    clock = {"now": 0.0, "cpu": 0.0}
    pace = Pace(now=lambda: clock["now"], cpu=lambda: clock["cpu"])
    clock.update(now=0.2, cpu=0.2)
    assert pace.tick() == 0.0, "the interval is not over"
    clock.update(now=0.3, cpu=0.3)
    assert pace.tick() == 0.025
    for _ in range(20):
        clock["now"] += 0.3
        pace.tick()
    assert pace.window == 0.0
