"""Run settings: defaults that mean something, the model's ranges, a switch that says why it is locked, three shapes."""

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.conversations.models import Conversation, Generation, LastSettings
from tests.browser.chat.conftest import ready, send, until_state

KEPT = "**/settings/"  # where a change is posted


def choose(page: Page, words: str) -> None:
    """Choose the first model that the search finds."""
    page.click("[data-open-picker]")
    page.fill("[data-picker-search]", words)
    with page.expect_response(KEPT):
        page.locator(".tc-picker-row:visible").first.click()
    expect(page.locator("#run-settings .tc-model-card")).to_contain_text(words)


def put(page: Page, name: str, value: str) -> None:
    """Type a number and leave the field; returns when the server has kept it."""
    with page.expect_response(KEPT):
        page.fill(f"#run-{name}", value)
        page.locator(f"#run-{name}").blur()


def test_max_tokens_begin_at_a_sensible_number_that_is_sent(page: Page) -> None:
    expect(page.locator("#run-max_tokens")).to_have_value("8192")
    expect(page.locator("[data-estimate]")).to_contain_text("at most $0.00901 ≈ ¥0.0640")
    send(page, "hello")
    until_state(page, "finished")
    assert Generation.objects.get().settings["max_tokens"] == 8192
    assert "temperature" not in Generation.objects.get().settings  # nobody touched it: the provider's default


def test_an_empty_max_tokens_is_the_models_default_and_not_sent(page: Page) -> None:
    line = page.locator("[data-range]:has(#run-max_tokens)")
    expect(line).to_contain_text("65,536 by default")
    put(page, "max_tokens", "")
    expect(page.locator("#run-max_tokens")).to_have_attribute("placeholder", "65536")
    expect(page.locator("[data-estimate]")).to_contain_text("at most $0.1081")  # the most that the model can write
    send(page, "hello")
    until_state(page, "finished")
    assert "max_tokens" not in Generation.objects.get().settings


def test_a_number_outside_of_the_range_is_brought_in_and_says_so(page: Page) -> None:
    put(page, "temperature", "3")
    expect(page.locator("#run-temperature")).to_have_value("1")
    expect(page.locator("#run-temperature-error")).to_have_text("Temperature must be between 0 and 1.")
    put(page, "max_tokens", "0")
    expect(page.locator("#run-max_tokens")).to_have_value("1")
    expect(page.locator("#run-max_tokens-error")).to_have_text("Max tokens must be between 1 and 98304.")
    put(page, "max_tokens", "500")
    expect(page.locator("#run-max_tokens-error")).to_be_empty()


def test_another_model_with_a_smaller_range_takes_what_it_can_and_says_so(page: Page) -> None:
    put(page, "max_tokens", "98304")
    choose(page, "GLM-4-FlashX-250414")
    most = page.locator("#run-max_tokens").get_attribute("max")
    assert most is not None
    assert int(most) < 98304
    expect(page.locator("#run-max_tokens")).to_have_value(most)
    expect(page.locator("#run-max_tokens-error")).to_contain_text("it was 98,304.")
    assert LastSettings.objects.get().settings["max_tokens"] == int(most)


def test_what_another_model_does_not_take_is_dropped_with_its_reason(page: Page) -> None:
    with page.expect_response(KEPT):
        page.click("#run-thinking")
    expect(page.locator(".tc-set-dropped")).to_have_count(0)
    choose(page, "GLM-4-FlashX-250414")
    expect(page.locator(".tc-set-dropped")).to_have_text(
        "Thinking is left out. GLM-4-FlashX-250414 has no thinking to switch on."
    )
    assert "thinking" not in LastSettings.objects.get().settings


def test_a_stop_word_is_sent_and_what_the_model_does_not_take_is_explained(page: Page) -> None:
    expect(page.locator("#run-stop")).to_be_hidden()
    page.click("#run-more > summary")
    with page.expect_response(KEPT):
        page.fill("#run-stop", "END")
        page.locator("#run-stop").blur()
    expect(page.locator("#run-seed")).to_have_count(0)
    expect(page.locator("#run-more")).to_contain_text("Frequency penalty Sandbox does not know this parameter.")
    send(page, "hello")
    until_state(page, "finished")
    assert Generation.objects.get().settings["stop"] == ["END"]
    sent = Generation.objects.get().request
    assert sent is not None
    assert json.loads(str(sent["frame"]))["stop"] == ["END"]
    page.reload()
    expect(page.locator("#run-stop")).to_have_value("END")


def test_slider_and_number_move_together(page: Page) -> None:
    slider = page.locator("[data-range]:has(#run-top_p) [data-slider]")
    slider.evaluate("(slider) => { slider.value = 0.5; slider.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(page.locator("#run-top_p")).to_have_value("0.5")
    page.fill("#run-top_p", "0.25")
    assert slider.input_value() == "0.25"


def test_settings_are_kept_per_conversation_and_begin_the_next_one(page: Page) -> None:
    put(page, "temperature", "0.3")
    send(page, "first")
    until_state(page, "finished")
    page.wait_for_url("**/c/*/")
    first = page.url
    put(page, "temperature", "0.7")
    page.goto("/")
    ready(page)
    expect(page.locator("#run-temperature")).to_have_value("0.7")
    put(page, "temperature", "0.1")
    page.goto(first)
    ready(page)
    expect(page.locator("#run-temperature")).to_have_value("0.7")
    assert Conversation.objects.get().settings["temperature"] == 0.7


def test_reset_returns_to_what_one_begins_with(page: Page) -> None:
    put(page, "temperature", "0.3")
    put(page, "max_tokens", "77")
    with page.expect_response(KEPT):
        page.locator("#run-thinking").click()
    with page.expect_response(KEPT):
        page.click("[data-reset]")
    expect(page.locator("#run-temperature")).to_have_value("")
    expect(page.locator("#run-max_tokens")).to_have_value("8192")
    expect(page.locator("#run-thinking")).to_be_checked()
    page.reload()
    ready(page)
    expect(page.locator("#run-temperature")).to_have_value("")
    assert set(LastSettings.objects.get().settings) == {"offer", "max_tokens"}


def test_thinking_off_is_asked_for_and_untouched_is_left_to_the_provider(page: Page) -> None:
    put(page, "temperature", "0.5")  # a change of something else leaves the switch untouched
    send(page, "one")
    until_state(page, "finished")
    assert "thinking" not in Generation.objects.get().settings
    toggle = page.locator("[data-thinking-toggle]")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    with page.expect_response(KEPT):
        toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    send(page, "two")
    until_state(page, "finished")
    assert Generation.objects.latest("created_at").settings["thinking"] is False


def test_thinking_is_locked_with_its_reason(page: Page) -> None:
    choose(page, "GLM-Z1-Air")
    expect(page.locator("#run-thinking")).to_be_disabled()
    expect(page.locator("#run-thinking")).to_be_checked()
    reason = "GLM-Z1-Air always thinks. It cannot be switched off."
    expect(page.locator("#run-thinking-locked")).to_have_text(reason)
    expect(page.locator("#run-thinking")).to_have_attribute("aria-describedby", "run-thinking-locked")
    toggle = page.locator("[data-thinking-toggle]")
    expect(toggle).to_have_attribute("aria-disabled", "true")
    expect(toggle).to_have_attribute("title", reason)
    toggle.click(force=True)  # locked controls still answer: with the reason
    expect(page.locator("[data-composer-note]")).to_have_text(reason)
    choose(page, "GLM-4-FlashX-250414")
    expect(page.locator("#run-thinking")).to_be_disabled()
    expect(page.locator("#run-thinking")).not_to_be_checked()
    expect(page.locator("#run-thinking-locked")).to_contain_text("has no thinking to switch on.")
    expect(toggle).to_be_hidden()
    choose(page, "GLM-4.5-Air")
    expect(page.locator("#run-thinking")).to_be_checked()  # a lock is no choice that another model inherits
    expect(page.locator("#run-thinking")).to_be_enabled()


def test_between_wide_and_narrow_the_settings_are_a_sheet_at_the_right(
    browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    page = browser_of_user(alice, viewport={"width": 1024, "height": 768}, reduced_motion="reduce").new_page()
    _opens_as_a_sheet(page, lambda box: box["x"] + box["width"] == 1024 and box["height"] == 768)


def test_on_a_phone_the_settings_are_a_sheet_from_below(
    browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    page = browser_of_user(alice, viewport={"width": 390, "height": 844}, reduced_motion="reduce").new_page()
    _opens_as_a_sheet(page, lambda box: box["width"] == 390 and abs(box["height"] - 0.8 * 844) < 1)
    low = page.evaluate(
        "[...document.querySelectorAll('#inspector :is(button, label[for=run-thinking], [type=number])')]"
        ".filter((one) => one.offsetParent && one.offsetHeight < 32).map((one) => one.outerHTML)"
    )
    assert low == []


def _opens_as_a_sheet(page: Page, is_placed: Callable[[Any], bool]) -> None:
    page.goto("/")
    ready(page)
    sheet = page.locator("#inspector")
    expect(sheet).to_be_hidden()
    page.click('[data-sheet="inspector"]')
    expect(sheet).to_be_visible()
    page.wait_for_function("() => getComputedStyle(document.getElementById('inspector')).translate.match(/none|^0px/)")
    assert is_placed(sheet.bounding_box())
    expect(sheet).to_have_attribute("role", "dialog")
    for _press in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('#inspector') !== null"
        )
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.locator('[data-sheet="inspector"]')).to_be_focused()
    page.click('[data-sheet="inspector"]')


def test_the_empty_page_follows_the_documentation_of_the_model(page: Page) -> None:
    cards = page.locator(".tc-try-card")
    expect(cards).to_have_count(4)
    expect(cards.locator("small")).to_have_text([re.compile("^GLM-4.5-Air: ")] * 4)
    choose(page, "GLM-4-FlashX-250414")
    expect(page.locator(".tc-try header")).to_contain_text("GLM-4-FlashX")
    expect(cards.first).to_contain_text("Summarise a meeting")
    expect(cards.first.locator("small")).to_have_text(re.compile("^GLM-4-FlashX.*: Meeting summaries$"))
    cards.first.click()
    expect(page.locator("#prompt")).to_have_value(re.compile("^Summarise this meeting"))
    assert Generation.objects.count() == 0  # nothing is sent until Enter
    page.press("#prompt", "Enter")
    until_state(page, "finished")
    assert "250414" in Generation.objects.get().offer.wire_name


def test_practice_prompts_provoke_their_fault_in_the_sandbox(page: Page) -> None:
    page.click(".tc-practice > summary")
    page.locator('.tc-practice button[data-prompt="/sandbox cut"]').click()
    expect(page.locator("#prompt")).to_have_value("/sandbox cut")
    page.press("#prompt", "Enter")
    until_state(page, "interrupted")
