"""A question to several columns over real sockets: each has its own stream and its own end."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.conf import settings

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.comparisons import columns
from playground.comparisons.models import Comparison
from playground.conversations.models import Generation, Message
from playground.conversations.run_settings import RunSettings
from playground.ledger.models import Entry
from tests.integration.live.conftest import Tab, session_of
from tests.server import Server

MODELS = ("zai/glm-4.5-air", "bigmodel/glm-z1-air", "bigmodel/glm-4-flashx-250414")


@pytest.fixture
def comparison(server: Server, alice: User) -> Comparison:
    """Three sandbox models side by side."""
    offers = [Offer.objects.get(provider__slug="sandbox", wire_name=name) for name in MODELS]
    return columns.begin(user=alice, columns=[RunSettings(offer=offer.pk) for offer in offers])


def asks(comparison: Comparison, text: str, /, **more: Any) -> dict[str, Any]:
    """The fields of a question to all columns."""
    shown = [{"column": str(column.pk), "parent": None} for column in comparison.shown_columns()]
    asked = {"comparison": str(comparison.pk), "client_id": str(uuid.uuid4()), "text": text, "columns": shown}
    return asked | more


def test_every_column_streams_by_itself_and_is_paid_by_itself(
    server: Server, comparison: Comparison, tab: Callable[..., Tab]
) -> None:
    one = tab()
    ack = one.ask("comparison.send", **asks(comparison, "What is 17 * 23?"))
    assert ack["title"] == "What is 17 * 23?"
    generations = [column["generation"] for column in ack["columns"]]
    for generation in generations:
        one.follow(generation)
    ended = set()
    while ended != set(generations):
        ended.add(one.hear_until(lambda f: f["type"] == "end")["generation"])
    for column in ack["columns"]:
        message = Message.objects.get(pk=column["assistant_message"])
        assert one.text(column["generation"]) == message.content
        assert f'id="message-{message.pk}"' in column["html"]
    assert Entry.objects.filter(state="finished").count() == 3


def test_stopping_one_column_leaves_the_others_running(
    server: Server, comparison: Comparison, tab: Callable[..., Tab]
) -> None:
    one = tab()
    ack = one.ask("comparison.send", **asks(comparison, "/sandbox long 800"))
    first, *others = (column["generation"] for column in ack["columns"])
    one.ask("generation.stop", generation=first)
    for generation in (first, *others):
        if one.follow(generation)["live"]:
            one.until_end(generation)
    states = dict(Generation.objects.values_list("pk", "state"))
    assert states[uuid.UUID(first)] == "stopped"
    assert {states[uuid.UUID(generation)] for generation in others} == {"finished"}


def test_a_column_that_fails_leaves_the_others_intact(
    server: Server, comparison: Comparison, tab: Callable[..., Tab]
) -> None:
    shop = Offer.objects.get(provider__slug="zai", wire_name="glm-4.5-air")
    refused = comparison.shown_columns()[0]
    refused.conversation.settings = RunSettings(offer=shop.pk).to_json()
    refused.conversation.save()
    one = tab()
    ack = one.ask("comparison.send", **asks(comparison, "hello"))
    assert [column.get("code", "") for column in ack["columns"]] == ["no_key", "", ""]
    assert "Keys page" in ack["columns"][0]["message"]
    for column in ack["columns"][1:]:
        if one.follow(column["generation"])["live"]:
            assert one.until_end(column["generation"])["state"] == "finished"


def test_the_same_question_sent_again_asks_nobody_twice(
    server: Server, comparison: Comparison, tab: Callable[..., Tab]
) -> None:
    one, other = tab(), tab()
    question = asks(comparison, "once")
    first, second = one.ask("comparison.send", **question), other.ask("comparison.send", **question)
    assert [c["generation"] for c in first["columns"]] == [c["generation"] for c in second["columns"]]
    assert Generation.objects.count() == 3


def test_a_second_device_hears_that_every_column_began(
    server: Server, comparison: Comparison, tab: Callable[..., Tab]
) -> None:
    one, other = tab(), tab()
    one.ask("comparison.send", **asks(comparison, "hello"))
    began = set()
    while len(began) < 3:
        began.add(other.hear_until(lambda f: f.get("what") == "began")["conversation"])
    assert began == {str(column.conversation_id) for column in comparison.shown_columns()}


def test_a_strangers_comparison_and_an_unknown_one_are_answered_alike(
    server: Server, comparison: Comparison, charlie: User, tab: Callable[..., Tab]
) -> None:
    stranger = tab(charlie)
    foreign = stranger.ask("comparison.send", **asks(comparison, "hi"))
    unknown = stranger.ask("comparison.send", **asks(comparison, "hi", comparison=str(uuid.uuid4())))
    for answer in (foreign, unknown):
        answer.pop("id")
    assert foreign == unknown
    assert foreign["code"] == "not_found"
    mine = tab()
    lost = [{"column": str(uuid.uuid4()), "parent": None}]
    assert mine.ask("comparison.send", **asks(comparison, "hi", columns=lost))["code"] == "not_found"
    assert mine.ask("comparison.send", **asks(comparison, " "))["code"] == "empty_message"
    assert Generation.objects.count() == 0


def test_without_websockets_a_question_goes_over_http(server: Server, alice: User, comparison: Comparison) -> None:
    cookies = {settings.SESSION_COOKIE_NAME: session_of(alice)}
    with httpx.Client(base_url=server.url, cookies=cookies) as browser:
        page = browser.get("/compare/")
        token = page.text.split('data-csrf="')[1].split('"')[0]
        frame = {"id": 1, "type": "comparison.send", **asks(comparison, "hello")}
        headers = {"X-CSRFToken": token, "Origin": server.url, "Referer": server.url}
        answer = browser.post("/live/command/", json=frame, headers=headers).json()
    assert answer["type"] == "ack"
    assert len(answer["columns"]) == 3


def test_after_kill_nine_every_column_is_interrupted_and_can_be_asked_again(
    server: Server, comparison: Comparison, tab: Callable[..., Tab]
) -> None:
    one = tab()
    ack = one.ask("comparison.send", **asks(comparison, "/sandbox long 4000"))
    for column in ack["columns"]:
        one.follow(column["generation"])
    one.hear_until(lambda f: f["type"] == "delta" and f["seq"] > 20)
    server.kill()
    server.start()
    again = tab()
    for column in ack["columns"]:
        answer = again.follow(column["generation"])
        assert not answer["live"]
        assert answer["state"] == "interrupted"
    asked = again.ask("comparison.send", **asks(comparison, "hello"))
    assert [column.get("code") for column in asked["columns"]] == [None, None, None]
