"""A batch and the budgets that its rows concern: refused as a whole before the start, row by row on its way."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from playground.accounts.models import Team, User
from playground.batches import drafting, running
from playground.batches.models import Batch
from playground.budgets.models import Budget, Purse
from playground.catalog.models import Offer
from playground.conversations.models import Generation
from playground.conversations.run_settings import RunSettings
from playground.errors import Refused
from playground.pricing.cost import TokenCounts
from playground.vault.models import ApiKey
from tests.entries import write_entry
from tests.integration.batches.conftest import HERE, numbered
from tests.integration.budgets.conftest import LONGEST, finish, sums

pytestmark = pytest.mark.django_db

Make = Callable[..., Budget]
ROWS = 4


@pytest.fixture
def draft(first_rate: None, alice: User, team: Team, offer: Offer) -> Batch:
    """Four rows for the model that costs."""
    chosen = RunSettings(offer=offer.pk, max_tokens=LONGEST)
    batch = drafting.create(user=alice, team=team, table=numbered(ROWS), title="Cities", settings=chosen)
    drafting.write_prompt(batch, "Tell of {{city}}.", {})
    drafting.keep(batch)
    return batch


def refusal(batch: Batch, **how: int) -> str:
    with pytest.raises(Refused) as refused:
        drafting.start(batch, **how)  # type: ignore[arg-type]
    assert refused.value.code == "over_budget"
    assert Batch.objects.get(pk=batch.pk).is_draft
    assert not Generation.objects.exists()
    return refused.value.message


def state_of(batch: Batch) -> tuple[str, str]:
    batch.refresh_from_db()
    return batch.state, batch.halted_by


def short_answers(alice: User, team: Team, offer: Offer) -> None:
    """Answers of late, so that a forecast expects one token of each row."""
    for _ in range(drafting.LEAST):
        write_entry(alice, team, offer_id=offer.pk, counts=TokenCounts(1, completion=1), practice=True)


def test_what_all_rows_will_take_must_be_left_of_every_budget(draft: Batch, budget: Make) -> None:
    needed = drafting.forecast_of(draft).likely_tokens
    assert needed > ROWS * LONGEST
    enough, short = budget(str(needed)), budget(str(needed - 1), name="Small")
    sentence = refusal(draft)
    assert sentence.startswith(f"Small: {needed - 1} tokens of {needed - 1} tokens is left, and all rows together")
    assert f"{needed} tokens." in sentence
    short.delete()
    drafting.start(draft)
    assert state_of(draft) == (Batch.State.RUNNING, "")
    assert sums(enough) == (0, 0), "rows hold back for themselves"


def test_money_is_foreseen_at_the_price_in_force(draft: Batch, budget: Make) -> None:
    at_most = drafting.forecast_of(draft).at_most
    assert at_most is not None
    budget(str(at_most - Decimal("0.000001")), "USD")
    assert "$" in refusal(draft)


def test_the_budget_of_the_key_that_the_rows_take_counts(draft: Batch, budget: Make, shop_key: ApiKey) -> None:
    budget("10", scope="key", api_key=shop_key.pk, span="day")
    assert "key" in refusal(draft)


def test_a_few_rows_can_be_tried_where_all_would_be_too_much(draft: Batch, budget: Make) -> None:
    budget(str(drafting.forecast_of(draft).likely_tokens // 2 + 10))
    refusal(draft)
    drafting.start(draft, first=2)
    assert state_of(draft) == (Batch.State.RUNNING, "")


def test_rows_wait_for_those_under_way_and_pause_when_nothing_is_left(
    draft: Batch, budget: Make, alice: User, team: Team, offer: Offer
) -> None:
    """Each row holds back its longest answer; what it did not need is there for the next one."""
    needed = drafting.forecast_of(draft).likely_tokens
    short_answers(alice, team, offer)
    month = budget(str(needed // 2 + 10))
    drafting.start(draft)
    running.take_leases(HERE, known={}, alone=True)
    begun = running.begin_rows(draft.pk, HERE, ROWS)
    assert (len(begun.turns), begun.must_wait, state_of(draft)[0]) == (2, True, Batch.State.RUNNING)
    for turn in begun.turns:
        finish(turn, prompt=1, completion=1)
    (third,) = running.begin_rows(draft.pk, HERE, 1).turns
    finish(third)
    Purse.objects.update(spent=month.ceiling)
    assert running.begin_rows(draft.pk, HERE, 1).turns == []
    assert state_of(draft) == (Batch.State.PAUSED, "over_budget")


def test_practice_asks_no_budget(draft: Batch, budget: Make, catalog: None) -> None:
    budget("1")
    practice = Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air")
    draft.conversation.settings = RunSettings(offer=practice.pk, max_tokens=LONGEST).to_json()
    draft.conversation.save()
    drafting.start(draft)
    assert state_of(draft) == (Batch.State.RUNNING, "")
