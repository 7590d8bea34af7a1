"""What people tell their system: less motion, colours of their own."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from tests.browser.chat.conftest import ready, send, until_state

GROWN = "(n) => [...document.querySelectorAll('message-view [data-body]')].at(-1)?.innerText.length > n"
# Endless animations; an effect without a target belongs to an element that is gone.
LOOPS = """() => document.getAnimations({subtree: true})
    .filter(({effect}) => effect?.target && effect.getComputedTiming().iterations === Infinity)
    .map(({animationName, effect}) => `${animationName} on ${effect.target.className}`)"""
MOVES = """() => [...document.querySelectorAll('*')].flatMap((one) => [
    '', '::before', '::after', '::details-content',
].map((part) => {
    const {transitionDuration, animationDuration, animationName} = getComputedStyle(one, part);
    const longest = Math.max(...`${transitionDuration}, ${animationName === 'none' ? '0s' : animationDuration}`
        .split(', ').map((words) => parseFloat(words) * (words.endsWith('ms') ? 1 : 1000)));
    return longest > 1 ? `${one.tagName}.${one.className}${part} ${longest}` : '';
})).filter(Boolean)"""

OUTLINED = """(one) => {
    const {outlineStyle, outlineWidth} = getComputedStyle(one);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
}"""


def open_chat(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/")
    ready(page)
    return page


def test_with_motion_something_loops_while_an_answer_comes(page: Page) -> None:
    send(page, "/sandbox long 4000")
    page.wait_for_function(GROWN, arg=200)
    assert page.evaluate(LOOPS) != []


def test_reduced_motion_stops_every_loop_and_every_movement(
    browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    page = open_chat(browser_of_user(alice, reduced_motion="reduce"))
    assert page.evaluate(MOVES) == []
    send(page, "/sandbox long 4000")
    page.locator('message-view[data-role="assistant"]').wait_for()
    assert page.evaluate(LOOPS) == []
    page.wait_for_function(GROWN, arg=200)
    assert page.evaluate(LOOPS) == []
    assert page.evaluate(MOVES) == []
    page.keyboard.press("Control+k")
    page.locator('#palette [data-id^="offer:"]').first.wait_for()
    assert page.evaluate(MOVES) == []
    page.keyboard.press("Escape")
    page.click("[data-send]")
    until_state(page, "stopped")


def test_forced_colours_keep_focus_choice_and_state_visible(
    browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    page = open_chat(browser_of_user(alice, forced_colors="active"))
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    send(page, "What is 15 % of 240?")
    until_state(page, "finished")
    page.keyboard.press("Control+k")
    page.locator('#palette [data-id^="offer:"]').first.wait_for()
    rows = page.locator("#palette [role=option]")
    assert rows.nth(0).evaluate(OUTLINED) is True
    assert rows.nth(1).evaluate(OUTLINED) is False
    page.keyboard.press("Escape")
    assert page.locator("#conversation-list a[aria-current]").evaluate(OUTLINED) is True
    page.locator(".tc-nav a").nth(1).focus()
    page.keyboard.press("Tab")
    assert page.evaluate(f"({OUTLINED})(document.activeElement)") is True
    for control in ("[data-send]", "#run-thinking", ".tc-composer-form"):
        border = "(one) => parseFloat(getComputedStyle(one).borderTopWidth)"
        assert page.locator(control).evaluate(border) >= 1, control
    fills = page.locator("message-view .tc-bar4 rect").evaluate_all(
        "(parts) => new Set(parts.map((part) => getComputedStyle(part).fill)).size"
    )
    assert fills >= 3  # the token colours stay apart; the numbers stand beside them in words
    expect(page.locator("message-view .tc-meter-line").last).to_contain_text("prompt")
