"""The usage overview: who sees what, sums by currency, what has no price, and how often the database is asked."""

import datetime as dt
import html
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.ledger import standing
from playground.ledger.history import GROUPS
from playground.ledger.periods import PRESETS
from playground.pricing.cost import TokenCounts
from tests.entries import CNY, USD
from tests.integration.web.usage.conftest import MakeEntry

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[User], Client]
MOST_QUERIES = 8


def words(client: Client, address: str = "/usage/") -> str:
    """The text of the page's main part."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    main = answer.content.decode().partition('<main id="main"')[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


def works_in(user: User, team: Team) -> None:
    user.current_team = team
    user.save(update_fields=["current_team"])


def test_somebody_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    for address in ("/usage/", "/usage/entries/", "/usage/entries/1/", "/usage/entries.csv"):
        assert client.get(address).status_code == 302


def test_an_empty_ledger_says_so_in_both_pages(browser_of: BrowserOf, alice: User) -> None:
    assert "Nothing was used in this range" in words(browser_of(alice))
    assert "No entry fits" in words(browser_of(alice), "/usage/entries/")


def test_each_currency_has_its_own_total_and_the_unpriced_stand_beside(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    for price in (CNY, CNY, USD, None):
        make_entry(price=price, model="GLM-Z1-Air" if price is None else "GLM-4.5-Air")
    for fold in (lambda: 0, standing.advance):
        fold()
        text = words(browser_of(alice))
        assert "¥0.00229 $0.00126 ≈ ¥0.0112 + 1 unpriced" in text
        assert "Cost · By day · CNY" in text
        assert "Cost · By day · USD" in text
        assert "1 USD = 7.1 CNY, 21 Nov 2026" in text


def test_all_in_one_currency_is_marked_as_converted(browser_of: BrowserOf, alice: User, make_entry: MakeEntry) -> None:
    make_entry()
    assert "converted at" not in words(browser_of(alice), "/usage/?show=CNY")
    make_entry(price=USD)
    text = words(browser_of(alice), "/usage/?show=CNY")
    assert "≈ converted at 1 USD = 7.1 CNY, 21 Nov 2026" in text
    assert "≈ ¥0.0101" in text
    assert "≈ $0.00142" in words(browser_of(alice), "/usage/?show=USD")


def test_the_readers_currency_is_shown_unless_another_is_asked_for(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    make_entry()
    alice.currency = "USD"
    alice.save(update_fields=["currency"])
    assert "≈ $0.00016" in words(browser_of(alice))
    assert "¥0.00114 ≈" in words(browser_of(alice), "/usage/?show=billed")


def test_figures_of_tokens_success_and_speed(browser_of: BrowserOf, alice: User, make_entry: MakeEntry) -> None:
    make_entry()
    make_entry(state="failed", error_code="overloaded", ttft_ms=None, counts=TokenCounts(0))
    make_entry(state="failed", error_code="key_refused", ttft_ms=None, counts=TokenCounts(0))
    text = words(browser_of(alice))
    assert "50.0% succeeded, 1 failed" in text
    assert "400 prompt tokens read from cache, 40.0%" in text
    assert "Saved by caching ¥0.00026" in text
    assert re.search(r"0\.4[0-3] s to the first token", text)


def test_who_manages_the_team_sees_all_of_it_and_members_their_own(
    browser_of: BrowserOf, alice: User, bob: User, charlie: User, team: Team, make_entry: MakeEntry
) -> None:
    make_entry()
    make_entry(user_id=bob.pk, model="GLM-Z1-Air")
    for user in (bob, charlie):
        works_in(user, team)
    for fold in (lambda: 0, standing.advance):
        fold()
        assert "Alice" in (seen := words(browser_of(alice), "/usage/?by=person"))
        assert "Bob" in seen
        seen = words(browser_of(bob), "/usage/?by=person")
        assert "GLM-4.5-Air" not in words(browser_of(bob))
        assert "Alice" not in seen
        assert "Bob" in seen
        assert "Nothing was used" in words(browser_of(charlie))  # not in the team: back at his own
        assert "Nothing fits these filters" in words(browser_of(bob), f"/usage/?person={alice.pk}")


def test_an_admin_sees_the_team_and_a_viewer_nothing_but_the_own(
    browser_of: BrowserOf, bob: User, team: Team, make_entry: MakeEntry
) -> None:
    make_entry()
    works_in(bob, team)
    for role, sees in ((Role.ADMIN, True), (Role.VIEWER, False)):
        Member.objects.filter(user=bob, team=team).update(role=role)
        assert ("GLM-4.5-Air" in words(browser_of(bob))) is sees


def test_every_view_asks_eight_times_at_most(browser_of: BrowserOf, alice: User, make_entry: MakeEntry) -> None:
    for hours in range(0, 24 * 40, 7):
        make_entry(at=timezone.now() - dt.timedelta(hours=hours), price=USD if hours % 2 else CNY)
    standing.advance()
    make_entry()
    client = browser_of(alice)
    client.get("/usage/")  # which notes that this browser was seen
    for preset in PRESETS:
        for group in GROUPS:
            for more in ("", "&measure=tokens", "&show=CNY&model=GLM-4.5-Air"):
                with CaptureQueriesContext(
                    connection,
                ) as asked:
                    words(client, f"/usage/?range={preset}&by={group}{more}")
                assert len(asked) <= MOST_QUERIES, "\n".join(query["sql"][:300] for query in asked)


def test_htmx_gets_the_results_alone_and_the_short_address(browser_of: BrowserOf, alice: User) -> None:
    answer = browser_of(alice).get("/usage/?range=7d&by=&model=&first=&show=", headers={"hx-request": "true"})
    assert answer.content.decode().startswith('<div id="usage"')
    assert answer.headers["HX-Push-Url"] == "/usage/?range=7d"
    assert (
        "<html"
        in browser_of(alice)
        .get("/usage/", headers={"hx-request": "true", "hx-history-restore-request": "true"})
        .content.decode()
    )


def test_a_day_is_the_readers_day(browser_of: BrowserOf, alice: User, make_entry: MakeEntry) -> None:
    make_entry(at=dt.datetime(2026, 11, 20, 18, 20, tzinfo=dt.UTC))
    for zone, day in (("UTC", 20), ("Asia/Kolkata", 20), ("Asia/Kathmandu", 21), ("Asia/Shanghai", 21)):
        alice.time_zone = zone
        alice.save(update_fields=["time_zone"])
        for fold in (lambda: 0, standing.advance):
            fold()
            wanted = f"/usage/?first=2026-11-{day}&last=2026-11-{day}"
            assert "¥0.00114" in words(browser_of(alice), wanted)
            other = 41 - day
            assert "Nothing was used" in words(browser_of(alice), f"/usage/?first=2026-11-{other}&last=2026-11-{other}")


def test_the_table_below_a_chart_has_the_same_numbers(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    make_entry(at=dt.datetime(2026, 11, 3, 12, tzinfo=dt.UTC))
    make_entry(at=dt.datetime(2026, 11, 4, 12, tzinfo=dt.UTC), model="GLM-Z1-Air")
    text = words(browser_of(alice), "/usage/?first=2026-11-03&last=2026-11-04&unit=day")
    assert "Time GLM-4.5-Air GLM-Z1-Air Total Tue 3 Nov 2026 ¥0.00114 ¥0.00114 Wed 4 Nov 2026 ¥0.00114 ¥0.00114" in text
    assert "Total ¥0.00114 ¥0.00114 ¥0.00229" in text
