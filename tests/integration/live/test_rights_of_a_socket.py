"""A socket has the rights of its session at this moment, and only pages of this site may open one."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus

from playground.accounts import browsers
from playground.accounts.models import User
from playground.catalog.models import Offer
from tests.integration.live.conftest import Tab, session_of
from tests.server import Server

WITHIN = 2.0  # seconds


def _closed_with(one: Tab, seconds: float = 5) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        one.hear_until(lambda f: False, timeout=seconds)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def _sign_out(user: User, session: str) -> None:
    Session.objects.filter(session_key=session).delete()


def _disable(user: User, session: str) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _change_password(user: User, session: str) -> None:
    user.set_password("another long password")
    user.save()


def _delete_user(user: User, session: str) -> None:
    user.delete()


@pytest.mark.parametrize("deed", [_sign_out, _disable, _change_password, _delete_user])
def test_a_socket_is_closed_soon_after_its_session_lost_its_rights(
    server: Server, charlie: User, tab: Callable[..., Tab], deed: Callable[[User, str], None]
) -> None:
    session = session_of(charlie)
    one = tab(charlie, session=session)
    began = time.monotonic()
    deed(charlie, session)
    assert _closed_with(one) == 4401
    assert time.monotonic() - began < WITHIN + 1  # the promise is 2 s; the machine of the tests is shared


def test_another_persons_socket_stays_open(server: Server, charlie: User, tab: Callable[..., Tab]) -> None:
    mine, theirs = tab(), tab(charlie)
    _disable(charlie, "")
    assert _closed_with(theirs) == 4401
    assert mine.ask("ping")["pong"] is True


def test_who_is_not_signed_in_is_told_so(server: Server, alice: User) -> None:
    one = Tab(server, "no-such-session")
    assert _closed_with(one) == 4401
    one.close()


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://127.0.0.1:{port}",
        "http://evil.example",
        "http://127.0.0.1:{port}.evil.example",
        "http://x@127.0.0.1:{port}",
        "ftp://127.0.0.1:{port}",
        "null",
        "http://127.0.0.1:{port}/",
    ],
)
def test_a_foreign_page_cannot_open_a_socket(server: Server, alice: User, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Tab(server, session_of(alice), origin=origin.format(port=server.port))
    assert refused.value.response.status_code in (400, 403)


def test_localhost_is_this_site_too(server: Server, alice: User) -> None:
    one = Tab(server, session_of(alice), origin=f"http://localhost:{server.port}")
    assert one.hear()["type"] == "hello"
    one.close()


def test_a_root_path_header_of_a_client_has_no_effect(server: Server, alice: User) -> None:
    one = Tab(server, session_of(alice), headers={"Daphne-Root-Path": "/evil"})
    assert one.hear()["type"] == "hello"
    one.close()


def test_a_session_of_a_signed_out_browser_opens_nothing(server: Server, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    session = client.session.session_key
    client.logout()
    one = Tab(server, str(session))
    assert _closed_with(one) == 4401
    one.close()


def test_signing_a_browser_out_from_the_settings_closes_its_socket(
    server: Server, charlie: User, tab: Callable[..., Tab]
) -> None:
    here, there = session_of(charlie), session_of(charlie)
    stays, goes = tab(charlie, session=here), tab(charlie, session=there)
    for session in (here, there):
        browsers.note_seen(user=charlie, session_key=session, user_agent="")
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = here
    began = time.monotonic()
    assert browser.post("/settings/sessions/end-others/").status_code == 302
    assert _closed_with(goes) == 4401
    assert time.monotonic() - began < WITHIN + 1
    assert stays.ask("ping")["pong"] is True


@pytest.mark.parametrize("deed", [_sign_out, _disable, _change_password])
def test_a_poll_that_waited_longer_than_its_session_brings_nothing(
    server: Server,
    alice: User,
    tab: Callable[..., Tab],
    model_at: Callable[[str], Offer],
    deed: Callable[[User, str], None],
) -> None:
    session = session_of(alice)
    generation = tab().send("go", model_at("stream-40-2500"))["generation"]
    cookies = {settings.SESSION_COOKIE_NAME: session}
    with httpx.Client(base_url=server.url, cookies=cookies, headers={"Origin": server.url}, timeout=30) as browser:
        browser.get("/settings/")
        browser.headers["X-CSRFToken"] = browser.cookies[settings.CSRF_COOKIE_NAME]
        seen = browser.post("/live/poll/", json={"follow": {generation: 0}}).json()["frames"][-1]["seq"]
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(browser.post, "/live/poll/", json={"follow": {generation: seen}})
            time.sleep(0.5)  # it waits for the next word, which comes in seconds
            deed(alice, session)
            answer = waiting.result()
    assert answer.status_code == 401
    assert "w1" not in answer.text
