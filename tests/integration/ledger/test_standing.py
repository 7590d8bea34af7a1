"""Totals that a cursor keeps: always what the entries say, however and whenever they were folded."""

import datetime as dt
import itertools
import uuid
import zoneinfo
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from playground.accounts.models import Team, User
from playground.ledger import check, standing
from playground.ledger.fold import Key, Sum
from playground.ledger.history import GROUPS, OTHERS, Behind, Cell, History, Only, Scope, merged, read
from playground.ledger.models import Entry, Meridian, Total
from playground.ledger.record import Facts, _columns
from playground.ledger.spans import UTC, Level, meridian_of
from playground.ledger.totals import entries_of, totals
from playground.pricing.cost import Cost, TokenCounts, cost, unpriced
from tests.integration.ledger.conftest import PRICE
from tests.integration.ledger.test_append_only import correction_of
from tests.together import together

pytestmark = pytest.mark.django_db
MakeFacts = Callable[..., Facts]
BEGIN = dt.datetime(2026, 10, 30, 15, 0, tzinfo=dt.UTC)
DAYS = 4
ZONES = ("UTC", "Asia/Shanghai", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe")


def write(facts: Facts, at: dt.datetime = BEGIN) -> Entry:
    """An entry of that moment."""
    entry = Entry(**_columns(facts), created_at=at)
    entry.save()
    return entry


def days_in(zone: str) -> list[dt.datetime]:
    """Midnights of a zone around all entries; summer time ends among them in New York and begins in none."""
    first = BEGIN.astimezone(zoneinfo.ZoneInfo(zone)).replace(hour=0, minute=0)
    return [first + dt.timedelta(days=day) for day in range(DAYS + 2)]  # wall clock: days of 23 or 25 hours are days


def history(team: Team, only: Only | None = None, **more: Any) -> History:
    asked: dict[str, Any] = {"group": "model", "edges": days_in("UTC"), "before": (BEGIN, BEGIN), **more}
    return read(Scope(team.pk), only or Only(), **asked)


def amounts(sums: Iterable[tuple[Any, Sum]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for key, one in sums:
        found[key.currency] = found.get(key.currency, Decimal(0)) + one.cost
    return {currency: amount for currency, amount in found.items() if amount}


def count(sums: Iterable[Sum], name: str) -> int:
    return sum(getattr(one, name) for one in sums)


costs = st.one_of(
    st.builds(
        lambda picounits, currency: Cost(
            currency, Decimal(0), Decimal(0), *[Decimal(picounits).scaleb(-12)] * 2, basis="exact", price_id="p"
        ),
        st.integers(0, 10**15),
        st.sampled_from(["CNY", "USD"]),
    ),
    st.just(unpriced("no_price")),
)
runs = st.lists(
    st.fixed_dictionaries(
        {
            "seconds": st.integers(0, DAYS * 86_400 - 1),
            "cost": costs,
            "counts": st.builds(TokenCounts, st.integers(0, 10**6), st.just(0), st.integers(0, 10**6)),
            "model": st.sampled_from(["GLM-4.5-Air", "GLM-Z1-Air"]),
            "key_label": st.sampled_from(["", "Team default"]),
            "template": st.sampled_from([None, uuid.UUID(int=7)]),
            "state": st.sampled_from(["finished", "stopped", "failed"]),
            "ttft_ms": st.none() | st.integers(0, 60_000),
            "corrected": st.booleans(),
            "folded": st.booleans(),  # before the next run
        }
    ),
    max_size=12,
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=15)
@given(runs=runs, zone=st.sampled_from(ZONES), batch=st.integers(1, 4), is_kept=st.booleans())
def test_entries_days_and_the_whole_add_up_to_the_same_at_every_moment(
    runs: list[dict[str, Any]], zone: str, batch: int, is_kept: bool, make_facts: MakeFacts
) -> None:
    team = Team.objects.create(name="of this example alone")
    Meridian.objects.exclude(pk=UTC).delete()
    Total.objects.exclude(meridian=UTC).delete()
    if is_kept:
        standing.keep({meridian_of(edge) for edge in days_in(zone)})
    written: list[Entry] = []
    for run in runs:
        what = {name: value for name, value in run.items() if name not in ("seconds", "corrected", "folded")}
        entry = write(make_facts(team_id=team.pk, **what), BEGIN + dt.timedelta(seconds=run["seconds"]))
        written.append(entry)
        if run["corrected"]:
            written.append(corrected(entry, by=Decimal(run["seconds"]).scaleb(-12)))
        if run["folded"]:
            standing.advance(batch)
    _check(written, zone, team)
    standing.advance(batch)
    _check(written, zone, team)
    assert check.differences() == []
    before = rows()
    standing.rebuild()
    assert rows() == before


def _check(written: list[Entry], zone: str, team: Team) -> None:
    edges = days_in(zone)
    exact = totals(entries_of(team))
    for group in GROUPS:
        found = history(team, group=group, edges=edges)
        for sums in (dict(found.now.items()), dict(found.cells.items())):
            assert amounts(sums.items()) == {currency: all_ for currency, all_ in exact.amounts.items() if all_}
            for name in ("entries", "unpriced", "prompt_tokens", "completion_tokens"):
                assert count(sums.values(), name) == getattr(exact, name)
        for bar, (first, end) in enumerate(itertools.pairwise(edges)):
            inside = [entry for entry in written if first <= entry.created_at < end]
            cells = [(cell, one) for cell, one in found.cells.items() if cell.bar == bar]
            for currency in ("CNY", "USD"):
                spent = [e.cost_total for e in inside if e.currency == currency and e.cost_total]
                assert amounts(cells).get(currency, 0) == sum(spent)
        own = set(sorted({cell.group for cell in found.cells})[:1])
        few = history(team, group=group, edges=edges, named=lambda _now, own=own: own)
        assert few.cells == gathered(found.cells, own)


def gathered(cells: Mapping[Cell, Sum], own: set[str]) -> dict[Cell, Sum]:
    """The cells of groups that are not among `own` as one."""
    result: defaultdict[Cell, Sum] = defaultdict(Sum)
    for cell, one in cells.items():
        result[cell if not own or cell.group in own else cell._replace(group=OTHERS)].merge(one)
    return dict(result)


def corrected(entry: Entry, *, by: Decimal) -> Entry:
    """A correction that adds an amount, and a price where there was none."""
    currency = entry.currency or "CNY"
    made = correction_of(entry, currency=currency, cost_basis="exact", cost_output=by, cost_total=by)
    made.save()
    return made


def rows() -> list[tuple[Any, ...]]:
    """All totals but for their numbers."""
    names = [field.name for field in Total._meta.fields if field.name not in ("id", "key")]
    names += [f"key__{name}" for name in Key._fields]
    return sorted(Total.objects.values_list(*names))


def test_the_totals_are_kept_by_who_what_and_how_it_ended(
    make_facts: MakeFacts, team: Team, alice: User, bob: User
) -> None:
    for user, model, state in ((alice, "A", "finished"), (alice, "B", "failed"), (bob, "A", "stopped")):
        write(make_facts(user_id=user.pk, model=model, state=state, error_code="overloaded" * (state == "failed")))
    for fold in (lambda: 0, standing.advance):
        fold()
        for only, entries in (
            (Only(), 3),
            (Only(model="A"), 2),
            (Only(person=str(bob.pk)), 1),
            (Only(model="B", person=str(bob.pk)), 0),
            (Only(status="stopped"), 1),
            (Only(key="Team default"), 3),
            (Only(key=""), 0),
            (Only(provider="zai"), 0),
            (Only(person="nobody"), 0),
        ):
            found = history(team, only)
            assert count(found.now.values(), "entries") == count(found.cells.values(), "entries") == entries
        assert count(history(team).now.values(), "succeeded") == 1
        assert count(history(team).now.values(), "faults") == 1
        assert {key.model for key in history(team, Only(model="A")).keys} == {"A", "B"}


def test_a_member_sees_sums_of_the_own_entries_only(make_facts: MakeFacts, team: Team, alice: User, bob: User) -> None:
    for user in (alice, alice, bob):
        write(make_facts(user_id=user.pk))
    for fold in (lambda: 0, standing.advance):
        fold()
        own = read(Scope(team.pk, bob.pk), Only(), group="person", edges=days_in("UTC"), before=(BEGIN, BEGIN))
        assert count(own.now.values(), "entries") == count(own.cells.values(), "entries") == 1
        spied = Only(person=str(alice.pk))
        own = read(Scope(team.pk, bob.pk), spied, group="person", edges=days_in("UTC"), before=(BEGIN, BEGIN))
        assert (own.now, own.cells) == ({}, {})


def test_another_teams_entries_are_nowhere(make_facts: MakeFacts, team: Team) -> None:
    write(make_facts(team_id=team.pk + 1000))
    standing.advance()
    found = history(team)
    assert (found.now, found.cells, found.keys) == ({}, {}, set())


def test_practice_is_left_out_unless_asked_for(make_facts: MakeFacts, team: Team) -> None:
    write(make_facts(practice=True))
    for fold in (lambda: 0, standing.advance):
        fold()
        assert not history(team).now
        assert not history(team).cells
        assert count(history(team, Only(practice=True)).cells.values(), "entries") == 1


def test_the_stretch_before_is_summed_apart(make_facts: MakeFacts, team: Team) -> None:
    write(make_facts(), BEGIN - dt.timedelta(days=10))
    write(make_facts(), BEGIN)
    for fold in (lambda: 0, standing.advance):
        fold()
        found = history(team, before=(BEGIN - dt.timedelta(days=12), BEGIN - dt.timedelta(days=9)))
        assert (count(found.now.values(), "entries"), count(found.before.values(), "entries")) == (1, 1)
        assert found.before_as_one.ttft == merged(found.now.values()).ttft != 0
        assert history(team, Only(model="another")).before_as_one == Sum()


@pytest.mark.parametrize(
    ("counts", "saved"),
    [
        (TokenCounts(1000, 400, 300), "0.000256"),  # 400 x (0.80 - 0.16) per million
        (TokenCounts(400, 400, 300), "0.000256"),
        (TokenCounts(1000, 0, 300), "0"),
    ],
)
def test_what_caching_saved_is_exact(make_facts: MakeFacts, team: Team, counts: TokenCounts, saved: str) -> None:
    write(make_facts(counts=counts, cost=cost(counts, PRICE, "reported")))
    standing.advance()
    (found,) = history(team).now.values()
    assert found.saved == Decimal(saved)


def test_reading_needs_three_statements_however_much_there_is(
    make_facts: MakeFacts, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for hour in range(60):
        write(make_facts(), BEGIN + dt.timedelta(hours=hour))
    standing.advance()
    with django_assert_num_queries(3):
        assert count(history(team).now.values(), "entries") == 60


def test_many_entries_after_the_cursor_are_no_work_for_a_page(make_facts: MakeFacts, team: Team) -> None:
    for _ in range(5):
        write(make_facts())
    assert count(history(team, many=5).now.values(), "entries") == 5
    with pytest.raises(Behind) as behind:
        history(team, many=4)
    assert (behind.value.done, behind.value.all) == (0, Entry.objects.latest("pk").pk)
    assert not Total.objects.exists()
    standing.advance()
    assert count(history(team, many=4).now.values(), "entries") == 5
    assert Meridian.objects.get().last_entry == Entry.objects.latest("pk").pk


def test_a_readers_zone_gets_days_of_its_own_which_catch_up_in_steps(
    make_facts: MakeFacts, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    edges = days_in("Asia/Kathmandu")
    (meridian,) = {meridian_of(edge) for edge in edges}
    for hour in range(10):
        write(make_facts(), BEGIN + dt.timedelta(hours=hour))
    standing.advance()
    assert count(history(team, edges=edges).now.values(), "entries") == 10  # by hours and entries
    assert Meridian.objects.get(pk=meridian).last_entry == 0
    write(make_facts(), BEGIN + dt.timedelta(hours=10))
    standing.advance_a_little(1)  # UTC goes first
    for _ in range(3):
        assert standing.keep([meridian]) == []
        standing.advance_a_little(1, 4)
    assert standing.keep([meridian]) == [meridian]
    write(make_facts(), BEGIN + dt.timedelta(hours=11))
    standing.advance()
    with django_assert_num_queries(3):
        found = history(team, edges=edges, group="model")
    assert count(found.now.values(), "entries") == count(found.cells.values(), "entries") == 12
    assert check.differences() == []


def test_only_so_many_zones_have_days_of_their_own(make_facts: MakeFacts, team: Team) -> None:
    write(make_facts())
    standing.advance()
    standing.keep(range(4, 60, 4))
    standing.advance()
    assert Meridian.objects.count() == standing.MOST_MERIDIANS
    zones = [dt.timezone(dt.timedelta(hours=hours)) for hours in (1, 12)]
    for zone in zones:  # with days, and without
        edges = [BEGIN.astimezone(zone).replace(hour=0), BEGIN.astimezone(zone).replace(hour=0) + dt.timedelta(days=2)]
        assert count(history(team, edges=edges).now.values(), "entries") == 1


def test_a_running_server_folds_full_batches_only(make_facts: MakeFacts, team: Team) -> None:
    write(make_facts())
    standing.advance()
    before = rows()
    for number in range(1, 5):
        write(make_facts())
        standing.advance_a_little(3)
        assert (rows() != before) is (number >= 3)


@pytest.mark.parametrize("column", ["cost", "entries", "prompt_tokens", "ttft"])
def test_the_check_finds_any_total_that_was_changed(make_facts: MakeFacts, team: Team, column: str) -> None:
    write(make_facts())
    call_command("check_totals")
    Total.objects.filter(level=Level.HOUR).update(**{column: "99:1" if column == "ttft" else 7})
    with pytest.raises(CommandError, match="differ"):
        call_command("check_totals")
    call_command("rebuild_totals")
    call_command("check_totals")


def test_owners_of_the_installation_are_told_of_a_difference_in_their_language(
    make_facts: MakeFacts, alice: User, bob: User, mailoutbox: list[EmailMessage]
) -> None:
    alice.language = "zh-hans"
    alice.save()
    write(make_facts())
    call_command("check_totals")
    assert mailoutbox == []
    Total.objects.filter(level=Level.HOUR).update(cost=7)
    with pytest.raises(CommandError):
        call_command("check_totals")
    (mail,) = mailoutbox
    assert mail.to == [alice.email]
    assert "用量" in mail.subject
    assert "2026-10-30" in mail.body


def test_a_mail_that_cannot_be_sent_hides_no_difference(
    make_facts: MakeFacts, alice: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    write(make_facts())
    standing.advance()
    Total.objects.filter(level=Level.HOUR).update(cost=7)
    with pytest.raises(CommandError, match="differ"):
        call_command("check_totals")
    assert "could not be told" in caplog.text


@pytest.mark.parametrize("level", [Level.DAY, Level.WEEK, Level.MONTH])
def test_the_check_finds_a_level_that_says_otherwise(make_facts: MakeFacts, team: Team, level: Level) -> None:
    write(make_facts())
    standing.advance()
    Total.objects.filter(level=level).delete()
    (wrong,) = check.differences()
    assert str(team.pk) in wrong


@pytest.mark.django_db(transaction=True)
def test_entries_written_and_folded_at_once_are_each_counted_once(make_facts: MakeFacts, team: Team) -> None:
    def deed(number: int) -> None:
        if number % 4:
            for _ in range(5):
                write(make_facts())
        else:
            standing.advance(3)

    together(16, deed)
    standing.advance()
    assert check.differences() == []
    assert count(history(team).now.values(), "entries") == Entry.objects.count() == 60
