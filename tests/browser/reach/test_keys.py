"""The keyboard map: every key does what the list says, and no key is taken from somebody who types."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.conversations.models import Conversation
from tests.browser.chat.conftest import ready, send, until_state

INSIDE = """(id) => document.activeElement === document.body
    || document.getElementById(id).contains(document.activeElement)"""


def leave_fields(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")


def test_a_slash_leads_to_the_composer_and_is_typed_inside_it(page: Page) -> None:
    leave_fields(page)
    page.keyboard.press("/")
    expect(page.locator("#prompt")).to_be_focused()
    expect(page.locator("#prompt")).to_have_value("")
    page.keyboard.type("/j?k")
    expect(page.locator("#prompt")).to_have_value("/j?k")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_the_question_mark_shows_every_shortcut_and_escape_returns(page: Page) -> None:
    leave_fields(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    for words, caps in (("Search or jump to", "CtrlK"), ("Edit the last message", "Alt↑"), ("Next in the list", "J")):
        line = dialog.locator("dl > div").filter(has_text=words)
        expect(line.locator("dd")).to_have_text(caps)
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()


def test_sidebar_and_settings_fold_from_inside_the_composer(page: Page) -> None:
    page.focus("#prompt")
    page.keyboard.press("Control+b")
    expect(page.locator("html")).to_have_attribute("data-sidebar", "rail")
    page.keyboard.press("Control+.")
    expect(page.locator("#inspector")).not_to_be_visible()
    page.keyboard.press("Control+.")
    expect(page.locator("#inspector")).to_be_visible()
    expect(page.locator("#prompt")).to_be_focused()


def test_a_new_conversation_is_two_keys_away(page: Page) -> None:
    send(page, "first")
    until_state(page, "finished")
    page.keyboard.press("Control+Shift+O")
    page.wait_for_url(re.compile(r":\d+/$"))
    ready(page)


def test_the_last_message_is_edited_unless_the_caret_moves_in_a_text(page: Page) -> None:
    send(page, "what I wrote")
    until_state(page, "finished")
    page.fill("#prompt", "a draft")
    page.press("#prompt", "Alt+ArrowUp")
    expect(page.locator(".tc-edit textarea")).to_have_count(0)
    page.fill("#prompt", "")
    page.press("#prompt", "Alt+ArrowUp")
    expect(page.locator(".tc-edit textarea")).to_be_focused()
    expect(page.locator(".tc-edit textarea")).to_have_value("what I wrote")
    page.keyboard.press("Escape")
    expect(page.locator(".tc-edit")).to_have_count(0)


def test_escape_closes_what_lies_over_the_page_before_it_stops_the_answer(page: Page) -> None:
    send(page, "/sandbox long 4000")
    page.wait_for_function(
        "() => [...document.querySelectorAll('message-view [data-body]')].at(-1)?.innerText.length > 200"
    )
    answer = page.locator('message-view[data-role="assistant"]')
    leave_fields(page)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    page.click("#conversation-menu-trigger")
    page.keyboard.press("Escape")
    expect(page.locator("#conversation-menu-trigger")).to_have_attribute("aria-expanded", "false")
    expect(answer).to_have_attribute("data-state", "running")
    page.keyboard.press("Escape")
    until_state(page, "stopped")


def test_j_and_k_walk_the_conversations_and_enter_opens(page: Page, alice: User) -> None:
    made = [Conversation.objects.create(user=alice, team=alice.teams.first(), title=f"Talk {n}") for n in range(3)]
    page.reload()
    ready(page)
    leave_fields(page)
    rows = page.locator("#conversation-list a")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/c/{made[1].pk}/")


def test_j_walks_the_table_where_the_page_has_one(page: Page) -> None:
    page.goto("/models/")
    page.keyboard.press("j")
    first = page.locator("main tbody th a").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/*/")


def test_keys_that_an_input_method_uses_do_nothing(page: Page) -> None:
    leave_fields(page)
    for key in ("/", "?", "Escape"):
        page.evaluate(
            """(key) => document.body.dispatchEvent(new KeyboardEvent('keydown',
                {key, keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))""",
            key,
        )
    assert page.evaluate("document.activeElement === document.body")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_single_letters_can_be_switched_off_for_good(page: Page) -> None:
    leave_fields(page)
    page.keyboard.press("?")
    page.get_by_role("switch", name=re.compile("Keys without Ctrl")).click()
    page.keyboard.press("Escape")
    leave_fields(page)
    page.keyboard.press("/")
    expect(page.locator("#prompt")).not_to_be_focused()
    page.reload()
    ready(page)
    leave_fields(page)
    page.keyboard.press("/")
    page.keyboard.press("?")
    expect(page.locator("#prompt")).not_to_be_focused()
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_the_skip_link_comes_first_and_leads_to_the_content(page: Page) -> None:
    page.goto("/settings/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_drawer_and_sheet_hold_the_focus_and_return_it(
    browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    page = browser_of_user(alice, viewport={"width": 390, "height": 780}).new_page()
    page.goto("/")
    ready(page)
    for name in ("sidebar", "inspector"):
        opener = page.locator(f"[data-sheet={name}]")
        opener.click()
        expect(page.locator(f"#{name}")).to_have_attribute("role", "dialog")
        for _ in range(30):
            page.keyboard.press("Tab")
            assert page.evaluate(INSIDE, name)
        page.keyboard.press("Escape")
        expect(opener).to_be_focused()
        expect(page.locator(f"#{name}")).not_to_be_visible()


def test_a_conversation_is_made_renamed_and_deleted_without_a_mouse(page: Page) -> None:
    leave_fields(page)
    page.keyboard.press("/")
    page.keyboard.type("What is 15 % of 240?")
    page.keyboard.press("Enter")
    until_state(page, "finished")
    page.keyboard.press("Control+k")
    page.keyboard.type("rename")
    page.locator('#palette [data-id="menu:conversation-rename"][aria-selected="true"]').wait_for()
    page.keyboard.press("Enter")
    expect(page.locator(".tc-title-field")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Percentages")
    page.keyboard.press("Enter")
    expect(page.locator("[data-conversation-title]")).to_have_text("Percentages")
    assert Conversation.objects.get().title == "Percentages"
