"""What a process does with its runs at their edges: a stop that comes first, a deed that comes last."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.custom import add_offer, create_provider
from playground.conversations import turns
from playground.conversations.models import Generation
from playground.conversations.run_settings import RunSettings
from playground.ledger.models import Entry
from playground.streaming import records
from playground.streaming.plan import Start
from playground.streaming.registry import Registry, registry
from playground.vault import keys
from tests.upstream import Upstream

pytestmark = pytest.mark.django_db(transaction=True)
Deed = Callable[[Registry], Start]


@pytest.fixture
def deed(alice: User, upstream: Upstream) -> Deed:
    """Makes a turn of alice's whose answer would stream for minutes."""
    team = current_team(alice)
    keys.allow_host(user=alice, host="127.0.0.1", port=upstream.port)
    provider = create_provider(scope=f"team:{team.pk}", name="Own server", base_url=upstream.base_url)
    keys.add(team=team, user=None, provider=provider, label="own", key="sk-canary-0123456789", created_by=alice)
    offer = add_offer(provider=provider, wire_name="stream-100000-5", today=dt.date(2026, 11, 21))

    def make(house: Registry) -> Start:
        turn = turns.append_turn(
            user=alice,
            conversation=None,
            parent_id=None,
            client_id=uuid.uuid4().hex,
            text="go",
            settings=RunSettings(offer=offer.pk),
            owner=house.owner,
        )
        assert turn.made is not None
        return records.start_of(turn.made)

    return make


def end_of(start: Start) -> tuple[str, str, int]:
    """The state of a run, and what its entry says was used."""
    entry = Entry.objects.get(generation=start.generation_id)
    return Generation.objects.get(pk=start.generation_id).state, entry.tokens_basis, entry.prompt_tokens


def test_what_is_stopped_before_its_first_step_asks_the_provider_nothing(deed: Deed, upstream: Upstream) -> None:
    async def scene() -> Start:
        house = registry()
        start = await records.do(deed, house)
        task = house.start(start)
        assert task is not None
        assert house.stop(start.generation_id)  # before the task has had a turn
        await asyncio.wait_for(task, 10)
        await house.drain()
        return start

    assert end_of(asyncio.run(scene())) == ("stopped", "none", 0)
    assert upstream.requests == []


def test_a_run_whose_deed_was_under_way_when_the_end_began_is_settled_too(deed: Deed, upstream: Upstream) -> None:
    async def scene() -> tuple[Start, Start]:
        house = registry()
        first, late = await records.do(deed, house), await records.do(deed, house)
        house.start(first)
        await asyncio.to_thread(upstream.wait_for, 1)
        ending = asyncio.create_task(house.drain())
        await asyncio.sleep(0.01)
        house.start(late)
        await asyncio.wait_for(ending, 20)
        return first, late

    first, late = asyncio.run(scene())
    assert end_of(first)[0] == "interrupted"
    assert end_of(late) == ("interrupted", "none", 0)
    assert len(upstream.requests) == 1
