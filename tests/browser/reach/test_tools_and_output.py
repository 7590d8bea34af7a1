"""Cards of calls, verdicts, sources and their settings: for every reader, at every width, in themes and languages."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Message
from playground.conversations.progress import Settlement, settle
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn, append_turn, give_results
from playground.conversations.web_search import WebSearch
from playground.tools import functions
from playground.tools.judging import judge
from tests.browser.chat.conftest import ready
from tests.browser.reach.faults import grave
from tests.browser.reach.test_every_page import CUT, SPACED, STICKING_OUT
from tests.server import Server

LONG_NAME = "get_price_series_of_a_commodity_with_a_name_of_sixty_characters"
SCHEMA = {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount", "iban"]}
SAID = json.dumps({"amount": "4200", "an unforeseen name": ["x" * 120, {"deep": None}]})
CALLS: list[dict[str, Any]] = [
    {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": json.dumps({"q": "x" * 200})}}
    for n, name in enumerate(("get_weather", LONG_NAME))
]
SOURCES = [
    {
        **{"refer": f"ref_{n}", "title": "A very long title " * 4, "link": f"https://example.com/{n}/{'x' * 90}"},
        **{"media": "Example", "content": "Words. " * 40, "publish_date": "2026-11-20"},
    }
    for n in (1, 2)
]


@pytest.fixture
def conversation(alice: User, server: Server) -> str:
    """The address of a conversation with one of each."""
    offer = Offer.objects.get(provider__slug="sandbox", wire_name="bigmodel/glm-4-flashx-250414")
    row = functions.save(
        **{"user": alice, "team": current_team(alice), "function": None, "name": LONG_NAME},
        **{"description": "Prices", "parameters": '{"type": "object"}', "fixed_result": '{"mean": 74200}'},
    )
    plain = RunSettings(offer=offer.pk, functions=(row.pk,), web_search=WebSearch("search_std"))
    room: Conversation | None = None
    for said, settings, facts in (
        ("Both, please", plain, {"tool_calls": CALLS}),
        ("As JSON", RunSettings(offer=offer.pk, output="json_schema", schema=json.dumps(SCHEMA)), {"content": SAID}),
        ("Search", plain, {"content": "Two pages say so [ref_1] [ref_2].", "web_search": SOURCES}),
        ("Once more", plain, {"content": "I need both.", "tool_calls": CALLS}),
    ):
        room = room and Conversation.objects.get(pk=room.pk)
        turn = append_turn(
            **{"user": alice, "conversation": room, "parent_id": None, "client_id": uuid.uuid4().hex},  # type: ignore[arg-type]
            **{"text": said, "settings": settings, "owner": "here"},  # type: ignore[arg-type]
        )
        answer = finish(turn, judge(SCHEMA, SAID) if settings.output else None, **facts)
        room = answer.conversation
        if said == "Both, please":
            results = ['{"temperature": 7}', "y" * 300]
            given = give_results(user=alice, message=answer, client_id="given", results=results, owner="here")
            finish(given, None, content="So it is.")
    assert room is not None
    return f"/c/{room.pk}/"


def finish(turn: Turn, verdict: dict[str, object] | None, content: str = "", **facts: Any) -> Message:
    settlement = Settlement(turn.generation_id, "finished", content, "", 1, verdict=verdict, **facts)
    assert settle(settlement, owner="here")
    return Message.objects.select_related("conversation").get(pk=turn.assistant_message_id)


def open_all(page: Page, address: str) -> None:
    """The conversation with everything drawn and the settings unfolded."""
    page.goto(address)
    ready(page)
    page.locator("[data-json-tree]").wait_for()
    page.evaluate("for (const one of document.querySelectorAll('#run-settings details')) one.open = true")
    page.evaluate("document.querySelector('[name=output][value=json_schema]').checked = true")
    page.evaluate("document.querySelector('#run-settings').refresh()")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_tools_and_verdicts(
    browser_of_user: Callable[..., BrowserContext], alice: User, conversation: str, theme: str, language: str
) -> None:
    User.objects.filter(pk=alice.pk).update(language=language, theme=theme)
    page = browser_of_user(alice, color_scheme=theme, locale=language, reduced_motion="reduce").new_page()
    open_all(page, conversation)
    expect(page.locator("[data-call]")).to_have_count(4)
    expect(page.locator("[data-verdict] .tc-path")).to_have_count(2)
    expect(page.locator(".tc-sources li")).to_have_count(2)
    found = grave(page)
    page.click("#function-add")
    page.locator("#function-form .tc-chip").first.click()
    expect(page.locator("#function-name")).to_have_value("get_weather")
    page.locator("#function-parameters").fill('{"type": "strng"}')
    page.locator("#parameters-flaws code").first.wait_for()
    found += grave(page)
    assert found == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("width", [1440, 1024, 390, 320])
def test_tools_and_verdicts_stay_inside_their_containers(
    browser_of_user: Callable[..., BrowserContext], alice: User, conversation: str, width: int, language: str
) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    size = {"width": width, "height": 800}
    page = browser_of_user(alice, viewport=size, locale=language, reduced_motion="reduce").new_page()
    open_all(page, conversation)
    assert page.evaluate(STICKING_OUT) == []
    if width <= 1180:
        page.locator(".tc-open-inspector").click()
        page.locator("#inspector[data-open]").wait_for()
        assert page.evaluate(STICKING_OUT) == []
    page.click("#function-add")
    page.locator("#function-name").wait_for()
    assert page.evaluate(STICKING_OUT) == []


@pytest.mark.parametrize("width", [1440, 720])  # 720: a window of 1440 at 200 % zoom
def test_wider_text_spacing_cuts_nothing_of_tools_and_verdicts(
    browser_of_user: Callable[..., BrowserContext], alice: User, conversation: str, width: int
) -> None:
    size = {"width": width, "height": 450 if width == 720 else 900}
    page = browser_of_user(alice, viewport=size).new_page()
    open_all(page, conversation)
    page.evaluate(SPACED)
    assert page.evaluate(CUT) + page.evaluate(STICKING_OUT) == []


def test_results_are_given_with_the_keyboard_alone(
    browser_of_user: Callable[..., BrowserContext], alice: User, conversation: str
) -> None:
    page = browser_of_user(alice).new_page()
    open_all(page, conversation)
    page.locator("tool-results textarea").first.focus()
    page.keyboard.type("seven degrees")
    page.keyboard.press("Tab")  # the arguments of the second call, which can be scrolled
    page.keyboard.press("Tab")
    expect(page.locator("tool-results textarea").nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[data-send-results]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator('message-view[data-role="tool"]')).to_have_count(2)
    assert Message.objects.filter(role="tool").last().results[0]["content"] == "seven degrees"  # type: ignore[union-attr]
