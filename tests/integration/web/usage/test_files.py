"""Monthly files: written once for every month that is over, whole, exact, and only for those who manage the team."""

import csv
import datetime as dt
import io
import os
import zoneinfo
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.ledger import nightly
from playground.ledger.models import NightlyTask
from playground.ledger.totals import entries_of, totals
from playground.web.usage_files import Month, files_of, path_of
from tests.integration.ledger.test_append_only import correction_of
from tests.integration.web.usage.conftest import MakeEntry
from tests.integration.web.usage.test_overview import words, works_in

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[User], Client]
NOVEMBER = dt.datetime(2025, 11, 3, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> None:
    """A data folder of its own."""
    settings.DATA = tmp_path


def written() -> str:
    said = io.StringIO()
    call_command("export_usage", stdout=said)
    return said.getvalue()


def rows(team: Team, month: Month) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path_of(team, month).read_text(), newline="")))


def test_every_month_that_is_over_gets_one_file_and_the_next_run_writes_nothing(
    make_entry: MakeEntry, team: Team
) -> None:
    last_second = dt.datetime(2025, 11, 30, 23, 59, 59, 999_999, tzinfo=dt.UTC)
    for at in (NOVEMBER, last_second, last_second + dt.timedelta(microseconds=1)):
        make_entry(at=at)
    make_entry()  # of the month that is not over
    said = written()
    assert [len(rows(team, month)) for month in (Month(2025, 11), Month(2025, 12), Month(2026, 1))] == [2, 1, 0]
    assert "usage-2025-11.csv: 2 entries" in said
    assert not path_of(team, Month.of(timezone.now())).exists()
    before = {path: path.stat().st_mtime_ns for path in path_of(team, Month(2025, 11)).parent.iterdir()}
    assert written() == "Every month that is over has its file.\n"
    assert {path: path.stat().st_mtime_ns for path in path_of(team, Month(2025, 11)).parent.iterdir()} == before


def test_a_file_adds_up_to_what_the_month_cost_to_the_last_digit(make_entry: MakeEntry, team: Team) -> None:
    for minute in range(30):
        make_entry(at=NOVEMBER + dt.timedelta(minutes=minute))
    make_entry(at=NOVEMBER, practice=True)
    written()
    exact = totals(entries_of(team)).amounts["CNY"]
    assert sum(Decimal(row["cost_total"]) for row in rows(team, Month(2025, 11))) == exact


def test_a_month_that_is_corrected_later_is_written_again_once(make_entry: MakeEntry, team: Team) -> None:
    entry, now = make_entry(at=NOVEMBER, price=None), timezone.now()
    make_entry(at=NOVEMBER + dt.timedelta(days=31))
    written()
    priced = {"currency": "CNY", "cost_basis": "exact"}
    parts = {"cost_input": Decimal(1), "cost_cached": Decimal(0), "cost_output": Decimal(0), "cost_total": Decimal(1)}
    correction_of(entry, corrected_at=now, **priced, **parts).save()
    said = written()
    assert "usage-2025-11.csv: 2 entries" in said
    assert "usage-2025-12.csv" not in said
    assert sum(Decimal(row["cost_total"] or 0) for row in rows(team, Month(2025, 11))) == 1
    later = (now + dt.timedelta(hours=2)).timestamp()
    os.utime(path_of(team, Month(2025, 11)), (later, later))
    assert written() == "Every month that is over has its file.\n"


def test_a_file_that_was_lost_is_written_again(make_entry: MakeEntry, team: Team) -> None:
    make_entry(at=NOVEMBER)
    written()
    path_of(team, Month(2025, 11)).unlink()
    assert "usage-2025-11.csv: 1 entries" in written()


def test_files_are_for_the_servers_account_alone(make_entry: MakeEntry, team: Team) -> None:
    make_entry(at=NOVEMBER)
    written()
    path = path_of(team, Month(2025, 11))
    assert [path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777] == [0o600, 0o700]


def test_who_manages_the_team_finds_the_files_and_can_load_them(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry, team: Team
) -> None:
    browser = browser_of(alice)
    assert "No monthly file yet" in browser.get("/usage/files/").content.decode()
    make_entry(at=NOVEMBER)
    written()
    page = browser.get("/usage/files/").content.decode()
    assert "November 2025" in page
    assert "/usage/files/usage-2025-11.csv" in page
    answer = browser.get("/usage/files/usage-2025-11.csv")
    assert b"".join(answer) == path_of(team, Month(2025, 11)).read_bytes()  # type: ignore[arg-type]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="usage-2025-11.csv"'


@pytest.mark.parametrize("name", ["usage-2025-12.csv", "usage-2025-13.csv", "..%2Fsecret.key", "usage-2025-11.part"])
def test_any_other_name_is_no_file(
    name: str, browser_of: BrowserOf, alice: User, make_entry: MakeEntry, tmp_path: Path
) -> None:
    make_entry(at=NOVEMBER)
    written()
    path_of(Team.objects.get(), Month(2025, 12)).unlink()
    (tmp_path / "exports" / "secret.key").write_text("secret")
    assert browser_of(alice).get(f"/usage/files/{name}").status_code == 404


def test_members_and_strangers_find_no_files(
    browser_of: BrowserOf, bob: User, charlie: User, make_entry: MakeEntry, team: Team
) -> None:
    make_entry(at=NOVEMBER)
    written()
    for user in (bob, charlie):
        user.current_team = team
        user.save(update_fields=["current_team"])
        assert browser_of(user).get("/usage/files/usage-2025-11.csv").status_code == 404
    assert browser_of(bob).get("/usage/files/").status_code == 404
    assert "/usage/files/" not in browser_of(bob).get("/usage/").content.decode()
    assert files_of(team)


def test_how_the_nights_work_went_stands_below_the_files_and_names_other_teams_to_owners_alone(
    browser_of: BrowserOf, alice: User, bob: User, team: Team, settings: Settings
) -> None:
    settings.NIGHTLY_AT, settings.NIGHTLY_ZONE = dt.time(3, 15), zoneinfo.ZoneInfo("Asia/Shanghai")
    owners, managers = browser_of(alice), browser_of(bob)
    works_in(bob, team)
    Member.objects.filter(user=bob, team=team).update(role=Role.ADMIN)
    text = words(owners, "/usage/files/")
    assert "Monthly files not yet — —" in text
    assert "from 03:15 on (Asia/Shanghai)" in text
    with nightly.reporting(nightly.EXPORT) as report:
        report.said = "exports/team-7/usage-2026-10.csv: 12 entries"
    with nightly.reporting(nightly.CHECK) as report:
        report.outcome, report.said = "wrong", "day totals of team 7"
    text = words(owners, "/usage/files/")
    assert "Monthly files exports/team-7/usage-2026-10.csv: 12 entries just now 0.00 s In order" in text
    assert "All entries added up again day totals of team 7 just now 0.00 s Differences found" in text
    text = words(managers, "/usage/files/")
    assert "Differences found" in text
    assert "team-7" not in text
    assert "team 7" not in text


def test_a_task_under_way_and_a_server_that_leaves_it_to_a_timer_are_told(
    browser_of: BrowserOf, alice: User, settings: Settings
) -> None:
    settings.NIGHTLY_AT = None
    NightlyTask.objects.create(
        name=nightly.CHECK,
        night=dt.date(2026, 11, 1),
        owner="another process",
        leased_until=timezone.now() + dt.timedelta(minutes=1),
    )
    text = words(browser_of(alice), "/usage/files/")
    assert "All entries added up again not yet — under way" in text
    assert "Switched off in this server by PLAYGROUND_NIGHTLY_AT" in text
