"""The gate lets in as many rows as chosen, fewer while the provider refuses, and those sent back before new ones."""

import asyncio

import pytest

from playground.streaming.turnstile import LONGEST_ASKED, MOST_REFUSALS, Gate, Ticket
from playground.wire.errors import WireError

pytestmark = pytest.mark.anyio
BUSY = WireError("concurrency_limited")


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def full(gate: Gate) -> list[Ticket]:
    tickets = []
    while gate.free:
        tickets.append(gate.enter())
    return tickets


async def test_no_more_are_inside_than_chosen() -> None:
    gate = Gate(4)
    tickets = full(gate)
    assert len(tickets) == 4
    tickets[0].leave(good=True)
    assert gate.free == 1


async def test_a_burst_of_refusals_lowers_it_to_those_that_were_let_in() -> None:
    clock = Clock()
    gate = Gate(10, now=clock)
    full(gate)
    for _ in range(6):
        gate.refused(None)
    assert (gate.allowed, gate.inside) == (4, 4)
    assert gate.rest == pytest.approx(1)
    assert gate.free == 0


async def test_further_refusals_rest_longer_and_good_rows_bring_it_back_one_by_one() -> None:
    clock = Clock()
    gate = Gate(3, now=clock)
    tickets = full(gate)
    gate.refused(None)
    clock.time += 1.5
    gate.refused(None)
    assert gate.rest == pytest.approx(2)
    clock.time += 2
    assert (gate.allowed, gate.inside) == (1, 1)
    tickets[2].leave(good=True)
    gate.enter().leave(good=True)
    assert gate.allowed == 2


async def test_the_time_that_the_provider_named_is_kept() -> None:
    clock = Clock()
    gate = Gate(3, now=clock)
    full(gate)
    gate.refused(30.0)
    assert gate.rest == pytest.approx(30)


async def test_who_was_sent_back_goes_in_before_new_ones() -> None:
    gate = Gate(2, first_rest=0.01)
    first, second = full(gate)
    back = asyncio.create_task(first.again(BUSY))
    await asyncio.sleep(0.05)
    assert (gate.allowed, gate.waiting, gate.free) == (1, 1, 0)
    assert not back.done()
    second.leave(good=True)
    assert await asyncio.wait_for(back, 1) is True
    assert (gate.inside, gate.waiting) == (1, 0)


async def test_a_row_that_is_stopped_while_it_waits_leaves_nothing_behind() -> None:
    gate = Gate(1, first_rest=5)
    ticket = gate.enter()
    waits = asyncio.create_task(ticket.again(BUSY))
    await asyncio.sleep(0.01)
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    ticket.leave(good=False)
    assert (gate.inside, gate.waiting) == (0, 0)


async def test_a_row_gives_up_after_many_refusals_or_when_it_would_take_too_long() -> None:
    gate = Gate(1, first_rest=0.0001)
    ticket = gate.enter()
    answers = [await ticket.again(WireError("rate_limited", retry_after=0.0001)) for _ in range(MOST_REFUSALS)]
    assert answers == [True] * (MOST_REFUSALS - 1) + [False]
    patient = Gate(1).enter()
    assert await patient.again(WireError("rate_limited", retry_after=LONGEST_ASKED + 1)) is False


async def test_a_new_choice_holds_at_once() -> None:
    gate = Gate(1)
    gate.enter()
    gate.open_to(3)
    assert gate.free == 2
