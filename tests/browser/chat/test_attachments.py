"""Text files go along with a message: read in their encoding, counted before sending, quoted, folded when shown."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.conversations.models import Generation, Message
from playground.wire.tokens import estimate_tokens
from tests.browser.chat.conftest import ready, send, until_state

CHINESE = "会议纪要：十一月的库存，不含欧洲仓库。\n第二行，数字 42。\n"
LATIN = "name,count\nOslo,4\nBergen,7\n"
CHIP = "[data-attached] .tc-attachment"
SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => window.shifts.push(value)))
  .observe({ type: "layout-shift", buffered: true });"""


def attach(page: Page, name: str, content: bytes) -> None:
    page.set_input_files("[data-choose-files]", {"name": name, "mimeType": "text/plain", "buffer": content})


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (CHINESE, "utf-16"),
        (CHINESE, "gb18030"),
        (LATIN, "utf-16-le"),
        (LATIN, "utf-16-be"),
        (LATIN.replace("\n", "\r\n"), "utf-8"),
    ],
)
def test_a_file_is_read_in_its_encoding_and_sent_as_a_quotation(page: Page, text: str, encoding: str) -> None:
    attach(page, "list.csv", text.encode(encoding))
    plain = text.replace("\r\n", "\n")
    count = page.locator(CHIP).filter(has_text="list.csv").locator("small")
    expect(count).to_have_text(f"{estimate_tokens(plain)} tokens")
    send(page, "Sum it up.")
    until_state(page, "finished")
    expect(page.locator(CHIP)).to_have_count(0)
    assert Message.objects.get(role="user").content == f"```list.csv\n{plain.strip()}\n```\n\nSum it up."
    said = page.locator('message-view[data-role="user"]')
    expect(said.locator("summary")).to_contain_text("list.csv")
    expect(said.get_by_text("Sum it up.", exact=True)).to_be_visible()
    expect(said.locator("pre")).to_be_hidden()
    said.locator("summary").click()
    expect(said.locator("pre")).to_have_text(plain.strip(), use_inner_text=True)


def test_a_long_file_is_folded_from_the_first_moment(
    page: Page, browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    attach(page, "log.csv", "\n".join(f"2026-01-{day % 28 + 1:02},{day}" for day in range(2_000)).encode())
    send(page, "What is the average?")
    until_state(page, "finished")
    sent = page.locator(".tc-said-file small").inner_text()
    page.add_init_script(SHIFTS)
    page.reload()
    ready(page)
    page.locator(".tc-said-file pre").wait_for(state="attached")
    expect(page.locator(".tc-said-file small")).to_have_text(sent)
    assert max(page.evaluate("window.shifts"), default=0) < 0.02
    plain = browser_of_user(alice, java_script_enabled=False).new_page()
    plain.goto(page.url)
    expect(plain.get_by_text("2026-01-28,1987")).to_be_visible()
    expect(plain.locator(".tc-said-file:visible, .tc-said-typed:visible")).to_have_count(0)
    plain.close()


def test_a_file_counts_in_the_estimate_and_survives_a_reload_until_it_is_taken_out(page: Page) -> None:
    before = page.locator("[data-context-used]").inner_text()
    attach(page, "log.txt", ("warehouse " * 20_000).encode())
    expect(page.locator("[data-context-used]")).not_to_have_text(before)
    page.reload()
    ready(page)
    expect(page.locator(CHIP)).to_contain_text("log.txt")
    expect(page.locator("[data-send]")).to_be_enabled()
    page.get_by_role("button", name="Take log.txt out").click()
    expect(page.locator(CHIP)).to_have_count(0)
    expect(page.locator("[data-context-used]")).to_have_text(before)
    expect(page.locator("[data-send]")).to_be_disabled()


def test_what_looks_like_the_end_of_a_quotation_ends_none(page: Page) -> None:
    attach(page, "notes.md", b"```python\nprint(1)\n```\n````\nend")
    expect(page.locator(CHIP)).to_have_count(1)
    send(page, "Explain.")
    until_state(page, "finished")
    assert Message.objects.get(role="user").content == (
        "`````notes.md\n```python\nprint(1)\n```\n````\nend\n`````\n\nExplain."
    )
    page.reload()
    ready(page)
    said = page.locator('message-view[data-role="user"]')
    expect(said.locator("summary")).to_have_count(1)
    said.hover()
    said.locator('[data-act="edit"]').click()
    expect(said.locator("textarea")).to_have_value(Message.objects.get(role="user").content)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "photo.png is no text."),
        ("empty.txt", b"  \n", "empty.txt is empty."),
        ("huge.log", b"a" * 2_000_001, "huge.log is too large: 2 MB at most."),
    ],
)
def test_what_cannot_go_along_is_refused_with_the_reason(page: Page, name: str, content: bytes, words: str) -> None:
    page.fill("#prompt", "kept")
    attach(page, name, content)
    expect(page.locator("[data-composer-note]")).to_contain_text(words)
    expect(page.locator(CHIP)).to_have_count(0)
    expect(page.locator("#prompt")).to_have_value("kept")


def test_a_file_that_is_dropped_on_the_page_goes_along(page: Page) -> None:
    drop: Any = page.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['dropped text'], 'drop.md')); return data; }"
    )
    page.dispatch_event("#thread", "dragover", {"dataTransfer": drop})
    expect(page.locator("prompt-composer")).to_have_attribute("data-dropping", "")
    page.dispatch_event("#thread", "drop", {"dataTransfer": drop})
    expect(page.locator(CHIP)).to_contain_text("drop.md")
    page.press("#prompt", "Enter")
    until_state(page, "finished")
    assert Message.objects.get(role="user").content == "```drop.md\ndropped text\n```"
    assert Generation.objects.count() == 1
