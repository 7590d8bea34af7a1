"""The palette: everything that can be done, chosen, opened or visited, from the keyboard."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Message
from tests.browser.chat.conftest import ready, send, until_state
from tests.server import Server

PHONE = {"width": 390, "height": 780}


def option(page: Page, words: str) -> Locator:
    return page.locator("#palette [role=option]").filter(has_text=words)


def active(page: Page) -> Locator:
    return page.locator('#palette [role=option][aria-selected="true"]')


def open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.locator('#palette [data-id^="offer:"]').first.wait_for()


def titled(user: User, title: str, text: str = "") -> Conversation:
    conversation = Conversation.objects.create(user=user, team=user.teams.first(), title=title)
    if text:
        Message.objects.create(conversation=conversation, role="user", content=text)
    return conversation


def test_it_opens_with_focus_in_its_field_and_gives_the_focus_back(page: Page) -> None:
    page.focus("#prompt")
    open_palette(page)
    field = page.get_by_role("combobox", name="Search actions, models, conversations and pages")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "true")
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || palette.contains(document.activeElement)")
    field.focus()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    expect(page.locator("#prompt")).to_be_focused()


def test_the_field_in_the_sidebar_opens_it(page: Page) -> None:
    page.get_by_role("button", name="Search or jump to").click()
    expect(page.locator("#palette input")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).not_to_be_visible()


def test_what_is_typed_while_it_loads_is_searched_for(page: Page) -> None:
    page.route("**/palette.*.js", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.keyboard.press("Control+k")
    page.keyboard.type("keys")
    expect(active(page)).to_have_text("Keys")
    expect(page.locator("#prompt")).to_have_value("")


def test_models_are_found_by_who_types_before_they_have_come(page: Page) -> None:
    held: list[Route] = []
    page.route(re.compile(r"/palette/$"), lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks the function
    page.keyboard.press("Control+k")
    with page.expect_response("**/palette/?q=*"):
        page.keyboard.type("z1-air")
    for route in held:
        route.continue_()
    expect(page.locator("#palette [role=option]", has_text="Switch to GLM-Z1-Air").first).to_be_visible()


def test_arrows_move_enter_runs_and_the_number_of_results_is_told(page: Page) -> None:
    open_palette(page)
    page.keyboard.type("theme")
    expect(page.locator("#palette [role=status]")).to_have_text("3 results")
    first, second = option(page, "Theme: Light"), option(page, "Theme: Dark")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(second).to_have_attribute("aria-selected", "true")
    expect(first).to_have_attribute("aria-selected", "false")
    assert page.locator("#palette input").get_attribute("aria-activedescendant") == second.get_attribute("id")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(option(page, "Theme: Like the system")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_class(re.compile(r"\bdark\b"))
    expect(page.locator("#palette")).not_to_be_visible()


def test_what_the_server_finds_late_does_not_move_the_chosen_row(page: Page) -> None:
    answers: list[Route] = []
    page.route("**/palette/?q=*", lambda route: answers.append(route))  # noqa: PLW0108 - Playwright marks the function
    open_palette(page)
    with page.expect_request("**/palette/?q=*"):
        page.keyboard.type("theme")
    page.keyboard.press("ArrowDown")
    expect(option(page, "Theme: Dark")).to_have_attribute("aria-selected", "true")
    with page.expect_response("**/palette/?q=*"):
        answers[0].continue_()
    page.wait_for_timeout(200)  # long enough for the rows to be drawn anew
    expect(option(page, "Theme: Dark")).to_have_attribute("aria-selected", "true")
    page.keyboard.type(" ")
    expect(option(page, "Theme: Light")).to_have_attribute("aria-selected", "true")


def test_it_switches_the_model_of_the_open_conversation(page: Page) -> None:
    send(page, "What is 15 % of 240?")
    until_state(page, "finished")
    address = page.url
    other = Offer.objects.filter(provider__practice=True, enabled=True).exclude(title="GLM-4.5-Air")[0]
    open_palette(page)
    page.keyboard.type(f"switch {other.title}")
    option(page, f"Switch to {other.title}").filter(has_text="Sandbox").first.click()
    expect(page.locator("#run-settings .tc-model-card b")).to_have_text(other.title)
    assert page.url == address


def test_from_another_page_a_model_begins_a_conversation(page: Page) -> None:
    page.goto("/keys/")
    open_palette(page)
    page.keyboard.type("switch to glm-4.5-x")
    title = active(page).locator("b").inner_text().removeprefix("Switch to ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?offer=*")
    expect(page.locator("#run-settings .tc-model-card b")).to_have_text(title)


def test_a_model_without_a_key_leads_to_the_keys(page: Page) -> None:
    open_palette(page)
    page.keyboard.type("needs a key")
    page.keyboard.press("Enter")
    page.wait_for_url("**/keys/")


def test_conversations_are_searched_on_the_server_in_title_and_text(page: Page, alice: User, bob: User) -> None:
    titled(alice, "Contract clause comparison, EN / 中文")
    hidden = titled(alice, "Holiday", "锂电池的回收率")
    titled(bob, "Bob's contract")
    page.reload()
    open_palette(page)
    page.keyboard.type("contract")
    expect(option(page, "Contract clause comparison")).to_be_visible()
    expect(option(page, "Bob's contract")).to_have_count(0)
    page.fill("#palette input", "电池")
    expect(active(page)).to_contain_text("Holiday")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/c/{hidden.pk}/")


def test_what_was_run_lately_comes_first_and_stays_in_this_browser(page: Page) -> None:
    open_palette(page)
    page.keyboard.type("models")
    option(page, "Models").and_(page.locator("[data-id='page:/models/']")).click()
    page.wait_for_url("**/models/")
    open_palette(page)
    first = page.locator("#palette [role=group]").first
    expect(first.locator("p")).to_have_text("Recently used")
    expect(first.locator("[role=option]")).to_have_text(["Models"])
    expect(page.locator("#palette [data-id='page:/models/']")).to_have_count(1)
    page.keyboard.press("Escape")
    page.evaluate("localStorage.setItem('tc:palette', JSON.stringify(['menu:theme-system']))")
    open_palette(page)
    page.keyboard.type("theme")
    expect(page.locator("#palette [role=option]").first).to_have_text("Theme: Like the system")


def test_hints_name_the_keys_of_this_keyboard(page: Page, browser_of_user: Callable[..., BrowserContext]) -> None:
    open_palette(page)
    expect(option(page, "New conversation").locator(".tc-palette-keys")).to_have_text("CtrlShiftO")
    page.keyboard.press("Escape")
    mac = "Object.defineProperty(navigator, 'platform', {get: () => 'MacIntel'});"
    mac += "Object.defineProperty(navigator, 'userAgentData', {get: () => undefined});"
    page.add_init_script(mac)
    page.reload()
    ready(page)
    expect(page.get_by_role("button", name="Search or jump to").locator("kbd:visible")).to_have_text("⌘K")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).not_to_be_visible()
    page.keyboard.press("Meta+k")
    page.keyboard.type("new conversation")
    expect(option(page, "New conversation").locator(".tc-palette-keys")).to_have_text("⌘⇧O")


def test_it_is_not_loaded_before_it_is_wanted(browser_of_user: Callable[..., BrowserContext], alice: User) -> None:
    page = browser_of_user(alice).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/", wait_until="networkidle")
    ready(page)
    assert [url for url in asked if re.search(r"palette(\.\w+\.js|/)", url)] == []
    open_palette(page)
    assert [url for url in asked if re.search(r"palette(\.\w+\.js|/)", url)] != []


def test_without_the_server_actions_still_run_and_it_says_what_is_missing(
    page: Page,
    server: Server,
    noise,  # type: ignore[no-untyped-def]
) -> None:
    noise.expected = ("net::ERR", "Failed to load resource")
    open_palette(page)
    page.keyboard.press("Escape")
    page.route("**/palette/**", lambda route: route.abort())
    page.keyboard.press("Control+k")
    expect(page.locator("[data-palette-away]")).to_contain_text("cannot be reached")
    page.keyboard.type("theme dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_class(re.compile(r"\bdark\b"))


def test_a_pinyin_candidate_is_not_run(page: Page) -> None:
    open_palette(page)
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "dian", "selectionStart": 4, "selectionEnd": 4})
    page.evaluate(
        """() => document.querySelector('#palette input').dispatchEvent(
            new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, isComposing: true, bubbles: true}))"""
    )
    expect(page.locator("#palette")).to_be_visible()
    session.send("Input.insertText", {"text": "电"})
    expect(page.locator("#palette input")).to_have_value("电")
    expect(page.locator("[data-palette-nothing]")).to_contain_text("电")


def test_on_a_phone_it_opens_from_the_drawer_and_closes_with_a_button(
    browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    page = browser_of_user(alice, viewport=PHONE, has_touch=True).new_page()
    page.goto("/")
    ready(page)
    page.tap("[data-sheet=sidebar]")
    page.get_by_role("button", name="Search or jump to").tap()
    dialog = page.locator("#palette")
    page.locator('#palette [data-id^="offer:"]').first.wait_for()
    expect(page.locator("#sidebar")).not_to_be_visible()
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert box["y"] + box["height"] <= PHONE["height"]
    row = page.locator("#palette [role=option]").first.bounding_box()
    assert row is not None
    assert row["height"] >= 36
    assert page.locator("#palette input").evaluate("(field) => parseFloat(getComputedStyle(field).fontSize)") >= 16
    dialog.get_by_role("button", name="Close").tap()
    expect(dialog).not_to_be_visible()
