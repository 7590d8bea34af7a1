"""What a batch has used so far: the ledger's sums to the last digit, whenever and however often they are kept."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from playground.accounts.models import Team, User
from playground.batches import running
from playground.batches.bill import Bill, Used, bill_of, bring_on
from playground.batches.models import Batch
from playground.ledger import standing
from playground.ledger.models import Entry
from playground.ledger.unpriced import UNPRICED, is_unpriced
from playground.pricing.cost import TokenCounts
from tests.entries import CNY, USD, write_entry
from tests.integration.batches.conftest import HERE, begin, end
from tests.integration.ledger.test_append_only import correction_of
from tests.together import together

pytestmark = pytest.mark.django_db

entries = st.tuples(
    st.just("entry"),
    st.sampled_from([CNY, USD, None]),
    st.builds(TokenCounts, prompt=st.integers(0, 10**7), completion=st.integers(0, 10**7)),
)
deeds = st.one_of(
    entries, st.sampled_from([("correct",), ("fold",), ("keep",), ("look again",), ("elsewhere",), ("rebuild",)])
)


def by_hand(batch: Batch) -> Bill:
    """The same, each entry looked at."""
    found: Bill = {}
    for entry in Entry.objects.filter(conversation=batch.conversation_id):
        is_run = int(entry.corrects_id is None)
        unpriced = int(is_unpriced(entry.cost_basis)) - int(
            entry.corrects is not None and is_unpriced(entry.corrects.cost_basis)
        )
        one = Used(entry.cost_total, entry.prompt_tokens, entry.completion_tokens, is_run, unpriced)
        found[entry.currency] = found.get(entry.currency, Used()).with_more(one)
    return found


def correct(entry: Entry) -> None:
    """A price comes late."""
    found = correction_of(entry, currency="CNY", cost_basis="exact", cost_output=Decimal(2), cost_total=Decimal(2))
    found.save()


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(done=st.lists(deeds, max_size=25))
def test_the_bill_is_the_ledgers_sum_at_every_moment(
    done: list[tuple[Any, ...]], draft: Callable[..., Batch], alice: User, team: Team
) -> None:
    batch = draft()
    write = partial(write_entry, alice, team)
    for name, *more in done:
        if name == "entry":
            write(conversation=batch.conversation_id, price=more[0], counts=more[1])
        elif name == "elsewhere":
            write(conversation=uuid.uuid4())
        elif name == "correct":
            own = Entry.objects.filter(conversation=batch.conversation_id, cost_basis="unpriced", correction=None)
            for entry in own[:1]:
                correct(entry)
        elif name == "fold":
            standing.advance(3)
        elif name == "rebuild":
            standing.rebuild()
        elif name == "keep":
            bring_on([batch.pk])
        else:
            batch.refresh_from_db()
        assert bill_of(batch) == by_hand(batch)  # read anew or long ago: both are right
        own = Entry.objects.filter(UNPRICED, conversation=batch.conversation_id)
        assert sum(used.unpriced for used in bill_of(batch).values()) == own.count()
    assert bill_of(Batch.objects.get(pk=batch.pk)) == by_hand(batch)


def test_who_drives_a_batch_keeps_its_sums_and_a_look_reads_what_came_after(started: Batch) -> None:
    for made in begin(started, 4):
        end(made)
    exact = by_hand(started)
    standing.advance()
    running.take_leases(HERE, known={started.pk: running.Pace()}, alone=True)
    started.refresh_from_db()
    assert started.billed_to == standing.reached() > 0
    (currency,) = exact
    assert Decimal(started.billed[currency][0]) == exact[currency].cost
    with CaptureQueriesContext(connection) as asked:
        assert bill_of(started) == exact
    assert [f'"id" > {started.billed_to}' in query["sql"] for query in asked] == [True]


@pytest.mark.django_db(transaction=True)
def test_sums_that_many_keep_while_entries_come_miss_none_and_count_none_twice(
    started: Batch, alice: User, team: Team
) -> None:
    def deed(number: int) -> None:
        for _ in range(5):
            if number % 3 == 0:
                standing.advance(3)
                bring_on([started.pk])
            else:
                write_entry(alice, team, conversation=started.conversation_id, price=USD if number % 2 else CNY)

    assert not [error for error in together(12, deed) if error is not None]
    standing.advance()
    bring_on([started.pk])
    started.refresh_from_db()
    assert started.billed_to == standing.reached()
    assert bill_of(started) == by_hand(started)
    assert sum(used.runs for used in bill_of(started).values()) == Entry.objects.count() == 40
