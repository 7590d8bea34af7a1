"""Presets beside the run settings: saved, used, begun with, from the keyboard and the palette."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, LastSettings
from playground.conversations.run_settings import RunSettings
from playground.presets import shelf
from playground.presets.models import Preset
from tests.browser.chat.conftest import ready, send, until_state

KEPT = "**/settings/"
AIR = "zai/glm-4.5-air"


def keep(user: User, name: str = "Brief", **settings: object) -> Preset:
    offer = Offer.objects.get(provider__slug="sandbox", wire_name=AIR)
    chosen = RunSettings(**{"offer": offer.pk, "temperature": 0.25, "system_prompt": "Be brief.", **settings})  # type: ignore[arg-type]
    return shelf.save(user=user, team=current_team(user), name=name, settings=chosen, for_team=False)


def open_list(page: Page) -> None:
    page.click("#run-presets")
    page.locator("#presets").wait_for()


def test_what_is_set_now_is_saved_and_used_later(page: Page) -> None:
    page.fill("#run-temperature", "0.3")
    page.fill("#run-system", "Answer in rhymes.")  # not kept yet: the list saves what stands there
    open_list(page)
    expect(page.locator("#preset-name")).to_be_focused()
    page.keyboard.type("Rhymes")
    page.keyboard.press("Enter")
    expect(page.locator(".tc-preset-rows b")).to_have_text("Rhymes")
    made = Preset.objects.get()
    assert (made.settings["temperature"], made.settings["system_prompt"]) == (0.3, "Answer in rhymes.")
    page.keyboard.press("Escape")
    expect(page.locator("#run-presets")).to_be_focused()
    with page.expect_response(KEPT):
        page.click("[data-reset]")
    with page.expect_response(KEPT):
        page.fill("#run-system", "")
        page.locator("#run-system").blur()
    open_list(page)
    page.get_by_role("button", name="Use Rhymes", exact=True).click()
    expect(page.locator("#fetched-dialog")).to_be_hidden()
    expect(page.locator("#run-system")).to_have_value("Answer in rhymes.")
    expect(page.locator("#run-temperature")).to_have_value("0.3")


def test_a_preset_is_used_in_a_conversation_that_the_page_has_just_begun(page: Page, alice: User) -> None:
    keep(alice)
    send(page, "hello")
    until_state(page, "finished")
    before = LastSettings.objects.count()
    open_list(page)
    with page.expect_response(KEPT):
        page.get_by_role("button", name="Use Brief", exact=True).click()
    expect(page.locator("#run-system")).to_have_value("Be brief.")
    assert Conversation.objects.get().settings["system_prompt"] == "Be brief."
    assert before == 0 or LastSettings.objects.get().settings["system_prompt"] == "Be brief."


def test_a_name_that_is_taken_is_said_and_a_preset_renamed_and_deleted(page: Page, alice: User, noise: object) -> None:
    noise.expected = ("422",)  # type: ignore[attr-defined]
    keep(alice)
    open_list(page)
    page.fill("#preset-name", "Brief")
    page.keyboard.press("Enter")
    expect(page.locator("#preset-refused")).to_have_text("There is a preset of this name already.")
    page.locator("summary", has_text="Rename").click()
    page.locator(".tc-preset-ask input[name=name]").fill("Briefer")
    page.keyboard.press("Enter")
    expect(page.locator(".tc-preset-rows b")).to_have_text("Briefer")
    page.get_by_role("button", name="Begin new conversations with Briefer").click()
    expect(page.locator(".tc-preset-rows .badge")).to_have_text("default")
    expect(page.get_by_role("button", name="No longer begin with Briefer")).to_be_focused()
    page.locator("summary", has_text="Delete").click()
    expect(page.get_by_text("“Briefer” goes for good.")).to_be_visible()
    assert Preset.objects.count() == 1, "it was only asked for"
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator("#presets")).to_contain_text("None yet.")
    assert not Preset.objects.exists()


def test_the_palette_uses_a_preset_here(page: Page, alice: User) -> None:
    keep(alice)
    page.keyboard.press("Control+k")
    page.locator("#palette [data-group=presets]").wait_for()
    page.keyboard.type("preset brief")
    with page.expect_response(KEPT):
        page.keyboard.press("Enter")
    expect(page.locator("#run-system")).to_have_value("Be brief.")
    assert "/?preset" not in page.url


def test_on_a_phone_the_list_fits_and_works(browser_of_user: Callable[..., BrowserContext], alice: User) -> None:
    keep(alice, "A preset with a name that is as long as anybody would ever make one, and longer")
    page = browser_of_user(alice, viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    page.goto("/")
    ready(page)
    page.click('[data-sheet="inspector"]')
    open_list(page)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    with page.expect_response(KEPT):
        page.locator(".tc-preset-rows").get_by_role("button", name="Use").first.click()
    expect(page.locator("#run-system")).to_have_value("Be brief.")
