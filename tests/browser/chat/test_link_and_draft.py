"""A link that brings a text finds a draft: both are there to choose from, and neither is lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat.conftest import ready, send, until_state

DRAFT = "my own draft, half written"


@pytest.fixture
def linked(page: Page) -> Page:
    """The page as a link opens it, in a browser that holds a draft."""
    page.fill("#prompt", DRAFT)
    page.wait_for_function("(text) => Object.values(localStorage).includes(text)", arg=DRAFT)
    page.goto("/?prompt=From+the+link")
    ready(page)
    expect(page.locator("#prompt")).to_have_value("From the link")
    page.locator("[data-draft-choice]").wait_for()
    return page


def test_the_draft_can_take_the_place_of_the_links_text(linked: Page) -> None:
    linked.get_by_role("button", name="Use the draft instead").click()
    expect(linked.locator("#prompt")).to_have_value(DRAFT)
    expect(linked.locator("[data-draft-choice]")).to_have_count(0)


def test_the_draft_can_be_added_below(linked: Page) -> None:
    linked.get_by_role("button", name="Add it below").click()
    expect(linked.locator("#prompt")).to_have_value(f"From the link\n\n{DRAFT}")


def test_left_alone_the_draft_waits_even_when_the_links_text_is_sent(linked: Page) -> None:
    linked.get_by_role("button", name="Keep it for later").click()
    linked.locator("#prompt").press("End")
    linked.keyboard.type(", changed")
    linked.reload()
    ready(linked)
    expect(linked.locator("[data-draft-choice]")).to_be_visible()
    send(linked, "From the link, changed")
    until_state(linked, "finished")
    expect(linked.locator("#prompt")).to_have_value("")
    linked.goto("/")
    ready(linked)
    expect(linked.locator("#prompt")).to_have_value(DRAFT)


def test_without_a_draft_a_link_asks_nothing(page: Page) -> None:
    page.goto("/?prompt=From+the+link")
    ready(page)
    expect(page.locator("#prompt")).to_have_value("From the link")
    expect(page.locator("[data-draft-choice]")).to_have_count(0)
