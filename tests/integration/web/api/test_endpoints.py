"""The API says what the pages say, to the last digit, to whom the pages say it, and is strict about questions."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.catalog.models import Offer
from playground.catalog.prices import set_price
from playground.ledger import standing
from playground.ledger.models import Entry
from playground.ledger.repricing import reprice
from playground.ledger.totals import TOKENS, entries_of, totals
from playground.pricing.price import Tier
from playground.web.api import door
from playground.web.api.document import document
from tests.entries import USD, write_days, write_entry
from tests.integration.web.api.conftest import Ask

pytestmark = pytest.mark.django_db
TokenOf = Callable[..., str]


def fits(answer: Any, path: str) -> Any:
    """The answer, once it is as the document says."""
    assert answer.headers["Content-Type"] == "application/json"
    told = document()
    schema = told["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    found = answer.json()
    Draft202012Validator({**schema, "components": told["components"]}, format_checker=FormatChecker()).validate(found)
    return found


def problem(answer: Any) -> tuple[int, str]:
    """Status and code of a problem, once it is as the document says."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = answer.json()
    Draft202012Validator(document()["components"]["schemas"]["Problem"]).validate(found)
    assert found["status"] == answer.status_code
    return answer.status_code, found["code"]


def test_entries_come_a_page_at_a_time_and_each_once(alice: User, team: Team, token_of: TokenOf, ask: Ask) -> None:
    write_days(alice, team, 8)
    token, cursor, seen = token_of(alice), 0, []
    while cursor is not None:
        page = fits(ask(token, "entries", {"limit": 7, "cursor": cursor}), "/entries")
        seen += page["data"]
        cursor = page["next_cursor"]
    assert [one["id"] for one in seen] == list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    for currency, amount in totals(entries_of(team)).amounts.items():
        paid = [Decimal(one["cost_total"]) for one in seen if one["currency"] == currency and one["cost_total"]]
        assert sum(paid) == amount


def test_totals_have_the_same_sums_as_the_entries(alice: User, team: Team, token_of: TokenOf, ask: Ask) -> None:
    write_days(alice, team, 20)
    meant = totals(entries_of(team))
    for unit in ("day", "week", "month"):
        for by in ("model", "person", "key", "provider", "status"):
            rows = fits(ask(token_of(alice), "totals", {"unit": unit, "by": by, "days": 60}), "/totals")["data"]
            for currency, amount in meant.amounts.items():
                assert sum(Decimal(row["cost"]) for row in rows if row["currency"] == currency) == amount
            assert sum(row["requests"] for row in rows) == meant.entries
            for name in ("unpriced", *TOKENS):
                assert sum(row[name] for row in rows) == getattr(meant, name)


def test_totals_say_what_succeeded_and_what_caching_saved_as_the_overview_does(
    alice: User, team: Team, token_of: TokenOf, ask: Ask
) -> None:
    at = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    for changes in ({}, {"state": "failed", "error_code": "overloaded"}, {"state": "stopped"}, {"price": None}):
        write_entry(alice, team, at=at, **changes)
    for fold in (lambda: 0, standing.advance):
        fold()
        asked = {"first": "2026-05-01", "days": 1}
        for path in ("totals", "hours"):
            priced = [row for row in fits(ask(token_of(alice), path, asked), f"/{path}")["data"] if row["currency"]]
            (row,) = priced
            assert (row["requests"], row["succeeded"], row["faults"]) == (3, 1, 1)
            assert (row["cached_tokens"], row["reasoning_tokens"]) == (1200, 360)
            assert row["saved"] == "0.000768000000"  # 1,200 tokens at ¥0.8 instead of ¥0.16 a million


def test_hours_are_those_of_utc_and_add_up_to_the_day(alice: User, team: Team, token_of: TokenOf, ask: Ask) -> None:
    noon = dt.datetime(2026, 5, 1, 12, 30, tzinfo=dt.UTC)
    for at in (noon, noon + dt.timedelta(minutes=29), noon + dt.timedelta(minutes=30), noon + dt.timedelta(days=1)):
        write_entry(alice, team, at=at)
    token = token_of(alice)
    rows = fits(ask(token, "hours", {"first": "2026-05-01"}), "/hours")["data"]
    assert [(row["begins"], row["ends"], row["requests"]) for row in rows] == [
        ("2026-05-01T12:00:00Z", "2026-05-01T13:00:00Z", 2),
        ("2026-05-01T13:00:00Z", "2026-05-01T14:00:00Z", 1),
    ]
    (day,) = ask(token, "totals", {"first": "2026-05-01", "days": 1}).json()["data"]
    assert sum(Decimal(row["cost"]) for row in rows) == Decimal(day["cost"])


def test_a_correction_is_an_entry_that_names_the_other(
    alice: User, team: Team, catalog: None, token_of: TokenOf, ask: Ask
) -> None:
    sold = Offer.objects.get(provider__slug="bigmodel", wire_name="glm-4.6")
    entry = write_entry(alice, team, price=None, offer_id=sold.pk)
    tier = Tier(Decimal(2), Decimal(8))
    set_price(offer_id=sold.pk, currency="CNY", tiers=[tier], start=dt.date(2026, 1, 1), source="x")
    reprice(by=alice, team=team)
    first, second = fits(ask(token_of(alice), "entries"), "/entries")["data"]
    assert (first["cost_total"], first["cost_basis"], first["corrects"]) == (None, "unpriced", None)
    assert (second["corrects"], second["cost_total"], second["prompt_tokens"]) == (entry.pk, "0.004400000000", 0)
    assert (first["corrected_at"], first["corrected_by"]) == (None, None)
    assert second["corrected_by"] == alice.email
    assert dt.datetime.fromisoformat(second["corrected_at"]) == Entry.objects.get(corrects=entry).corrected_at
    assert fits(ask(token_of(alice), "entries", {"unpriced": "true"}), "/entries")["data"] == []


def test_a_member_gets_their_own_and_a_manager_the_teams(
    alice: User, bob: User, charlie: User, team: Team, token_of: TokenOf, ask: Ask
) -> None:
    for user in (alice, bob):
        write_entry(user, team)
    for user, count, sees_team in ((alice, 2, True), (bob, 1, False)):
        token = token_of(user, team)
        assert len(fits(ask(token, "entries"), "/entries")["data"]) == count
        rows = fits(ask(token, "totals", {"by": "person"}), "/totals")["data"]
        assert sum(row["requests"] for row in rows) == count
        assert fits(ask(token, "token"), "/token")["sees_team"] is sees_team
    assert ask(token_of(bob, team), "entries", {"person": alice.pk}).json()["data"] == []
    assert ask(token_of(bob, team), "totals", {"person": alice.pk}).json()["data"] == []
    assert ask(token_of(charlie), "entries").json()["data"] == []


def test_rights_are_those_of_now_not_those_of_the_token(
    bob: User, team: Team, alice: User, token_of: TokenOf, ask: Ask
) -> None:
    write_entry(alice, team)
    token = token_of(bob, team)
    place = Member.objects.filter(user=bob, team=team)
    assert ask(token, "entries").json()["data"] == []
    place.update(role=Role.ADMIN)
    assert len(ask(token, "entries").json()["data"]) == 1
    place.delete()
    assert problem(ask(token, "entries")) == (403, "not_allowed")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert problem(ask(token, "entries")) == (401, "bad_token")


def test_filters_hold_together(alice: User, team: Team, token_of: TokenOf, ask: Ask) -> None:
    old = write_entry(alice, team, at=dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC), price=USD, state="stopped")
    write_entry(alice, team, key_label="Night jobs", practice=True)
    token = token_of(alice)

    def found(**values: Any) -> list[int]:
        return [one["id"] for one in ask(token, "entries", values).json()["data"]]

    assert found(first="2026-05-01", last="2026-05-01") == [old.pk]
    assert found(first="2026-05-02", last="2026-05-01") == []
    assert found(provider="zai") == found(status="stopped") == [old.pk]
    assert found(key="Night jobs") == []
    assert len(found(key="Night jobs", practice="true")) == 1
    assert found(model="nothing") == []
    assert found(person=alice.pk) == [old.pk]


def test_runs_of_one_template_are_found_by_its_id(alice: User, team: Team, token_of: TokenOf, ask: Ask) -> None:
    template, version = uuid.uuid4(), uuid.uuid4()
    made = write_entry(alice, team, template=template, template_version=version)
    write_entry(alice, team)
    token = token_of(alice)
    for text in (str(template), template.hex.upper()):
        (entry,) = fits(ask(token, "entries", {"template": text}), "/entries")["data"]
        assert (entry["id"], entry["template"], entry["template_version"]) == (made.pk, str(template), str(version))
        (row,) = fits(ask(token, "totals", {"template": text, "by": "template"}), "/totals")["data"]
        assert (row["group"], row["requests"]) == (template.hex, 1)
    assert fits(ask(token, "entries", {"template": str(version)}), "/entries")["data"] == []


def test_models_have_their_price_and_prices_their_history(
    alice: User, charlie: User, team: Team, catalog: None, token_of: TokenOf, ask: Ask
) -> None:
    sold = Offer.objects.get(provider__slug="zai", wire_name="glm-4.6")
    tomorrow = timezone.now().date() + dt.timedelta(days=1)
    tier = Tier(Decimal("0.5"), Decimal(2))
    set_price(offer_id=sold.pk, currency="USD", tiers=[tier], start=tomorrow, source="own", scope=f"team:{team.pk}")
    token = token_of(alice)
    models = fits(ask(token, "models", {"provider": "zai"}), "/models")["data"]
    (model,) = (one for one in models if one["offer"] == str(sold.pk))
    assert (model["title"], model["price"]["tiers"][0]["input"], model["price"]["holds_now"]) == (
        "GLM-4.6",
        "0.6",
        True,
    )
    prices = fits(ask(token, "prices", {"provider": "zai"}), "/prices")["data"]
    mine = [(one["own"], one["holds_now"]) for one in prices if one["offer"] == str(sold.pk)]
    assert mine == [(False, True), (True, False)]
    assert not any(one["own"] for one in ask(token_of(charlie), "prices").json()["data"])
    fits(ask(token, "models"), "/models")


def test_a_question_takes_few_queries(
    alice: User, team: Team, catalog: None, token_of: TokenOf, ask: Ask, django_assert_max_num_queries: Any
) -> None:
    write_days(alice, team, 10)
    token = token_of(alice)
    for address in ("token", "entries", "totals", "hours", "models", "prices"):
        with django_assert_max_num_queries(8):
            assert ask(token, address).status_code == 200


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("entries", {"limit": 0}),
        ("entries", {"limit": 1001}),
        ("entries", {"limit": "ten"}),
        ("entries", {"cursor": "-1"}),
        ("entries", {"first": "yesterday"}),
        ("entries", {"first": "2026-02-30"}),
        ("entries", {"first": "20260201"}),
        ("entries", {"status": "broken"}),
        ("entries", {"practice": "maybe"}),
        ("entries", {"template": "7c9e6679"}),
        ("entries", {"model": ""}),
        ("entries", {"model": ["a", "b"]}),
        ("entries", {"modle": "x"}),
        ("totals", {"by": "moon"}),
        ("totals", {"days": 367}),
        ("totals", {"unit": "hour"}),
        ("hours", {"days": 32}),
        ("hours", {"unit": "hour"}),
        ("models", {"provider": "\0"}),
        ("token", {"x": 1}),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_its_parameter(
    alice: User, token_of: TokenOf, ask: Ask, address: str, values: dict[str, Any]
) -> None:
    answer = ask(token_of(alice), address, values)
    assert problem(answer) == (400, "bad_parameter")
    assert answer.json()["parameter"] == next(iter(values))


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer tct_", "Bearer \xff"])
@pytest.mark.parametrize("address", ["token", "entries", "totals", "models", "prices"])
def test_nobody_reads_without_a_good_token(alice: User, client: Client, header: str, address: str) -> None:
    client.force_login(alice)  # a browser's session is no token
    answer = client.get(f"/api/v1/{address}", headers={"authorization": header} if header else {})
    assert problem(answer) == (401, "bad_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_is_good_for_its_scopes_alone(alice: User, token_of: TokenOf, ask: Ask) -> None:
    usage, catalog = token_of(alice, None, "usage:read"), token_of(alice, None, "catalog:read")
    for token, good in ((usage, {"token", "entries", "totals"}), (catalog, {"token", "models", "prices"})):
        for address in ("token", "entries", "totals", "models", "prices"):
            answer = ask(token, address)
            assert answer.status_code == 200 if address in good else problem(answer) == (403, "not_allowed")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_nothing_can_be_written(alice: User, client: Client, token_of: TokenOf, method: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    for address in ("token", "entries", "totals", "models", "prices", "openapi.json"):
        answer = getattr(strict, method)(f"/api/v1/{address}", headers={"authorization": f"Bearer {token_of(alice)}"})
        assert problem(answer) == (405, "method_not_allowed")
        assert answer.headers["Allow"] == "GET, HEAD"


def test_what_is_not_there_is_a_problem_too(client: Client) -> None:
    for address in ("", "nothing", "entries/", "entries/1"):
        assert problem(client.get(f"/api/v1/{address}")) == (404, "not_found")


def test_the_document_needs_no_token_and_answers_are_kept_nowhere(
    client: Client, alice: User, token_of: TokenOf, ask: Ask
) -> None:
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")
    assert "no-store" in ask(token_of(alice), "entries").headers["Cache-Control"]


def test_too_many_questions_in_a_minute_have_to_wait(
    alice: User, token_of: TokenOf, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "A_MINUTE", 3)
    token, other = token_of(alice), token_of(alice)
    answers = [ask(token, "token") for _ in range(8)]
    assert [answer.status_code for answer in answers[:3]] == [200] * 3
    assert problem(answers[-1]) == (429, "too_many_requests")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert ask(other, "token").status_code == 200
