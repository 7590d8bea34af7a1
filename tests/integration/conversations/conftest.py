"""Conversations on the real database, with the sandbox's offers."""

import uuid
from collections.abc import Callable

import pytest

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn, append_turn


@pytest.fixture
def offer(catalog: None) -> Offer:
    """A priced sandbox model."""
    return Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air")


@pytest.fixture
def send(alice: User, offer: Offer) -> Callable[..., Turn]:
    """Sends a message of alice's; by default in a new conversation, run by the process "here"."""

    def deed(text: str = "hello", **more: object) -> Turn:
        asked: dict[str, object] = {
            "user": alice,
            "conversation": None,
            "parent_id": None,
            "client_id": uuid.uuid4().hex,
            "settings": RunSettings(offer=offer.pk),
            "owner": "here",
        }
        return append_turn(text=text, **{**asked, **more})  # type: ignore[arg-type]

    return deed
