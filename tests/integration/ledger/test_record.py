"""Every run leaves exactly one entry, and the entry says what is known."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from playground.accounts.models import User
from playground.ledger.models import Entry
from playground.ledger.record import Facts, record
from playground.pricing.cost import TOKENS_LIMIT, TokenCounts, cost, unpriced
from playground.pricing.money import Money
from playground.pricing.price import Price
from tests.integration.ledger.conftest import COUNTS, PRICE
from tests.together import together

pytestmark = pytest.mark.django_db
MakeFacts = Callable[..., Facts]


def test_an_entry_keeps_tokens_price_and_parts_exactly(make_facts: MakeFacts) -> None:
    record(make_facts())
    entry = Entry.objects.get()
    tokens = (entry.prompt_tokens, entry.cached_tokens, entry.completion_tokens, entry.reasoning_tokens)
    assert (tokens, entry.tokens_basis) == ((1000, 400, 300, 120), "reported")
    assert (entry.cost_input, entry.cost_cached, entry.cost_output) == (
        Decimal("0.00048"),
        Decimal("0.000064"),
        Decimal("0.0006"),
    )
    assert (entry.cost_total, entry.currency, entry.cost_basis) == (Decimal("0.001144"), "CNY", "exact")
    assert Price.from_json(entry.price) == PRICE
    assert entry.price_id == PRICE.id
    assert (entry.ttft_ms, entry.duration_ms, entry.tokens_per_second) == (420, 5300, Decimal("88.25"))
    assert (entry.state, entry.finish_reason, entry.provider_request_id) == ("finished", "stop", "20261121104312abcdef")


def test_recording_twice_records_once(make_facts: MakeFacts) -> None:
    facts = make_facts()
    first = record(facts)
    assert record(facts) == first
    assert record(make_facts(generation=facts.generation, state="stopped")) == first
    assert Entry.objects.get().state == "finished"


def test_another_attempt_of_the_same_run_has_its_own_entry(make_facts: MakeFacts) -> None:
    facts = make_facts(state="failed")
    again = make_facts(generation=facts.generation, attempt=2)
    assert record(facts) != record(again)
    assert list(Entry.objects.order_by("attempt").values_list("attempt", "state")) == [(1, "failed"), (2, "finished")]


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_record_once(make_facts: MakeFacts) -> None:
    facts = make_facts()
    results = together(20, lambda _index: record(facts))
    assert {result.pk for result in results if isinstance(result, Entry)} == {Entry.objects.get().pk}
    assert len([result for result in results if isinstance(result, Entry)]) == 20


@pytest.mark.django_db(transaction=True)
def test_losing_the_race_leaves_the_open_transaction_usable(make_facts: MakeFacts, alice: User) -> None:
    facts = make_facts()

    def settle(index: int) -> Entry:
        with transaction.atomic():
            entry = record(facts)
            User.objects.filter(pk=alice.pk).update(name=f"settled by {index}")  # PostgreSQL would refuse it
        return entry

    results = together(10, settle)
    assert {result.pk for result in results if isinstance(result, Entry)} == {Entry.objects.get().pk}
    assert User.objects.get(pk=alice.pk).name.startswith("settled by")


def test_facts_that_contradict_themselves_are_refused_and_the_transaction_lives(make_facts: MakeFacts) -> None:
    spent = cost(COUNTS, PRICE, "reported")
    wrong = type(spent)("CNY", spent.input, spent.cached, spent.output, Decimal(5), "exact", PRICE.id)
    with transaction.atomic():
        with pytest.raises(IntegrityError, match="entry_parts_make_the_total"):
            record(make_facts(cost=wrong))
        record(make_facts())
    assert Entry.objects.count() == 1


def test_an_unknown_price_is_no_amount_at_all(make_facts: MakeFacts) -> None:
    record(make_facts(price=None, cost=unpriced("no_price")))
    entry = Entry.objects.get()
    amounts = {entry.cost_input, entry.cost_cached, entry.cost_output, entry.cost_total}
    assert (amounts, entry.cost_basis, entry.currency, entry.price) == ({None}, "unpriced", "", None)


def test_a_free_model_costs_zero_and_that_is_known(make_facts: MakeFacts) -> None:
    nothing = TokenCounts(prompt=0)
    record(make_facts(counts=nothing, cost=cost(nothing, PRICE, "reported")))
    entry = Entry.objects.get()
    assert (entry.cost_total, entry.cost_basis) == (Decimal(0), "exact")


def test_estimated_tokens_make_an_estimated_cost(make_facts: MakeFacts) -> None:
    record(make_facts(tokens_basis="estimated", cost=cost(COUNTS, PRICE, "estimated"), state="stopped"))
    entry = Entry.objects.get()
    assert (entry.tokens_basis, entry.cost_basis, entry.state) == ("estimated", "estimated", "stopped")


@pytest.mark.parametrize("amount", ["0.0000000000004", "0.00012345678901234567", "1E-30", "12.5"])
def test_a_cost_that_a_gateway_names_is_kept_to_the_picounit(make_facts: MakeFacts, amount: str) -> None:
    record(make_facts(cost=cost(COUNTS, PRICE, "reported", reported=Money(Decimal(amount), "USD"))))
    entry = Entry.objects.get()
    assert entry.cost_total == round(Decimal(amount), 12)
    assert (entry.currency, entry.cost_basis, entry.cost_input) == ("USD", "reported", None)


@pytest.mark.parametrize("amount", ["9000001", "1E+20", "-0.01"])
def test_an_absurd_cost_is_unknown_and_the_run_is_settled_all_the_same(
    make_facts: MakeFacts, amount: str, caplog: pytest.LogCaptureFixture
) -> None:
    record(make_facts(cost=cost(COUNTS, PRICE, "reported", reported=Money(Decimal(amount), "USD"))))
    entry = Entry.objects.get()
    assert (entry.cost_total, entry.cost_basis) == (None, "unpriced")
    assert "kept as unknown" in caplog.text


def test_the_largest_counts_and_an_absurd_speed_are_settled_all_the_same(make_facts: MakeFacts) -> None:
    counts = TokenCounts(prompt=TOKENS_LIMIT, completion=TOKENS_LIMIT)
    record(make_facts(counts=counts, cost=cost(counts, PRICE, "reported"), tokens_per_second=Decimal("1E+15")))
    entry = Entry.objects.get()
    assert (entry.prompt_tokens, entry.completion_tokens) == (TOKENS_LIMIT, TOKENS_LIMIT)
    assert entry.tokens_per_second is None


def test_long_words_from_the_wire_are_cut(make_facts: MakeFacts) -> None:
    record(make_facts(finish_reason="f" * 500, provider_request_id="r" * 500, error_code="e" * 500))
    entry = Entry.objects.get()
    assert (len(entry.finish_reason), len(entry.provider_request_id), len(entry.error_code)) == (64, 200, 64)


def test_money_survives_everybody_it_belonged_to(make_facts: MakeFacts, alice: User, team: object) -> None:
    record(make_facts())
    alice.teams.all().delete()
    alice.delete()
    entry = Entry.objects.get()
    assert entry.cost_total == Decimal("0.001144")
    assert entry.generation != uuid.UUID(int=0)
