"""What can be done with a conversation on the page."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.conversations.models import Conversation, Generation, Message
from tests.browser.chat.conftest import last_answer, ready, send, until_state


def test_editing_branches_and_the_arrows_lead_back(page: Page) -> None:
    send(page, "first wording")
    until_state(page, "finished")
    question = page.locator('message-view[data-role="user"]').first
    question.hover()
    question.locator('[data-act="edit"]').click()
    field = question.locator("textarea")
    field.fill("second wording")
    field.press("Enter")
    expect(page.locator('message-view[data-role="user"]')).to_contain_text("second wording")
    until_state(page, "finished")
    expect(page.locator("message-view")).to_have_count(2)
    question = page.locator('message-view[data-role="user"]').first
    expect(question).to_contain_text("2 / 2")
    question.hover()
    question.locator(".tc-siblings button").first.click()
    expect(page.locator('message-view[data-role="user"]')).to_contain_text("first wording")
    page.reload()
    expect(page.locator('message-view[data-role="user"]')).to_contain_text("first wording")
    assert Message.objects.count() == 4


def test_a_new_line_does_not_send_and_neither_does_enter_while_composing(page: Page) -> None:
    page.fill("#prompt", "one")
    page.press("#prompt", "Shift+Enter")
    page.locator("#prompt").evaluate(
        "(field) => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    page.locator("#prompt").evaluate(
        "(field) => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, bubbles: true}))"
    )
    page.keyboard.type("two")
    assert page.input_value("#prompt") == "one\ntwo"
    assert Message.objects.count() == 0
    page.press("#prompt", "Enter")
    until_state(page, "finished")
    assert Message.objects.filter(role="user").get().content == "one\ntwo"


def test_a_draft_survives_a_reload(page: Page) -> None:
    page.fill("#prompt", "not sent yet")
    page.wait_for_timeout(400)
    page.reload()
    ready(page)
    assert page.input_value("#prompt") == "not sent yet"


def test_markdown_code_math_and_tables_are_drawn(page: Page) -> None:
    send(page, "/sandbox code")
    until_state(page, "finished")
    expect(last_answer(page).locator("pre code").first).to_be_visible()
    send(page, "/sandbox table")
    until_state(page, "finished")
    expect(last_answer(page).locator("table").first).to_be_visible()
    send(page, "/sandbox math")
    until_state(page, "finished")
    expect(last_answer(page).locator(".katex").first).to_be_visible()


def test_another_model_and_its_settings_are_used_for_the_next_turn(page: Page) -> None:
    page.click("[data-open-picker]")
    page.fill("[data-picker-search]", "Z1-FlashX")
    page.locator(".tc-picker-row:visible").first.click()
    expect(page.locator("#run-settings .tc-model-card")).to_contain_text("GLM-Z1-FlashX")
    page.fill("#run-system", "Answer in one line.")
    page.locator("#run-system").blur()
    page.wait_for_timeout(800)
    send(page, "hello")
    until_state(page, "finished")
    generation = Generation.objects.select_related("offer").get()
    assert "glm-z1-flashx" in generation.offer.wire_name
    assert generation.settings["system_prompt"] == "Answer in one line."
    expect(last_answer(page).locator('[data-meter="cost"]')).to_contain_text("¥")
    assert generation.message.reasoning_content != ""
    assert "<think>" not in generation.message.content


def test_renaming_and_deleting(page: Page) -> None:
    send(page, "to be renamed")
    until_state(page, "finished")
    page.click("#conversation-menu-trigger")
    page.click("#conversation-rename")
    page.fill(".tc-title-field", "Another name")
    page.press(".tc-title-field", "Enter")
    expect(page.locator("#conversation-list")).to_contain_text("Another name")
    page.click("#conversation-menu-trigger")
    page.click("#conversation-delete")
    undo = page.locator("#toaster").get_by_role("button", name="Undo")
    undo.wait_for()
    ready(page)
    assert Conversation.objects.get().deleted_at is not None
    expect(page.locator("#conversation-list")).not_to_contain_text("Another name")


def test_an_archived_conversation_can_be_read_and_moved_back(page: Page) -> None:
    send(page, "to be put away")
    until_state(page, "finished")
    page.click("#conversation-menu-trigger")
    page.click("#conversation-archive")
    note = page.locator('[data-standing="archived"]')
    note.wait_for()
    expect(page.locator("#prompt")).to_be_hidden()
    expect(page.locator("#conversation-list")).not_to_contain_text("to be put away")
    expect(last_answer(page).locator("[data-body] p").first).to_be_visible()
    note.get_by_role("button", name="Move back to the list").click()
    expect(page.locator("#prompt")).to_be_visible()
    expect(page.locator("#conversation-list")).to_contain_text("to be put away")


def test_the_list_finds_chinese_inside_an_answer_and_says_what_it_did_not_find(page: Page) -> None:
    send(page, "请总结：项目进度良好，清关延误三天。")
    until_state(page, "finished")
    page.fill("#conversation-filter", "清关")
    expect(page.locator("#conversation-list .tc-row")).to_have_count(1)
    page.fill("#conversation-filter", "electrolite")
    expect(page.locator("#conversation-list")).to_contain_text("electrolite")
    expect(page.locator("#conversation-list .tc-row")).to_have_count(0)


def test_signing_out_elsewhere_keeps_the_draft_and_offers_to_sign_in(
    page: Page, alice: User, browser_of_user: Callable[..., BrowserContext]
) -> None:
    page.fill("#prompt", "half a thought")
    page.wait_for_timeout(400)
    alice.set_password("a different password 1")
    alice.save()
    expect(page.locator("#banners")).to_contain_text("ign in", timeout=10_000)
    assert page.input_value("#prompt") == "half a thought"
