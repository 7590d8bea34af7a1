"""A batch as a person uses it: drag a table in, see the forecast, start, watch, pause, go on, take the results."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.batches.models import Batch
from playground.catalog.models import Offer
from playground.conversations.models import LastSettings
from playground.conversations.run_settings import RunSettings
from playground.ledger.models import Entry
from tests.server import Server

CITIES = "city,country\n" + "".join(f"city {number},land\n" for number in range(1, 41))
DROP = """([text, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: 'text/csv' }));
  const box = document.querySelector('[data-drop]');
  for (const type of ['dragenter', 'dragover', 'drop'])
    box.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def desk(browser_of_user: Callable[..., BrowserContext], alice: User, server: Server) -> Page:
    """Alice's page for a new batch; the model she used last answers at length."""
    offer = Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air")
    LastSettings.objects.create(user=alice, settings=RunSettings(offer=offer.pk, max_tokens=500).to_json())
    page = browser_of_user(alice).new_page()
    page.goto("/batches/new/")
    return page


def plan(page: Page, prompt: str, table: str = CITIES) -> None:
    """Drop the table, write the prompt, wait for the forecast."""
    page.evaluate(DROP, [table, "cities.csv"])
    page.wait_for_url(re.compile(r"/batches/[0-9a-f-]{36}/$"))
    page.fill("#batch-prompt", prompt)
    page.locator("#source-city").wait_for()


def test_rows_beyond_what_a_form_field_holds_can_be_pasted(desk: Page) -> None:
    desk.locator('[name="pasted"]').evaluate(
        "(field) => { field.value = 'city,about\\n' + ('Oslo,' + 'x'.repeat(1_000) + '\\n').repeat(5_000); }"
    )
    desk.locator("[data-table-form] [type=submit]").click()
    desk.wait_for_url(re.compile(r"/batches/[0-9a-f-]{36}/$"))
    assert Batch.objects.get().row_count == 5_000


def test_from_a_dropped_table_to_the_results(desk: Page) -> None:
    plan(desk, "Write a plan with a table about {{city}}")
    expect(desk.locator(".tc-forecast")).to_contain_text("At most")
    expect(desk.locator(".tc-forecast")).to_contain_text(re.compile(r"≈ [¥$]\d"))
    desk.fill("#batch-at-once", "3")
    desk.get_by_role("button", name="Start all 40 rows").click()
    live = desk.locator("#batch-live")
    expect(live).to_contain_text(re.compile(r"[1-9]\d* of 40 rows"), timeout=30_000)
    desk.get_by_role("button", name="Pause").click()
    expect(live.locator("#progress-title")).to_have_text("Paused")
    expect(desk.get_by_role("button", name="Stop")).to_have_count(0, timeout=30_000)
    batch = Batch.objects.get()
    paused_at = batch.rows.filter(generation__state="finished").count()
    assert 0 < paused_at < 40
    desk.get_by_role("button", name="Resume").click()
    expect(live).to_contain_text("40 of 40 rows", timeout=60_000)
    expect(live.locator("#progress-title")).to_have_text("Done")
    assert Entry.objects.filter(conversation=batch.conversation_id).count() == 40
    desk.locator(".tc-batch-files > summary").click()
    with desk.expect_download() as coming:
        desk.get_by_role("link", name="CSV", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(coming.value.path().read_text(encoding="utf-8"), newline="")))
    assert [row["city"] for row in rows] == [f"city {number}" for number in range(1, 41)]
    assert all(row["state"] == "finished" and row["answer"] for row in rows)


def test_what_moves_is_drawn_without_losing_the_keyboard_or_the_place(desk: Page) -> None:
    plan(desk, "Write a plan with a table about {{city}}")
    desk.fill("#batch-at-once", "2")
    desk.get_by_role("button", name="Start all 40 rows").click()
    desk.locator("#batch-search").fill("city 7")
    expect(desk.locator("#batch-live tbody tr")).to_have_count(1)
    desk.locator("#row-7 a").focus()
    before = desk.locator(".tc-batch-progress b").inner_text()
    expect(desk.locator(".tc-batch-progress b")).not_to_have_text(before, timeout=30_000)
    assert desk.evaluate("document.activeElement.closest('tr')?.id") == "row-7"
    desk.get_by_role("button", name="Stop").click()
    expect(desk.locator("#progress-title")).to_have_text("Stopped", timeout=15_000)
    expect(desk.get_by_role("button", name=re.compile("^Retry"))).to_be_visible(timeout=15_000)


def test_a_press_puts_a_column_into_the_prompt_and_settings_change_the_forecast(desk: Page) -> None:
    plan(desk, "Tell of {{city}}")
    desk.locator("#batch-prompt").press("End")
    desk.get_by_role("button", name="country").click()
    expect(desk.locator("#batch-prompt")).to_have_value("Tell of {{city}} {{country}}")
    expect(desk.locator("#source-country")).to_be_visible()
    most = desk.locator(".tc-forecast dd").nth(1)
    before = most.inner_text()
    desk.locator('run-settings input[name="max_tokens"]').first.fill("50")
    desk.locator('run-settings input[name="max_tokens"]').first.dispatch_event("change")
    expect(most).not_to_have_text(before, timeout=15_000)
    expect(most).to_contain_text("50 tokens")


def test_a_row_opens_and_turns_to_the_next(desk: Page) -> None:
    plan(desk, "Write a plan with a table about {{city}}", "city\nOslo\nRome\n")
    desk.get_by_role("button", name="Start 2 rows").or_(desk.get_by_role("button", name="Start all 2 rows")).click()
    expect(desk.locator("#batch-live")).to_contain_text("2 of 2 rows", timeout=30_000)
    desk.locator("#row-1 a").click()
    expect(desk.locator("#answer-title")).to_be_visible()
    answer = desk.locator("[data-answer]")
    expect(answer.locator(".tc-prose .tc-block").first).to_be_visible()
    expect(answer.locator('[data-source="content"]')).to_be_hidden()
    desk.get_by_role("button", name="Request and code").click()
    expect(desk.locator("#details-dialog")).to_contain_text("chat/completions")
    desk.keyboard.press("Escape")
    desk.get_by_role("link", name="Row after").click()
    expect(desk.locator("#row-title")).to_contain_text("Row 2")
    desk.get_by_role("link", name="Receipt").click()
    expect(desk.locator("h1")).to_be_visible()


def test_on_a_phone_a_file_is_chosen_and_nothing_is_wider_than_the_window(
    browser_of_user: Callable[..., BrowserContext], alice: User, server: Server
) -> None:
    page = browser_of_user(alice, viewport={"width": 390, "height": 800}).new_page()
    page.goto("/batches/new/")
    page.set_input_files('input[type="file"]', {"name": "a.csv", "mimeType": "text/csv", "buffer": CITIES.encode()})
    page.wait_for_url(re.compile(r"/batches/[0-9a-f-]{36}/$"))
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390
