"""A stream survives what people do to their browsers."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.conversations.models import Message
from playground.ledger.models import Entry
from tests.browser.chat.conftest import last_answer, ready, send, text_of, until_state
from tests.server import Server


def _words(text: str) -> list[str]:
    return text.split()


def test_reloading_in_the_middle_loses_no_character(page: Page) -> None:
    send(page, "/sandbox long 1500")
    for part in (200, 1500, 3000):
        page.wait_for_function(
            "(n) => [...document.querySelectorAll('message-view [data-body]')].at(-1)?.innerText.length > n", arg=part
        )
        page.reload()
        ready(page)
    until_state(page, "finished")
    message = Message.objects.get(role="assistant")
    assert _words(text_of(page)) == _words(message.content)
    assert Entry.objects.count() == 1


def test_a_second_tab_and_a_second_device_show_the_same_answer(
    page: Page, browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    send(page, "/sandbox long 800")
    page.wait_for_url("**/c/*/")
    second = page.context.new_page()
    second.goto(page.url)
    device = browser_of_user(alice).new_page()
    device.goto(page.url)
    for one in (page, second, device):
        until_state(one, "finished")
    message = Message.objects.get(role="assistant")
    for one in (page, second, device):
        assert _words(text_of(one)) == _words(message.content)


def test_a_turn_begun_in_one_tab_appears_in_the_other(page: Page) -> None:
    send(page, "first")
    until_state(page, "finished")
    other = page.context.new_page()
    other.goto(page.url)
    ready(other)
    send(page, "second from the first tab")
    expect(other.locator('message-view[data-role="user"]').last).to_contain_text("second from the first tab")
    until_state(other, "finished")
    assert other.locator("message-view").count() == 4


def test_stop_keeps_the_text_and_says_so(page: Page) -> None:
    send(page, "/sandbox long 4000")
    page.wait_for_function(
        "() => [...document.querySelectorAll('message-view [data-body]')].at(-1)?.innerText.length > 300"
    )
    page.click("[data-send]")
    until_state(page, "stopped")
    message = Message.objects.get(role="assistant")
    assert len(message.content) > 200
    assert _words(text_of(page)) == _words(message.content)
    expect(last_answer(page)).to_contain_text("stopped after")
    expect(last_answer(page).locator(".tc-meter")).to_contain_text("estimated")


def test_escape_stops_too(page: Page) -> None:
    send(page, "/sandbox long 4000")
    page.wait_for_function(
        "() => [...document.querySelectorAll('message-view [data-body]')].at(-1)?.innerText.length > 300"
    )
    page.keyboard.press("Escape")
    until_state(page, "stopped")


def test_the_next_turn_counts_the_answer_while_it_is_written_and_does_not_jump_at_its_end(page: Page) -> None:
    page.evaluate("""() => {
      const composer = document.querySelector("prompt-composer");
      window.counted = [];
      new MutationObserver(() => window.counted.push(composer.promptTokens)).observe(
        document.querySelector("[data-context-used]"), {childList: true, characterData: true, subtree: true});
    }""")
    send(page, "Write a Python function that parses a CSV line, and explain it in a table")
    until_state(page, "finished")
    page.wait_for_function("() => document.querySelector('prompt-composer').promptTokens > 150")
    counted = [count for count in page.evaluate("window.counted") if count > 20]  # more than the question
    settled = page.evaluate("document.querySelector('prompt-composer').promptTokens")
    grown = [count for count in counted if count != settled]
    assert grown
    assert grown == sorted(grown)
    assert abs(grown[-1] - settled) < 0.35 * settled
    page.reload()
    ready(page)
    assert abs(page.evaluate("document.querySelector('prompt-composer').promptTokens") - settled) <= 2


def test_a_provoked_429_is_explained_and_retry_succeeds(page: Page) -> None:
    send(page, "/sandbox rate-limit 3")
    until_state(page, "failed")
    answer = last_answer(page)
    expect(answer.locator(".tc-note")).to_contain_text("Too many requests")
    assert Entry.objects.get().tokens_basis == "none"
    answer.locator('[data-act="regenerate"]').last.click()
    until_state(page, "finished")
    assert Entry.objects.count() == 2
    expect(page.locator('message-view[data-role="assistant"]')).to_have_count(1)
    expect(last_answer(page)).to_contain_text("2 / 2")


def test_after_the_server_is_killed_the_answer_is_interrupted_and_can_be_continued(
    page: Page,
    server: Server,
    noise,  # type: ignore[no-untyped-def]
) -> None:
    noise.expected = ("WebSocket", "net::ERR", "Failed to load resource", "NetworkError", "Failed to fetch")
    send(page, "/sandbox long 6000")
    page.wait_for_function(
        "() => [...document.querySelectorAll('message-view [data-body]')].at(-1)?.innerText.length > 1500"
    )
    server.kill()
    expect(page.locator("#banners")).to_contain_text("Connection lost", timeout=15_000)
    server.start()
    until_state(page, "interrupted", timeout=40_000)
    expect(page.locator("#banners")).not_to_contain_text("Connection lost", timeout=20_000)
    message = Message.objects.get(role="assistant")
    assert len(message.content) > 200
    assert _words(text_of(page)) == _words(message.content)
    expect(last_answer(page).locator(".tc-note")).to_contain_text("cut off")
    last_answer(page).locator('[data-act="continue"]').first.click()
    until_state(page, "finished", timeout=40_000)
    assert page.locator("message-view").count() == 4
    assert set(Entry.objects.values_list("state", flat=True)) == {"interrupted", "finished"}


def test_where_websockets_are_blocked_the_page_says_so_and_still_works(
    browser_of_user: Callable[..., BrowserContext],
    alice: User,
    noise,  # type: ignore[no-untyped-def]
) -> None:
    noise.expected = ("WebSocket",)
    context = browser_of_user(alice)
    context.route_web_socket("**/ws/", lambda socket: socket.close(code=1006 if False else 3000))
    page = context.new_page()
    page.goto("/")
    ready(page)
    expect(page.locator("#banners")).to_contain_text("WebSocket", timeout=40_000, ignore_case=True)
    send(page, "/sandbox long 300")
    until_state(page, "finished", timeout=60_000)
    assert _words(text_of(page)) == _words(Message.objects.get(role="assistant").content)
