"""What two people see who have one conversation open: each other, each other's turns, and who was faster."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import Member, Team, User
from playground.accounts.people import create_user
from playground.accounts.roles import Role
from playground.conversations.models import Conversation, Message
from tests.browser.chat.conftest import Noise, last_answer, ready, send, until_state
from tests.server import Server

PASSWORD = "correct horse battery"
LONG = "/sandbox long 4000"


@pytest.fixture
def crew(server: Server) -> Team:
    """A team that is nobody's own."""
    return Team.objects.create(name="Northwind")


def member(crew: Team, name: str) -> User:
    user = create_user(email=f"{name.lower()}@example.org", password=PASSWORD, name=name)
    Member.objects.create(team=crew, user=user, role=Role.MEMBER)
    user.current_team = crew
    user.save()
    return user


@pytest.fixture
def lin(crew: Team, browser_of_user: Callable[..., BrowserContext]) -> Page:
    """Lin's chat page."""
    return chat_page(browser_of_user(member(crew, "Lin")))


@pytest.fixture
def wang(crew: Team, browser_of_user: Callable[..., BrowserContext]) -> Page:
    """Wang's chat page."""
    return chat_page(browser_of_user(member(crew, "Wang")))


def chat_page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/")
    ready(page)
    return page


def share(page: Page, how: str) -> None:
    """Choose in the menu of the head."""
    page.click("#sharing-menu-trigger")
    page.click(f"#share-{how}")
    page.locator(f'#sharing[data-shared="{"" if how == "private" else how}"]').wait_for(state="attached")


def open_shared(page: Page) -> None:
    """From the list, as somebody does who was told about it."""
    page.reload()
    ready(page)
    page.click("#open-shared")
    page.locator("#conversation-list .tc-row-link").first.click()
    page.wait_for_url("**/c/*/")


def begun(lin: Page, wang: Page, how: str = "write", text: str = "What is 2 + 2?") -> None:
    """Lin has asked and shares it, and both have it open."""
    send(lin, text)
    until_state(lin, "finished")
    share(lin, how)
    open_shared(wang)
    ready(wang) if how == "write" else wang.locator('[data-standing="read_only"]').wait_for()


def test_a_turn_is_seen_by_the_other_as_it_is_written_and_answered_by_them(lin: Page, wang: Page) -> None:
    begun(lin, wang)
    expect(lin.locator("[data-company]")).to_contain_text("Wang is here")
    expect(wang.locator("[data-company]")).to_contain_text("Lin is here")
    send(lin, LONG)
    answer = wang.locator('message-view[data-role="assistant"]').nth(1)
    answer.locator("[data-body] *").first.wait_for()
    assert answer.get_attribute("aria-busy") == "true", "seen before it is done, without a reload"
    expect(wang.locator('message-view[data-role="user"]').last).to_contain_text("Lin")
    lin.click("[data-send]")  # stop
    until_state(wang, "stopped")
    assert last_answer(wang).locator("[data-body]").inner_text() == last_answer(lin).locator("[data-body]").inner_text()
    send(wang, "and now me")
    until_state(wang, "finished")
    until_state(lin, "finished")
    expect(lin.locator('message-view[data-role="user"]').last).to_contain_text("Wang")
    assert Message.objects.get(content="and now me").author.name == "Wang"  # type: ignore[union-attr]


def test_who_was_slower_keeps_the_draft_is_told_a_name_and_sends_after_it(lin: Page, wang: Page) -> None:
    begun(lin, wang)
    wang.evaluate("document.querySelector('thread-view').catchUp = async () => {}")  # as if the notice had been lost
    send(lin, LONG)
    wang.evaluate("delete document.querySelector('thread-view').catchUp")
    wang.fill("#prompt", "I wanted to ask as well")
    wang.press("#prompt", "Enter")
    note = wang.locator("[data-composer-note]")
    expect(note).to_contain_text("Lin was faster")
    assert wang.input_value("#prompt") == "I wanted to ask as well"
    expect(wang.locator('message-view[data-role="user"]')).to_have_count(2)
    wang.press("#prompt", "Enter")
    expect(note).to_contain_text("Lin is being answered")
    wang.click("[data-send]")  # whoever writes may stop
    until_state(lin, "stopped")
    until_state(wang, "stopped")
    wang.press("#prompt", "Enter")
    expect(lin.locator('message-view[data-role="user"]')).to_have_count(3)
    expect(wang.locator("#prompt")).to_have_value("")
    until_state(lin, "finished")


def test_a_reader_watches_has_no_dead_buttons_and_goes_on_in_a_copy(lin: Page, wang: Page) -> None:
    begun(lin, wang, "read")
    expect(wang.locator("#prompt")).to_be_hidden()
    question = wang.locator('message-view[data-role="user"]').first
    question.hover()
    expect(question.locator('[data-act="copy"]')).to_be_visible()
    for act in ("edit", "regenerate"):
        expect(wang.locator(f'[data-act="{act}"]').first).to_be_hidden()
    assert wang.locator("#run-settings :is(input, select, textarea, button.tc-model-card):enabled").count() == 0
    send(lin, "and 3 + 3?")
    until_state(wang, "finished")
    expect(wang.locator("message-view")).to_have_count(4)
    wang.get_by_role("button", name="Go on in a copy").click()
    wang.wait_for_url(lambda url: "/c/" in url and url != lin.url)
    ready(wang)
    send(wang, "on my own")
    until_state(wang, "finished")
    expect(lin.locator("message-view")).to_have_count(4)


def test_who_leaves_is_not_shown_any_more_and_a_reload_is_no_leaving(lin: Page, wang: Page) -> None:
    begun(lin, wang)
    company = lin.locator("[data-company]")
    expect(company).to_contain_text("Wang is here")
    lin.evaluate(
        "() => { window.left = false; new MutationObserver(() => { if (!document.querySelector('[data-company]')"
        ".textContent) window.left = true; }).observe(document.querySelector('[data-company]'), {childList: true}); }"
    )
    wang.reload()
    ready(wang)
    lin.wait_for_timeout(2_500)
    expect(company).to_contain_text("Wang is here")
    assert lin.evaluate("window.left") is False
    wang.close()
    expect(company).to_be_empty(timeout=4_000)


def test_sharing_that_is_taken_back_closes_the_page_of_the_other_and_keeps_the_draft_in_sight(
    lin: Page, wang: Page, noise: Noise
) -> None:
    noise.expected = ("status of 404",)
    begun(lin, wang)
    wang.fill("#prompt", "half a thought")
    share(lin, "private")
    expect(wang.locator('[data-standing="unshared"]')).to_be_visible()
    assert wang.input_value("#prompt") == "half a thought"
    expect(wang.locator("[data-send]")).to_be_disabled()
    expect(wang.locator("#conversation-list .tc-row")).to_have_count(0)
    send(lin, "alone again")
    until_state(lin, "finished")
    expect(wang.locator("message-view")).to_have_count(2)


def test_a_writer_becomes_a_reader_while_the_page_is_open_and_the_draft_comes_back(lin: Page, wang: Page) -> None:
    begun(lin, wang)
    wang.fill("#prompt", "half a thought")
    share(lin, "read")
    wang.locator('[data-standing="read_only"]').wait_for()
    share(lin, "write")
    ready(wang)
    expect(wang.locator("#prompt")).to_have_value("half a thought")


def test_a_dialog_leaves_the_control_as_it_is(lin: Page) -> None:
    before = lin.locator("#sharing-menu-trigger").bounding_box()
    lin.click("#run-presets")
    lin.locator("#presets").wait_for()
    assert lin.locator("#sharing-menu-trigger").bounding_box() == before


def test_the_control_works_by_keyboard_and_keeps_it(lin: Page) -> None:
    send(lin, "mine so far")
    until_state(lin, "finished")
    trigger = lin.locator("#sharing-menu-trigger")
    trigger.focus()
    lin.keyboard.press("ArrowDown")
    lin.locator("#share-private.active").wait_for()
    lin.keyboard.press("End")
    lin.keyboard.press("Enter")
    expect(lin.locator('#sharing[data-shared="write"]')).to_be_visible()
    expect(lin.locator("#sharing-menu-trigger")).to_be_focused()
    assert Conversation.objects.get().shared == "write"
    expect(lin.locator("#conversation-list").get_by_role("img", name="shared with the team")).to_be_visible()
