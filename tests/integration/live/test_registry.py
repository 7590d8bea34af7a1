"""What a process does with its runs at their edges: a stop that comes first, a deed that comes last, no database."""

import asyncio
import datetime as dt
import math
import time
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.custom import add_offer, create_provider
from playground.catalog.models import Offer
from playground.conversations import turns
from playground.conversations.models import Generation
from playground.conversations.run_settings import RunSettings
from playground.errors import Refused
from playground.ledger.models import Entry
from playground.streaming import engine, records
from playground.streaming.pace import LONGEST, Pace
from playground.streaming.plan import Start
from playground.streaming.registry import registry
from playground.vault import keys
from playground.web import acts
from playground.web.commands import Send
from tests.database_away import database_away
from tests.upstream import Upstream

pytestmark = pytest.mark.django_db(transaction=True)
Deed = Callable[..., Start]


@pytest.fixture
def offer_of(alice: User, upstream: Upstream) -> Callable[[str], Offer]:
    """Makes an offer of alice's at the test's own provider."""
    team = current_team(alice)
    keys.allow_host(user=alice, host="127.0.0.1", port=upstream.port)
    provider = create_provider(scope=f"team:{team.pk}", name="Own server", base_url=upstream.base_url)
    keys.add(team=team, user=None, provider=provider, label="own", key="sk-canary-0123456789", created_by=alice)
    return lambda model: add_offer(provider=provider, wire_name=model, today=dt.date(2026, 11, 21))


@pytest.fixture
def deed(alice: User, offer_of: Callable[[str], Offer]) -> Deed:
    """Makes a turn of alice's; by default its answer would stream for minutes."""

    def make(owner: str, model: str = "stream-100000-5") -> Start:
        turn = turns.append_turn(
            user=alice,
            conversation=None,
            parent_id=None,
            client_id=uuid.uuid4().hex,
            text="go",
            settings=RunSettings(offer=offer_of(model).pk),
            owner=owner,
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
        start = await records.do(deed, house.owner)
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
        first, late = await records.do(deed, house.owner), await records.do(deed, house.owner)
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


def state_of(generation_id: uuid.UUID) -> str:
    return str(Generation.objects.values_list("state", flat=True).get(pk=generation_id))


def test_a_busy_process_gathers_what_comes_but_never_the_first_words(deed: Deed) -> None:
    """40 words in a second: one by one while the process is idle, a few frames while it is busy."""

    async def frames(pace: Pace) -> list[str]:
        house = registry()
        house.pace = pace
        start = await records.do(deed, house.owner, "stream-40-25")
        task, live = house.start(start), house.live(start.generation_id)
        assert task is not None
        assert live is not None
        heard: list[str] = []
        seq = 0
        while (batch := await live.read(seq, wait=math.inf)) and batch.parts:
            heard.append("".join(text for _kind, text in batch.parts))
            seq = batch.seq
        await task
        await house.drain()
        return heard

    idle, busy = Pace(now=time.monotonic, cpu=lambda: 0.0), Pace(now=time.monotonic, cpu=time.monotonic)
    busy.window = LONGEST
    for pace, least, most in ((idle, 18, 40), (busy, 2, 14)):
        heard = asyncio.run(frames(pace))
        assert "".join(heard) == "".join(f"w{number} " for number in range(40))
        assert heard[0].count(" ") <= 4, "the first words go out alone"
        assert least <= len(heard) <= most


def test_while_the_server_ends_no_turn_is_begun(alice: User) -> None:
    async def scene() -> str:
        registry().draining = True
        turn = Send(None, None, "client id", "go", RunSettings())
        with pytest.raises(Refused) as refused:
            await acts.send(alice.pk, turn, request=HttpRequest())
        return refused.value.code

    assert asyncio.run(scene()) == "draining"
    assert not Generation.objects.exists()


def test_a_turn_whose_browser_goes_away_at_once_is_answered(
    alice: User, offer_of: Callable[[str], Offer], upstream: Upstream
) -> None:
    """A request over HTTP is cancelled with its connection, at whatever moment that is."""
    offer = offer_of("stream-5-5")

    async def scene() -> None:
        turn = Send(None, None, "client id", "go", RunSettings(offer=offer.pk))
        for steps in range(4):
            asked = replace(turn, client_id=f"client {steps}")
            request = asyncio.create_task(acts.send(alice.pk, asked, request=RequestFactory().get("/")))
            for _ in range(steps + 1):
                await asyncio.sleep(0)
            request.cancel()
        for _ in range(100):
            if len(upstream.requests) == 4 and not registry().running:
                break
            await asyncio.sleep(0.1)
        await registry().drain()

    asyncio.run(scene())
    assert list(Generation.objects.values_list("state", flat=True)) == ["finished"] * 4
    assert Entry.objects.count() == 4


def test_an_answer_that_ends_while_the_database_is_away_is_whole_when_it_is_back(
    deed: Deed, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SETTLE_AGAIN", (0.05, 0.05))  # over a minute, in a second
    away = database_away()

    async def scene() -> Start:
        house = registry()
        start = await records.do(deed, house.owner, "stream-20-5")
        task = house.start(start)
        assert task is not None
        with away:
            await asyncio.to_thread(upstream.wait_for, 1)
            await asyncio.sleep(2)
            assert upstream.requests[0].finished
            assert not task.done()
            live = house.live(start.generation_id)
            assert live is not None
            told = await live.read(0)
            assert told is not None
            assert told.end is None, "nobody is told of an end that cannot be read yet"
        await asyncio.wait_for(task, 20)
        await house.drain()
        return start

    start = asyncio.run(scene())
    assert end_of(start) == ("finished", "reported", 7)
    words = Generation.objects.select_related("message").get(pk=start.generation_id).message.content.split()
    assert words == [f"w{number}" for number in range(20)]


def test_a_generation_that_cannot_be_settled_keeps_no_other_from_it(deed: Deed) -> None:
    async def settled(start: Start) -> str:
        for _ in range(200):
            if (state := await records.do(state_of, start.generation_id)) != "running":
                return state
            await asyncio.sleep(0.1)
        raise AssertionError("it was never settled")

    async def scene() -> None:
        house = registry()
        broken, sound = await records.do(deed, "gone"), await records.do(deed, "gone")
        damaged = Generation.objects.filter(pk=broken.generation_id).update
        await records.do(damaged, price={"currency": "sea shells"}, created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        house.open()
        assert await settled(sound) == "interrupted"
        later = await records.do(deed, "gone too")
        assert await settled(later) == "interrupted"
        assert await records.do(state_of, broken.generation_id) == "running"
        await house.drain()

    asyncio.run(scene())
