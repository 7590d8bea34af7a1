"""A run reserves what it can take, settles what it took, and is refused where there is no room."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.accounts.models import Member, Team, User
from playground.accounts.people import create_user
from playground.accounts.roles import Role
from playground.budgets import deeds, recent
from playground.budgets.measures import units_of
from playground.budgets.models import Budget, Purse, PurseHour
from playground.budgets.windows import hour_of
from playground.catalog.models import Offer, Provider
from playground.comparisons import asking, columns
from playground.conversations import progress, spending
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.progress import Settlement, interrupt
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn, continue_turn, edit_turn, give_results, regenerate, repair_turn
from playground.errors import Refused
from playground.ledger.models import Entry, ExchangeRate
from playground.prompts import library
from playground.prompts.content import Content
from playground.vault import keys
from playground.vault.models import ApiKey
from playground.wire.usage import Usage
from tests.entries import CNY, USD, write_entry
from tests.integration.budgets.conftest import LONGEST, RUN, finish, purse_of, sums

pytestmark = pytest.mark.django_db

Make = Callable[..., Budget]
Send = Callable[..., Turn]


def refusal(deed: Callable[[], object]) -> str:
    """The sentence with which a budget refuses."""
    with pytest.raises(Refused) as refused:
        deed()
    assert refused.value.code == "over_budget"
    return refused.value.message


def test_a_run_holds_back_prompt_and_max_tokens_and_settles_what_it_took(budget: Make, send: Send) -> None:
    tokens, money = budget(), budget("1", "USD")
    turn = send()
    assert sums(tokens) == (0, RUN)
    assert sums(money) == (0, units_of(Decimal("0.000195"), "USD"))  # 5 at $1, 95 at $2 a million
    finish(turn)
    assert sums(tokens) == (10, 0)
    assert sums(money) == (units_of(Entry.objects.get().cost_total or Decimal(0), "USD"), 0)
    assert Entry.objects.get().cost_total == Decimal("0.000016")


def test_a_run_settled_twice_counts_once(budget: Make, send: Send) -> None:
    one = budget()
    turn = send()
    finish(turn)
    again = Settlement(turn.generation_id, "failed", "", "", 2, usage=Usage(prompt_tokens=900, completion_tokens=9))
    assert not progress.settle(again, owner=None)
    assert sums(one) == (10, 0)


def test_a_run_without_room_is_refused_with_the_budget_what_is_left_and_when_it_renews(
    budget: Make, send: Send
) -> None:
    one = budget("250", name="Trial budget")
    send()
    send()
    words = refusal(send)
    for part in ("Trial budget", "50 tokens of 250 tokens is left", "up to 100 tokens", "200 tokens is held back"):
        assert part in words
    end = one.window(timezone.now()).end
    assert end is not None
    assert f"renews on 1 {end:%b} 00:00" in words
    assert Conversation.objects.count() == Generation.objects.count() == 2, "the refused one wrote nothing"
    assert sums(one) == (0, 2 * RUN)


def test_the_last_token_may_be_used_and_not_one_more(budget: Make, send: Send) -> None:
    budget(str(RUN))
    finish(send(), prompt=RUN, completion=0)
    assert "nothing is left of 100 tokens" in refusal(send)


def test_the_block_threshold_is_the_limit(budget: Make, send: Send) -> None:
    budget("1000", warn_percent=10, block_percent=19)
    send()
    assert "90 tokens of 190 tokens is left" in refusal(send)


def test_all_budgets_of_a_run_must_have_room_and_none_keeps_what_another_refuses(
    budget: Make, send: Send, alice: User
) -> None:
    wide, narrow = budget("1000"), budget("50", scope="member", user=alice.pk)
    refusal(send)
    assert sums(wide) == (0, 0)
    assert sums(narrow) == (0, 0)


def test_every_way_to_start_a_run_holds_back(budget: Make, send: Send, alice: User, offer: Offer) -> None:
    one = budget("100000")
    first = send()
    finish(first)
    spent, _ = sums(one)

    def begun(turn: Turn) -> int:
        held = sums(one)[1]
        generation = Generation.objects.get(pk=turn.generation_id)
        assert generation.reserved is not None
        assert held == generation.reserved[0]["units"] > 0
        finish(turn)
        return held

    answer = Message.objects.get(pk=first.assistant_message_id)
    question = Message.objects.get(pk=first.user_message_id)
    client = lambda: {"user": alice, "client_id": uuid.uuid4().hex, "owner": "here"}  # noqa: E731
    assert begun(edit_turn(message=question, text="hello", **client())) == RUN
    assert begun(regenerate(message=answer, **client())) == RUN
    assert begun(continue_turn(message=answer, **client())) > RUN
    verdict = {"form": "none", "violations": []}
    Generation.objects.filter(pk=first.generation_id).update(verdict=verdict)
    assert begun(repair_turn(message=answer, **client())) > RUN
    calls = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    Message.objects.filter(pk=answer.pk).update(tool_calls=calls)
    answer.refresh_from_db()
    assert begun(give_results(message=answer, results=["fine"], **client())) > RUN
    assert sums(one) == (spent + 5 * 10, 0)


def test_every_column_of_a_comparison_holds_back_and_a_refused_one_leaves_the_others(
    budget: Make, first_rate: None, alice: User, offer: Offer
) -> None:
    one = budget("250")
    settings = [RunSettings(offer=offer.pk, max_tokens=LONGEST)] * 3
    comparison = columns.begin(user=alice, columns=settings)
    shown = [(column, None) for column in comparison.shown_columns()]
    asked = asking.ask(
        user=alice, comparison=comparison, columns=shown, client_id=uuid.uuid4().hex, text="hello", owner="here"
    )
    outcomes = [one.outcome for one in asked]
    assert [getattr(outcome, "code", "begun") for outcome in outcomes] == ["begun", "begun", "over_budget"]
    assert sums(one) == (0, 2 * RUN)


@pytest.mark.parametrize("state", ["stopped", "failed", "interrupted"])
def test_however_a_run_ends_nothing_stays_held_back(budget: Make, send: Send, state: str) -> None:
    one = budget()
    turn = send()
    settlement = Settlement(turn.generation_id, state, "", "", 1, billable=False)
    assert progress.settle(settlement, owner=None)
    assert sums(one) == (0, 0)


def test_recovery_of_a_run_whose_process_died_ends_what_it_held_back(budget: Make, send: Send) -> None:
    one = budget()
    turn = send()
    assert interrupt(turn.generation_id)
    spent, reserved = sums(one)
    assert reserved == 0
    assert spent == Entry.objects.get().prompt_tokens > 0


def test_what_is_held_back_for_a_run_that_is_gone_is_let_go(budget: Make, send: Send) -> None:
    one = budget()
    send()
    gone = send()
    Generation.objects.filter(pk=gone.generation_id).delete()
    assert spending.release_leaks() == 1
    assert sums(one) == (0, RUN)
    assert spending.release_leaks() == 0


def test_the_sandbox_counts_in_no_budget(budget: Make, send: Send, catalog: None) -> None:
    one = budget("1")
    practice = Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air")
    turn = send(to=practice)
    assert Generation.objects.get(pk=turn.generation_id).reserved is None
    finish(turn)
    assert sums(one) == (0, 0)


def test_a_key_a_template_and_a_member_each_have_their_own(
    budget: Make, send: Send, alice: User, bob: User, team: Team, shop_key: ApiKey, offer: Offer
) -> None:
    content = Content(title="Short", system_prompt="Be short.")
    template = library.create(team=team, author=alice, content=content)
    by_key = budget(scope="key", api_key=shop_key.pk)
    by_template = budget(scope="template", template=template.pk)
    of_alice, of_bob = (budget(scope="member", user=user.pk) for user in (alice, bob))
    bob.current_team = team
    bob.save()
    send(user=bob)
    assert [sums(one)[1] for one in (by_key, by_template, of_alice, of_bob)] == [RUN, 0, 0, RUN]
    send(settings=RunSettings(offer=offer.pk, max_tokens=LONGEST, template=template.live_id))
    assert [sums(one)[1] for one in (by_key, by_template, of_alice, of_bob)] == [2 * RUN, RUN, RUN, RUN]


def test_each_member_has_an_amount_of_their_own(budget: Make, send: Send, alice: User, bob: User, team: Team) -> None:
    one = budget("150", scope="each")
    bob.current_team = team
    bob.save()
    send()
    send(user=bob)
    assert "Your budget: 50 tokens" in refusal(send)
    assert sums(one, alice.pk) == sums(one, bob.pk) == (0, RUN)


def test_who_joins_after_it_was_made_has_the_grant_once_and_who_was_there_before_is_free(
    budget: Make, send: Send, alice: User, team: Team
) -> None:
    one = budget("150", scope="newcomer", span="once")
    send()
    send()
    new = create_user(email="new@example.org", password=None, name="New")
    Member.objects.create(team=team, user=new, role=Role.MEMBER)
    new.current_team = team
    new.save()
    finish(send(user=new), prompt=140, completion=1)
    words = refusal(lambda: send(user=new))
    assert "Your grant to begin with: 9 tokens of 150 tokens is left" in words
    assert "does not renew" in words
    assert Purse.objects.filter(budget=one).count() == 1


# ── money ──


def test_a_budget_in_dollars_sees_no_yuan_unless_somebody_says_so(budget: Make, send: Send, offer: Offer) -> None:
    ExchangeRate.objects.all().delete()
    ExchangeRate.objects.create(day=dt.date(2026, 1, 1), cny_per_usd="8", source="a test")
    yuan, both = budget("1", "CNY"), budget("1", "CNY", converts=True)
    finish(send())
    dollars = Entry.objects.get().cost_total or Decimal(0)
    assert sums(yuan) == (0, 0)
    assert sums(both) == (units_of(dollars * 8, "CNY"), 0)
    assert purse_of(both).converted == purse_of(both).spent


@pytest.mark.parametrize("span", ["month", "rolling"])
def test_a_run_without_a_price_is_counted_beside_what_a_budget_has_used(
    budget: Make, send: Send, unpriced: Offer, span: str
) -> None:
    lets = budget("1", "USD", unpriced="allow", span=span)
    finish(send(to=unpriced))
    assert (sums(lets), purse_of(lets).unpriced) == ((0, 0), 1), "counted beside what is used, never as 0"
    later = budget("1", "USD", unpriced="allow", span=span)
    assert purse_of(later).unpriced == 1, "also where the budget came later"
    assert set(PurseHour.objects.values_list("spent", "unpriced")) == ({(0, 1)} if span == "rolling" else set())
    yuan = budget("1", "CNY", unpriced="allow")
    finish(send())
    assert purse_of(yuan).unpriced == 1, (
        "nobody knows which currency it is in; a run in dollars is no run without a price"
    )
    PurseHour.objects.update(hour=hour_of(timezone.now()) - 30 * 24 - 1)
    Purse.objects.filter(leaves_at__isnull=False).update(leaves_at=timezone.now() - dt.timedelta(seconds=1))
    finish(send())
    assert purse_of(lets).unpriced == (0 if span == "rolling" else 1), "it leaves with its hour"


def test_a_run_without_a_price_is_refused_or_let_through_as_the_budget_says(
    budget: Make, send: Send, unpriced: Offer
) -> None:
    tokens = budget("1000")
    finish(send(to=unpriced))
    assert (sums(tokens), purse_of(tokens).unpriced) == ((10, 0), 0), "tokens need no price"
    budget("1", "USD", name="Strict")
    assert "Strict lets nothing run whose price is not known" in refusal(lambda: send(to=unpriced))


def test_without_max_tokens_the_models_own_limit_is_held_back(budget: Make, send: Send, offer: Offer) -> None:
    one = budget("10000")
    send(settings=RunSettings(offer=offer.pk))
    assert sums(one) == (0, 4_005)


def test_where_nobody_states_how_long_an_answer_can_be_max_tokens_are_asked_for(
    budget: Make, send: Send, offer: Offer
) -> None:
    Offer.objects.filter(pk=offer.pk).update(max_output_tokens=None, context_tokens=None)
    budget("10000")
    assert "Set Max tokens" in refusal(lambda: send(settings=RunSettings(offer=offer.pk)))
    send()


# ── periods ──


def test_a_new_period_begins_empty_and_a_run_counts_where_it_was_sent(budget: Make, send: Send) -> None:
    one = budget(span="day")
    turn = send()
    yesterday = purse_of(one)
    Purse.objects.filter(pk=yesterday.pk).update(start=yesterday.start - dt.timedelta(days=1))
    row = Generation.objects.get(pk=turn.generation_id)
    assert row.reserved is not None
    row.reserved[0]["start"] = (yesterday.start - dt.timedelta(days=1)).isoformat()
    row.save()
    send()
    finish(turn)
    assert list(Purse.objects.order_by("start").values_list("spent", "reserved")) == [(10, 0), (0, RUN)]


def test_what_was_used_leaves_a_rolling_budget_after_30_days(budget: Make, send: Send) -> None:
    one = budget("150", span="rolling")
    finish(send(), prompt=60, completion=40)
    assert "frees up hour by hour" in refusal(send)
    old = hour_of(timezone.now()) - 30 * 24 - 1
    PurseHour.objects.update(hour=old)
    Purse.objects.update(leaves_at=timezone.now() - dt.timedelta(seconds=1))
    finish(send(), prompt=5, completion=5)
    assert sums(one) == (10, 0)
    assert PurseHour.objects.count() == 1


@pytest.mark.parametrize("span", ["month", "rolling", "day"])
def test_a_new_budget_begins_with_what_the_ledger_knows_of_its_period(
    budget: Make, send: Send, alice: User, bob: User, team: Team, span: str
) -> None:
    now = timezone.now()
    write_entry(alice, team, at=now - dt.timedelta(seconds=1), price=USD)
    write_entry(bob, team, at=now - dt.timedelta(seconds=1), price=USD)
    write_entry(alice, team, at=now - dt.timedelta(days=62), price=USD)
    write_entry(alice, team, at=now - dt.timedelta(seconds=1), price=CNY)
    write_entry(alice, team, at=now - dt.timedelta(seconds=1), price=USD, practice=True)
    one = budget("1", "USD", span=span)
    of_bob = budget("100000", scope="member", user=bob.pk, span=span)
    each = Entry.objects.filter(currency="USD").first()
    assert each is not None
    assert each.cost_total is not None
    assert sums(one) == (units_of(2 * each.cost_total, "USD"), 0)
    assert sums(of_bob) == (1300, 0)
    assert PurseHour.objects.count() == (2 if span == "rolling" else 0)


def test_a_budget_of_a_key_or_a_template_begins_with_what_its_period_has_used(
    budget: Make, send: Send, alice: User, bob: User, team: Team, shop_key: ApiKey, offer: Offer
) -> None:
    template = library.create(team=team, author=alice, content=Content(title="Short", system_prompt="Be short."))
    finish(send(settings=RunSettings(offer=offer.pk, max_tokens=LONGEST, template=template.live_id)))
    finish(send())
    shop_key.label = "Shop, renamed"
    shop_key.save()
    now = timezone.now()
    write_entry(alice, team, at=now, key_label="Shop, renamed")  # of before entries knew their key
    write_entry(bob, team, at=now, key_label="Shop, renamed", api_key=uuid.uuid4())  # another one of that name
    write_entry(bob, team, at=now)
    by_key, once = (budget("100000", scope="key", api_key=shop_key.pk, span=span) for span in ("month", "once"))
    by_template = budget("100000", scope="template", template=template.pk, span="rolling")
    assert (sums(by_key), sums(once), sums(by_template)) == ((20 + 1300, 0), (0, 0), (10, 0))


def test_a_budget_of_a_personal_key_counts_nobody_elses_runs_of_that_name(
    budget: Make, alice: User, bob: User, team: Team, shop: Provider
) -> None:
    own = keys.add(team=team, user=alice, provider=shop, label="Own", key="sk-canary-76543210", created_by=alice)
    for user in (alice, bob):
        write_entry(user, team, at=timezone.now(), key_label="Own")
    assert sums(budget("100000", scope="key", api_key=own.pk)) == (1300, 0)


def test_what_members_have_used_before_is_in_their_own_amounts(
    budget: Make, alice: User, bob: User, team: Team
) -> None:
    write_entry(bob, team, at=timezone.now() - dt.timedelta(seconds=1))
    one = budget("2000", scope="each", span="day")
    assert (sums(one, alice.pk), sums(one, bob.pk)) == ((0, 0), (1300, 0))


# ── changes ──


def test_a_new_budget_holds_at_once_where_it_was_made_and_a_removed_one_is_gone(
    budget: Make, send: Send, alice: User
) -> None:
    send()
    one = budget("50")
    refusal(send)
    deeds.remove(one, by=alice)
    send()


def test_an_amount_below_what_is_used_refuses_and_a_raised_one_lets_through_at_once(
    budget: Make, send: Send, alice: User
) -> None:
    one = budget("1000")
    finish(send(), prompt=100, completion=100)
    deeds.change(one, deeds.Terms(150), by=alice)
    assert "nothing is left of 150 tokens" in refusal(send)
    Budget.objects.filter(pk=one.pk).update(amount=1000, ceiling=1000, warn_level=800)  # by another process
    send()


def test_a_budget_that_is_removed_under_a_run_is_passed_over_at_its_end(budget: Make, send: Send, alice: User) -> None:
    one = budget()
    turn = send()
    deeds.remove(one, by=alice)
    finish(turn)
    assert Purse.objects.count() == 0


def test_a_budget_that_another_process_removed_a_moment_ago_stops_nobody(budget: Make, send: Send) -> None:
    budget("50")
    refusal(send)
    Budget.objects.all().delete()  # by another process: here it is still remembered
    send()


# ── what it costs ──


def statements(send: Send) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        send()
    return [query["sql"] for query in asked.captured_queries]


def test_without_a_budget_a_send_asks_nothing_more_than_before(send: Send, team: Team) -> None:
    send()
    recent.budgets_of(team.pk)
    found = statements(send)
    assert not [sql for sql in found if "budgets_" in sql]
    assert not [sql for sql in found if "conversations_message" in sql and sql.startswith("SELECT")]


def test_with_a_budget_a_send_makes_two_statements_for_it(budget: Make, send: Send) -> None:
    budget()
    send()
    assert len([sql for sql in statements(send) if "budgets_" in sql]) == 2
