"""A provider that takes fewer requests at a time than were chosen: the batch slows down, and no row is lost."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from playground.batches.models import Batch
from playground.catalog.models import Offer
from playground.ledger.models import Entry
from tests.integration.live.test_batches import batch_of, count, state, wait_until
from tests.upstream import Seen, Upstream

__all__ = ["batch_of"]  # fixtures

NARROW = 2  # requests that the narrow provider takes at once
REFUSED = b'{"error": {"code": "1302", "message": "too many requests at once"}}'


class Narrow(Upstream):
    """Takes two requests at a time and refuses more, as a provider does to a key of a low tier."""

    def start(self) -> "Narrow":
        """Listen."""
        self.inside = self.most = self.refused = 0
        super().start()
        return self

    async def _answer(self, seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.inside >= NARROW:
            self.refused += 1
            head = "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
            writer.write(f"{head}Content-Length: {len(REFUSED)}\r\nConnection: close\r\n\r\n".encode() + REFUSED)
            await writer.drain()
            return
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await super()._answer(seen, reader, writer)
        finally:
            self.inside -= 1


@pytest.fixture
def upstream() -> Iterator[Narrow]:
    """In the place of the usual provider."""
    one = Narrow()
    one.start()
    yield one
    one.stop()


def test_a_provider_that_refuses_more_slows_it_down_and_every_row_has_one_entry(
    model_at: Callable[[str], Offer], upstream: Narrow, batch_of: Callable[..., Batch]
) -> None:
    batch = batch_of(model_at("stream-10-40"), 14, at_once=6)
    wait_until(lambda: state(batch) == Batch.State.DONE, 60)
    assert count(batch, "finished") == 14
    assert upstream.refused > 0
    assert upstream.most == NARROW
    assert Entry.objects.filter(conversation=batch.conversation_id).count() == 14
    assert not batch.rows.filter(attempts__gt=1).exists()
