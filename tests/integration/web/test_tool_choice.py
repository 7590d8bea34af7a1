"""Which tools must be called: what a provider knows is offered, and what it does not know is explained."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.custom import Abilities, Wiring, add_offer, create_provider
from playground.catalog.models import Offer
from playground.conversations.models import LastSettings
from playground.tools import functions
from playground.tools.models import Function
from tests.integration.web.conftest import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
KEPT = "/c/00000000-0000-0000-0000-000000000000/settings/"


@pytest.fixture
def weather(alice: User) -> Function:
    """A function of alice's team."""
    asked = {"name": "get_weather", "description": "Weather", "parameters": json.dumps({"type": "object"})}
    return functions.save(user=alice, team=current_team(alice), function=None, **asked)


@pytest.fixture
def own(alice: User) -> Offer:
    """A model of the OpenAI family on a server of alice's team."""
    scope = f"team:{current_team(alice).pk}"
    wiring = Wiring(family="openai", thinking_switch="none")
    provider = create_provider(scope=scope, name="Mine", base_url="http://10.0.0.5:8000/v1", wiring=wiring)
    return add_offer(provider=provider, wire_name="llama", abilities=Abilities(tools=True), today=dt.date(2026, 11, 26))


def choices(client: Client, **posted: Any) -> Any:
    answer = client.post(KEPT, posted, headers={"HX-Request": "true"})
    return answer.context["run"]["tools"]


def test_a_function_can_be_named_where_the_provider_knows_that(alices: Client, own: Offer, weather: Function) -> None:
    tools = choices(alices, offer=str(own.pk), tool_choice=str(weather.pk))
    assert tools["choice"][-1] == (str(weather.pk), "always get_weather", True)
    kept = LastSettings.objects.get().settings
    assert kept["tool_choice"] == str(weather.pk)
    assert kept["functions"] == [str(weather.pk)], "what must be called is switched on"


def test_a_provider_that_knows_only_auto_is_explained(alices: Client, weather: Function) -> None:
    glm = Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air")
    posted = {"offer": str(glm.pk), "functions": str(weather.pk), "tool_choice": str(weather.pk)}
    answer = alices.post(KEPT, posted, headers={"HX-Request": "true"})
    assert "Choice of tools Sandbox knows only “auto”: the model decides." in text_of(answer)
    assert "tool_choice" not in LastSettings.objects.get().settings
    assert "Choice of tools is left out." in text_of(answer)


@pytest.mark.parametrize("choice", ["function", "nonsense"])
def test_what_is_no_choice_is_dropped(alices: Client, own: Offer, weather: Function, choice: str) -> None:
    choices(alices, offer=str(own.pk), functions=str(weather.pk), tool_choice=choice)
    kept = LastSettings.objects.get().settings
    assert kept["functions"] == [str(weather.pk)]
    assert "tool_choice" not in kept
