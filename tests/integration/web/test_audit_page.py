"""The team's log: for who leads the team, filtered, a page at a time, and as a file."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from playground.accounts import audit, teams
from playground.accounts.models import Deed, Member, Team, User
from playground.accounts.roles import Role
from playground.web import audit_page
from tests.entries import write_entry
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(alice: User, charlie: User) -> Team:
    """A team with a little history."""
    team = teams.make(user=alice, name="Crew")
    Member.objects.create(team=team, user=charlie, role=Role.ADMIN)
    teams.switch(user=charlie, team=team)
    audit.note(team=team, person=charlie, deed="key.added", subject="Night run", details={"provider": "zai"})
    audit.note(team=team, person=alice, deed="template.published", subject="=SUM(1)", details={"version": 3})
    return team


def lines(client: Client, **asked: str) -> list[str]:
    """The subjects of the lines that are shown."""
    rows = client.get(reverse("audit"), asked).context["log"]["rows"]
    return [row["subject"] for row in rows]


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("admin", 200), ("member", 404), ("viewer", 404)])
def test_who_leads_the_team_reads_its_log(
    crew: Team, charlie: User, browser_of: Callable[[User], Client], role: str, status: int
) -> None:
    Member.objects.filter(team=crew, user=charlie).update(role=role)
    browser = browser_of(charlie)
    assert browser.get(reverse("audit")).status_code == status
    assert browser.get(reverse("audit-export")).status_code == status


def test_a_line_says_who_did_what_to_what(alices: Client, crew: Team) -> None:
    words = text_of(alices.get(reverse("audit")))
    for part in ("Charlie", "charlie@example.org", "Key added", "Night run", "zai", "version 3", "Team made"):
        assert part in words


def test_the_log_is_filtered_by_person_deed_and_time(alices: Client, crew: Team, charlie: User) -> None:
    assert lines(alices) == ["=SUM(1)", "Night run", "Crew"]
    assert lines(alices, person=str(charlie.pk)) == ["Night run"]
    assert lines(alices, deed="template.published") == ["=SUM(1)"]
    yesterday = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
    assert lines(alices, first="2020-01-01", last=yesterday) == []
    assert lines(alices, person="x", first="2026-02-31") == ["=SUM(1)", "Night run", "Crew"]


def test_the_log_of_another_team_is_another(alices: Client, crew: Team, alice: User) -> None:
    teams.switch(user=alice, team=Team.objects.get(members__user=alice, personal=True))
    assert lines(alices) == []


def test_the_log_comes_a_page_at_a_time(alices: Client, crew: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_page, "ROWS", 2)
    first = alices.get(reverse("audit")).context["log"]
    second = alices.get(first["older"]).context["log"]
    assert [len(first["rows"]), len(second["rows"]), bool(second["newest"]), second["older"]] == [2, 1, True, ""]


def test_htmx_gets_what_changes(alices: Client, crew: Team) -> None:
    answer = alices.get(reverse("audit"), {"deed": "key.added"}, headers=HTMX)
    assert b"<html" not in answer.content
    assert answer.headers["HX-Push-Url"] == f"{reverse('audit')}?deed=key.added"


def test_the_file_has_what_fits_and_runs_no_formula(alices: Client, crew: Team) -> None:
    answer = alices.get(reverse("audit-export"), {"deed": "template.published"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, row = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert head == list(audit_page.HEAD)
    assert row[2:] == ["alice@example.org", "template.published", "'=SUM(1)", "version 3"]
    assert row[1].endswith("Z")


def test_a_person_who_is_gone_keeps_their_lines(alices: Client, crew: Team, charlie: User) -> None:
    charlie.delete()
    assert "charlie@example.org" in text_of(alices.get(reverse("audit")))
    assert Deed.objects.filter(team=crew).count() == 3


def test_the_log_says_who_used_which_key(alices: Client, crew: Team, charlie: User) -> None:
    for _ in range(2):
        write_entry(charlie, crew, key_label="Night run")
    write_entry(charlie, crew, key_label="Sandbox", practice=True)
    (use,) = alices.get(reverse("audit")).context["log"]["uses"]
    assert (use["key"], use["person"], use["runs"]) == ("Night run", "Charlie", 2)
    assert "Night run" in text_of(alices.get(use["url"]))


def test_who_used_which_key_is_a_file_of_the_same_days_and_person(
    alices: Client, alice: User, crew: Team, charlie: User
) -> None:
    for person in (alice, charlie):
        write_entry(person, crew, key_label="Night run")

    async def downloaded(address: str) -> str:
        client = AsyncClient()
        await client.aforce_login(alice)
        answer: Any = await client.get(address)
        return b"".join([part async for part in answer.streaming_content]).decode()

    def people(**asked: str) -> list[str]:
        address = alices.get(reverse("audit"), asked).context["log"]["uses_export"]
        rows = csv.DictReader(io.StringIO(async_to_sync(downloaded)(address)))
        return sorted(row["person"] for row in rows if row["key_label"] == "Night run")

    assert people() == [alice.email, charlie.email]
    assert people(person=str(charlie.pk)) == [charlie.email]
    assert people(first="2020-01-01", last="2020-01-02") == []
