"""The usage overview: who sees what, sums by currency, what has no price, and how often the database is asked."""

import datetime as dt
import html
import re
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.conversations.models import Conversation
from playground.ledger import by_conversation, standing
from playground.ledger.history import CONVERSATION, GROUPS, MANY
from playground.ledger.models import Entry
from playground.ledger.periods import PRESETS
from playground.pricing.cost import TokenCounts
from playground.prompts import library
from tests.entries import CNY, USD
from tests.integration.prompts.conftest import content
from tests.integration.web.usage.conftest import MakeEntry

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[User], Client]
MOST_QUERIES = 8


AGAINST = '<span class="tc-hidden-text"> against '  # what every change is heard with


def words(client: Client, address: str = "/usage/") -> str:
    """The text of the page's main part, without what is only heard of a change."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    main = answer.content.decode().partition('<main id="main"')[2].partition("</main>")[0]
    main = re.sub(AGAINST + "[^<]*", "", main)
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


def test_every_figure_that_adds_up_is_compared_with_the_range_before(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    for ago in (1, 2, 9):
        make_entry(at=timezone.now() - dt.timedelta(days=ago))
    make_entry(price=None)
    text = words(browser_of(alice), "/usage/?range=7d")
    assert re.search(r"Cost ¥0\.00229 .*? \+ 1 unpriced · \+100% against", text)
    assert "Requests 3 +200% 100% succeeded · ±0.0 points" in text
    assert (
        "Tokens 3,900 +200% Prompt +200% · 3,000 Cached +200% · 1,200 Completion +200% · 900 Reasoning +200% ·" in text
    )
    assert "read from cache, 40.0% ±0.0 points · +100%" in text
    assert re.search(r"Saved by caching ¥0\.00051 .*? · \+100% \+ 1 unpriced", text)


def test_every_change_says_by_itself_what_it_is_against(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    """One caption is enough to see; but a change that is heard alone, or pointed at, has none near."""
    for ago in (1, 9):
        for price in (CNY, USD):
            make_entry(at=timezone.now() - dt.timedelta(days=ago), price=price)
    page = browser_of(alice).get("/usage/?range=7d&show=billed").content.decode()
    (against,) = set(re.findall(r'class="tc-change" title="(against [^"]+)"', page))
    changes = page.count('class="tc-change"')
    assert changes == page.count(f'<span class="tc-hidden-text"> {against}</span></span>') >= 12
    assert page.count(f'<span aria-hidden="true">{against}</span>') == 1, "seen once, and not heard twice"


def test_a_currency_that_went_or_came_is_compared_as_well_where_both_sides_are_known(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    before = timezone.now() - dt.timedelta(days=9)
    make_entry(at=before)
    make_entry(price=USD)
    text = words(browser_of(alice), "/usage/?range=7d&show=billed")
    assert re.search(r"Cost \$0\.00126 .*? ¥ −100% · \$ new against", text)
    make_entry(price=None)
    text = words(browser_of(alice), "/usage/?range=7d&show=billed")
    assert re.search(r"Cost \$0\.00126 [^·]*? \+ 1 unpriced · \$ new against", text)


def test_success_and_pace_are_compared_with_the_range_before_in_words(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    def failed(days: int) -> None:
        at = timezone.now() - dt.timedelta(days=days)
        make_entry(at=at, state="failed", error_code="overloaded", ttft_ms=None, tokens_per_second=None)

    make_entry(ttft_ms=300, tokens_per_second=Decimal(40))
    assert not re.search(r"points|faster|slower", words(browser_of(alice), "/usage/?range=7d"))
    make_entry(at=timezone.now() - dt.timedelta(days=9), ttft_ms=600, tokens_per_second=Decimal(80))
    make_entry(at=timezone.now() - dt.timedelta(days=9), ttft_ms=900, model="GLM-Z1-Air")
    failed(9)
    failed(9)
    for fold in (lambda: 0, standing.advance):
        fold()
        text = words(browser_of(alice), "/usage/?range=7d&model=GLM-4.5-Air")
        assert "100% succeeded · +66.7 points" in text
        assert re.search(r"Speed 0\.\d+ s to the first token · −(48|49|5[0-3])% faster", text)
        assert re.search(r"TTFT P95 −(48|49|5[0-3])% faster · 0\.\d+ s", text)
        assert re.search(r"tok/s P50 −(48|49|5[0-3])% slower · \d+ tok/s P5 −(48|49|5[0-3])% slower · \d+ ", text)


def paper(client: Client, address: str) -> str:
    """The line that only paper has."""
    found = re.search(r'<p class="tc-paper">(.*?)</p>', client.get(address).content.decode())
    assert found
    return html.unescape(re.sub(r"<[^>]+>", "", found[1]))


def test_paper_says_whose_usage_of_when_narrowed_to_what_and_at_which_rate(
    browser_of: BrowserOf, alice: User, bob: User, team: Team, make_entry: MakeEntry
) -> None:
    make_entry(at=dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC))
    make_entry(at=dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), user_id=bob.pk)
    wanted = f"?first=2026-11-22&last=2026-11-23&person={alice.pk}&status=finished&practice=1"
    said = f"{team.name} · 22 Nov 2026 – 23 Nov 2026 · Person: Alice · Status: Finished · With practice"
    assert paper(browser_of(alice), f"/usage/{wanted}") == f"Usage · {said} · 1 USD = 7.1 CNY, 21 Nov 2026"
    line = paper(browser_of(alice), f"/usage/entries/{wanted}&q=2026")
    assert line == f"Entries · {said} · “2026” · 1 USD = 7.1 CNY, 2026-11-21"
    works_in(bob, team)
    assert paper(browser_of(bob), "/usage/").startswith(f"Usage · {team.name} · Bob · ")


def test_the_overview_leads_to_its_entries_as_a_file(browser_of: BrowserOf, alice: User, make_entry: MakeEntry) -> None:
    make_entry()
    page = html.unescape(browser_of(alice).get("/usage/?range=7d&by=key&model=GLM-4.5-Air").content.decode())
    assert 'href="/usage/entries.csv?range=7d&model=GLM-4.5-Air" download' in page


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
        assert "Alice" not in seen.replace(f"{team.name} · Bob", "")  # the team is called so
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
    for preset in PRESETS:
        for group in (*GROUPS, CONVERSATION):
            for more in ("", "&measure=tokens", "&show=CNY&model=GLM-4.5-Air"):
                with CaptureQueriesContext(
                    connection,
                ) as asked:
                    words(client, f"/usage/?range={preset}&by={group}{more}")
                queries = [query["sql"][:300] for query in asked if not is_of_the_session(query["sql"])]
                assert len(queries) <= MOST_QUERIES - 1, "\n".join(queries)


def is_of_the_session(sql: str) -> bool:
    """Finding the session, and noting once a minute that its browser was seen."""
    return "SAVEPOINT" in sql or any(table in sql for table in ("django_session", "accounts_browsersession"))


def test_bars_are_stacked_by_template_whatever_became_of_it(
    browser_of: BrowserOf, alice: User, team: Team, make_entry: MakeEntry
) -> None:
    here = library.create(team=team, author=alice, content=content("Meeting summary"), live=True)
    gone = uuid.UUID(int=7)
    for template in (here.pk, gone, None):
        make_entry(template=template)
    for fold in (lambda: 0, standing.advance):
        fold()
        text = words(browser_of(alice), "/usage/?by=template")
        for name in ("Meeting summary", "deleted template 00000000", "no template"):
            assert f"{name} 1 " in text
        only = words(browser_of(alice), f"/usage/?by=template&template={here.pk.hex}")
        assert "Requests 1 " in only
        assert "Requests 1 " in words(browser_of(alice), "/usage/?template=-")
        assert "1–1" in words(browser_of(alice), "/usage/entries/?template=-")
    assert "Nothing fits these filters" in words(browser_of(alice), "/usage/?template=nonsense")


def test_bars_are_stacked_by_conversation_and_many_are_other(
    browser_of: BrowserOf, alice: User, bob: User, team: Team, make_entry: MakeEntry
) -> None:
    own = Conversation.objects.create(team=team, user=alice, title="Break-even volume")
    foreign = Conversation.objects.create(team=team, user=bob, title="What Bob wrote")
    for _ in range(3):
        make_entry(conversation=own.pk)
        make_entry(conversation=foreign.pk, user_id=bob.pk)
        make_entry(price=None)
    for _ in range(30):
        make_entry(counts=TokenCounts(100, 0, 10))
    for fold in (lambda: 0, standing.advance):
        fold()
        text = words(browser_of(alice), "/usage/?by=conversation&measure=requests")
        assert "Break-even volume 3 100%" in text
        assert f"conversation {foreign.pk.hex[:8]} 3 100%" in text
        assert "What Bob wrote" not in text
        assert "Other 10 100%" in text  # 25 of 35 have a row of their own
        page = browser_of(alice).get("/usage/?by=conversation").content.decode()
        assert f"/usage/entries/?conversation={own.pk.hex}" in page
        assert "+ 3 unpriced" in text
    assert "1–3" in words(browser_of(alice), f"/usage/entries/?conversation={own.pk.hex}")


@pytest.mark.parametrize("more", ["", "&show=CNY", "&model=GLM-4.5-Air", "&practice=1", "&key=-", "&person=1"])
def test_conversations_add_up_to_the_same_as_models(
    more: str, browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    for number in range(12):
        make_entry(
            price=(CNY, USD, None)[number % 3],
            model=("GLM-4.5-Air", "GLM-5")[number % 2],
            practice=number == 5,
            key_label="" if number == 7 else "Team default",
            at=timezone.now() - dt.timedelta(days=number),
        )

    def totals_of(group: str) -> list[str]:
        text = words(browser_of(alice), f"/usage/?range=30d&by={group}{more}")
        return re.findall(r"(?<=Total )[^A-Z]*?([¥$][\d.]+|—) (\+ \d+ unpriced )?(?=Cost|By)", text)

    assert totals_of("conversation") == totals_of("model")


def test_too_many_entries_for_conversations_are_named(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_conversation, "MOST", 1)
    make_entry()
    make_entry()
    text = words(browser_of(alice), "/usage/?by=conversation")
    assert "By conversation a range can have 1 entries at most; this one has 2." in text


def test_while_the_totals_are_made_the_page_says_how_far_it_is(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    entry = make_entry()
    Entry.objects.bulk_create([copied(entry) for _ in range(MANY)])
    browser = browser_of(alice)
    text = words(browser)
    assert f"0 of {Entry.objects.latest('pk').pk:,} entries so far (0%)" in text
    assert 'hx-trigger="load delay:3s"' in browser.get("/usage/", headers={"hx-request": "true"}).content.decode()
    assert browser.get("/usage/notices/").status_code == 200
    assert browser.get("/usage/entries/").status_code == 200
    standing.advance_a_little()
    standing.advance_a_little()
    assert "GLM-4.5-Air" in words(browser)


def copied(entry: Entry) -> Entry:
    """Another run that is all the same."""
    values = {field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields}
    return Entry(**{**values, "id": None, "generation": uuid.uuid4()})


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


def test_a_chart_counts_what_has_no_price_in_every_total_of_costs_and_of_nothing_else(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    third, fourth = (dt.datetime(2026, 11, day, 12, tzinfo=dt.UTC) for day in (3, 4))
    make_entry(at=third)
    make_entry(at=third, price=None)
    for _ in range(2):
        make_entry(at=fourth, price=None, model="GLM-Z1-Air")
    days = "/usage/?first=2026-11-03&last=2026-11-04&unit=day"
    client = browser_of(alice)
    for show in ("", "&show=CNY"):
        page = client.get(f"{days}{show}").content.decode()
        text = words(client, f"{days}{show}")
        assert "Tue 3 Nov 2026 ¥0.00114 ¥0.00114 + 1 unpriced Wed 4 Nov 2026 — + 2 unpriced" in text
        assert "Total ¥0.00114 + 1 unpriced — + 2 unpriced ¥0.00114 + 3 unpriced" in text
        assert 'aria-valuetext="¥0.00114 + 3 unpriced in all"' in page
        assert re.findall(r'<li><i class="tc-c\d" aria-hidden="true"></i>(.*?)</li>', page) == ["GLM-4.5-Air"]
    only = words(client, f"{days}&show=CNY&model=GLM-Z1-Air")
    assert "Tue 3 Nov 2026 ¥0.00 Wed 4 Nov 2026 — + 2 unpriced Total — + 2 unpriced — + 2 unpriced" in only
    for measure in ("requests", "tokens"):
        chart = words(client, f"{days}&measure={measure}").partition("The same numbers")[2].partition("By model")[0]
        assert "Total" in chart
        assert "unpriced" not in chart


def test_runs_that_cost_nothing_beside_others_without_a_price_are_0_and_not_unknown(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    make_entry(counts=TokenCounts(0))
    make_entry(price=None)
    text = words(browser_of(alice))
    assert re.search(r"Total .*?¥0\.00 \+ 1 unpriced", text.partition("The same numbers")[2])
