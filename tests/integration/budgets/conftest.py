"""A shop that costs real money, budgets of Alice's team, and runs that begin and end."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest

from playground.accounts.models import Team, User
from playground.budgets.deeds import Subject, Terms, create
from playground.budgets.measures import units_of
from playground.budgets.models import Budget, Purse
from playground.catalog.custom import Abilities, TypedPrice, add_offer, create_provider
from playground.catalog.models import Offer, Provider
from playground.conversations import progress
from playground.conversations.models import Generation
from playground.conversations.progress import Settlement
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn, append_turn
from playground.vault import keys
from playground.vault.models import ApiKey
from playground.wire.usage import Usage

TODAY = dt.date(2026, 11, 21)
LONGEST = 95  # max tokens of a run; "hello" is estimated as 5 more
RUN = 100  # tokens that a run reserves
ROOM = Abilities(context_tokens=8_000, max_output_tokens=4_000)


@pytest.fixture
def shop(alice: User, team: Team) -> Provider:
    """A server of the team's own, with a key for everybody."""
    provider = create_provider(scope=f"team:{team.pk}", name="Shop", base_url="https://llm.example.org/v1")
    keys.add(team=team, user=None, provider=provider, label="Shop", key="sk-canary-01234567", created_by=alice)
    return provider


@pytest.fixture
def shop_key(shop: Provider) -> ApiKey:
    """The team's key for it."""
    return ApiKey.objects.get(provider=shop)


@pytest.fixture
def offer(shop: Provider) -> Offer:
    """A model for $1 and $2 a million tokens."""
    price = TypedPrice(currency="USD", input=Decimal(1), output=Decimal(2))
    return add_offer(provider=shop, wire_name="dear", abilities=ROOM, price=price, today=TODAY)


@pytest.fixture
def unpriced(shop: Provider) -> Offer:
    """A model whose price nobody knows."""
    return add_offer(provider=shop, wire_name="unknown", abilities=ROOM, today=TODAY)


@pytest.fixture
def budget(alice: User, team: Team) -> Callable[..., Budget]:
    """Makes a budget of the team: 1,000 tokens per month unless said otherwise."""

    def make(amount: str = "1000", measure: str = "tokens", **more: object) -> Budget:
        names = {"name", "warn_percent", "block_percent", "unpriced"}
        terms = {name: more.pop(name) for name in names & set(more)}
        subject = {"scope": "team", "span": "month", **more}
        return create(
            by=alice,
            team=team,
            subject=Subject(measure=measure, **subject),  # type: ignore[arg-type]
            terms=Terms(units_of(Decimal(amount), measure), **terms),  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def send(first_rate: None, alice: User, team: Team, offer: Offer) -> Callable[..., Turn]:
    """Sends "hello" of Alice's in a new conversation."""

    def deed(text: str = "hello", *, user: User = alice, to: Offer = offer, **more: object) -> Turn:
        settings = more.pop("settings", RunSettings(offer=to.pk, max_tokens=LONGEST))
        asked: dict[str, object] = {"conversation": None, "parent_id": None, "client_id": uuid.uuid4().hex}
        return append_turn(user=user, text=text, settings=settings, owner="here", **{**asked, **more})  # type: ignore[arg-type]

    return deed


def finish(turn: Turn, prompt: int = 4, completion: int = 6, state: str = Generation.State.FINISHED) -> None:
    """End a run with what a provider reports."""
    usage = Usage(prompt_tokens=prompt, completion_tokens=completion)
    assert progress.settle(Settlement(turn.generation_id, state, "an answer", "", 1, usage=usage), owner=None)


def purse_of(budget: Budget, holder: int = 0) -> Purse:
    """The one purse of a budget."""
    return Purse.objects.get(budget=budget, holder=holder)


def sums(budget: Budget, holder: int = 0) -> tuple[int, int]:
    """Spent and reserved."""
    purse = purse_of(budget, holder)
    return purse.spent, purse.reserved
