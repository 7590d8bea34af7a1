"""The live stream: numbered, merged for the reader, the same text from every cursor."""

import asyncio
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.streaming.live import End, Part
from playground.streaming.live.memory import MemoryLiveStream
from playground.wire.completion import Completion
from playground.wire.events import ContentDelta, Event, ReasoningDelta, Reclassified

pytestmark = pytest.mark.anyio

parts = st.lists(st.tuples(st.sampled_from(["r", "c"]), st.text(min_size=1, max_size=8)), max_size=40)


async def read_whole(given: Sequence[Part]) -> Sequence[Part]:
    live = MemoryLiveStream()
    await live.append(given)
    await live.close(End("finished"))
    batch = await live.read(0)
    assert batch is not None
    return batch.parts


@given(parts)
def test_merging_keeps_every_character_in_order(given: list[tuple[str, str]]) -> None:
    merged = asyncio.run(read_whole(given))
    assert "".join(text for _, text in merged) == "".join(text for _, text in given)
    assert all(a[0] != b[0] for a, b in itertools.pairwise(merged))
    for kind in "rc":
        assert "".join(t for k, t in merged if k == kind) == "".join(t for k, t in given if k == kind)


@given(parts, st.lists(st.integers(0, 40), max_size=6))
def test_text_before_a_cursor_and_after_it_is_the_whole(given: list[tuple[str, str]], cursors: list[int]) -> None:
    async def check() -> None:
        live = MemoryLiveStream()
        for part in given:
            await live.append([part])
        await live.close(End("finished"))
        for cursor in (min(wished, len(given)) for wished in cursors):
            batch = await live.read(cursor)
            assert batch is not None
            assert batch.end == End("finished")
            after = "".join(text for _, text in batch.parts)
            assert "".join(text for _, text in given[:cursor]) + after == "".join(text for _, text in given)

    asyncio.run(check())


@given(st.lists(st.tuples(st.sampled_from("rrcccm"), st.text(min_size=1, max_size=8)), max_size=40))
def test_the_text_of_the_log_is_that_of_a_completion_that_keeps_its_own(given: list[tuple[str, str]]) -> None:
    async def check() -> None:
        live = MemoryLiveStream()
        own, kept = Completion(), Completion(live)
        for kind, text in given:
            event: Event = {"r": ReasoningDelta(text), "c": ContentDelta(text), "m": Reclassified()}[kind]
            own.add(event)
            kept.add(event)
            await live.append([(kind, "" if kind == "m" else text)])
        assert live.text() == (own.reasoning_content, own.content)
        assert (kept.reasoning_content, kept.content) == live.text()
        assert (kept.started, kept.characters) == (own.started, own.characters)
        assert kept.outcome("done") == own.outcome("done")

    asyncio.run(check())


async def test_a_follower_is_woken_by_what_comes() -> None:
    live = MemoryLiveStream()
    reader = asyncio.create_task(live.read(0, wait=5))
    await asyncio.sleep(0)
    assert await live.append([("c", "a"), ("c", "b")]) == 2
    batch = await reader
    assert batch is not None
    assert (batch.after, batch.seq, list(batch.parts), batch.end) == (0, 2, [("c", "ab")], None)


async def test_a_reader_that_waited_in_vain_gets_nothing_and_leaves_nothing_behind() -> None:
    live = MemoryLiveStream()
    assert await live.read(0, wait=0.01) is None
    assert await live.read(0) is None
    assert live._waiting == []


async def test_a_cancelled_reader_leaves_nothing_behind() -> None:
    live = MemoryLiveStream()
    reader = asyncio.create_task(live.read(0, wait=5))
    await asyncio.sleep(0)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert live._waiting == []


async def test_the_end_comes_once_and_wakes_everybody() -> None:
    live = MemoryLiveStream()
    readers = [asyncio.create_task(live.read(0, wait=5)) for _ in range(3)]
    await asyncio.sleep(0)
    await live.close(End("stopped"))
    await live.close(End("finished"))
    for reader in readers:
        batch = await reader
        assert batch is not None
        assert batch.end == End("stopped")


async def test_a_cursor_of_another_log_begins_anew() -> None:
    live = MemoryLiveStream()
    await live.append([("c", "a")])
    batch = await live.read(99)
    assert batch is not None
    assert (batch.after, batch.seq) == (0, 1)
