"""A context that is full: the reader chooses what is done about it, and the transcript shows what the model sees."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Generation, Message
from tests.browser.chat.conftest import ready, send, until_state
from tests.server import Server

KEPT = "**/settings/"
LONG = "word " * 700
DIVIDER = "[data-unseen]"


@pytest.fixture
def page(server: Server, browser_of_user: Callable[..., BrowserContext], alice: User) -> Page:
    """The chat page with a model that reads 2,000 tokens, 200 of them for its answer."""
    Offer.objects.update(context_tokens=2000)
    one = browser_of_user(alice).new_page()
    one.goto("/")
    ready(one)
    with one.expect_response(KEPT):
        one.fill("#run-max_tokens", "200")
        one.locator("#run-max_tokens").blur()
    return one


def choose(page: Page, way: str) -> None:
    with page.expect_response(KEPT):
        page.select_option("#run-when-full", way)


def say(page: Page, text: str) -> None:
    send(page, text)
    until_state(page, "finished")


def below_divider(page: Page) -> str:
    message = page.locator(f"message-view:has({DIVIDER})")
    return str(message.locator("[data-source=content]").text_content()).split()[0]


def test_the_oldest_turns_are_left_out_and_the_line_moves_with_every_turn(page: Page) -> None:
    choose(page, "drop")
    say(page, f"first {LONG}")
    expect(page.locator(DIVIDER)).to_have_count(0)
    say(page, f"second {LONG}")
    say(page, f"third {LONG}")
    expect(page.locator(DIVIDER)).to_have_count(1)
    expect(page.locator(DIVIDER)).to_have_text("The model no longer sees what is above")
    assert below_divider(page) == "second"
    say(page, f"fourth {LONG}")
    expect(page.locator(DIVIDER)).to_have_count(1)
    assert below_divider(page) == "third"
    page.reload()
    ready(page)
    assert below_divider(page) == "third"
    page.locator('[data-act="details"]').last.click()
    expect(page.locator("[data-left-out]")).to_contain_text("4 older messages were left out.")
    page.click("[data-left-out] a")
    expect(page.locator("#details-dialog")).to_be_hidden()
    assert page.evaluate("location.hash") == f"#message-{Generation.objects.latest('created_at').sees_from}"


def test_a_summary_comes_first_and_stands_for_what_is_above(page: Page) -> None:
    choose(page, "summarise")
    say(page, f"first {LONG}")
    page.fill("#prompt", f"second {LONG * 2}")
    expect(page.locator("[data-context-words]")).to_have_text("The context is full: a summary comes first.")
    page.press("#prompt", "Enter")
    asks = page.locator("message-view[data-sums-up]")
    expect(asks).to_have_count(1)
    expect(asks).to_contain_text("Asks for a summary")
    page.locator('message-view[data-role="user"]').nth(2).wait_for()
    until_state(page, "finished")
    expect(page.locator("#prompt")).to_have_value("")
    assert below_divider(page) == "Summarise"
    request = Message.objects.get(sums_up=True)
    assert Generation.objects.latest("created_at").sees_from == request.pk
    expect(page.locator("[data-context-out]")).to_be_hidden()


def test_a_summary_that_is_stopped_sends_nothing_and_keeps_the_text(page: Page) -> None:
    choose(page, "summarise")
    say(page, f"first {LONG}")
    text = f"second {LONG * 2}".strip()
    page.fill("#prompt", text)
    page.press("#prompt", "Enter")
    page.locator("message-view[aria-busy=true]").wait_for()
    page.click("[data-send]")
    expect(page.locator("[data-composer-note]")).to_have_text(
        "The summary was not finished. Your message was not sent; it is still here."
    )
    expect(page.locator("#prompt")).to_have_value(text)
    assert Message.objects.filter(role="user").count() == 2


def test_the_ways_out_of_a_full_context_can_be_chosen_where_it_is_noticed(page: Page) -> None:
    say(page, f"first {LONG}")
    page.fill("#prompt", LONG * 3)
    out = page.locator("[data-context-out]")
    expect(out).to_contain_text("tokens more than")
    with page.expect_response(KEPT):
        out.get_by_role("button", name="Leave out the oldest turns").click()
    expect(out).to_have_text("The context is full: the oldest turns are left out.", use_inner_text=True)
    expect(page.locator("#run-when-full")).to_have_value("drop")
    assert Conversation.objects.get().settings["when_full"] == "drop"


def test_an_answer_that_found_no_room_is_asked_again_without_the_oldest_turns(page: Page) -> None:
    say(page, f"first {LONG}")
    send(page, "/sandbox context")
    until_state(page, "failed")
    with page.expect_response(KEPT):
        page.locator("message-view").last.get_by_role("button", name="Leave out the oldest turns").click()
    page.wait_for_function("() => document.querySelectorAll('message-view .tc-siblings').length > 0")
    assert Conversation.objects.get().settings["when_full"] == "drop"
