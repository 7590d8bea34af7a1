"""Functions are defined in a dialog, called in cards, answered by a person; rounds are one turn."""

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.custom import Abilities, Wiring, add_offer, create_provider
from playground.catalog.models import Offer
from playground.conversations.models import Generation, LastSettings, Message
from playground.ledger.models import Entry
from playground.tools import functions
from playground.tools.models import Function
from playground.vault import keys
from tests.browser.chat.conftest import Noise, last_answer, ready, send, text_of, until_state
from tests.tool_endpoint import tool_endpoint

KEPT = "**/settings/"
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def define(user: User, name: str = "get_weather", description: str = "Weather of a city", **more: Any) -> Function:
    """A function of the user's team."""
    asked = {"name": name, "description": description, "parameters": json.dumps(CITY), **more}
    return functions.save(user=user, team=current_team(user), function=None, **asked)


@pytest.fixture
def own_model(alice: User) -> Offer:
    """A model of the OpenAI family on a server of alice's team; nothing is sent to it."""
    wiring = Wiring(family="openai", thinking_switch="none")
    scope = f"team:{current_team(alice).pk}"
    provider = create_provider(scope=scope, name="Mine", base_url="http://10.0.0.5:8000/v1", wiring=wiring)
    abilities = Abilities(tools=True)
    return add_offer(provider=provider, wire_name="llama", abilities=abilities, today=dt.date(2026, 11, 26))


def switch_on(page: Page, function: Function) -> None:
    with page.expect_response(KEPT):
        page.click(f"#run-function-{function.pk}")


def calls(page: Page) -> Any:
    """The cards of the newest answer."""
    return last_answer(page).locator("[data-call]")


def until_asked(page: Page) -> None:
    page.locator("tool-results textarea").first.wait_for()


def test_a_function_is_defined_from_an_example_and_switched_on(page: Page) -> None:
    page.click("#function-add")
    page.locator("#function-form").get_by_role("button", name="Weather").click()
    expect(page.locator("#function-name")).to_have_value("get_weather")
    with page.expect_response(KEPT):
        page.locator("#function-form").get_by_role("button", name="Save").click()
    expect(page.locator("#function-dialog")).to_be_hidden()
    line = page.locator(".tc-set-function")
    expect(line).to_contain_text("get_weather")
    expect(line.locator("[name=functions]")).to_be_checked()
    expect(page.locator("[data-tools-count]")).to_have_text("1 / 1")
    assert LastSettings.objects.get().settings["functions"] == [str(Function.objects.get().pk)]
    page.reload()
    ready(page)
    expect(page.locator("[name=functions]")).to_be_checked()


def test_a_schema_is_checked_while_it_is_typed(page: Page, noise: Noise) -> None:
    noise.expected = ("422",)
    page.click("#function-add")
    page.locator("#function-name").fill("f")
    page.locator("#function-description").fill("F")
    field, flaws = page.locator("#function-parameters"), page.locator("#parameters-flaws")
    field.fill('{"type": "object", "properties": {"a": {"type": "strng"}}}')
    expect(flaws.locator("code")).to_have_text("$.properties.a.type")
    field.fill('{"type": "object",\n "properties": {')
    expect(flaws.locator("code")).to_have_text("line 2, column 17")
    with page.expect_response("**/functions/add/**") as refused:
        page.locator("#function-form").get_by_role("button", name="Save").click()
    assert refused.value.status == 422
    expect(flaws.locator("code")).to_have_text("line 2, column 17")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert not Function.objects.exists()
    field.fill(json.dumps(CITY))
    expect(flaws).to_contain_text("The schema is valid.")
    with page.expect_response(KEPT):
        page.locator("#function-form").get_by_role("button", name="Save").click()
    assert Function.objects.get().name == "f"


def test_a_function_of_the_team_is_changed_and_deleted(page: Page, alice: User) -> None:
    row = define(alice)
    page.reload()
    ready(page)
    switch_on(page, row)
    page.click(f"#function-{row.pk}-edit")
    page.locator("#function-description").fill("How the weather is")
    with page.expect_response(KEPT):
        page.locator("#function-form").get_by_role("button", name="Save").click()
    row.refresh_from_db()
    assert row.description == "How the weather is"
    page.click(f"#function-{row.pk}-edit")
    with page.expect_response(KEPT):
        page.locator("#function-form").get_by_role("button", name="Delete").click()
    expect(page.locator(".tc-set-function")).to_have_count(0)
    assert not Function.objects.exists()


def test_a_function_that_must_be_called_is_switched_on_with_the_choice(
    page: Page, alice: User, own_model: Offer
) -> None:
    row = define(alice)
    page.goto(f"/?offer={own_model.pk}")
    ready(page)
    box, choice = page.locator(f"#run-function-{row.pk}"), page.locator("#run-choice")
    with page.expect_response(KEPT):
        choice.select_option("always get_weather")
    expect(box).to_be_checked()
    expect(page.locator("[data-tools-count]")).to_have_text("1 / 1")
    assert LastSettings.objects.get().settings["tool_choice"] == str(row.pk)
    with page.expect_response(KEPT):
        box.click()
    expect(choice).to_have_value("auto")
    kept = LastSettings.objects.get().settings
    assert {"tool_choice": kept.get("tool_choice"), "functions": kept.get("functions")} == {
        **{"tool_choice": "auto", "functions": None},
    }


def test_calls_are_answered_by_hand_and_the_turn_goes_on(page: Page, alice: User) -> None:
    row = define(alice)
    page.reload()
    ready(page)
    switch_on(page, row)
    send(page, "How is the weather in Oslo and in Bergen?")
    until_asked(page)
    assert Generation.objects.count() == Entry.objects.count() == 1
    cards = calls(page)
    expect(cards).to_have_count(2)
    expect(cards.first.locator("[data-call-arguments]")).to_contain_text('"city": "Oslo"')
    fields = page.locator("tool-results textarea")
    fields.nth(0).fill('{"temperature": 7}')
    page.locator("tool-results [data-send-results]").click()
    expect(page.locator("[data-results-note]")).to_have_text("Every call needs a result.")
    assert Generation.objects.count() == 1, "nothing goes out while a result is missing"
    page.reload()
    ready(page)
    expect(fields.nth(0)).to_have_value('{"temperature": 7}')
    fields.nth(1).fill("rain")
    page.locator("tool-results [data-send-results]").click()
    expect(page.locator('message-view[data-role="assistant"]')).to_have_count(2)
    until_state(page, "finished")
    expect(page.locator('[data-call][data-state="answered"]')).to_have_count(2)
    assert "rain" in text_of(page)
    assert [message.role for message in Message.objects.order_by("created_at")] == [
        *("user", "assistant", "tool", "assistant")
    ]
    assert Entry.objects.count() == 2, "each round has its own usage and cost"
    meters = page.locator("message-view [data-part=meter]")
    assert meters.count() == 2
    page.reload()
    ready(page)
    expect(page.locator('[data-call][data-state="answered"]')).to_have_count(2)


def test_a_fixed_result_fills_the_field_and_waits_for_the_button(page: Page, alice: User) -> None:
    row = define(alice, fixed_result='{"temperature": 7}')
    page.reload()
    ready(page)
    switch_on(page, row)
    send(page, "How is the weather in Oslo?")
    until_asked(page)
    expect(page.locator("tool-results textarea")).to_have_value('{"temperature": 7}')
    expect(page.locator("tool-results")).to_contain_text("fixed, from the function")
    page.wait_for_timeout(300)
    assert Generation.objects.count() == 1
    page.locator("tool-results [data-send-results]").click()
    expect(page.locator('message-view[data-role="assistant"]')).to_have_count(2)
    until_state(page, "finished")
    assert "temperature" in text_of(page)


def test_other_results_are_a_branch_beside_the_first(page: Page, alice: User) -> None:
    row = define(alice)
    page.reload()
    ready(page)
    switch_on(page, row)
    send(page, "How is the weather in Oslo?")
    until_asked(page)
    page.locator("tool-results textarea").fill("sunny")
    page.locator("tool-results [data-send-results]").click()
    expect(page.locator('message-view[data-role="assistant"]')).to_have_count(2)
    until_state(page, "finished")
    page.locator('[data-act="again"]').click()
    field = page.locator("tool-results textarea")
    expect(field).to_have_value("sunny")
    field.fill("hail")
    page.locator("tool-results [data-send-results]").click()
    expect(page.locator('message-view[data-role="tool"] .tc-siblings')).to_contain_text("2")
    until_state(page, "finished")
    assert "hail" in text_of(page)
    page.locator('message-view[data-role="tool"] .tc-siblings button').first.click()
    expect(page.locator('message-view[data-role="assistant"]').last).to_contain_text("sunny")
    expect(page.locator("[data-call]")).to_contain_text("sunny")
    assert Message.objects.filter(role="tool").count() == 2


def test_results_given_in_one_tab_are_seen_in_another(
    page: Page, alice: User, browser_of_user: Callable[..., BrowserContext]
) -> None:
    row = define(alice)
    page.reload()
    ready(page)
    switch_on(page, row)
    send(page, "How is the weather in Oslo?")
    until_asked(page)
    page.wait_for_url("**/c/*/")
    other = browser_of_user(alice).new_page()
    other.goto(page.url)
    ready(other)
    until_asked(other)
    other.locator("tool-results textarea").fill("fog")
    other.locator("tool-results [data-send-results]").click()
    expect(page.locator('[data-call][data-state="answered"]')).to_contain_text("fog")
    until_state(page, "finished")
    assert "fog" in text_of(page)


def test_going_on_without_a_result_leaves_the_call_out(page: Page, alice: User) -> None:
    row = define(alice)
    page.reload()
    ready(page)
    switch_on(page, row)
    send(page, "How is the weather in Oslo?")
    until_asked(page)
    send(page, "Never mind. What is 17 * 23?")
    until_state(page, "finished")
    page.reload()
    ready(page)
    expect(page.locator('[data-call][data-state="open"]')).to_have_count(1)


@pytest.fixture
def searching(page: Page, server: object) -> Page:
    """A new conversation with a model that can search the web."""
    offer = Offer.objects.get(provider__slug="sandbox", wire_name="bigmodel/glm-4-flashx-250414")
    page.goto(f"/?offer={offer.pk}")
    ready(page)
    return page


def test_a_web_search_brings_numbered_references_that_open_in_a_new_tab(searching: Page) -> None:
    with searching.expect_response(KEPT):
        searching.click("#run-search")
    searching.click("#run-search-options > summary")
    with searching.expect_response(KEPT):
        searching.fill("#run-search-count", "3")
        searching.locator("#run-search-count").blur()
    send(searching, "What is new in solid state batteries?")
    until_state(searching, "finished")
    links = last_answer(searching).locator(".tc-sources li a")
    expect(links).to_have_count(3)
    for link in links.all():
        assert link.get_attribute("target") == "_blank"
        assert link.get_attribute("rel") == "noopener noreferrer"
        assert re.match("https://example.com/", str(link.get_attribute("href")))
    marks = last_answer(searching).locator("[data-body] a")
    expect(marks.first).to_have_text("[1]")
    sent = Generation.objects.get().request
    assert sent is not None
    (tool,) = json.loads(str(sent["frame"]))["tools"]
    assert tool["web_search"] == {
        **{"enable": True, "search_engine": "search_std", "search_result": True, "count": 3},
    }


def test_an_endpoint_is_asked_by_its_button_and_its_answer_waits_for_the_other(page: Page, alice: User) -> None:
    with tool_endpoint() as endpoint:
        keys.allow_host(user=alice, host="127.0.0.1", port=endpoint.port)
        row = define(alice, endpoint=endpoint.address)
        page.reload()
        ready(page)
        switch_on(page, row)
        send(page, "How is the weather in Oslo?")
        until_asked(page)
        page.wait_for_timeout(300)
        assert endpoint.asked == [], "nothing a model says runs by itself"
        button = page.locator("[data-ask-endpoint]")
        expect(button).to_have_text("Ask 127.0.0.1")
        button.click()
        expect(page.locator("tool-results textarea")).to_have_value('{"asked": {"city": "Oslo"}}')
        expect(page.locator("[data-asked]")).to_contain_text("ms")
        assert Generation.objects.count() == 1, "the answer is only in the field"
        page.locator("[data-send-results]").click()
        expect(page.locator('message-view[data-role="assistant"]')).to_have_count(2)
        until_state(page, "finished")
        assert Message.objects.get(role="tool").results[0]["content"] == '{"asked": {"city": "Oslo"}}'


def test_an_endpoint_that_fails_says_so_beside_its_button(page: Page, alice: User, noise: Noise) -> None:
    noise.expected = ("422",)
    with tool_endpoint() as endpoint:
        keys.allow_host(user=alice, host="127.0.0.1", port=endpoint.port)
        endpoint.status = 500
        row = define(alice, endpoint=endpoint.address)
        page.reload()
        ready(page)
        switch_on(page, row)
        send(page, "How is the weather in Oslo?")
        until_asked(page)
        page.locator("[data-ask-endpoint]").click()
        expect(page.locator("[data-asked]")).to_contain_text("The endpoint gave no result")
        expect(page.locator("tool-results textarea")).to_have_value("")
