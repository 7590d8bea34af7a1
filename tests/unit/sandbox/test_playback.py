"""Playing in time: exact under a clock that jumps, stopped at once from anywhere."""

import asyncio
import math
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from playground.sandbox.mishaps import Piece
from playground.sandbox.playback import DroppedError, Playback, SilentError
from playground.sandbox.script import Script
from tests.unit.sandbox.asking import VirtualLoop

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run on a loop whose waits take no time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


class Stage:
    """A script, and how often its end was told."""

    def __init__(self, *pieces: Piece, breaks: bool = False) -> None:
        self.script = Script(200, "text/plain", iter(pieces), breaks)
        self.released = 0

    def play(self, **options: Any) -> Playback:
        return Playback(self.script, self._release, **options)

    def _release(self) -> None:
        self.released += 1


@pytest.mark.parametrize(("speed", "times"), [(1.0, [2.0, 3.0, 3.5]), (2.0, [1.0, 1.5, 1.75]), (0.0, [0.0, 0.0, 0.0])])
def test_pieces_come_when_they_are_due(speed: float, times: list[float]) -> None:
    stage = Stage((2.0, b"a"), (1.0, b"b"), (0.5, b"c"))

    async def watch() -> list[tuple[float, bytes]]:
        began = asyncio.get_running_loop().time()
        return [(asyncio.get_running_loop().time() - began, data) async for data in stage.play(speed=speed)]

    assert run(watch()) == list(zip(times, [b"a", b"b", b"c"], strict=True))
    assert stage.released == 1


def test_a_late_reader_gets_what_is_due_in_one_piece() -> None:
    stage = Stage((0.0, b"a"), (1.0, b"b"), (1.0, b"c"), (10.0, b"d"))

    async def read_late() -> list[bytes]:
        playback = stage.play()
        first = await anext(playback)
        await asyncio.sleep(5)
        return [first, *[data async for data in playback]]

    assert run(read_late()) == [b"a", b"bc", b"d"]


def test_without_waiting_other_tasks_still_get_their_turn() -> None:
    def endless() -> Iterator[Piece]:
        while True:
            yield 0.0, b"x"

    async def race() -> int:
        stage = Stage()
        stage.script.pieces = endless()
        playback = stage.play(speed=0)
        asyncio.get_running_loop().call_soon(playback.close)
        return sum([len(data) async for data in playback])

    assert run(race()) <= 32


@pytest.mark.parametrize("speed", [0.0, 1.0])
def test_closing_wakes_a_reader_out_of_silence(speed: float) -> None:
    stage = Stage((0.0, b"a"), (math.inf, b""))

    async def hang_up() -> list[bytes]:
        playback = stage.play(speed=speed)
        asyncio.get_running_loop().call_later(60, playback.close)
        return [data async for data in playback]

    assert run(hang_up()) == [b"a"]
    assert stage.released == 1


def test_cancelling_the_reader_ends_the_script() -> None:
    stage = Stage((math.inf, b""))

    async def cancel() -> None:
        task = asyncio.ensure_future(anext(stage.play()))
        asyncio.get_running_loop().call_later(1, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancel())
    assert stage.released == 1


@pytest.mark.parametrize("delay", [31.0, math.inf])
@pytest.mark.parametrize("speed", [0.0, 1.0])
def test_a_reader_without_patience_is_told_of_silence(delay: float, speed: float) -> None:
    if speed == 0.0 and delay != math.inf:
        delay = math.inf
    stage = Stage((0.0, b"a"), (delay, b"b"))

    async def wait() -> float:
        playback = stage.play(speed=speed, patience=30)
        await anext(playback)
        began = asyncio.get_running_loop().time()
        with pytest.raises(SilentError):
            await anext(playback)
        return asyncio.get_running_loop().time() - began

    assert run(wait()) == pytest.approx(30)
    assert stage.released == 1


def test_a_breaking_script_ends_in_an_error_after_its_last_byte() -> None:
    stage = Stage((0.0, b"a"), breaks=True)

    async def read() -> bytes:
        playback = stage.play()
        data = await anext(playback)
        with pytest.raises(DroppedError):
            await anext(playback)
        with pytest.raises(StopAsyncIteration):
            await anext(playback)
        return data

    assert run(read()) == b"a"
    assert stage.released == 1


def test_closing_twice_releases_once() -> None:
    stage = Stage((0.0, b"a"))

    async def close() -> None:
        playback = stage.play()
        playback.close()
        playback.close()

    run(close())
    assert stage.released == 1
