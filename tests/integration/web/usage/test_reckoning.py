"""What stands above the entries: runs and sums of all that fits, exactly those of the file."""

import csv
import datetime as dt
import html
import io
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.conversations.models import Conversation
from playground.ledger import standing
from playground.ledger.models import Entry, Total
from playground.ledger.reckoning import reckoning_of
from playground.pricing.amounts import exact
from playground.pricing.cost import TokenCounts
from playground.web.usage_export import HEAD, csv_part, parts
from playground.web.usage_list import ListWish, entries_within
from playground.web.usage_seat import Seat
from tests.entries import CNY, USD
from tests.integration.ledger.test_append_only import correction_of
from tests.integration.web.usage.conftest import MakeEntry
from tests.integration.web.usage.test_overview import works_in

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[User], Client]


def reckoning(client: Client, query: str = "") -> str:
    """The line above the entries, in words."""
    page = client.get(f"/usage/entries/{query}").content.decode()
    found = re.search(r'<p class="tc-reckoning".*?</p>', page)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", found[0]))).strip() if found else ""


def of_the_file(user: User, team: Team, values: dict[str, str]) -> str:
    """The same of what the file has with the same filters."""
    asked, seat = ListWish.read(values, ()), Seat(user, team, sees_all=True)
    period = asked.wish.period(timezone.localtime())

    def since(first: dt.datetime) -> QuerySet[Entry]:
        return entries_within(seat, asked, replace(period, first=first))

    made = b"".join(csv_part(part) for part in parts(since, period.first))
    rows = list(csv.DictReader(io.StringIO(made.decode(), newline=""), fieldnames=HEAD))
    corrected = {row["corrects"] for row in rows}
    runs = sum(not row["corrects"] for row in rows)
    unpriced = sum(row["cost_basis"] == "unpriced" and row["id"] not in corrected for row in rows)
    sums = [
        exact(sum((Decimal(row["cost_total"]) for row in priced), Decimal(0)), currency)
        for currency in ("CNY", "USD")
        if (priced := [row for row in rows if row["currency"] == currency and row["cost_total"]])
    ]
    words = [f"{runs:,} run" if runs == 1 else f"{runs:,} runs", *(sums or ["—"])]
    return " ".join([*words, *([f"+ {unpriced} unpriced"] if unpriced else [])])


@pytest.fixture
def mixed(alice: User, bob: User, team: Team, make_entry: MakeEntry) -> uuid.UUID:
    """Runs of all kinds, some of them corrected; a conversation that two of them are of."""
    room = Conversation.objects.create(team=team, user=alice, title="Break-even volume").pk
    for place in range(4):
        make_entry(counts=TokenCounts(1_234_567 + place, 7, 89), at=timezone.now() - dt.timedelta(days=place))
    make_entry(price=USD, conversation=room, state="stopped")
    make_entry(price=USD, user_id=bob.pk, key_label="", state="failed", error_code="overloaded")
    make_entry(price=CNY, model="GLM-5", practice=True)
    for _ in range(2):
        make_entry(price=None, conversation=room, model="GLM-Z1-Air")
    less = Decimal("-0.000000000001")
    correction_of(make_entry(), cost_output=less, cost_total=less).save()
    late = make_entry(price=None)
    amount = Decimal("0.000000000003")
    correction_of(late, currency="CNY", cost_basis="exact", cost_output=amount, cost_total=amount).save()
    return room


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"range": "today"},
        {"model": "GLM-Z1-Air"},
        {"provider": "zai"},
        {"status": "stopped"},
        {"key": "-"},
        {"practice": "1"},
        {"practice": "1", "model": "GLM-5"},
        {"unpriced": "1"},
        {"fault": "1"},
        {"q": "EVEN"},
        {"q": "bob"},
        {"q": "104312", "status": "failed"},
        {"unpriced": "1", "q": "even"},
    ],
)
def test_the_sum_is_that_of_the_file_whether_totals_have_it_or_not(
    values: dict[str, str], browser_of: BrowserOf, alice: User, team: Team, mixed: uuid.UUID
) -> None:
    query = "?" + "&".join(f"{name}={value}" for name, value in values.items())
    meant = of_the_file(alice, team, values)
    for fold in (lambda: 0, standing.advance):
        fold()
        assert reckoning(browser_of(alice), query) == meant


def test_the_sum_of_a_conversation_is_that_of_its_entries(
    browser_of: BrowserOf, alice: User, team: Team, mixed: uuid.UUID
) -> None:
    words = of_the_file(alice, team, {"conversation": mixed.hex})
    assert words.startswith("3 runs $")
    assert reckoning(browser_of(alice), f"?conversation={mixed.hex}") == words
    as_if_there_were(30_000)
    assert reckoning(browser_of(alice), f"?conversation={mixed.hex}") == words


def test_members_have_the_sum_of_their_own(browser_of: BrowserOf, bob: User, team: Team, mixed: uuid.UUID) -> None:
    works_in(bob, team)
    standing.advance()
    assert reckoning(browser_of(bob)) == "1 run $0.00126"
    assert reckoning(browser_of(bob), "?q=104312") == "1 run $0.00126"


def test_of_very_many_no_row_is_read_and_the_page_says_so(browser_of: BrowserOf, alice: User, mixed: uuid.UUID) -> None:
    as_if_there_were(30_000)
    client = browser_of(alice)
    why = "Too many to be added up here: more than 20,000 entries lie in this range."
    with CaptureQueriesContext(connection) as asked:
        assert reckoning(client, "?q=104312") == why
    assert not any("SUM(" in query["sql"] and "ledger_entry" in query["sql"] for query in asked)
    assert reckoning(client, "?fault=1") == f"30,000 runs {why}"
    assert reckoning(client).startswith("30,009 runs ¥")


def test_while_totals_are_made_there_is_no_sum(browser_of: BrowserOf, alice: User, make_entry: MakeEntry) -> None:
    entry = make_entry()
    columns = {
        field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields if field.name != "id"
    }
    Entry.objects.bulk_create([Entry(**{**columns, "generation": uuid.uuid4()}) for _ in range(3_001)])
    assert reckoning(browser_of(alice)) == "The sum follows: totals are being made."


def test_more_rows_than_are_added_up_have_no_reckoning(make_entry: MakeEntry) -> None:
    for _ in range(3):
        make_entry()
    assert reckoning_of(Entry.objects.all(), most=2) is None
    found = reckoning_of(Entry.objects.all(), most=3)
    assert found is not None
    assert (found.runs, found.amounts, found.unpriced) == (3, {"CNY": Decimal("0.003432")}, 0)


def as_if_there_were(many: int) -> None:
    """Totals that say so: that many runs would take the test minutes to write."""
    standing.advance()
    (first,) = Total.objects.filter(key__state="failed").values_list("key", flat=True).distinct()
    Total.objects.filter(key=first).update(entries=many, faults=many)
