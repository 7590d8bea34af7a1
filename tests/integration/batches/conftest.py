"""Batches of alice's with the sandbox's models, and rows that end."""

from collections.abc import Callable, Sequence

import pytest

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.batches import drafting, running
from playground.batches.models import Batch
from playground.batches.table import Table, TableRow, read_text
from playground.catalog.models import Offer
from playground.conversations import progress
from playground.conversations.models import Generation
from playground.conversations.progress import Settlement
from playground.conversations.run_settings import RunSettings
from playground.wire.usage import Usage

CITIES = "city,country\nOslo,Norway\nBergen,Norway\nRome,Italy\nKyoto,Japan\nLima,Peru\nAccra,Ghana\n"
QUESTION = "What is {{city}} in {{country}} known for?"
HERE = "here"  # the process that drives


@pytest.fixture
def offer(catalog: None) -> Offer:
    """A sandbox model with a price."""
    return Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air")


@pytest.fixture
def draft(alice: User, offer: Offer) -> Callable[..., Batch]:
    """Makes a draft over a table."""

    def make(table: str | Table = CITIES, prompt: str = QUESTION, **settings: object) -> Batch:
        chosen = RunSettings(offer=offer.pk, max_tokens=1000, **settings)  # type: ignore[arg-type]
        batch = drafting.create(
            user=alice,
            team=current_team(alice),
            table=read_text(table) if isinstance(table, str) else table,
            title="Cities",
            settings=chosen,
        )
        drafting.write_prompt(batch, prompt, {})
        drafting.keep(batch)
        return batch

    return make


@pytest.fixture
def started(draft: Callable[..., Batch]) -> Batch:
    """Six cities, started, its lease held here."""
    batch = draft()
    drafting.start(batch)
    running.take_leases(HERE, known={}, alone=True)
    batch.refresh_from_db()
    return batch


def numbered(count: int) -> Table:
    """A table of so many rows."""
    return Table(("city", "country"), tuple(TableRow(n + 1, (f"city {n}", "land")) for n in range(1, count + 1)))


def begin(batch: Batch, limit: int = 100) -> Sequence[Generation]:
    """Begin rows here."""
    return [turn.made for turn in running.begin_rows(batch.pk, HERE, limit).turns if turn.made]


def end(
    made: Generation, state: str = Generation.State.FINISHED, *, code: str = "", content: str = "an answer"
) -> None:
    """A row's run ends."""
    usage = Usage(prompt_tokens=40, completion_tokens=100) if state == Generation.State.FINISHED else None
    settlement = Settlement(made.pk, state, content, "", 1, error_code=code, usage=usage, billable=usage is not None)
    assert progress.settle(settlement, owner=None)


def states(batch: Batch) -> list[str | None]:
    """What became of the rows, in their order; None: it waits."""
    return list(batch.rows.order_by("number").values_list("generation__state", flat=True))
