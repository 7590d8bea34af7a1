"""Conversations leave as files and come back as they were; what is brought in costs nothing."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations import search, search_index
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.progress import Settlement, settle
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn, append_turn, regenerate
from playground.ledger.models import Entry
from playground.wire.usage import Usage
from tests.integration.web.conftest import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
SCHEMA = Path(__file__).parents[3] / "playground/conversations/files/conversation.schema.json"


@pytest.fixture
def room(alice: User) -> Conversation:
    """A question with two answers, the second one stopped."""
    offer = Offer.objects.get(provider__practice=True, wire_name="zai/glm-4.5-air")
    settings = RunSettings(offer=offer.pk, temperature=0.3, system_prompt="Be brief.")
    turn = append_turn(
        user=alice,
        conversation=None,
        parent_id=None,
        client_id="1",
        text="When leaves the 渡轮?",
        settings=settings,
        owner="here",
    )
    end(turn, Generation.State.FINISHED, "At ten.", "Look it up.")
    answer = Message.objects.get(pk=turn.assistant_message_id)
    end(regenerate(user=alice, message=answer, client_id="2", owner="here"), Generation.State.STOPPED, "At")
    return Conversation.objects.get()


def end(turn: Turn, state: str, content: str, reasoning: str = "") -> None:
    usage = Usage(prompt_tokens=12, completion_tokens=7, cached_tokens=2, reasoning_tokens=3)
    assert settle(
        Settlement(turn.generation_id, state, content, reasoning, 1, usage=usage, billable=True), owner="here"
    )


def brought(browser: Client, content: bytes, name: str = "file.json") -> Any:
    return browser.post("/conversations/import/", {"file": SimpleUploadedFile(name, content)})


def told(found: Conversation) -> list[tuple[str, str, str, str]]:
    rows = found.messages.order_by("created_at")
    return [(row.role, row.content, row.reasoning_content, row.parent.content if row.parent else "") for row in rows]


def test_what_leaves_as_json_fits_its_schema_and_comes_back_the_same(alices: Client, room: Conversation) -> None:
    answer = alices.get(f"/c/{room.pk}/export.json")
    document = json.loads(answer.content)
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert document["messages"][1]["run"]["usage"]["prompt_tokens"] == 12
    assert document["messages"][1]["run"]["cost"]["amount"]
    entries = Entry.objects.count()
    made = brought(alices, answer.content)
    assert made.status_code == 200
    copy = Conversation.objects.exclude(pk=room.pk).get()
    assert told(copy) == told(room)
    assert copy.title == room.title
    assert copy.settings == room.settings
    assert copy.leaf is not None
    assert copy.leaf.content == "At"
    assert Entry.objects.count() == entries
    assert "1 conversation is here" in text_of(made)


def test_calls_and_their_results_travel_too(alices: Client, room: Conversation) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Oslo"}'}}
    results = [{"id": "call_1", "name": "get_weather", "content": "``` -4 ```"}]
    found = [{"title": "Oslo", "link": "https://example.org/", "content": "cold"}]
    answer = room.messages.create(parent_id=room.leaf_id, role="assistant", tool_calls=[call], web_search=found)
    room.leaf = room.messages.create(parent=answer, role="tool", results=results)
    room.save()
    brought(alices, alices.get(f"/c/{room.pk}/export.json").content)
    copy = Conversation.objects.exclude(pk=room.pk).get()
    assert copy.leaf is not None
    assert copy.leaf.results == results
    assert copy.leaf.parent is not None
    assert (copy.leaf.parent.tool_calls, copy.leaf.parent.web_search) == ([call], found)
    assert "get_weather" in text_of(alices.get(f"/c/{copy.pk}/"))
    assert "````\n``` -4 ```\n````" in alices.get(f"/c/{copy.pk}/export.md").content.decode()


def test_the_schema_can_be_read_beside_the_form(alices: Client) -> None:
    address = reverse("conversation-schema")
    assert f'href="{address}"' in alices.get(reverse("conversations-import")).content.decode()
    assert json.loads(alices.get(address).content) == json.loads(SCHEMA.read_text())


def test_what_came_in_is_found_read_and_goes_on(alices: Client, alice: User, room: Conversation) -> None:
    brought(alices, alices.get(f"/c/{room.pk}/export.json").content)
    copy = Conversation.objects.exclude(pk=room.pk).get()
    while search_index.index_pending():
        pass
    hits = search.find(Conversation.objects.filter(user=alice), owner=alice.pk, query="渡轮", limit=10)
    assert copy.pk in {hit.conversation_id for hit in hits}
    assert "渡轮? " in text_of(alices.get(f"/c/{copy.pk}/"))
    turn = append_turn(
        user=alice,
        conversation=copy,
        parent_id=copy.leaf_id,
        client_id=uuid.uuid4().hex,
        text="And back?",
        settings=RunSettings(offer=uuid.UUID(str(copy.settings["offer"]))),
    )
    assert turn.conversation_id == copy.pk


def test_markdown_holds_the_open_branch_to_be_read(alices: Client, room: Conversation) -> None:
    answer = alices.get(f"/c/{room.pk}/export.md")
    text = answer.content.decode()
    assert text.startswith("# When leaves the 渡轮?\n")
    assert "> Be brief." in text
    assert "\nAt\n" in text
    assert "At ten." not in text
    assert "12 prompt tokens, 7 completion tokens" in text
    assert (
        answer.headers["Content-Disposition"]
        == "attachment; filename*=utf-8''When%20leaves%20the%20%E6%B8%A1%E8%BD%AE.md"
    )


def test_markdown_holds_the_thinking_only_where_it_is_asked_for(alices: Client, room: Conversation) -> None:
    room.leaf = room.messages.get(content="At ten.")
    room.save()
    without, with_it = (alices.get(f"/c/{room.pk}/export.md{asked}").content.decode() for asked in ("", "?thinking=1"))
    assert "At ten." in without
    assert "Look it up." not in without
    assert "> **Thinking**\n>\n> Look it up.\n\nAt ten." in with_it


def test_markdown_lists_the_sources_that_the_marks_of_an_answer_mean(alices: Client, room: Conversation) -> None:
    found = [
        {
            "refer": "ref_2",
            "title": "Tides [of]\nOslo",
            "link": "https://example.org/a b",
            "publish_date": "2026-11-02",
        },
        {"refer": "ref_3", "title": "Unsafe", "link": "javascript:alert(1)", "media": "A paper"},
    ]
    room.leaf = room.messages.create(parent_id=room.leaf_id, role="assistant", content="High.[ref_2]", web_search=found)
    room.save()
    text = alices.get(f"/c/{room.pk}/export.md").content.decode()
    assert text.endswith(
        "High.[ref_2]\n\n**Sources**\n\n"
        r"2. [Tides \[of\] Oslo](<https://example.org/a%20b>) · example.org · 2026-11-02"
        "\n3. Unsafe · A paper\n"
    )


def test_all_conversations_leave_as_lines_that_come_in_elsewhere(
    alices: Client, room: Conversation, charlie: User, browser_of: Callable[[User], Client]
) -> None:
    content = b"".join(alices.get("/conversations/export/").streaming_content)  # type: ignore[attr-defined]
    assert len(content.splitlines()) == 1
    theirs = browser_of(charlie)
    brought(theirs, content, "all.jsonl")
    copy = Conversation.objects.get(user=charlie)
    assert told(copy) == told(room)
    assert set(copy.messages.filter(role="user").values_list("author", flat=True)) == {charlie.pk}


@pytest.mark.parametrize("key", [str(uuid.uuid4()), "team"])
def test_a_key_neither_leaves_nor_comes_in(alices: Client, room: Conversation, key: str) -> None:
    room.settings |= {"key": key}
    room.save()
    document = json.loads(alices.get(f"/c/{room.pk}/export.json").content)
    assert document["settings"] == {"temperature": 0.3}
    brought(alices, json.dumps(document | {"settings": {"temperature": 0.3, "key": key}}).encode())
    copy = Conversation.objects.exclude(pk=room.pk).get()
    assert copy.settings == {name: value for name, value in room.settings.items() if name != "key"}


ODD: list[dict[str, object]] = [
    {"tool_calls": [{"id": "1"}]},
    {"results": [{"id": "1", "content": ""}]},
    {"web_search": ["x"]},
]


@pytest.mark.parametrize("odd", ODD)
def test_what_a_page_could_not_show_does_not_come_in(alices: Client, odd: dict[str, object]) -> None:
    message = {"id": "a", "role": "assistant", "content": "x", **odd}
    document = {"format": "trial-center.conversation", "version": 1, "title": "t", "messages": [message]}
    assert brought(alices, json.dumps(document).encode()).status_code == 422


def test_settings_of_a_file_that_cannot_be_used_here_are_said(alices: Client, room: Conversation) -> None:
    document = json.loads(alices.get(f"/c/{room.pk}/export.json").content)
    document["settings"] |= {"seed": 7, "temperature": 0.5}
    assert "Seed is left out." in text_of(brought(alices, json.dumps(document).encode()))
    page = text_of(
        brought(alices, json.dumps(document | {"model": {"provider": "nobody", "name": "nothing-1"}}).encode())
    )
    assert "There is no model “nothing-1” here. The settings of the run are left out." in page
    assert "left out" not in text_of(brought(alices, json.dumps(document | {"settings": {}}).encode()))


@pytest.mark.parametrize("content", [b"nonsense", b'[{"format": "trial-center.conversation", "version": 1}]'])
def test_a_bad_file_makes_nothing_and_says_why(alices: Client, content: bytes) -> None:
    answer = brought(alices, content)
    assert answer.status_code == 422
    assert "tc-field-error" in answer.content.decode()
    assert not Conversation.objects.exists()


def test_strangers_and_unknown_kinds_find_nothing(
    alices: Client, room: Conversation, charlie: User, browser_of: Callable[[User], Client]
) -> None:
    assert browser_of(charlie).get(f"/c/{room.pk}/export.json").status_code == 404
    assert alices.get(f"/c/{room.pk}/export.html").status_code == 404
    assert not list(browser_of(charlie).get("/conversations/export/").streaming_content)  # type: ignore[attr-defined]


def test_an_answer_is_named_after_the_model_that_the_file_names(alices: Client, room: Conversation) -> None:
    brought(alices, alices.get(f"/c/{room.pk}/export.json").content)
    copy = Conversation.objects.exclude(pk=room.pk).get()
    page = alices.get(f"/c/{copy.pk}/")
    title = Offer.objects.get(pk=room.settings["offer"]).title
    assert f'<span class="tc-turn-model">{title}</span>' in page.content.decode()
    assert alices.get(f"/c/{copy.pk}/export.json").json()["messages"][1]["written_by"] == title


def test_an_unknown_model_keeps_the_name_that_the_file_has_for_it(alices: Client) -> None:
    said = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
    brought(alices, json.dumps({"model": "<b>llama</b>-99", "messages": said}).encode())
    page = alices.get(f"/c/{Conversation.objects.get().pk}/").content.decode()
    assert '<span class="tc-turn-model">&lt;b&gt;llama&lt;/b&gt;-99</span>' in page
    assert "llama" in alices.get(f"/c/{Conversation.objects.get().pk}/export.md").content.decode()


def test_a_summary_still_stands_for_what_is_above_it(alices: Client, room: Conversation) -> None:
    Message.objects.filter(role="user").update(sums_up=True)
    brought(alices, alices.get(f"/c/{room.pk}/export.json").content)
    copy = Conversation.objects.exclude(pk=room.pk).get()
    assert copy.messages.get(role="user").sums_up
