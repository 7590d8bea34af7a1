"""People hear once that a threshold was crossed: in the app and by mail, each in their language."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.budgets import deeds, notices
from playground.budgets.models import Budget, Notice, Purse
from playground.catalog.models import Offer
from playground.conversations.turns import Turn
from playground.errors import Refused
from tests.integration.budgets.conftest import finish
from tests.together import together

pytestmark = pytest.mark.django_db

Make = Callable[..., Budget]
Send = Callable[..., Turn]


def subjects() -> list[tuple[str, str]]:
    return [(one.to[0], one.subject) for one in mail.outbox]


def test_the_warning_goes_out_once_however_much_more_is_used(budget: Make, send: Send, alice: User) -> None:
    budget("1000", name="Trial budget")
    for used in (799, 2, 3):
        finish(send(), prompt=used, completion=0)
    assert notices.deliver() == 1
    assert notices.deliver() == 0
    assert subjects() == [(alice.email, "Alice: Trial budget")]
    body = mail.outbox[0].body
    for part in ("Trial budget is nearly used up: 801 tokens of 1,000 tokens is used.", "It renews on 1 ", "/budgets/"):
        assert part in body


def test_mail_and_refusal_name_the_runs_without_a_price_that_their_amounts_leave_out(
    budget: Make, send: Send, unpriced: Offer
) -> None:
    one = budget("0.001", "USD", unpriced="allow")
    for _ in range(2):
        finish(send(to=unpriced))
    finish(send(), prompt=900, completion=0)
    assert notices.deliver() == 1
    assert "$0.00090 of $0.00100 is used. 2 runs without a price are not in it. It renews" in mail.outbox[0].body
    with pytest.raises(Refused) as refused:
        send()
    assert "could take up to $0.00020. 2 runs without a price are not in it. It renews" in refused.value.message
    Purse.objects.filter(budget=one).update(unpriced=1)
    with pytest.raises(Refused) as refused:
        send()
    assert "1 run without a price is not in it." in refused.value.message


def test_it_is_written_in_the_language_of_who_gets_it(
    budget: Make, send: Send, alice: User, bob: User, team: Team
) -> None:
    Member.objects.filter(user=bob, team=team).update(role=Role.ADMIN)
    User.objects.filter(pk=bob.pk).update(language="zh-hans", time_zone="Asia/Shanghai")
    budget("1000")
    finish(send(), prompt=900, completion=0)
    assert notices.deliver() == 2
    to = {one.to[0]: one.body for one in mail.outbox}
    assert "nearly used up" in to[alice.email]
    assert "900" in to[bob.email]
    assert "即将用完" in to[bob.email]


def test_members_hear_of_their_own_budget_and_of_no_other(
    budget: Make, send: Send, alice: User, bob: User, team: Team
) -> None:
    budget("1000")
    budget("200", scope="member", user=bob.pk)
    bob.current_team = team
    bob.save()
    finish(send(user=bob), prompt=170, completion=0)
    assert set(Notice.objects.values_list("person", flat=True)) == {alice.pk, bob.pk}
    finish(send(), prompt=700, completion=0)
    assert [one.person_id for one in Notice.objects.order_by("pk")[2:]] == [alice.pk]


def test_the_first_refusal_of_a_budget_past_its_warning_is_told_once(budget: Make, send: Send) -> None:
    budget("1000")
    finish(send(), prompt=950, completion=0)
    for _ in range(3):
        with pytest.raises(Refused):
            send()
    assert list(Notice.objects.order_by("pk").values_list("level", flat=True)) == ["warn", "block"]


def test_one_run_too_large_for_an_unused_budget_is_refused_without_a_notice(budget: Make, send: Send) -> None:
    budget("50")
    with pytest.raises(Refused):
        send()
    assert Notice.objects.count() == 0


def test_a_limit_that_is_reached_is_told_without_a_refusal(budget: Make, send: Send) -> None:
    budget("1000")
    finish(send(), prompt=1000, completion=5)
    assert list(Notice.objects.values_list("level", flat=True)) == ["block"]
    notices.deliver()
    assert "is reached: 1,005 tokens of 1,000 tokens is used" in mail.outbox[0].body


def test_a_raised_amount_lets_the_warning_come_again(budget: Make, send: Send, alice: User) -> None:
    one = budget("1000")
    finish(send(), prompt=900, completion=0)
    deeds.change(one, deeds.Terms(2000), by=alice)
    finish(send(), prompt=10, completion=0)
    assert Notice.objects.count() == 1
    finish(send(), prompt=800, completion=0)
    assert Notice.objects.count() == 2


def test_a_rolling_budget_tells_again_after_30_days(budget: Make, send: Send) -> None:
    one = budget("1000", span="rolling")
    finish(send(), prompt=810, completion=0)
    finish(send(), prompt=10, completion=0)
    assert Notice.objects.count() == 1
    Purse.objects.filter(budget=one).update(warned_at=timezone.now() - dt.timedelta(days=30))
    finish(send(), prompt=10, completion=0)
    assert Notice.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_deliver_at_once_send_one_mail(budget: Make, send: Send) -> None:
    budget("1000")
    finish(send(), prompt=900, completion=0)
    assert sum(one for one in together(8, lambda _: notices.deliver()) if isinstance(one, int)) == 1
    assert len(mail.outbox) == 1


def test_a_mail_that_fails_is_tried_again_later_and_later(
    budget: Make, send: Send, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    budget("1000")
    finish(send(), prompt=900, completion=0)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
    assert notices.deliver() == 0
    assert "tried again" in caplog.text
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    assert notices.deliver() == 0, "not at once"
    assert notices.deliver(timezone.now() + dt.timedelta(seconds=31)) == 1


def test_the_app_shows_a_notice_once_with_the_list_of_conversations(
    budget: Make, send: Send, alice: User, browser_of: Callable[[User], Client]
) -> None:
    budget("1000", name="Trial budget")
    finish(send(), prompt=900, completion=0)
    browser = browser_of(alice)
    first = browser.get("/conversations/", headers={"hx-request": "true"}).content.decode()
    assert "Trial budget is nearly used up: 900 tokens of 1,000 tokens is used." in first
    assert (
        "is nearly used up" not in browser.get("/", headers={"hx-request": "true"}).content.decode().split("toaster")[1]
    )
