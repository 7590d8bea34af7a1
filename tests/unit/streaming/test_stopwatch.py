"""TTFT, thinking time and speed from a clock that is passed in."""

from decimal import Decimal

from playground.streaming.stopwatch import Stopwatch


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_ttft_runs_from_the_request_to_the_first_delta_of_either_kind() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    assert watch.ttft_ms is None
    clock.now += 0.42
    watch.saw(reasoning=True, content=False)
    clock.now += 1.3
    watch.saw(reasoning=False, content=True)
    assert watch.ttft_ms == 420
    assert watch.thinking_ms == 1300


def test_a_further_attempt_starts_the_clock_again() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    clock.now += 5
    watch.restart()
    clock.now += 0.1
    watch.saw(reasoning=False, content=True)
    assert watch.ttft_ms == 100
    assert watch.thinking_ms is None


def test_speed_is_over_the_time_in_which_text_came() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    clock.now += 3
    watch.saw(reasoning=False, content=True)
    assert watch.tokens_per_second(10) is None, "all at once has no speed"
    clock.now += 2
    watch.saw(reasoning=False, content=True)
    assert watch.tokens_per_second(100) == Decimal("50.00")
    assert watch.tokens_per_second(0) is None
    assert watch.duration_ms == 5000


def test_thinking_that_never_became_an_answer_lasts_until_the_last_delta() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    watch.saw(reasoning=True, content=False)
    clock.now += 0.7
    watch.saw(reasoning=True, content=False)
    assert watch.thinking_ms == 700
