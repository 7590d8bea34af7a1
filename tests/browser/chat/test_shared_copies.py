"""A link to a copy: made in a dialog, read by somebody who is not signed in, gone on with by a member of the team."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.conversations.models import Conversation
from tests.browser.chat.conftest import Noise, ready, send, until_state

PROMPT = "Write a Python function that parses a CSV line, and explain it in a table"


def share(page: Page, *ticked: str) -> str:
    page.click("#conversation-menu-trigger")
    page.click("#conversation-share")
    for name in ticked:
        page.locator(f"#share [name={name}]").check()
    page.locator("#share").get_by_role("button", name="Make the link").click()
    return str(page.locator("#share-link").input_value())


def test_a_copy_is_read_without_signing_in_by_the_same_renderer(
    page: Page, browser_of_user: Callable[..., BrowserContext], noise: Noise
) -> None:
    send(page, PROMPT)
    until_state(page, "finished")
    link = share(page, "reasoning")
    page.keyboard.press("Escape")
    expect(page.locator("#conversation-menu-trigger")).to_be_focused()
    send(page, "Something written later")
    until_state(page, "finished")
    stranger = browser_of_user(None, permissions=["clipboard-write"]).new_page()
    stranger.goto(link)
    answer = stranger.locator('[data-shared="answer"]')
    expect(answer).to_have_count(1)
    expect(answer.locator("[data-body] pre code")).to_be_visible()
    answer.get_by_role("button", name="Copy").click()
    expect(stranger.locator("#toaster")).to_contain_text("Copied")
    expect(answer.locator(".tc-source")).to_be_hidden()
    expect(answer.locator(".tc-thinking")).to_be_visible()
    expect(stranger.locator("body")).not_to_contain_text("Something written later")
    expect(stranger.get_by_text("Continue a copy")).to_have_count(0)
    drawn = answer.locator("[data-body]").inner_text()
    assert drawn == page.locator('message-view[data-role="assistant"] [data-body]').first.inner_text()


def test_a_member_of_the_team_goes_on_with_a_copy_from_the_link(
    page: Page, browser_of_user: Callable[..., BrowserContext], team: Team, bob: User
) -> None:
    send(page, "What is 1 + 1?")
    until_state(page, "finished")
    link = share(page)
    Member.objects.get_or_create(user=bob, team=team, defaults={"role": Role.MEMBER})
    other = browser_of_user(bob).new_page()
    other.goto(link)
    other.get_by_role("link", name="Continue a copy").click()
    other.get_by_role("button", name="Continue a copy").click()
    other.wait_for_url("**/c/*/")
    ready(other)
    expect(other.locator("message-view")).to_have_count(2)
    send(other, "And 2 + 2?")
    until_state(other, "finished")
    assert Conversation.objects.get(user=bob).team == team


def test_a_link_that_was_taken_back_is_gone(
    page: Page, browser_of_user: Callable[..., BrowserContext], noise: Noise
) -> None:
    noise.expected = ("404",)
    send(page, "What is 1 + 1?")
    until_state(page, "finished")
    link = share(page)
    page.goto("/links/")
    page.get_by_role("button", name="Take back the link").click()
    expect(page.locator(".tc-table")).to_contain_text("taken back")
    stranger = browser_of_user(None).new_page()
    answer = stranger.goto(link)
    assert answer is not None
    assert answer.status == 404


def test_files_in_a_question_are_folded_in_a_copy(page: Page, browser_of_user: Callable[..., BrowserContext]) -> None:
    send(page, "```prices.csv\nmonth,price\n2026-01,74200\n```\n\nWhich month?")
    until_state(page, "finished")
    stranger = browser_of_user(None).new_page()
    stranger.goto(share(page))
    expect(stranger.locator(".tc-said-file summary")).to_contain_text("prices.csv")
    expect(stranger.locator(".tc-said-text:visible")).to_have_text("Which month?")


def test_on_a_phone_a_link_can_be_taken_back_without_scrolling_sideways(page: Page) -> None:
    send(page, "A title long enough to need more than one line on the small screen of a telephone")
    until_state(page, "finished")
    share(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/links/")
    expect(page.locator(".tc-links").get_by_role("button")).to_be_in_viewport(ratio=1)
    assert page.locator(".tc-table-box").evaluate("(box) => box.scrollWidth - box.clientWidth") == 0
