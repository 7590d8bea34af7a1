"""Templates in a real Chromium: the list, the editor, "/" in the composer, and from a trial to a template and back."""

import pytest
from playwright.sync_api import Page, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.conversations.models import Generation
from playground.prompts import library
from playground.prompts.content import read_content
from playground.prompts.models import PromptTemplate, TemplateVersion
from tests.browser.chat.conftest import Noise, ready, send, until_state
from tests.server import Server

NOTES = {
    "title": "Zebra notes",
    "system_prompt": "You take notes for {{team}}.",
    "first_message": "Notes:\n{{notes}}",
    "variables": [
        {"name": "team", "default": "Sales"},
        {"name": "notes", "kind": "file", "least": 4, "example": "Mei: {{team}} ships on Friday."},
    ],
    "model": "glm-4.5-air",
    "settings": {"thinking": False, "temperature": 0.25},
}


@pytest.fixture
def notes(server: Server, alice: User) -> TemplateVersion:
    template = library.create(team=current_team(alice), author=alice, content=read_content(NOTES))
    return template.shown


def slash(page: Page, text: str) -> None:
    """Type into the empty composer, key by key, until the menu has answered."""
    page.click("#prompt")
    page.keyboard.type(text)


def test_slash_inserts_a_template_with_the_keyboard_alone(
    page: Page, noise: Noise, notes: TemplateVersion, alice: User
) -> None:
    noise.expected = ("status of 422",)
    ready(page)
    slash(page, "/zeb")
    expect(page.locator(".tc-slash-row")).to_have_count(1)
    expect(page.locator("#prompt")).to_have_attribute("aria-activedescendant", f"slash-{notes.pk}")
    page.keyboard.press("Enter")
    form = page.locator("#fill-dialog form")
    expect(form.locator('[name="value-team"]')).to_be_focused()
    page.keyboard.press("Enter")  # something is missing yet
    expect(form.locator('[name="value-notes"]')).to_be_focused()
    expect(form).to_contain_text("Fill this in.")
    page.keyboard.type("Mei: hello {{team}}")
    page.keyboard.press("Tab")
    form.locator('[value="use"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#prompt")).to_have_value("Notes:\nMei: hello {{team}}")
    expect(page.locator("#prompt")).to_be_focused()
    expect(page.locator("#run-system")).to_have_value("You take notes for Sales.")
    expect(page.locator("[data-template-of-settings]")).to_contain_text("Zebra notes v1")
    assert not Generation.objects.exists()
    page.keyboard.press("Enter")
    until_state(page, "finished")
    made = Generation.objects.get()
    assert (made.template_version_id, made.settings["temperature"]) == (notes.pk, 0.25)
    page.locator('[data-act="details"]').last.click()
    expect(page.locator("#details")).to_contain_text("Zebra notes v1")


def test_the_button_offers_templates_and_what_was_typed_stays_above(page: Page, notes: TemplateVersion) -> None:
    ready(page)
    page.fill("#prompt", "My own words.")
    page.click("[data-open-templates]")
    expect(page.locator("#prompt")).to_be_focused()
    page.locator(".tc-slash-row", has_text="Zebra notes").click()
    form = page.locator("#fill-dialog form")
    form.locator('[name="value-notes"]').fill("Mei: hello")
    form.locator('[value="use"]').click()
    expect(page.locator("#prompt")).to_have_value("My own words.\n\nNotes:\nMei: hello")
    page.click("[data-open-templates]")
    expect(page.locator(".tc-slash-row").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tc-slash")).to_be_hidden()
    assert not Generation.objects.exists()


def test_escape_closes_the_menu_and_keeps_what_was_typed(page: Page, notes: TemplateVersion) -> None:
    ready(page)
    slash(page, "/zeb")
    expect(page.locator(".tc-slash-row")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tc-slash")).to_be_hidden()
    expect(page.locator("#prompt")).to_have_value("/zeb")


def test_commands_of_the_sandbox_are_sent_as_ever(page: Page, notes: TemplateVersion) -> None:
    ready(page)
    slash(page, "/sandbox echo zebra")
    page.keyboard.press("Enter")
    until_state(page, "finished")
    assert Generation.objects.get().message.parent.content == "/sandbox echo zebra"  # type: ignore[union-attr]


def test_a_template_is_tried_from_its_page_and_nothing_is_sent(page: Page, notes: TemplateVersion) -> None:
    page.goto(f"/templates/{notes.template_id}/")
    page.locator(".tc-panel-head").get_by_role("link", name="Use").click()
    page.get_by_role("button", name="Take the example").click()
    expect(page.locator('[name="value-notes"]')).to_have_value("Mei: {{team}} ships on Friday.")
    page.get_by_role("button", name="Open in the playground").click()
    ready(page)
    expect(page.locator("#prompt")).to_have_value("Notes:\nMei: {{team}} ships on Friday.")
    expect(page.locator("#run-system")).to_have_value("You take notes for Sales.")
    assert not Generation.objects.exists()
    page.reload()
    expect(page.locator("#prompt")).to_have_value("Notes:\nMei: {{team}} ships on Friday.")


def test_the_text_of_a_file_goes_into_its_field(page: Page, notes: TemplateVersion) -> None:
    page.goto(f"/templates/versions/{notes.pk}/use/")
    page.locator('input[type="file"]').set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": "会议：周五发货".encode()}
    )
    expect(page.locator('[name="value-notes"]')).to_have_value("会议：周五发货")
    page.locator('input[type="file"]').set_input_files(
        {"name": "x.bin", "mimeType": "application/octet-stream", "buffer": b"\x00\xff\xfe"}
    )
    expect(page.locator("#toaster")).to_contain_text("This file is no text.")


def test_a_conversation_becomes_a_template_and_the_selection_a_variable(page: Page, server: Server) -> None:
    ready(page)
    send(page, "Greet Mei Tan in one line")
    until_state(page, "finished")
    page.evaluate(
        """() => {
          const body = document.querySelector('message-view[data-role=user]');
          const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf('Mei Tan');
            if (at < 0) continue;
            getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + 7);
            return;
          }
        }"""
    )
    page.click("#conversation-menu-trigger")
    page.click("#conversation-template")
    expect(page.locator('[name="first_message"]')).to_have_value("Greet {{text}} in one line")
    expect(page.locator('[name="variable-text-example"]')).to_have_value("Mei Tan")
    page.fill('[name="title"]', "Greeting")
    page.get_by_role("button", name="Save, make live").click()
    expect(page.locator("#panel-title")).to_have_text("Greeting")
    assert PromptTemplate.objects.get(live__title="Greeting").shown.content.variables[0].example == "Mei Tan"


def test_the_editor_draws_variables_as_they_are_named_and_keeps_what_is_typed(page: Page, server: Server) -> None:
    page.goto("/templates/new/")
    page.fill('[name="title"]', "Letter")
    page.locator('[name="system_prompt"]').press_sequentially("Write to {{name}}")
    row = page.locator("#row-name")
    expect(row).to_be_visible()
    page.fill('[name="variable-name-example"]', "Li Na")
    expect(page.locator("#template-preview")).to_contain_text("Write to Li Na")
    page.locator('[name="system_prompt"]').press_sequentially(" in {{language}}")
    expect(page.locator("#row-language")).to_be_visible()
    expect(page.locator('[name="system_prompt"]')).to_be_focused()
    expect(page.locator('[name="variable-name-example"]')).to_have_value("Li Na")
    page.select_option('[name="variable-language-kind"]', "choice")
    page.fill('[name="variable-language-choices"]', "English\n中文")
    page.select_option('[name="model"]', "glm-4.5-air")
    expect(page.locator("#template-preview")).to_contain_text("tokens ·")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.locator(".tc-panel-figures")).to_contain_text("draft")
    saved = PromptTemplate.objects.get(newest__title="Letter").shown.content
    assert [(one.name, one.choices) for one in saved.variables] == [("name", ()), ("language", ("English", "中文"))]


def test_the_selection_becomes_a_variable_in_the_editor(page: Page, server: Server) -> None:
    page.goto("/templates/new/")
    field = page.locator('[name="first_message"]')
    field.fill("Greet Mei today")
    field.evaluate("one => one.setSelectionRange(6, 9)")
    page.click("[data-make-variable]")
    expect(field).to_have_value("Greet {{text}} today")
    expect(page.locator('[name="variable-text-example"]')).to_have_value("Mei")


def test_the_list_is_searched_while_one_types(page: Page, notes: TemplateVersion) -> None:
    page.goto("/templates/")
    page.locator('[name="q"]').last.press_sequentially("zebra")
    expect(page.locator(".tc-template-card")).to_have_count(1)
    expect(page).to_have_url("/templates/?q=zebra")
    page.go_back()
    expect(page.locator(".tc-template-card").nth(5)).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_card_opens_its_panel_and_the_keyboard_reaches_everything(
    page: Page, notes: TemplateVersion, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/templates/?q=zebra")
    page.locator(".tc-template-card a").first.press("Enter")
    expect(page.locator("#panel-title")).to_be_visible()
    expect(page.locator(".tc-template-card").first).to_be_visible(visible=width > 1180)
    page.locator(".tc-star").press("Enter")
    expect(page.locator(".tc-star")).to_have_attribute("aria-pressed", "true")


def test_the_palette_leads_to_a_template(page: Page, notes: TemplateVersion) -> None:
    ready(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("zebra")
    page.locator('#palette [data-group="templates"]').first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/templates/versions/{notes.pk}/use/")
