"""Structured output: chosen in the run settings, shown as tree and as text, judged with paths, repaired by a click."""

import json
from typing import Any

from playwright.sync_api import Page, expect

from playground.catalog.models import Offer
from playground.conversations.models import Generation, LastSettings, Message
from tests.browser.chat.conftest import Noise, last_answer, ready, send, until_state

KEPT = "**/settings/"
INVOICE = {
    "type": "object",
    "properties": {"number": {"type": "string", "pattern": "^INV-[0-9]{4}$"}, "amount": {"type": "number"}},
    "required": ["number", "amount"],
}
QUESTION = "Read this: Northwind, 4200 in total"


def ask_for(page: Page, output: str) -> None:
    """Choose a form of the answer."""
    with page.expect_response(KEPT):
        page.locator(f".tc-segments label:has([name=output][value='{output}'])").click()


def put_schema(page: Page, schema: Any) -> None:
    with page.expect_response(KEPT):
        page.fill("#run-schema", schema if isinstance(schema, str) else json.dumps(schema, indent=2))
        page.locator("#run-schema").blur()


def kind(page: Page) -> str:
    """The verdict on the newest answer."""
    return str(last_answer(page).locator("[data-verdict]").get_attribute("data-verdict"))


def test_json_is_shown_as_a_tree_and_as_text(page: Page) -> None:
    ask_for(page, "json_object")
    send(page, "Give me the fields name, amount: Northwind owes 4200")
    until_state(page, "finished")
    answer = last_answer(page)
    tree, text = answer.locator("[data-json-tree]"), answer.locator("[data-body] > pre")
    expect(tree).to_be_visible()
    expect(text).to_be_hidden()
    expect(tree.locator('[data-path="$.sandbox"]')).to_contain_text("true")
    answer.get_by_role("button", name="Text", exact=True).click()
    expect(tree).to_be_hidden()
    assert json.loads(text.inner_text())["sandbox"] is True
    assert kind(page) == "json"
    assert json.loads(str((Generation.objects.get().request or {})["frame"]))["response_format"] == {
        "type": "json_object"
    }
    page.reload()
    ready(page)
    expect(page.locator("[data-json-tree]")).to_be_visible()


def test_a_violation_is_named_found_in_the_tree_and_sent_back(page: Page) -> None:
    ask_for(page, "json_schema")
    put_schema(page, INVOICE)
    send(page, QUESTION)
    until_state(page, "finished")
    assert kind(page) == "violated"
    note = last_answer(page).locator("[data-verdict]")
    expect(note.locator("li")).to_have_count(1)
    expect(note.locator("li")).to_contain_text("It must fit the expression")
    note.locator(".tc-path").click()
    found = last_answer(page).locator('[data-json-tree] [data-path="$.number"]')
    expect(found).to_have_attribute("data-found", "")
    expect(found).to_be_focused()
    note.locator('[data-act="repair"]').click()
    expect(page.locator('message-view[data-role="user"]')).to_have_count(2)
    until_state(page, "finished")
    assert "$.number" in Message.objects.filter(role="user").order_by("created_at")[1].content


def test_an_answer_that_fits_says_so(page: Page) -> None:
    ask_for(page, "json_schema")
    put_schema(page, {**INVOICE, "properties": {"amount": {"type": "number"}}, "required": ["amount"]})
    send(page, QUESTION)
    until_state(page, "finished")
    assert kind(page) == "fits"
    system = page.request.get(f"/messages/{Message.objects.get(role='assistant').pk}/details/").text()
    assert "fits this JSON schema" in system, "the details show the schema in the system prompt"


def test_a_schema_that_is_not_finished_is_kept_named_and_not_sent(page: Page, noise: Noise) -> None:
    ask_for(page, "json_schema")
    put_schema(page, '{"type": "strng"}')
    expect(page.locator("#schema-flaws code")).to_have_text("$.type")
    page.fill("#prompt", QUESTION)
    page.press("#prompt", "Enter")
    expect(page.locator("[data-composer-note]")).to_contain_text("The schema of the answer cannot be used.")
    expect(page.locator("#prompt")).to_have_value(QUESTION)
    assert not Generation.objects.exists()
    assert LastSettings.objects.get().settings["schema"] == '{"type": "strng"}'
    page.reload()
    ready(page)
    expect(page.locator("#run-schema")).to_have_value('{"type": "strng"}')
    expect(page.locator("#schema-flaws code")).to_have_text("$.type")


def test_a_model_that_writes_text_only_says_so(page: Page) -> None:
    ask_for(page, "json_object")
    page.click("[data-open-picker]")
    page.fill("[data-picker-search]", "4.7-flashx")
    with page.expect_response(KEPT):
        page.locator(".tc-picker-row:visible").first.click()
    expect(page.locator(".tc-set-dropped")).to_contain_text("Output format is left out.")
    expect(page.locator("[name=output]")).to_have_count(0)
    expect(page.locator(".tc-set-output + .tc-set-note")).to_contain_text("writes text only")


def test_earlier_thinking_goes_along_when_it_is_asked_for(page: Page) -> None:
    expect(page.locator("#run-keep")).to_have_count(0)  # none of the models that the sandbox imitates keeps it
    Offer.objects.filter(provider__practice=True).update(keeps_thinking=True)
    page.reload()
    ready(page)
    with page.expect_response(KEPT):
        page.click("#run-keep")
    send(page, "What is 17 * 23?")
    until_state(page, "finished")
    send(page, "And times two?")
    until_state(page, "finished")
    first, second = Generation.objects.order_by("created_at")
    assert json.loads(str((first.request or {})["frame"]))["thinking"] == {"type": "enabled"}
    assert json.loads(str((second.request or {})["frame"]))["thinking"] == {"type": "enabled", "clear_thinking": False}
    details = page.request.get(f"/messages/{second.message_id}/details/").text()
    assert "reasoning_content" in details, "and the details show it, word for word"
    with page.expect_response(KEPT):
        page.click("#run-keep")
    send(page, "And minus one?")
    until_state(page, "finished")
    third = Generation.objects.order_by("created_at")[2]
    assert "clear_thinking" not in str((third.request or {})["frame"])
