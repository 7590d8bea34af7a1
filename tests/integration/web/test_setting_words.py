"""Run settings that differ never read alike."""

import json
import uuid
from typing import Any

import pytest

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.conversations.run_settings import RunSettings
from playground.conversations.web_search import WebSearch
from playground.tools import functions
from playground.web.setting_words import setting_words

pytestmark = pytest.mark.django_db
SCHEMA = json.dumps({"title": "Bill", "type": "object"})
EVERYTHING = WebSearch("search_pro_jina", 5, "oneWeek", "example.org", "high", "tides")

SAID: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"web_search": WebSearch()}, {"web_search": "Web search on"}),
    ({"web_search": WebSearch(count=1)}, {"web_search": "Web search 1 result"}),
    (
        {"web_search": EVERYTHING},
        {"web_search": "Web search search_pro_jina, 5 results, one week, excerpts: long, example.org, “tides”"},
    ),
    (
        {"web_search": WebSearch(intent="false", required=True, sequence="before", prompt="Cite what you use.")},
        {
            "web_search": "Web search searches every time, a search is required, results before the answer, "
            "instruction “Cite what you use.”"
        },
    ),
    (
        {"output": "json_schema", "schema": SCHEMA},
        {"output": "Output format Schema", "schema": "Schema “Bill”, 35 characters"},
    ),
    (
        {"output": "json_schema", "schema": '{"type": "object", "properties": {'},
        {"output": "Output format Schema", "schema": 'Schema “{"type": "object", "properties":…”, 34 characters'},
    ),
    ({"schema": SCHEMA}, {}),
    ({"output": "json_object"}, {"output": "Output format JSON"}),
    ({"tool_choice": "required"}, {"tool_choice": "Choice of tools a call is required"}),
    ({"when_full": "drop"}, {"when_full": "When the context is full: leave out the oldest turns"}),
    ({"when_full": "summarise"}, {"when_full": "When the context is full: summarise first"}),
    ({"team_key_first": True}, {"team_key_first": "The team’s key first"}),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "words"), SAID, ids=lambda value: str(value)[:40])
def test_what_was_chosen_is_said(settings: dict[str, Any], words: dict[str, str]) -> None:
    assert setting_words(RunSettings(**settings)) == words


def test_functions_are_said_by_their_names(alice: User) -> None:
    asked = {"user": alice, "team": current_team(alice), "description": "x", "parameters": '{"type": "object"}'}
    made = [functions.save(function=None, name=name, **asked) for name in ("get_weather", "add")]  # type: ignore[arg-type]
    chosen = RunSettings(functions=(*(one.pk for one in made), uuid.uuid4()))
    assert setting_words(chosen) == {"functions": "Tools get_weather, add, —"}
