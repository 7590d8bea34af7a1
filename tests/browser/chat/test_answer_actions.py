"""What can be done with an answer: copy, details, branch off; and that nothing jumps when it is finished."""

import pytest
from playwright.sync_api import Page, expect

from playground.conversations.models import Conversation, Message
from playground.ledger.models import Entry
from tests.browser.chat.conftest import last_answer, ready, send, until_state

SHIFTS = """
window.__shifts = [];
new PerformanceObserver((list) => {
  for (const { startTime, value, sources } of list.getEntries()) {
    const jumps = sources.filter(({ previousRect, currentRect }) => previousRect.y !== currentRect.y);
    window.__shifts.push({ startTime, value, jumps: jumps.map(({ node }) => node?.className ?? String(node)) });
  }
}).observe({ type: "layout-shift", buffered: true });
new MutationObserver((seen) => {
  const isEnd = seen.some(({ target }) => target.matches("message-view[data-state=finished]"));
  if (isEnd) window.__ended ??= performance.now();
}).observe(document, { subtree: true, attributeFilter: ["data-state"] });
"""
# What stands above the text of the last answer, and what below it, in pixels.
AROUND = """() => {
  const view = document.querySelector("message-view:last-of-type").getBoundingClientRect();
  const body = document.querySelector("message-view:last-of-type [data-body]").getBoundingClientRect();
  return [body.top - view.top, view.bottom - body.bottom];
}"""


def test_copying_leaves_the_reasoning_out(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    send(page, "What is 15 % of 240?")
    until_state(page, "finished")
    message = Message.objects.get(role="assistant")
    assert message.reasoning_content
    last_answer(page).locator('[data-act="copy"]').click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == message.content


def test_the_reasoning_is_copied_when_it_is_asked_for(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    send(page, "think about it")
    until_state(page, "finished")
    message = Message.objects.get(role="assistant")
    assert message.reasoning_content
    last_answer(page).locator(".tc-thinking > summary").click()
    button = last_answer(page).locator('[data-act="copy-thinking"]')
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == message.reasoning_content


def test_details_show_the_request_and_the_response_and_give_the_focus_back(page: Page) -> None:
    send(page, "What is 15 % of 240?")
    until_state(page, "finished")
    button = last_answer(page).locator('[data-act="details"]')
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#details-dialog .tc-details")
    expect(dialog).to_be_visible()
    message = Message.objects.get(role="assistant")
    expect(dialog.locator('[data-text="body"]')).to_contain_text('"content":"What is 15 % of 240?"')
    expect(dialog.locator('[data-text="curl"]')).to_contain_text("Bearer $API_KEY")
    expect(dialog.locator('[data-text="curl"]')).to_contain_text("http://127.0.0.1:8099/api/paas/v4/chat/completions")
    expect(dialog).to_contain_text("python manage.py sandbox --port 8099")
    assert dialog.locator('[data-text="content"]').text_content() == message.content
    expect(dialog).to_contain_text("stop")
    expect(dialog.locator(".tc-details-sum")).to_contain_text(f"{Entry.objects.get().prompt_tokens:,} ×")
    assert dialog.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_another_model_is_tried_with_one_click_on_what_it_would_have_cost(page: Page) -> None:
    send(page, "What is 15 % of 240?")
    until_state(page, "finished")
    last_answer(page).locator('[data-act="details"]').click()
    rows = page.locator("#details-dialog .tc-elsewhere tbody tr")
    own = rows.and_(page.locator("[data-own]"))
    expect(own).to_have_count(1)
    other = rows.filter(has=page.get_by_role("button")).and_(page.locator(":not([data-own])")).first
    title = other.locator("th").evaluate("(cell) => cell.firstChild.textContent")
    other.get_by_role("button").click()
    expect(page.locator("#details-dialog")).to_be_hidden()
    expect(last_answer(page).locator(".tc-turn-model")).to_contain_text(title)
    until_state(page, "finished")
    question = Message.objects.get(role="user")
    assert Message.objects.filter(role="assistant", parent=question).count() == 2
    assert Entry.objects.count() == 2


def test_the_cost_of_a_conversation_with_other_models_is_in_its_menu(page: Page) -> None:
    for text in ("first question", "second question"):
        send(page, text)
        until_state(page, "finished")
    page.click("#conversation-menu-trigger")
    page.get_by_role("menuitem", name="Cost with other models").click()
    dialog = page.locator("#details-dialog .tc-details")
    expect(dialog).to_contain_text("2 runs of this conversation")
    assert dialog.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    other = dialog.locator("tbody tr:not([data-own])").filter(has=page.get_by_role("button")).first
    title = other.locator("th").evaluate("(cell) => cell.firstChild.textContent")
    other.get_by_role("button").click()
    expect(page.locator("#details-dialog")).to_be_hidden()
    expect(page.locator("[data-open-picker]").first).to_contain_text(title)
    assert Entry.objects.count() == 2
    page.click("#conversation-menu-trigger")
    page.get_by_role("menuitem", name="Cost with other models").click()
    page.keyboard.press("Escape")
    expect(page.locator("#conversation-menu-trigger")).to_be_focused()


def test_branching_off_starts_a_conversation_with_the_branch_up_to_there(page: Page) -> None:
    send(page, "first question")
    until_state(page, "finished")
    send(page, "second question")
    until_state(page, "finished")
    before = page.url
    page.locator("[data-branch-off]").first.click()
    page.wait_for_url(lambda url: url != before)
    expect(page.locator("message-view")).to_have_count(2)
    expect(page.locator("message-view").first).to_contain_text("first question")
    expect(last_answer(page).locator(".tc-turn-model")).not_to_have_text("Answer")
    expect(last_answer(page).locator(".tc-meter")).to_contain_text("copied")
    send(page, "another way")
    until_state(page, "finished")
    former, new = Conversation.objects.order_by("created_at")
    assert former.messages.count() == 4
    assert [row.content for row in new.branch()][::2] == ["first question", "another way"]
    assert Entry.objects.filter(conversation=new.pk).count() == 1
    assert Entry.objects.count() == 3


def test_nothing_shifts_when_an_answer_finishes(page: Page) -> None:
    page.evaluate(SHIFTS)
    send(page, "/sandbox long 300")
    page.locator('message-view[data-role="assistant"] [data-body] .tc-block').first.wait_for()
    around = page.evaluate(AROUND)
    until_state(page, "finished")
    page.wait_for_function("() => performance.now() - window.__ended > 500")
    assert page.evaluate(AROUND) == pytest.approx(around, abs=1)
    # From the frame that shows the end: Chromium counts a line that comes before as a shift of the meter, which stays.
    shifts = page.evaluate("window.__shifts.filter(({ startTime }) => startTime > window.__ended)")
    assert [shift for shift in shifts if shift["jumps"]] == []
    assert sum(shift["value"] for shift in shifts) < 0.001  # a number of the meter is wider than its estimate


def test_colours_and_formulas_are_fetched_when_the_first_one_comes(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    heavy = ("highlight", "katex")
    page.reload()
    ready(page)
    send(page, "/sandbox long 40")
    until_state(page, "finished")
    assert [url for url in asked if any(name in url for name in heavy)] == []
    send(page, "/sandbox code")
    until_state(page, "finished")
    expect(last_answer(page).locator("code span[class^=hljs]").first).to_be_visible()
    assert [url for url in asked if "katex" in url] == []
    send(page, "/sandbox math")
    until_state(page, "finished")
    expect(last_answer(page).locator(".katex").first).to_be_visible()
