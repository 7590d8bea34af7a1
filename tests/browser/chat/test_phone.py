"""The composer on a phone: everything in it stays in its frame, whatever it has to say."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from playground.accounts.models import User
from tests.browser.chat.conftest import ready

OUTSIDE = """(frame) => {
    const { left, right, bottom } = frame.getBoundingClientRect();
    const isOutside = (box) => box.width && (box.left < left || box.right > right + 0.5 || box.bottom > bottom);
    const parts = [...frame.querySelectorAll("button, .tc-length, .tc-estimate")];
    return parts.filter((one) => isOutside(one.getBoundingClientRect())).map((one) => one.outerHTML);
}"""
LINES = "(place) => place.getBoundingClientRect().height / parseFloat(getComputedStyle(place).lineHeight)"


@pytest.mark.parametrize("width", [390, 320])
def test_a_text_that_is_too_long_pushes_no_button_out_of_the_composer(
    browser_of_user: Callable[..., BrowserContext], alice: User, width: int
) -> None:
    page = browser_of_user(alice, viewport={"width": width, "height": 844}).new_page()
    page.goto("/")
    ready(page)
    page.locator("#prompt").evaluate(
        "(field) => { field.value = 'Summarise. '.repeat(36_600); field.dispatchEvent(new Event('input')); }"
    )
    expect(page.locator("[data-length]")).to_contain_text("402,600")
    expect(page.locator("[data-estimate]")).to_contain_text("≈")
    assert page.locator("#composer").evaluate(OUTSIDE) == []
    beside = page.locator("[data-length]").bounding_box()
    send = page.locator("[data-send]").bounding_box()
    assert beside is not None
    assert send is not None
    assert width < 390 or send["y"] < beside["y"] + beside["height"], "on a usual phone they share a line"


def test_the_estimate_in_both_currencies_takes_two_lines_at_most(
    browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    page = browser_of_user(alice, viewport={"width": 390, "height": 844}).new_page()
    page.goto("/")
    ready(page)
    page.fill("#prompt", "What is 15 % of 240?")
    estimate = page.locator("[data-estimate]")
    expect(estimate).to_contain_text("≈")
    assert estimate.evaluate(LINES) < 2.5
