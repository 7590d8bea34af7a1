"""One sum, wherever it is shown: chat, entries, day, month, every file and the API, to the last digit.

Asked of the very functions and addresses that the surfaces are made with.
"""

import csv
import datetime as dt
import io
import json
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from playground.accounts import tokens
from playground.accounts.models import Team, User
from playground.accounts.tokens import Scope as Reads
from playground.catalog.models import Offer
from playground.ledger import standing
from playground.ledger.corrections import outcome
from playground.ledger.history import Only, Scope, read
from playground.ledger.models import Entry
from playground.ledger.repricing import reprice
from playground.ledger.totals import entries_of, totals
from playground.pricing.amounts import exact, format_money
from playground.pricing.cost import Cost
from playground.web import usage_files
from playground.web.sidebar import spending, spent
from playground.web.usage_entries import entry_list
from playground.web.usage_files import Month
from playground.web.usage_list import ListWish
from playground.web.usage_seat import Seat
from tests.integration.ledger.test_append_only import correction_of
from tests.integration.web.usage.conftest import MakeEntry
from tests.integration.web.usage.test_entries import csv_of, exported
from tests.integration.web.usage.test_overview import works_in

pytestmark = pytest.mark.django_db(transaction=True)
BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
YEAR = {"first": "2026-01-01", "last": "2026-12-31"}
DAYS = [BEGIN + dt.timedelta(days=day) for day in range(366)]
MONTHS = [*(BEGIN.replace(month=month) for month in range(1, 13)), BEGIN.replace(year=2027)]
Sums = dict[str, Decimal]

amounts = st.integers(0, 10**14).map(lambda picounits: Decimal(picounits).scaleb(-12))


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> None:
    """A data folder of its own, for the monthly files."""
    settings.DATA = tmp_path


def added(pairs: Iterable[tuple[str, Decimal | str | None]]) -> Sums:
    """Amounts by currency; what comes to nothing is left out."""
    found: Sums = {}
    for currency, amount in pairs:
        found[currency] = found.get(currency, Decimal(0)) + Decimal(amount or 0)
    return {currency: amount for currency, amount in found.items() if amount}


def of_rows(rows: Iterable[Mapping[str, Any]], column: str = "cost_total") -> Sums:
    return added((row["currency"], row[column]) for row in rows)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=15)
@given(
    runs=st.lists(
        st.tuples(st.one_of(amounts, st.none()), st.sampled_from(["CNY", "USD"]), st.integers(0, 300), st.booleans()),
        max_size=8,
    )
)
def test_chat_entries_day_month_files_and_api_have_the_same_sum(
    runs: list[tuple[Decimal | None, Any, int, bool]], alice: User, catalog: None, make_entry: MakeEntry
) -> None:
    """Runs with an amount, some of it taken back later, and runs that get their price only afterwards."""
    team = Team.objects.create(name="of this example alone")
    team.members.create(user=alice, role="owner")
    works_in(alice, team)
    room = uuid.uuid4()
    write(runs, team, room, make_entry)
    assert reprice(by=alice, team=team).made == sum(amount is None for amount, *_ in runs)
    meant = added(totals(entries_of(team)).amounts.items())
    assert totals(entries_of(team)).unpriced == 0
    for found in (*in_chat(room), *in_charts(team), *in_files(alice, team), *in_the_api(alice, team)):
        assert found == meant
    above_the_entries(alice, team, meant)


def write(runs: Iterable[tuple[Decimal | None, Any, int, bool]], team: Team, room: uuid.UUID, make: MakeEntry) -> None:
    sold = Offer.objects.get(provider__slug="zai", wire_name="glm-4.6")
    for amount, currency, day, is_taken_back in runs:
        at = BEGIN + dt.timedelta(days=day, hours=12)
        if amount is None:
            make(team_id=team.pk, conversation=room, price=None, offer_id=sold.pk, at=at)
            continue
        paid = Cost(currency, Decimal(0), Decimal(0), amount, amount, "exact", "p")
        entry = make(team_id=team.pk, conversation=room, cost=paid, at=at)
        if is_taken_back:
            correction_of(entry, cost_output=-amount, cost_total=-amount, created_at=at).save()
            standing.advance()


def in_chat(room: uuid.UUID) -> Iterable[Sums]:
    """The head of the conversation, whose words are those of the sums; and its answers one by one."""
    found = spending([room])
    yield added(found[room].amounts.items()) if room in found else {}
    for conversation, (cost, _words) in spent([room]).items():
        shown = {format_money(amount, currency) for currency, amount in found[conversation].amounts.items()}
        assert set(cost.split(" + ")) == shown
    answers = [outcome(entry) for entry in Entry.objects.filter(conversation=room, corrects=None)]
    yield added((one.currency, one.total) for one in answers if one.currency)


def in_charts(team: Team) -> Iterable[Sums]:
    for edges in (DAYS, MONTHS):
        cells = read(Scope(team.pk), Only(), group="model", edges=edges, before=(BEGIN, BEGIN)).cells
        yield added((cell.currency, one.cost) for cell, one in cells.items() if cell.currency)


def in_files(user: User, team: Team) -> Iterable[Sums]:
    """What is downloaded, and the files of the months together."""
    rows = csv_of(user)
    assert len(rows) == Entry.objects.filter(team=team).count()
    yield of_rows(rows)
    yield of_rows(json.loads(line) for line in exported(user, "jsonl").decode().splitlines())
    monthly: list[dict[str, str]] = []
    for month in {Month.of(at) for at in Entry.objects.filter(team=team).values_list("created_at", flat=True)}:
        usage_files.write(team, month)
        text = usage_files.path_of(team, month).read_text()
        monthly += csv.DictReader(io.StringIO(text, newline=""))
    assert sorted(row["id"] for row in monthly) == sorted(row["id"] for row in rows)
    yield of_rows(monthly)


def in_the_api(user: User, team: Team) -> Iterable[Sums]:
    token = tokens.issue(user=user, team=team, name="A program", scopes=tuple(Reads), days=30)[1]

    def ask(address: str, **values: Any) -> list[dict[str, Any]]:
        answer = Client().get(f"/api/v1/{address}", values, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        rows: list[dict[str, Any]] = answer.json()["data"]
        return rows

    entries = ask("entries", limit=1000)
    yield of_rows(entries)
    for unit in ("day", "week", "month"):
        yield of_rows(ask("totals", first=YEAR["first"], days=365, unit=unit), "cost")
    january = [row for row in entries if row["created_at"] < "2026-02"]
    assert of_rows(ask("hours", first=YEAR["first"], days=31), "cost") == of_rows(january)


def above_the_entries(user: User, team: Team, meant: Sums) -> None:
    shown = entry_list(Seat(user, team, sees_all=True), ListWish.read(YEAR, ()), timezone.now())["reckoning"]["lines"]
    nothing = {"—", exact(Decimal(0), "CNY"), exact(Decimal(0), "USD")}
    assert set(shown) - nothing == {exact(amount, currency) for currency, amount in meant.items()}
