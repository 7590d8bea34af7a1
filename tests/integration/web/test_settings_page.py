"""The settings page: preferences of everybody, rates and addresses of owners."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.accounts.models import User
from playground.ledger.models import ExchangeRate
from playground.vault.addresses import allowed_hosts
from playground.vault.models import HostAllowance
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db

PROFILE = {"name": "Alice Ng", "language": "zh-hans", "theme": "dark", "currency": "USD", "time_zone": "Asia/Shanghai"}
RATE = {"cny_per_usd": "7.0834", "day": "2026-11-20", "source": "European Central Bank"}


def test_preferences_are_kept_and_hold_at_once(alices: Client, alice: User) -> None:
    answer = alices.post(reverse("settings-profile"), PROFILE, follow=True)
    alice.refresh_from_db()
    assert {name: getattr(alice, name) for name in PROFILE} == PROFILE
    page = answer.content.decode()
    assert '<html lang="zh-hans"' in page
    assert 'data-theme="dark"' in page
    assert "已保存。" in page


def test_the_pages_before_sign_in_follow(alices: Client) -> None:
    alices.post(reverse("settings-profile"), PROFILE)
    assert (alices.cookies["django_language"].value, alices.cookies["theme"].value) == ("zh-hans", "dark")
    alices.post(reverse("settings-profile"), PROFILE | {"language": ""})
    assert alices.cookies["django_language"].value == ""


@pytest.mark.parametrize(
    "change",
    [
        {"language": "tlh"},
        {"theme": "pink"},
        {"currency": "EUR"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"name": "x" * 101},
    ],
)
def test_a_preference_that_does_not_exist_changes_nothing(alices: Client, alice: User, change: dict[str, str]) -> None:
    answer = alices.post(reverse("settings-profile"), PROFILE | change, headers=HTMX)
    assert answer.status_code == 422
    assert answer.content.decode().startswith("<section")
    alice.refresh_from_db()
    assert (alice.name, alice.language) == ("Alice", "")


def test_a_profile_makes_nobody_an_owner(browser_of: Callable[[User], Client], bob: User) -> None:
    more = {"is_owner": "on", "is_staff": "on", "is_superuser": "on", "email": "owner@example.org", "is_active": ""}
    browser_of(bob).post(reverse("settings-profile"), PROFILE | more)
    bob.refresh_from_db()
    assert (bob.is_owner, bob.is_staff, bob.is_superuser, bob.email) == (False, False, False, "bob@example.org")
    assert bob.name == PROFILE["name"]


def test_an_owner_sets_the_rate_from_a_day_on(alices: Client, alice: User) -> None:
    answer = alices.post(reverse("settings-rates"), RATE, headers=HTMX)
    row = ExchangeRate.objects.get(source="European Central Bank")
    assert (row.cny_per_usd, row.day.isoformat(), row.created_by) == (Decimal("7.0834"), "2026-11-20", alice)
    read = text_of(answer)
    assert "20 Nov 2026 7.0834 European Central Bank Alice" in read
    assert "21 Nov 2026 7.1 set at installation" in read
    assert "The rate is set." in read


@pytest.mark.parametrize(
    "change",
    [
        {"cny_per_usd": "0"},
        {"cny_per_usd": "-7"},
        {"cny_per_usd": "NaN"},
        {"cny_per_usd": "seven"},
        {"cny_per_usd": "7.12345678"},
        {"day": "2999-01-01"},
        {"day": "yesterday"},
        {"source": " "},
    ],
)
def test_what_is_no_rate_is_refused_in_the_form(alices: Client, change: dict[str, str]) -> None:
    answer = alices.post(reverse("settings-rates"), RATE | change, headers=HTMX)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert ExchangeRate.objects.count() == 1


def test_today_is_proposed_in_the_owners_own_time_zone(alices: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone="Pacific/Kiritimati")
    with timezone.override("Pacific/Kiritimati"):
        today = timezone.localdate().isoformat()
    assert f'value="{today}"' in alices.get(reverse("settings")).content.decode()


def test_an_owner_lets_an_address_in_and_out(alices: Client) -> None:
    answer = alices.post(reverse("settings-addresses"), {"host": "LocalHost", "port": "11434"}, headers=HTMX)
    assert "localhost:11434" in text_of(answer)
    assert allowed_hosts() == {"localhost:11434"}
    row = HostAllowance.objects.get()
    answer = alices.post(reverse("settings-forbid"), {"allowance": row.pk}, headers=HTMX)
    assert "localhost:11434" not in text_of(answer)
    assert allowed_hosts() == set()


@pytest.mark.parametrize(
    ("host", "port"), [("", "80"), ("127.0.0.1", ""), ("127.0.0.1", "0"), ("127.0.0.1", "70000"), ("a b", "80"),
                       ("http://127.0.0.1", "80"), ("169.254.169.254", "80"), ("127.0.0.1/x", "80")]
)  # fmt: skip
def test_what_is_no_address_to_allow_is_refused_in_the_form(alices: Client, host: str, port: str) -> None:
    answer = alices.post(reverse("settings-addresses"), {"host": host, "port": port}, headers=HTMX)
    assert answer.status_code == 422
    assert allowed_hosts() == set()


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 40, "٣"])
def test_an_allowance_that_does_not_exist_is_passed_over(alices: Client, number: str) -> None:
    assert alices.post(reverse("settings-forbid"), {"allowance": number}).status_code == 302


def test_only_owners_see_and_set_what_holds_for_everybody(
    browser_of: Callable[[User], Client], bob: User, alice: User
) -> None:
    browser = browser_of(bob)
    assert "This installation" not in text_of(browser.get(reverse("settings")))
    HostAllowance.objects.create(host="10.0.0.5", port=8000)
    answers = [
        browser.post(reverse("settings-rates"), RATE),
        browser.post(reverse("settings-addresses"), {"host": "127.0.0.1", "port": "11434"}),
        browser.post(reverse("settings-forbid"), {"allowance": HostAllowance.objects.get().pk}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert ExchangeRate.objects.count() == 1
    assert allowed_hosts() == {"10.0.0.5:8000"}
