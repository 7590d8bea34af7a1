"""The budget on the usage overview: the one that counts what is shown there, and what it comes to a day."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.budgets.deeds import Subject, Terms, create
from playground.budgets.measures import units_of
from playground.budgets.models import Budget, Purse
from tests.entries import CNY, USD
from tests.integration.web.conftest import text_of
from tests.integration.web.usage.conftest import MakeEntry
from tests.integration.web.usage.test_overview import MOST_QUERIES, is_of_the_session, works_in

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[User], Client]
Make = Callable[..., Budget]


@pytest.fixture
def make(alice: User, team: Team) -> Make:
    """Makes a budget of Alice's team, with something used."""

    def deed(amount: str, used: str = "0", *, measure: str = "CNY", name: str = "", **more: Any) -> Budget:
        subject = Subject(measure=measure, **{"scope": "team", "span": "month", **more})
        one = create(by=alice, team=team, subject=subject, terms=Terms(units_of(Decimal(amount), measure), name=name))
        Purse.objects.filter(budget=one).update(spent=units_of(Decimal(used), measure))
        return one

    return deed


def test_without_a_budget_it_says_so_and_who_manages_can_add_one(
    browser_of: BrowserOf, alice: User, bob: User, team: Team
) -> None:
    works_in(bob, team)
    for user, offered in ((alice, True), (bob, False)):
        text = text_of(browser_of(user).get("/usage/budget/"))
        assert "No budget limits what is used here." in text
        assert ("Add budget" in text) is offered


def test_who_sees_the_team_sees_the_teams_fullest_and_members_their_own(
    browser_of: BrowserOf, alice: User, bob: User, team: Team, make: Make
) -> None:
    make("300", "90", name="Low")
    full = make("300", "240", name="Full")
    make("10", "0", scope="each", name="Each")
    works_in(bob, team)
    page = browser_of(alice).get("/usage/budget/")
    text = text_of(page)
    assert "Full Nearly used up Edit ¥240.00 of ¥300.00" in text
    assert "Used 80%" in text
    assert "Warn at 80% Block at 100%" in text
    assert f'href="/budgets/{full.pk}/"' in page.content.decode()
    page = browser_of(bob).get("/usage/budget/")
    assert "Each On track All budgets" in text_of(page)
    assert 'href="/budgets/"' in page.content.decode()


@pytest.mark.parametrize(
    ("more", "day", "charts"),
    [
        ({"span": "day"}, "310.00", "CNY"),
        ({"span": "rolling"}, "10.33", "CNY"),
        ({"span": "day", "converts": True}, "310.00", "CNY CNY+"),
        ({"span": "day", "measure": "tokens"}, "310 tokens", "tokens"),
        ({"span": "once"}, None, ""),
    ],
)
def test_what_it_comes_to_a_day_is_for_the_charts_that_measure_the_same(
    browser_of: BrowserOf, alice: User, make: Make, more: dict[str, Any], day: str | None, charts: str
) -> None:
    make("310", **more)
    page = browser_of(alice).get("/usage/budget/").content.decode()
    found = re.search(r'data-daily-words="([^"]+)" data-daily-charts="([^"]+)"', page)
    if day is None:
        assert found is None
    else:
        assert found is not None
        assert (found[1].removeprefix("¥"), found[2]) == (f"{day} a day", charts)


def test_a_members_own_runs_are_not_compared_with_the_teams_day(
    browser_of: BrowserOf, bob: User, team: Team, make: Make
) -> None:
    make("310")
    works_in(bob, team)
    assert "data-daily" not in browser_of(bob).get("/usage/budget/").content.decode()


def test_charts_by_day_with_nothing_left_out_say_what_they_measure(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    for price in (CNY, USD):
        make_entry(price=price, at=timezone.now() - dt.timedelta(days=2))
    client = browser_of(alice)

    def measures(query: str) -> list[str]:
        return re.findall(r'<usage-chart class="tc-chart" data-daily="([^"]+)"', client.get(query).content.decode())

    assert measures("/usage/?show=billed") == ["CNY", "USD"]
    assert measures("/usage/?show=CNY") == ["CNY+"]
    assert measures("/usage/?measure=tokens") == ["tokens"]
    for other in ("measure=requests", "unit=week", "model=GLM-4.5-Air"):
        assert measures(f"/usage/?{other}") == []


def test_it_takes_few_queries_and_the_overview_none_for_it(browser_of: BrowserOf, alice: User, make: Make) -> None:
    for scope in ("team", "each"):
        make("300", "90", span="rolling", scope=scope)
    client = browser_of(alice)
    client.get("/usage/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/usage/").content.decode()
    assert 'hx-get="/usage/budget/"' in page
    assert not [one for one in asked if "budgets_" in one["sql"]]
    with CaptureQueriesContext(connection) as asked:
        client.get("/usage/budget/")
    assert len([one for one in asked if not is_of_the_session(one["sql"])]) <= MOST_QUERIES
