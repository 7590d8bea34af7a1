"""Where somebody is signed in: the list in the settings, and signing browsers out from there."""

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from playground.accounts import browsers
from playground.accounts.models import BrowserSession, User
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db
FIREFOX = {"user-agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"}
SAFARI = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1"}


def signed_in(user: User, headers: dict[str, str]) -> Client:
    browser = Client(headers=headers)
    browser.force_login(user)
    browser.get(reverse("settings"))
    return browser


def is_signed_in(browser: Client) -> bool:
    return browser.get(reverse("settings")).status_code == 200


def row_of(browser: Client) -> BrowserSession:
    return BrowserSession.objects.get(session_key=browser.session.session_key)


def test_all_browsers_are_listed_and_this_one_is_marked(alice: User) -> None:
    here, there = signed_in(alice, FIREFOX), signed_in(alice, SAFARI)
    read = text_of(here.get(reverse("settings")))
    assert re.search(r"Firefox on Windows this one signed in \d+ \w+ \d\d:\d\d, last seen just now", read)
    assert re.search(r"Safari on iPhone signed in", read)
    assert there.session.session_key not in here.get(reverse("settings")).content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_one_other_browser_is_signed_out(alice: User, headers: dict[str, str]) -> None:
    here, there = signed_in(alice, FIREFOX), signed_in(alice, SAFARI)
    answer = here.post(reverse("settings-end-session"), {"session": row_of(there).pk}, headers=headers)
    assert answer.status_code == (200 if headers else 302)
    assert not is_signed_in(there)
    read = text_of(here.get(reverse("settings")))
    assert "Safari" not in read
    assert "That browser is signed out." in (text_of(answer) if headers else read)


def test_all_others_are_signed_out_at_once(alice: User, bob: User) -> None:
    here, *others = [signed_in(alice, headers) for headers in (FIREFOX, SAFARI, SAFARI)]
    bobs = signed_in(bob, FIREFOX)
    answer = here.post(reverse("settings-end-others"), headers=HTMX)
    assert "2 other browsers are signed out." in text_of(answer)
    assert [is_signed_in(browser) for browser in (here, *others, bobs)] == [True, False, False, True]


@pytest.mark.parametrize("number", ["", "x", "-1", "0", "9" * 40, "٣"])
def test_a_session_that_does_not_exist_is_not_found(alice: User, number: str) -> None:
    assert signed_in(alice, FIREFOX).post(reverse("settings-end-session"), {"session": number}).status_code == 404


def test_nobody_signs_somebody_else_out(alice: User, bob: User, charlie: User) -> None:
    hers = signed_in(alice, FIREFOX)
    for person in (bob, charlie):
        answer = signed_in(person, SAFARI).post(reverse("settings-end-session"), {"session": row_of(hers).pk})
        assert answer.status_code == 404
    assert Client().post(reverse("settings-end-others")).status_code == 302
    assert is_signed_in(hers)


def test_sessions_of_an_older_password_are_no_longer_listed(alice: User) -> None:
    signed_in(alice, SAFARI)
    alice.set_password("quite another phrase")
    alice.save()
    here = signed_in(alice, FIREFOX)
    read = text_of(here.get(reverse("settings")))
    assert "Firefox" in read
    assert "Safari" not in read


def test_what_ran_out_or_was_left_is_cleared_away(alice: User, browser_of: Callable[[User], Client]) -> None:
    there = signed_in(alice, SAFARI)
    there.post(reverse("account_logout"))
    here = signed_in(alice, FIREFOX)
    assert [row.session_key for row in browsers.open_sessions(alice)] == [here.session.session_key]
    Session.objects.all().delete()
    assert browsers.open_sessions(alice) == []
    assert not BrowserSession.objects.exists()


def test_looking_around_writes_once_a_minute(alice: User) -> None:
    here = signed_in(alice, FIREFOX)
    seen = row_of(here).last_seen_at
    here.get(reverse("settings"))
    assert row_of(here).last_seen_at == seen


def test_an_endless_name_of_a_browser_is_cut(alice: User) -> None:
    here = signed_in(alice, {"user-agent": "Firefox/" + "x" * 5000})
    assert len(row_of(here).user_agent) == browsers.LONGEST_AGENT
