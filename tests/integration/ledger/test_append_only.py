"""Nothing changes or removes an entry: not the model, not a query, not SQL. Corrections are entries."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from playground.append_only import AppendOnly
from playground.ledger.models import Entry
from playground.ledger.record import Facts, record

pytestmark = pytest.mark.django_db
MakeFacts = Callable[..., Facts]


@pytest.fixture
def entry(make_facts: MakeFacts) -> Entry:
    return record(make_facts())


def correction_of(entry: Entry, **changes: object) -> Entry:
    """An entry that adds nothing to `entry`, but for the changes."""
    same: dict[str, object] = {
        field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields if field.name != "id"
    }
    nothing: dict[str, object] = dict.fromkeys(
        ("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"), 0
    )
    nothing |= dict.fromkeys(("cost_input", "cost_cached", "cost_output", "cost_total"), Decimal(0))
    return Entry(**{**same, **nothing, "corrects_id": entry.pk, **changes})


def test_the_model_refuses_to_save_again(entry: Entry) -> None:
    entry.cost_total = Decimal(0)
    with pytest.raises(AppendOnly):
        entry.save()
    with pytest.raises(AppendOnly):
        Entry.objects.get(pk=entry.pk).save()


def test_the_model_refuses_to_delete(entry: Entry) -> None:
    with pytest.raises(AppendOnly):
        entry.delete()


def test_the_database_refuses_updates(entry: Entry) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Entry.objects.update(cost_total=Decimal(0))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Entry.objects.bulk_update([entry], ["state"])
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET state = 'stopped'")
    assert Entry.objects.get().cost_total == Decimal("0.001144")


def test_the_database_refuses_deletes(entry: Entry) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Entry.objects.all()._raw_delete("default")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Entry.objects.all().delete()
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_whole_database_can_still_be_emptied(entry: Entry, make_facts: MakeFacts) -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert not Entry.objects.exists()
    Entry(**{field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields}).save()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Entry.objects.all()._raw_delete("default")  # the trigger is back


def test_a_correction_is_an_entry_and_may_be_negative(entry: Entry) -> None:
    less = Decimal("-0.0001")
    correction_of(entry, cost_output=less, cost_total=less).save()
    assert entry.correction.cost_total == less
    assert Entry.objects.count() == 2


def test_an_entry_is_corrected_once_and_then_the_correction(entry: Entry) -> None:
    first = correction_of(entry)
    first.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        correction_of(entry).save()
    correction_of(first).save()
    assert Entry.objects.count() == 3


@pytest.mark.parametrize(
    "contradiction",
    [
        {"cost_total": None},
        {"cost_basis": "unpriced"},
        {"currency": "EUR"},
        {"currency": ""},
        {"cost_total": Decimal("0.002")},
        {"cost_input": None, "cost_cached": None, "cost_output": None, "cost_total": Decimal(-1)},
        {"prompt_tokens": -1},
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(entry: Entry, contradiction: dict[str, object]) -> None:
    fields = {field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry(**{**fields, "id": None, "attempt": 7, **contradiction}).save()


def test_an_amount_finer_than_a_picounit_is_refused_not_rounded(entry: Entry) -> None:
    fine = Decimal("0.0000000000001")
    with pytest.raises(ValueError, match="twelve places"):
        correction_of(entry, cost_input=fine, cost_total=fine).save()
