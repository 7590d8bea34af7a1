"""What is worth a look: found for those who may see it, with a link to the very entries."""

import datetime as dt
import html
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.catalog.models import Provider
from playground.ledger import nightly
from playground.pricing.cost import TokenCounts
from playground.vault import keys
from playground.vault.models import ApiKey
from tests.entries import USD
from tests.integration.web.usage.conftest import MakeEntry
from tests.integration.web.usage.test_overview import MOST_QUERIES, works_in

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[User], Client]


def links(client: Client) -> dict[str, str]:
    """Words and addresses of all notices."""
    text = client.get("/usage/notices/").content.decode()
    return {
        html.unescape(words): html.unescape(url) for url, words in re.findall(r'<li><a href="([^"]+)">(.*?)</a>', text)
    }


def test_a_quiet_team_has_nothing_to_look_at(browser_of: BrowserOf, alice: User, make_entry: MakeEntry) -> None:
    make_entry()
    assert browser_of(alice).get("/usage/notices/").content.strip() == b""


def test_all_four_are_found_and_lead_to_what_they_are_about(
    browser_of: BrowserOf, alice: User, bob: User, team: Team, catalog: None, make_entry: MakeEntry
) -> None:
    now = timezone.now()
    for day in range(1, 29):
        make_entry(at=now - dt.timedelta(days=day))
    make_entry(counts=TokenCounts(90_000), at=now)
    make_entry(price=None)
    for number in range(50):
        failed = {"state": "failed", "error_code": "overloaded", "counts": TokenCounts(0)} if number % 3 == 0 else {}
        make_entry(model="GLM-5", at=now - dt.timedelta(days=3), **failed)
    provider = Provider.objects.get(slug="bigmodel")
    keys.add(team=team, user=None, provider=provider, label="Old one", key="x.yyyyyyyyyyyyyyyyyyyy", created_by=alice)
    ApiKey.objects.update(created_at=now - dt.timedelta(days=91))
    client = browser_of(alice)
    client.get("/usage/")
    with CaptureQueriesContext(connection) as asked:
        found = links(client)
    assert len(asked) <= MOST_QUERIES + 1, "one more for the last runs of each model that may be failing"
    assert list(found) == [
        "Today cost ¥0.0720, more than three times the median of 28 days.",
        "GLM-5: 17 of the last 50 runs failed.",
        "The key “Old one” was not used for 90 days.",
        "1 run of 28 days has no price.",
    ]
    assert found["The key “Old one” was not used for 90 days."] == "/keys/", "it has no entries"
    dear = client.get(found["Today cost ¥0.0720, more than three times the median of 28 days."])
    dearest = dear.content.decode().partition('<th scope="row"><a href="/usage/entries/')[2]
    assert "¥0.0720" in dearest.partition("</tr>")[0]
    assert "Billed in CNY" in dear.content.decode()
    for words, rows in (("GLM-5: 17 of the last 50 runs failed.", 17), ("1 run of 28 days has no price.", 1)):
        page = client.get(found[words]).content.decode()
        assert page.count('<th scope="row"><a href="/usage/entries/') == rows
    works_in(bob, team)
    assert [words for words in links(browser_of(bob)) if "key" not in words] == []


def test_the_runs_that_are_counted_as_failed_are_those_that_the_link_shows(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    """Faults of the offer, interrupted ones among them; neither a refused key nor a run that never left the server."""
    day = {"at": timezone.now() - dt.timedelta(days=3), "counts": TokenCounts(0)}
    faults = [
        make_entry(**day, state="interrupted" if number % 2 else "failed", error_code="network_error").pk
        for number in range(20)
    ]
    others = [
        make_entry(**day, state="failed", error_code="key_refused").pk,
        make_entry(**day, state="failed", error_code="overloaded", duration_ms=None).pk,
        make_entry(**day, state="stopped").pk,
        *(make_entry(**day).pk for _ in range(30)),
    ]
    client = browser_of(alice)
    (url,) = links(client).values()
    assert list(links(client)) == ["GLM-4.5-Air: 20 of the last 50 runs failed."]
    page = client.get(url).content.decode()
    shown = {int(pk) for pk in re.findall(r'<th scope="row"><a href="/usage/entries/(\d+)/', page)}
    assert shown == set(faults)
    assert not shown & set(others)
    assert 'name="fault" value="1" checked' in page


def shown_by(client: Client, url: str) -> set[int]:
    """The entries that a link leads to."""
    page = client.get(url).content.decode()
    return {int(pk) for pk in re.findall(r'<th scope="row"><a href="/usage/entries/(\d+)/', page)}


def test_the_last_fifty_runs_count_and_none_before_them(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    """Also not those of the same day: neither in the number nor behind the link."""
    now = timezone.now()
    fault = {"state": "failed", "error_code": "overloaded", "counts": TokenCounts(0)}
    for minute in range(20):  # long mended
        make_entry(at=now - dt.timedelta(days=2, minutes=200 + minute), **fault)
    for minute in range(40):
        make_entry(at=now - dt.timedelta(days=2, minutes=100 + minute))
    late = [make_entry(at=now - dt.timedelta(days=2, minutes=minute), **fault).pk for minute in range(10)]
    client = browser_of(alice)
    assert links(client) == {}, "ten of fifty are a fifth, not more"
    late.append(make_entry(at=now - dt.timedelta(days=2), **fault).pk)
    assert list(links(client)) == ["GLM-4.5-Air: 11 of the last 50 runs failed."]
    (url,) = links(client).values()
    assert shown_by(client, url) == set(late)
    assert re.search(r'name="since" value="[^"]+" checked', client.get(url).content.decode())


def test_28_days_are_28_days_and_today_is_one_of_them(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    early = timezone.localtime().replace(hour=0, minute=0, second=1)
    within = [make_entry(at=early - dt.timedelta(days=day), price=None).pk for day in (0, 27)]
    make_entry(at=early - dt.timedelta(days=28), price=None)
    client = browser_of(alice)
    assert list(links(client)) == ["2 runs of 28 days have no price."]
    (url,) = links(client).values()
    assert shown_by(client, url) == set(within)


def test_a_dear_day_leads_to_what_was_billed_in_its_currency(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(1, 29):
        make_entry(at=midnight - dt.timedelta(days=day))
        make_entry(at=midnight - dt.timedelta(days=day), price=USD)
    yuan = [make_entry(at=midnight).pk for _ in range(4)]
    make_entry(at=midnight, price=USD)
    client = browser_of(alice)
    (url,) = links(client).values()
    assert shown_by(client, url) == set(yuan)


def test_an_unused_key_leads_to_the_day_on_which_it_was_used_last(
    browser_of: BrowserOf, alice: User, team: Team, catalog: None, make_entry: MakeEntry
) -> None:
    now = timezone.now()
    provider = Provider.objects.get(slug="bigmodel")
    keys.add(team=team, user=None, provider=provider, label="Old one", key="x.yyyyyyyyyyyyyyyyyyyy", created_by=alice)
    ApiKey.objects.update(created_at=now - dt.timedelta(days=200), last_used_at=now - dt.timedelta(days=100))
    make_entry(at=now - dt.timedelta(days=150), key_label="Old one")
    last = make_entry(at=now - dt.timedelta(days=100), key_label="Old one")
    make_entry(at=now - dt.timedelta(days=99))
    client = browser_of(alice)
    (url,) = links(client).values()
    assert shown_by(client, url) == {last.pk}


def test_of_a_long_list_the_first_lines_stand_there_and_the_others_are_folded(
    browser_of: BrowserOf, alice: User, team: Team, catalog: None, make_entry: MakeEntry
) -> None:
    provider = Provider.objects.get(slug="bigmodel")
    for number in range(10):
        key = f"x.{'y' * 18}{number:02}"
        keys.add(team=team, user=None, provider=provider, label=f"Key {number}", key=key, created_by=alice)
    ApiKey.objects.update(created_at=timezone.now() - dt.timedelta(days=91))
    client = browser_of(alice)
    page = client.get("/usage/notices/").content.decode()
    assert "10 things worth a look" in page
    before, after = page.split("<summary>4 more</summary>")
    assert (before.count("<li>"), after.count("<li>")) == (6, 4)
    ApiKey.objects.filter(label__in=["Key 7", "Key 8", "Key 9"]).update(disabled_at=timezone.now())
    assert "more</summary>" not in client.get("/usage/notices/").content.decode(), "one alone is not folded"


def test_what_went_wrong_at_night_is_told_to_who_sees_the_whole_team(
    browser_of: BrowserOf, alice: User, bob: User, team: Team
) -> None:
    for name, outcome in ((nightly.CHECK, "wrong"), (nightly.EXPORT, "failed")):
        with nightly.reporting(name) as report:
            report.outcome = outcome
    works_in(bob, team)
    assert links(browser_of(bob)) == {}
    assert links(browser_of(alice)) == {
        "The nightly check found totals that differ from the entries.": "/usage/files/#night",
        "The monthly files could not be written.": "/usage/files/#night",
    }
    with nightly.reporting(nightly.CHECK), nightly.reporting(nightly.EXPORT):
        pass
    assert links(browser_of(alice)) == {}
