"""A draft holds its table, foresees its cost and refuses to start as long as something is missing."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from playground.accounts.models import Deed, Member, User
from playground.accounts.people import current_team
from playground.accounts.roles import Role
from playground.batches import drafting, running
from playground.batches.models import Batch
from playground.batches.places import Source
from playground.catalog.models import Offer, PriceRow
from playground.conversations import search_index
from playground.conversations.models import Generation, SearchText
from playground.conversations.run_settings import parse
from playground.errors import Refused
from playground.ledger.models import Entry
from playground.pricing.cost import TokenCounts, cost
from playground.prompts import library
from playground.prompts.content import read_content
from playground.wire.tokens import estimate_tokens
from tests.entries import write_entry
from tests.integration.batches.conftest import begin, draft, end, numbered, offer, started

__all__ = ["draft", "offer", "started"]  # fixtures

pytestmark = pytest.mark.django_db


def test_a_draft_keeps_the_table_as_it_came(draft: Callable[..., Batch]) -> None:
    batch = draft('城市,note\n奥斯陆,"a\nb"\n')
    row = batch.rows.get()
    assert (batch.columns, row.texts, row.number, row.line) == (["城市", "note"], ["奥斯陆", "a\nb"], 1, 2)
    assert "奥斯陆" in row.cells


def test_nothing_is_sent_and_nothing_costs_before_the_start(draft: Callable[..., Batch]) -> None:
    draft()
    assert running.take_leases("here", known={}, alone=True) == []
    assert not Generation.objects.exists()
    assert not Entry.objects.exists()


def test_the_forecast_at_most_is_the_sum_over_the_filled_prompts(draft: Callable[..., Batch], offer: Offer) -> None:
    batch = draft(system_prompt="Answer for {{country}}.")
    found = drafting.forecast_of(batch)
    price = PriceRow.objects.filter(offer=offer, use=True).get().price
    prompts = [sum(estimate_tokens(text) + 4 for text in batch.texts.texts_for(row.texts)) for row in batch.rows.all()]
    one_by_one = [cost(TokenCounts(tokens, completion=1000), price, "estimated").total or 0 for tokens in prompts]
    assert found.at_most == pytest.approx(sum(one_by_one), rel=Decimal("0.01"))
    assert (found.rows, found.currency, found.expected) == (6, price.currency, None)


def test_what_is_expected_follows_the_answers_of_late(draft: Callable[..., Batch], alice: User, offer: Offer) -> None:
    batch = draft()
    for _ in range(drafting.LEAST):
        write_entry(alice, current_team(alice), offer_id=offer.pk, counts=TokenCounts(100, completion=200))
    found = drafting.forecast_of(batch)
    assert found.answer_expected == 200
    assert found.expected is not None
    assert found.at_most is not None
    assert found.expected < found.at_most


def test_a_template_brings_its_texts_and_holds_rows_to_its_variables(
    draft: Callable[..., Batch], alice: User, offer: Offer
) -> None:
    content = read_content(
        {
            "title": "Cities",
            "system_prompt": "Be {{tone}}.",
            "first_message": "Tell of {{city}}.",
            "variables": [{"name": "tone", "default": "brief"}, {"name": "city"}],
        }
    )
    version = library.create(team=current_team(alice), author=alice, content=content).shown
    batch = draft("city\nOslo\nRome\n", prompt="")
    drafting.take_template(batch, version, replace(parse(batch.chosen), system_prompt=version.system_prompt))
    assert batch.texts.sources == {"tone": Source(text="brief"), "city": Source(column=0)}
    assert [row.number for row in batch.rows.all()] == [1, 2]
    drafting.start(batch)
    running.take_leases("here", known={}, alone=True)
    made = begin(batch)
    assert {one.template_version_id for one in made} == {version.pk}
    assert [one.settings["system_prompt"] for one in made] == ["Be brief.", "Be brief."]


def test_rows_that_a_template_does_not_take_keep_all_from_starting_or_stay_out(
    draft: Callable[..., Batch], alice: User
) -> None:
    content = read_content({"title": "Cities", "first_message": "Tell of {{city}}."})
    version = library.create(team=current_team(alice), author=alice, content=content).shown
    batch = draft("city,n\nOslo,1\n,2\nRome,3\n", prompt="")
    drafting.take_template(batch, version, parse(batch.chosen))
    assert [(one.row.number, one.flaw.column) for one in drafting.flawed_rows(batch)] == [(2, "city")]
    with pytest.raises(Refused) as refused:
        drafting.start(batch)
    assert refused.value.code == "flawed_rows"
    drafting.start(batch, leave_out=True)
    running.take_leases("here", known={}, alone=True)
    assert len(begin(batch)) == 2
    assert batch.rows.get(number=2).flaw == "city: Fill this in."


@pytest.mark.parametrize(
    ("prompt", "code"),
    [("", "no_prompt"), ("  ", "no_prompt"), ("Tell of {{town}}.", "open_places")],
)
def test_a_batch_that_is_not_ready_does_not_start(draft: Callable[..., Batch], prompt: str, code: str) -> None:
    batch = draft(prompt=prompt)
    with pytest.raises(Refused) as refused:
        drafting.start(batch)
    assert refused.value.code == code
    batch.refresh_from_db()
    assert batch.is_draft


def test_a_batch_without_a_model_or_a_key_does_not_start(draft: Callable[..., Batch]) -> None:
    batch = draft()
    foreign = Offer.objects.filter(provider__slug="bigmodel", enabled=True).first()
    assert foreign is not None
    for offer_id, code in ((foreign.pk, "no_key"), (uuid.uuid4(), "no_offer"), (None, "no_offer")):
        batch.conversation.settings = {"offer": str(offer_id)} if offer_id else {}
        batch.conversation.save()
        with pytest.raises(Refused) as refused:
            drafting.start(batch)
        assert refused.value.code == code


def test_a_viewer_does_not_start(draft: Callable[..., Batch], alice: User) -> None:
    batch = draft()
    Member.objects.filter(user=alice).update(role=Role.VIEWER)
    with pytest.raises(Refused) as refused:
        drafting.start(batch)
    assert refused.value.code == "not_allowed"


def test_a_forecast_beyond_the_limit_is_refused_as_a_whole(draft: Callable[..., Batch], offer: Offer) -> None:
    batch = draft()
    at_most, currency = drafting.forecast_of(batch).at_most, drafting.forecast_of(batch).currency
    assert at_most is not None
    for limit, is_refused in ((at_most * Decimal("0.9"), True), (at_most, False)):
        drafting.limit_cost(batch, round(limit, 12), currency)
        drafting.keep(batch)
        if is_refused:
            with pytest.raises(Refused) as refused:
                drafting.start(batch)
            assert refused.value.code == "beyond_limit"
    drafting.start(batch)
    batch.refresh_from_db()
    assert batch.state == Batch.State.RUNNING


def test_what_was_started_keeps_its_plan(started: Batch) -> None:
    stale = Batch.objects.get(pk=started.pk)
    drafting.write_prompt(stale, "Something else", {})
    with pytest.raises(Refused) as refused:
        drafting.keep(stale)
    assert refused.value.code == "started"
    started.refresh_from_db()
    assert started.prompt != "Something else"


def test_starting_twice_starts_once(started: Batch) -> None:
    begin(started, 2)
    drafting.start(started)
    assert Generation.objects.count() == 2


def test_the_team_can_read_who_started_what(started: Batch, alice: User) -> None:
    deed = Deed.objects.get(name="batch.started")
    assert (deed.team, deed.person, deed.subject, deed.details) == (started.team, alice, "Cities", {"rows": 6})


def test_begin_again_is_a_draft_with_the_same_rows(started: Batch, alice: User) -> None:
    end(begin(started, 1)[0])
    copy = drafting.begin_again(started, user=alice)
    assert copy.is_draft
    assert copy.table == started.table
    assert [row.texts for row in copy.rows.all()] == [row.texts for row in started.rows.all()]
    assert copy.rows.filter(generation=None, attempts=0).count() == 6
    assert copy.conversation_id != started.conversation_id
    drafting.start(copy)


def test_the_search_and_its_index_know_nothing_of_the_rows(started: Batch) -> None:
    for made in begin(started):
        end(made)
    while search_index.index_pending(limit=500):
        pass
    assert not SearchText.objects.exists()


def test_ten_thousand_rows_are_drafted_and_foreseen(draft: Callable[..., Batch]) -> None:
    batch = draft(numbered(10_000))
    assert batch.rows.count() == 10_000
    assert drafting.forecast_of(batch).rows == 10_000
