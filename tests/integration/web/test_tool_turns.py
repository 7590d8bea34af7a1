"""A turn of several rounds is one turn wherever turns are counted, and its cost is that of all of them."""

import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Message
from playground.conversations.progress import Settlement, settle
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn, append_turn, give_results
from playground.ledger.models import Entry
from playground.web import sidebar
from playground.wire.usage import Usage
from tests.integration.web.conftest import text_of

pytestmark = pytest.mark.django_db

CALLS: list[dict[str, Any]] = [
    {"id": "call_0", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"<b>Oslo</b>"}'}}
]


def finish(turn: Turn, content: str, calls: Sequence[dict[str, Any]] = ()) -> Message:
    usage = Usage(prompt_tokens=1000, cached_tokens=0, completion_tokens=100, reasoning_tokens=0)
    assert settle(Settlement(turn.generation_id, "finished", content, "", 1, tool_calls=calls, usage=usage), owner=None)
    return Message.objects.get(pk=turn.assistant_message_id)


@pytest.fixture
def conversation(alice: User, catalog: None) -> Conversation:
    """One turn of two rounds."""
    offer = Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air")
    turn = append_turn(
        **{"user": alice, "conversation": None, "parent_id": None, "client_id": uuid.uuid4().hex},  # type: ignore[arg-type]
        **{"text": "How is the weather?", "settings": RunSettings(offer=offer.pk)},  # type: ignore[arg-type]
    )
    asking = finish(turn, "", CALLS)
    finish(give_results(user=alice, message=asking, client_id="given", results=["<i>rain</i>"]), "It rains.")
    return asking.conversation


def test_rounds_of_one_turn_are_one_turn_with_the_cost_of_all(conversation: Conversation) -> None:
    cost, words = sidebar.spent([conversation.pk])[conversation.pk]
    assert Entry.objects.count() == 2
    assert words == f"1 turn · {cost}"
    assert cost == "$0.00062"  # twice what one round costs


def test_the_page_shows_calls_and_results_as_text(conversation: Conversation, alices: Client) -> None:
    answer = alices.get(reverse("conversation", args=[conversation.pk]))
    page = answer.content.decode()
    assert "<b>Oslo</b>" not in page
    assert "<i>rain</i>" not in page
    said = text_of(answer)
    for words in ("get_weather", '"city": "<b>Oslo</b>"', "<i>rain</i>", "Results given", "answered"):
        assert words in said
