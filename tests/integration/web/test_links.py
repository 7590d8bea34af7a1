"""A link prefills a trial: the model, the text; it never sends, and it says when it asks for what is not here."""

import pytest
from django.test import Client

from playground.catalog.models import Offer
from playground.conversations.models import Conversation
from tests.integration.web.conftest import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]


@pytest.mark.parametrize(
    ("query", "wire_name"),
    [
        ("model=glm-z1-air", "bigmodel/glm-z1-air"),
        ("modelCode=GLM-Z1-Air", "bigmodel/glm-z1-air"),
        ("model=glm-4-flashx-250414", "bigmodel/glm-4-flashx-250414"),
        ("model=glm-4.5-air&provider=zai", "glm-4.5-air"),
    ],
)
def test_a_model_is_chosen_by_its_name(alices: Client, query: str, wire_name: str) -> None:
    answer = alices.get(f"/?{query}&prompt=What+is+%3Cb%3E+15%25%3F")
    offer = Offer.objects.get(pk=answer.context["run"]["offer_id"])
    assert offer.wire_name == wire_name
    assert offer.provider.practice is ("provider" not in query)
    assert "What is &lt;b&gt; 15%?</textarea>" in answer.content.decode()
    assert not Conversation.objects.exists()


def test_a_model_that_is_not_here_is_said_and_the_page_opens(alices: Client) -> None:
    answer = alices.get("/?model=gpt-99")
    assert text_of(answer).count("There is no model “gpt-99” here.") == 1
    assert answer.context["run"]["offer_id"]
