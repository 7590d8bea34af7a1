"""What the palette asks the server for."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts.models import Team, User
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Message
from tests.integration.web.conftest import text_of

pytestmark = pytest.mark.django_db


def talk(user: User, team: Team, title: str, text: str = "") -> Conversation:
    made = Conversation.objects.create(user=user, team=team, title=title)
    Message.objects.create(conversation=made, role="user", content=text)
    return made


def test_it_begins_with_every_model_and_the_newest_conversations(
    alices: Client, alice: User, team: Team, catalog: None
) -> None:
    for number in range(20):
        talk(alice, team, f"Talk {number}")
    page = alices.get(reverse("palette")).content.decode()
    assert page.count('data-group="models"') == Offer.objects.filter(enabled=True).count()
    assert page.count('data-group="conversations"') == 12
    assert "Talk 19" in page


def test_a_model_that_needs_a_key_cannot_be_switched_to(alices: Client, alice: User, catalog: None) -> None:
    page = alices.get(reverse("palette")).content.decode()
    offer = Offer.objects.filter(enabled=True, provider__practice=False)[0]
    assert f'data-id="offer:{offer.pk}" href="{reverse("keys")}"' in page
    assert f'data-offer="{offer.pk}"' not in page


def test_words_find_own_conversations_by_title_and_text(
    browser_of: Callable[[User], Client], alices: Client, alice: User, team: Team, charlie: User
) -> None:
    talk(alice, team, "Battery", "锂电池的回收率")
    talk(alice, team, "Holiday", "sun")
    talk(charlie, Team.objects.exclude(pk=team.pk)[0], "电池 of a stranger")
    read = text_of(alices.get(reverse("palette"), {"q": "电池"}))
    assert "Battery" in read
    assert "Holiday" not in read
    assert "stranger" not in read
    assert "Switch to" not in read
