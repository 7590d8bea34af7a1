"""Deadlines and cancellations that meet in one turn of the loop: nobody's cancellation is taken for a deadline."""

import asyncio
from collections.abc import Callable

import pytest

from playground.wire.deadlines import Deadlines, Timeouts
from playground.wire.errors import WireError

pytestmark = pytest.mark.anyio

AT_ONCE = Timeouts(first_byte=0)


async def wait_for_nothing(deadlines: Deadlines, before: Callable[[], object] = lambda: None) -> WireError | None:
    """Wait for a network that never answers; the fault, if it is one of a deadline."""
    deadlines.begin()
    before()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        fault = deadlines.translate()
        if fault is None:
            raise
        return fault
    finally:
        deadlines.end()
    return None


async def test_a_deadline_ends_the_wait_and_leaves_no_mark() -> None:
    with Deadlines(AT_ONCE) as deadlines:
        fault = await wait_for_nothing(deadlines)
    task = asyncio.current_task()
    assert fault is not None
    assert fault.code == "first_byte_timeout"
    assert task is not None
    assert task.cancelling() == 0


@pytest.mark.parametrize("first", ["cancellation", "deadline"])
async def test_a_cancellation_in_the_same_turn_as_the_deadline_stays_one(first: str) -> None:
    loop = asyncio.get_running_loop()

    async def run() -> WireError | None:
        task = asyncio.current_task()
        assert task is not None
        with Deadlines(AT_ONCE) as deadlines:
            if first == "cancellation":
                return await wait_for_nothing(deadlines, lambda: loop.call_soon(task.cancel))
            return await wait_for_nothing(deadlines, lambda: loop.call_soon(lambda: loop.call_soon(task.cancel)))

    task = asyncio.create_task(run())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_a_deadline_that_passed_while_nobody_waited_is_told_at_the_next_wait() -> None:
    with Deadlines(Timeouts(total=0)) as deadlines:
        await turns()
        with pytest.raises(WireError) as caught:
            deadlines.begin()
    assert caught.value.code == "total_timeout"


async def test_nothing_rings_after_the_end() -> None:
    with Deadlines(AT_ONCE) as deadlines:
        deadlines.begin()
    await turns()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_what_follows_can_only_shorten_the_end() -> None:
    with Deadlines(Timeouts()) as deadlines:
        deadlines.at_most(0)
        deadlines.at_most(1000)
        deadlines.came(words=True)
        fault = await wait_for_nothing(deadlines)
    assert fault is not None
    assert fault.code == "idle_timeout"


async def turns(number: int = 5) -> None:
    """Let the loop go round."""
    for _ in range(number):
        await asyncio.sleep(0)
