"""Language and theme are switched in the middle of things: nothing that is being written or read gets lost."""

from playwright.sync_api import Page, expect

from playground.accounts.models import User
from playground.conversations.models import Message
from tests.browser.chat.conftest import ready, send, text_of, until_state

GROWN = "(n) => [...document.querySelectorAll('message-view [data-body]')].at(-1)?.innerText.length > n"


def switch_to(page: Page, language: str) -> None:
    page.click("#language-menu-trigger")
    page.click(f"#language-{language}")
    page.locator(f"html[lang={language}]").wait_for()
    ready(page)


def test_the_language_changes_under_a_running_answer(page: Page, alice: User) -> None:
    send(page, "/sandbox long 3000")
    page.wait_for_url("**/c/*/")
    address = page.url
    page.wait_for_function(GROWN, arg=300)
    page.fill("#prompt", "half a thought")
    switch_to(page, "zh-hans")
    assert page.url == address
    expect(page.locator("#prompt")).to_have_value("half a thought")
    expect(page.get_by_role("button", name="搜索或跳转")).to_be_visible()
    until_state(page, "finished", timeout=60_000)
    message = Message.objects.get(role="assistant")
    assert text_of(page).split() == message.content.split()
    expect(page.locator("#prompt")).to_have_value("half a thought")


def test_the_reader_stays_where_they_read(page: Page, alice: User) -> None:
    send(page, "/sandbox long 2500")
    until_state(page, "finished", timeout=60_000)
    thread = page.locator("#thread")
    thread.hover()
    page.mouse.wheel(0, -1500)
    expect(page.locator("[data-jump]")).to_be_visible()
    seen = page.evaluate("document.querySelectorAll('message-view')[1].getBoundingClientRect().top")
    switch_to(page, "zh-hans")
    page.wait_for_function(
        "(seen) => Math.abs(document.querySelectorAll('message-view')[1].getBoundingClientRect().top - seen) < 40",
        arg=seen,
    )


def test_the_theme_changes_without_touching_a_running_answer(page: Page, alice: User) -> None:
    send(page, "/sandbox long 2500")
    page.wait_for_function(GROWN, arg=300)
    page.fill("#prompt", "half a thought")
    page.evaluate("window.__same = true")
    page.click("#theme-menu-trigger")
    page.click("#theme-dark")
    expect(page.locator("html.dark")).to_be_attached()
    until_state(page, "finished", timeout=60_000)
    assert page.evaluate("window.__same") is True
    expect(page.locator("#prompt")).to_have_value("half a thought")
    page.reload()
    expect(page.locator("html.dark")).to_be_attached()


def test_numbers_and_moments_are_written_in_the_readers_way(page: Page, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    page.goto("/")
    ready(page)
    send(page, "What is 15 % of 240?")
    until_state(page, "finished")
    label = page.locator("[data-thinking-label]").last
    expect(label).to_contain_text("秒")
    assert page.evaluate("new Intl.NumberFormat(document.documentElement.lang).format(16412)") == "16,412"
    family = page.evaluate("getComputedStyle(document.body).fontFamily")
    assert family.startswith('"Inter zh"')
    prose = page.locator('message-view[data-role="assistant"] [data-body]').last
    assert prose.evaluate("(body) => getComputedStyle(body).lineHeight") == "26px"
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() &&
            [...one.childNodes].some((node) => node.nodeType === 3 && /\\p{Script=Han}/u.test(node.data)))
            .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
    )
    assert smallest >= 12
