"""Comparisons of alice's with the sandbox's models, and answers to them."""

import uuid
from collections.abc import Callable

import pytest

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.comparisons import columns
from playground.comparisons.asking import Asked, ask
from playground.comparisons.models import Comparison
from playground.conversations import progress
from playground.conversations.models import Generation
from playground.conversations.progress import Settlement
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn

MODELS = ("zai/glm-4.5-air", "bigmodel/glm-z1-air", "bigmodel/glm-4-flashx-250414")


@pytest.fixture
def offers(catalog: None) -> list[Offer]:
    """Three sandbox models."""
    return [Offer.objects.get(provider__slug="sandbox", wire_name=name) for name in MODELS]


@pytest.fixture
def comparison(alice: User, offers: list[Offer]) -> Comparison:
    """Of alice's, with a column for each of the three."""
    return columns.begin(user=alice, columns=[RunSettings(offer=offer.pk) for offer in offers])


@pytest.fixture
def question(alice: User, comparison: Comparison) -> Callable[..., list[Asked]]:
    """Asks all columns of the comparison; their runs belong to the process "here"."""

    def deed(text: str = "What is compared?", *, client_id: str = "") -> list[Asked]:
        shown = comparison.shown_columns()
        return ask(
            user=alice,
            comparison=comparison,
            columns=[(column, None) for column in shown],
            client_id=client_id or str(uuid.uuid4()),
            text=text,
            owner="here",
        )

    return deed


def turn_of(asked: Asked) -> Turn:
    """The turn that a column made."""
    assert isinstance(asked.outcome, Turn)
    return asked.outcome


def finish(asked: Asked, content: str = "an answer") -> None:
    """The run of a column ends in order."""
    done = Settlement(turn_of(asked).generation_id, Generation.State.FINISHED, content, "", 1, finish_reason="stop")
    assert progress.settle(done, owner=None)
