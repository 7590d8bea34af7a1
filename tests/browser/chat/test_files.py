"""A conversation leaves as a file and comes in again, as a person does it."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from playground.conversations.models import Conversation
from tests.browser.chat.conftest import Noise, last_answer, ready, send, until_state


def test_a_conversation_is_downloaded_and_brought_in_again(page: Page, tmp_path: Path) -> None:
    send(page, "What is 15 % of 240?")
    until_state(page, "finished")
    text = last_answer(page).locator("[data-body]").inner_text()
    files = {}
    for kind in ("Markdown", "JSON"):
        page.click("#conversation-menu-trigger")
        with page.expect_download() as waiting:
            page.get_by_role("menuitem", name=f"Download as {kind}", exact=True).click()
        files[kind] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(files[kind])
    assert files["Markdown"].name == "What is 15 of 240.md"
    assert json.loads(files["JSON"].read_text())["title"] == "What is 15 % of 240?"
    page.goto("/settings/")
    page.get_by_role("link", name="Import").click()
    page.set_input_files("input[type=file]", files["JSON"])
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("status").filter(has_text="1 conversation is here")).to_be_visible()
    page.locator(".tc-lines a").click()
    ready(page)
    expect(last_answer(page).locator("[data-body]")).to_have_text(text, use_inner_text=True)
    assert Conversation.objects.count() == 2
    send(page, "And of 480?")
    until_state(page, "finished")


def test_a_file_that_is_none_is_refused_with_the_reason(page: Page, tmp_path: Path, noise: Noise) -> None:
    noise.expected = ("status of 422",)
    nonsense = tmp_path / "notes.json"
    nonsense.write_text("just some notes")
    page.goto("/conversations/import/")
    page.set_input_files("input[type=file]", nonsense)
    page.get_by_role("button", name="Import").click()
    expect(page.locator(".tc-field-error")).to_contain_text("This is no JSON")
