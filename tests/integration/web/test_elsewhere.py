"""What the same tokens would cost with other models: exact, sorted, and only where it can be known."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.catalog.prices import price_in_force
from playground.conversations.models import Generation
from playground.conversations.progress import Settlement, settle
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import append_turn
from playground.ledger.models import Entry
from playground.vault import keys
from playground.web.elsewhere import Elsewhere, elsewhere
from playground.web.offers import Desk
from playground.wire.usage import Usage
from tests.integration.web.conftest import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]


def used(prompt: int, cached: int, completion: int) -> Usage:
    return Usage(prompt_tokens=prompt, cached_tokens=cached, completion_tokens=completion, reasoning_tokens=0)


Answered = Callable[..., Generation]


@pytest.fixture
def answered(alice: User) -> Answered:
    """A finished run of an offer with this usage, in a conversation that goes on when one is given."""

    def make(offer: Offer, usage: Usage | None, *, after: Generation | None = None) -> Generation:
        turn = append_turn(
            user=alice,
            conversation=after.conversation if after else None,
            parent_id=after.message_id if after else None,
            client_id=uuid.uuid4().hex,
            text="hello",
            settings=RunSettings(offer=offer.pk),
            owner="here",
        )
        state = Generation.State.FINISHED if usage else Generation.State.FAILED
        assert settle(
            Settlement(turn.generation_id, state, "hi" if usage else "", "", 1, usage=usage, billable=bool(usage)),
            owner="here",
        )
        return Generation.objects.select_related("conversation").get(pk=turn.generation_id)

    return make


@pytest.fixture
def sandbox() -> Offer:
    return Offer.objects.get(provider__practice=True, wire_name="zai/glm-4.5-air")


def table(user: User, run: Generation) -> Elsewhere | None:
    return elsewhere(Desk(user, current_team(user)), Entry.objects.filter(conversation=run.conversation_id))


def test_each_model_costs_what_its_price_makes_of_the_same_tokens(
    answered: Answered, alice: User, sandbox: Offer
) -> None:
    run = answered(sandbox, used(12_000, 4_000, 900))
    found = table(alice, run)
    assert found is not None
    assert (found.runs, found.prompt, found.cached, found.completion) == (1, 12_000, 4_000, 900)
    desk, checked = Desk(alice, current_team(alice)), 0
    for row in found.rows:
        price = price_in_force(row.offer_id, dt.datetime.now(dt.UTC), scope=desk.scope)
        assert price is not None
        tier = price.tier_for(12_000, 900)
        assert tier is not None
        cached = tier.input if tier.cached is None else tier.cached
        exact = (8_000 * tier.input + 4_000 * cached + 900 * tier.output) / Decimal(1_000_000)
        assert abs(Decimal(re.sub(r"[^\d.]", "", row.cost.native)) - exact) <= Decimal("0.005")
        assert row.upper_bound == (tier.cached is None and tier.input > 0)
        checked += 1
    assert checked == len(found.rows) >= 5


def test_the_cheapest_comes_first_and_the_model_that_ran_costs_once(
    answered: Answered, alice: User, sandbox: Offer
) -> None:
    found = table(alice, answered(sandbox, used(5_000, 0, 2_000)))
    assert found is not None
    times = [Decimal(row.times) for row in found.rows]
    assert times == sorted(times)
    assert times[0] < 1 < times[-1]
    own = [row for row in found.rows if row.is_own]
    assert [row.offer_id for row in own] == [sandbox.pk]
    assert own[0].times == "1.00"


def test_the_runs_of_a_conversation_are_added_each_at_its_own_tier(
    answered: Answered, alice: User, sandbox: Offer
) -> None:
    one = answered(sandbox, used(20_000, 0, 100))
    answered(sandbox, used(20_000, 0, 100), after=one)
    both, single = (
        table(alice, one),
        elsewhere(Desk(alice, current_team(alice)), Entry.objects.filter(generation=one.pk)),
    )
    assert both is not None
    assert single is not None
    assert both.runs == 2
    halves = {row.offer_id: row.cost for row in single.rows}
    for row in both.rows:
        amount, half = (Decimal(re.sub(r"[^\d.]", "", view.native)) for view in (row.cost, halves[row.offer_id]))
        assert abs(amount - 2 * half) <= Decimal("0.01")


def test_a_run_with_a_provider_is_compared_with_providers_and_says_which_need_a_key(
    answered: Answered, alice: User
) -> None:
    real = Offer.objects.filter(provider__slug="bigmodel", prices__use=True, enabled=True).order_by("sort").first()
    assert real is not None
    team, secret = current_team(alice), "abcdef0123456789abcdef0123456789.abcdefghijklmnop"
    keys.add(team=team, user=None, provider=real.provider, label="ours", key=secret, created_by=alice)
    found = table(alice, answered(real, used(1_000, 0, 1_000)))
    assert found is not None
    assert not found.practice
    assert {row.refused == "" for row in found.rows if row.provider == real.provider.name} == {True}
    assert all(row.refused for row in found.rows if row.provider != real.provider.name)


def test_practice_stands_beside_who_sells_the_same_models(answered: Answered, alice: User, sandbox: Offer) -> None:
    found = table(alice, answered(sandbox, used(1_000, 0, 1_000)))
    assert found is not None
    assert found.practice
    same = [row for row in found.rows if row.title == sandbox.title]
    assert {"Sandbox · Z.ai prices", "Z.ai"} <= {row.provider for row in same}
    assert len({(row.title, row.provider) for row in found.rows}) == len(found.rows), "no two read alike"
    assert all(row.refused for row in found.rows if row.provider == "Z.ai"), "without a key it cannot be tried"
    practised = {row.title for row in found.rows if row.provider.startswith("Sandbox · ")}
    assert {row.title for row in found.rows} == practised, "models that the sandbox does not imitate are not there"


def test_a_run_that_used_nothing_has_no_table(answered: Answered, alice: User, alices: Client, sandbox: Offer) -> None:
    run = answered(sandbox, None)
    assert table(alice, run) is None
    assert "Nothing was used yet" in text_of(alices.get(f"/c/{run.conversation_id}/what-if/"))


def test_strangers_learn_nothing(
    answered: Answered, sandbox: Offer, charlie: User, browser_of: Callable[[User], Client]
) -> None:
    run = answered(sandbox, used(10, 0, 10))
    stranger = browser_of(charlie)
    assert stranger.get(f"/c/{run.conversation_id}/what-if/").status_code == 404
    assert stranger.get(f"/messages/{run.message_id}/details/").status_code == 404
