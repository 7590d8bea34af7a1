"""The usage pages in the browser: charts by keys and by pointer, filters without a reload, paper, and their weight."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.budgets.deeds import Subject, Terms, create
from playground.budgets.measures import units_of
from playground.ledger import standing
from tests.browser.reach.test_weight import PLAIN, Visit, gzipped
from tests.entries import write_days, write_entry

SHIFT = """() => new Promise((resolve) => {
  const moved = [];
  new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    if (!one.hadRecentInput && one.value > 0.0005)
      moved.push(`${one.value} ${one.sources.map((source) => source.node?.outerHTML?.slice(0, 80)).join(' | ')}`);
  })).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => resolve(moved), 300);
})"""


@pytest.fixture
def usage(browser_of_user: Callable[..., BrowserContext], alice: User) -> Page:
    """The overview of a month with something in it."""
    write_days(alice, current_team(alice), 30)
    page = browser_of_user(alice).new_page()
    page.goto("/usage/?show=CNY", wait_until="networkidle")
    return page


def test_arrow_keys_go_from_bar_to_bar_and_say_what_the_table_says(usage: Page) -> None:
    plot, tip = usage.locator("[data-plot]"), usage.locator("[data-tip]")
    rows = usage.locator("usage-chart tbody tr")
    plot.focus()
    for key, place in (("ArrowLeft", -1), ("ArrowLeft", -2), ("Home", 0), ("ArrowRight", 1), ("End", -1)):
        usage.keyboard.press(key)
        row = rows.nth(place)
        expect(tip).to_contain_text(row.locator("th").text_content() or "")
        expect(tip.locator(".tc-tip-total")).to_contain_text(re.compile(r"¥[\d.]+"))
        assert (row.locator("td").last.evaluate("cell => cell.firstChild.textContent")) in (tip.text_content() or "")
    usage.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    usage.keyboard.press("Home")
    usage.keyboard.press("Enter")
    usage.wait_for_url(re.compile(r"/usage/entries/\?.*first="))


def test_a_screen_reader_hears_every_bar_that_the_keys_go_to(
    browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    team = current_team(alice)
    write_days(alice, team, 20)
    for _ in range(2):
        write_entry(alice, team, at=timezone.now(), price=None)
    page = browser_of_user(alice).new_page()
    page.goto("/usage/?show=CNY", wait_until="networkidle")
    rows, plot = page.locator("usage-chart tbody tr"), page.locator("[data-plot]")
    expect(plot).to_have_role("slider")
    expect(plot).to_have_accessible_name(re.compile("^Cost, By day. Arrow keys"))
    whole = heard(plot)
    assert re.fullmatch(r"¥[\d.]+ \+ \d unpriced in all", whole[1])
    plot.focus()
    said = []
    for key, place in (("End", 29), ("ArrowLeft", 28), ("ArrowUp", 29), ("Home", 0), ("ArrowDown", 0)):
        page.keyboard.press(key)
        bar, words = heard(plot)
        said.append(words)
        assert bar == place + 1
        assert words.startswith(f"{rows.nth(place).locator('th').text_content()}, Total ")
    assert "+ 2 unpriced" in said[0]
    page.keyboard.press("Escape")
    assert heard(plot) == whole
    # Another chart takes its place: nothing of the old one is told any more.
    page.keyboard.press("End")
    page.locator(".tc-usage-choices").get_by_role("link", name="Requests").click()
    page.wait_for_url("**measure=requests**")
    expect(plot).to_have_attribute("aria-valuetext", "62 in all")
    expect(page.locator("[data-tip]")).to_be_hidden()


def heard(plot: Locator) -> tuple[int, str]:
    """The value of a slider that has the focus, and the words for it: what is spoken whenever it changes."""
    now, words = (plot.get_attribute(name) for name in ("aria-valuenow", "aria-valuetext"))
    return int(now or -1), words or ""


def test_a_pointer_reads_the_bar_below_it_and_leaves_nothing_behind(usage: Page) -> None:
    box = usage.locator("[data-plot]").bounding_box()
    assert box is not None
    for share, place in ((0.99, 29), (0.5, 15), (0.01, 0)):
        usage.mouse.move(box["x"] + box["width"] * share, box["y"] + 20)
        title = usage.locator("usage-chart tbody tr").nth(place).locator("th").text_content()
        expect(usage.locator("[data-tip] strong")).to_have_text(title or "")
        tip = usage.locator("[data-tip]").bounding_box()
        assert tip is not None
        assert box["x"] - 1 <= tip["x"]
        assert tip["x"] + tip["width"] <= box["x"] + box["width"] + 1
    usage.mouse.move(5, 5)
    expect(usage.locator("[data-tip]")).to_be_hidden()


def test_the_budget_stands_above_the_chart_and_its_day_in_it(usage: Page, alice: User) -> None:
    panel, line = usage.locator("#usage-budget"), usage.locator("[data-daily-line]")
    expect(panel).to_contain_text("No budget limits what is used here.")
    expect(line).to_be_hidden()
    set_budget(alice, "0.05")
    usage.wait_for_timeout(1_100)  # for a second a process remembers that a team has no budget
    usage.reload()
    expect(panel).to_contain_text("of ¥0.0500")
    expect(line).to_have_text("¥0.0500 a day")
    plot = usage.locator("[data-plot]").bounding_box()
    drawn, top = line.bounding_box(), usage.locator("usage-chart").get_attribute("data-top")
    assert plot is not None
    assert drawn is not None
    level = (plot["y"] + plot["height"] - drawn["y"] - drawn["height"]) / plot["height"]
    assert level == pytest.approx(0.05 / float(top or 0), abs=0.02)
    asked: list[str] = []
    usage.on("request", lambda request: asked.append(request.url))
    usage.locator("select[name=model]").select_option("GLM-5")
    expect(line).to_have_count(0)
    expect(panel).to_contain_text("of ¥0.0500")
    usage.locator("select[name=model]").select_option("")
    expect(line).to_have_text("¥0.0500 a day")
    assert not [url for url in asked if "/usage/budget/" in url]


def set_budget(user: User, amount: str) -> None:
    """A budget of the user's team in ¥ a day, for ¥ and $."""
    subject = Subject(scope="team", measure="CNY", span="day", converts=True)
    terms = Terms(units_of(Decimal(amount), "CNY"))
    create(by=user, team=current_team(user), subject=subject, terms=terms)


def test_filters_change_the_page_and_its_address_without_a_reload(usage: Page) -> None:
    usage.evaluate("window.stayed = true")
    usage.select_option("select[name=model]", "GLM-Z1-Air")
    usage.wait_for_url("**/usage/?show=CNY&model=GLM-Z1-Air")
    expect(usage.locator(".tc-legend li")).to_have_count(1)
    usage.get_by_role("link", name="By key").click()
    usage.wait_for_url("**by=key**")
    expect(usage.locator(".tc-groups tbody tr")).to_have_count(2)
    usage.locator(".tc-usage-filters .tc-range > summary").click()
    usage.get_by_label("Last 7 days").check()
    usage.wait_for_url("**range=7d**")
    expect(usage.locator(".tc-usage-filters .tc-range")).not_to_have_attribute("open", "")
    expect(usage.locator("usage-chart tbody tr")).to_have_count(7)
    assert usage.evaluate("window.stayed") is True
    usage.go_back()
    expect(usage.locator("usage-chart tbody tr")).to_have_count(30)


def test_days_can_be_typed_and_escape_closes_the_box(usage: Page) -> None:
    usage.locator(".tc-usage-filters .tc-range > summary").click()
    usage.keyboard.press("Escape")
    expect(usage.locator(".tc-usage-filters .tc-range-box")).to_be_hidden()
    expect(usage.locator(".tc-usage-filters .tc-range > summary")).to_be_focused()
    usage.keyboard.press("Enter")
    usage.get_by_label("Last day").fill("2026-11-03")
    usage.get_by_label("First day").fill("2026-11-01")
    usage.wait_for_url("**first=2026-11-01&last=2026-11-03**")


def test_entries_are_sorted_and_their_columns_chosen_in_place(usage: Page) -> None:
    usage.get_by_role("link", name="Entries", exact=True).click()
    usage.get_by_role("link", name="Prompt").click()
    usage.wait_for_url("**sort=-prompt")
    head = usage.locator("th[aria-sort]")
    expect(head).to_have_attribute("aria-sort", "descending")
    usage.locator("summary", has_text="Columns").click()
    usage.get_by_label("Duration").check()
    expect(usage.locator(".tc-entries thead")).to_contain_text("Duration")
    usage.locator(".tc-entries tbody a").first.click()
    expect(usage.get_by_role("heading", level=2)).to_contain_text("Receipt")


def test_a_file_comes_whole(usage: Page) -> None:
    usage.goto("/usage/entries/?range=90d", wait_until="networkidle")
    usage.locator("summary", has_text="Export").click()
    with usage.expect_download() as waiting:
        usage.get_by_role("link", name="CSV", exact=True).click()
    assert waiting.value.suggested_filename.endswith(".csv")
    lines = waiting.value.path().read_bytes().split(b"\r\n")
    assert len(lines) == 2 + 30 * 3
    assert lines[0].startswith(b"id,created_at,")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_paper_the_page_stands_alone_in_light_with_the_tables_unfolded(usage: Page, alice: User, theme: str) -> None:
    User.objects.filter(pk=alice.pk).update(theme=theme)
    usage.reload(wait_until="networkidle")
    is_dark = "document.documentElement.classList.contains('dark')"
    assert usage.evaluate(is_dark) is (theme == "dark")
    usage.emulate_media(media="print")
    expect(usage.locator("#sidebar")).to_be_hidden()
    expect(usage.locator("#usage-filters")).to_be_hidden()
    expect(usage.locator(".tc-paper")).to_be_visible()
    expect(usage.locator("usage-chart tbody tr").first).to_be_visible()
    expect(usage.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(usage.locator(".tc-figure-value").first).to_have_css("color", "rgb(23, 23, 28)")
    expect(usage.locator("html")).to_have_css("color-scheme", "light")
    assert usage.evaluate("document.querySelector('.tc-page').scrollHeight <= document.documentElement.scrollHeight")


def test_tables_that_print_unfolded_are_folded_again(usage: Page) -> None:
    usage.set_viewport_size({"width": 1280, "height": 900})
    usage.locator(".tc-chart-table > summary").first.click()
    usage.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert usage.locator(".tc-chart-table:not([open])").count() == 0
    usage.evaluate("dispatchEvent(new Event('afterprint'))")
    assert usage.locator(".tc-chart-table[open]").count() == 1  # the reader's own
    usage.locator(".tc-chart-table > summary").first.click()
    usage.evaluate("dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint'))")
    assert usage.locator(".tc-chart-table[open]").count() == 0


@pytest.mark.parametrize("path", ["/usage/?show=billed", "/usage/entries/"])
def test_every_column_of_every_table_is_on_the_paper(usage: Page, path: str) -> None:
    usage.goto(path, wait_until="networkidle")
    usage.evaluate("dispatchEvent(new Event('beforeprint'))")
    usage.set_viewport_size({"width": 718, "height": 1000})  # A4 between usual margins
    usage.emulate_media(media="print")
    expect(usage.locator(".tc-table thead").first).to_be_visible()
    ends = "all => all.map(one => Math.round(one.getBoundingClientRect().right))"
    assert max(usage.locator(".tc-table").evaluate_all(ends)) <= 718


def test_the_navigation_and_the_palette_lead_there(page: Page) -> None:
    page.get_by_role("link", name="Usage").click()
    expect(page.get_by_text("Nothing was used in this range")).to_be_visible()
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("usage")
    page.get_by_role("option", name="Usage").first.click()
    page.wait_for_url("**/usage/")


@pytest.mark.parametrize("path", ["/usage/?range=90d&unit=day", "/usage/entries/", "receipt"])
def test_a_first_visit_stays_light_and_nothing_moves(
    browser_of_user: Callable[..., BrowserContext], alice: User, path: str
) -> None:
    team = current_team(alice)
    write_days(alice, team, 90)
    standing.advance()
    set_budget(alice, "3")
    address = f"/usage/entries/{write_entry(alice, team).pk}/" if path == "receipt" else path
    page = browser_of_user(alice).new_page()
    visit = Visit(page)
    page.goto(address, wait_until="networkidle")
    sizes = {url: gzipped(page, url) for url in visit.sizes()}
    assert sum(sizes.values()) <= PLAIN, sorted(((size, url) for url, size in sizes.items()), reverse=True)[:8]
    assert page.evaluate(SHIFT) == []
