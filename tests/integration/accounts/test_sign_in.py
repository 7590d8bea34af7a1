"""Signing in, signing up and new passwords, with allauth's seams as this house fills them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import get_script_prefix, reverse, set_script_prefix
from pytest_django.fixtures import Settings

from playground.accounts.models import Member, Team, User
from playground.accounts.people import current_team
from playground.accounts.roles import Role
from playground.web.adapter import AccountAdapter, public_url
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client: Client, email: str, password: str = PASSWORD, **headers: str) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password}, headers=headers)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def told(answer: Any) -> str:
    """The page without what differs from one request to the next: tokens and the address that was typed."""
    text = re.sub(
        r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"|data-csrf="\w+"', "", answer.content.decode()
    )
    return re.sub(r"[\w.]+@example\.org", "", text)


@pytest.mark.parametrize("spelling", ["alice@example.org", "ALICE@Example.ORG", " alice@example.org "])
def test_an_address_signs_in_in_every_spelling(alice: User, client: Client, spelling: str) -> None:
    assert sign_in(client, spelling).status_code == 302
    assert is_signed_in(client)


def test_signing_in_makes_a_new_session_that_scripts_cannot_read(alice: User, client: Client) -> None:
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    before = session.session_key
    answer = sign_in(client, alice.email)
    cookie = answer.cookies["session"]
    assert cookie.value != before
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert not Client(cookies={"session": before or ""}).session.get("_auth_user_id")


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(alice: User) -> None:
    answers = [sign_in(Client(), email, "wrong password") for email in (alice.email, "nobody@example.org")]
    assert {answer.status_code for answer in answers} == {answers[0].status_code}
    assert told(answers[0]) == told(answers[1])


def test_who_was_disabled_does_not_get_in(bob: User, client: Client) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    sign_in(client, bob.email)
    assert not is_signed_in(client)


def test_an_open_session_ends_when_its_user_is_disabled(bob: User, browser_of: Callable[[User], Client]) -> None:
    browser = browser_of(bob)
    assert browser.get(reverse("account_change_password")).status_code == 200
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert browser.get(reverse("account_change_password")).status_code == 302


def test_guessing_one_password_ends_soon_whatever_host_is_named(alice: User, client: Client) -> None:
    for attempt in range(5):
        sign_in(client, alice.email, "wrong password", host=f"localhost:{7000 + attempt}")
    sign_in(client, alice.email, host="localhost:7999")
    assert not is_signed_in(client)


def test_guessing_many_passwords_ends_soon_whatever_headers_are_sent(alice: User, client: Client) -> None:
    for attempt in range(10):
        headers = {"x-forwarded-for": f"203.0.113.{attempt}", "x-real-ip": f"203.0.113.{attempt}"}
        sign_in(client, f"nobody{attempt}@example.org", "wrong password", **headers)
    sign_in(client, alice.email, **{"x-forwarded-for": "198.51.100.7"})
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "address"),
    [
        (False, "203.0.113.9", "192.0.2.1"),
        (True, "", "192.0.2.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "10.0.0.1, 203.0.113.9", "203.0.113.9"),  # the first ones are the client's own words
        (True, "203.0.113.9,2001:DB8::1", "2001:db8::1"),
    ],
)
def test_the_clients_address_is_the_sockets_unless_a_proxy_is_declared(
    settings: Settings, rf: RequestFactory, behind_proxy: bool, forwarded: str, address: str
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if behind_proxy else None
    headers = {"x-forwarded-for": forwarded, "x-real-ip": "203.0.113.77", "forwarded": "for=203.0.113.78"}
    request = rf.get("/", headers=headers, REMOTE_ADDR="192.0.2.1")
    assert AccountAdapter().get_client_ip(request) == address


@pytest.mark.parametrize("address", ["", "unknown", "evil\r\n", "192.0.2.1:443"])
def test_a_client_without_an_address_is_turned_away(rf: RequestFactory, address: str) -> None:
    with pytest.raises(PermissionDenied):
        AccountAdapter().get_client_ip(rf.get("/", REMOTE_ADDR=address))


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "http://evil.example", "//evil.example", "///evil.example", "////evil.example",
        "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\t/evil.example", "/\n/evil.example",
        "https:evil.example", "https:/evil.example", "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x",
        "evil.example", "@evil.example", " //evil.example", "\x00//evil.example", "http://localhost:9/",
        "http://127.0.0.1:8000@evil.example", "ftp://localhost", "?next=//evil.example", "#//evil.example", "",
        "/／/evil.example\\..\\", "http:///evil.example",
    ],
)  # fmt: skip
def test_a_redirect_never_leaves_this_site(alice: User, client: Client, target: str) -> None:
    answer = client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD, "next": target})
    assert answer.status_code == 302
    location = answer.headers["Location"]
    assert location.startswith("/")
    assert not re.match(r"/[\\/\t\n]", location)


def test_a_path_of_this_site_is_followed(alice: User, client: Client) -> None:
    target = reverse("account_change_password") + "?from=mail"
    answer = client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == target


# Signing up


NEW = {"email": "Dana@Example.org", "password1": PASSWORD, "password2": PASSWORD}


def test_sign_up_is_closed(alice: User, client: Client) -> None:
    client.get(reverse("account_signup"))
    client.post(reverse("account_signup"), NEW)
    assert User.objects.get() == alice


def test_open_sign_up_makes_a_plain_user_with_a_team(alice: User, client: Client, settings: Settings) -> None:
    settings.SIGN_UP_OPEN = True
    more = {
        "is_owner": "on", "is_staff": "on", "is_superuser": "on", "is_active": "", "id": str(alice.pk), "groups": "1",
        "pk": str(alice.pk), "current_team": str(current_team(alice).pk), "team": str(current_team(alice).pk),
        "role": "owner", "password": "pbkdf2_sha256$1$x$y", "name": "Root",
    }  # fmt: skip
    assert client.post(reverse("account_signup"), NEW | more).status_code == 302
    dana = User.objects.get(email="dana@example.org")
    assert (dana.is_owner, dana.is_staff, dana.is_superuser) == (False, False, False)
    assert dana.is_active
    assert dana.check_password(PASSWORD)
    assert list(dana.memberships.values_list("team__personal", "role")) == [(True, Role.OWNER)]
    assert current_team(dana) != current_team(alice)
    assert Member.objects.filter(team=current_team(alice)).count() == 1
    assert is_signed_in(client)


def test_an_address_that_is_taken_is_not_told_apart_from_a_new_one(
    alice: User, client: Client, settings: Settings
) -> None:
    settings.SIGN_UP_OPEN = True
    client.post(reverse("account_signup"), {**NEW, "email": "ALICE@example.org"})
    assert User.objects.count() == Team.objects.count() == 1
    assert not is_signed_in(client)


# New passwords

ATTACKS: list[dict[str, str]] = [
    {"host": "localhost:6666"},
    {"x-forwarded-host": "evil.example"},
    {"x-forwarded-proto": "https", "x-forwarded-port": "6666"},
    {"forwarded": "host=evil.example"},
    {"daphne-root-path": "//evil.example"},
    {"x-script-name": "/evil.example", "x-forwarded-prefix": "/evil.example"},
    {"origin": "http://evil.example", "referer": "http://evil.example/"},
]


@pytest.mark.parametrize("headers", [{}, *ATTACKS])
def test_links_in_mails_lead_to_the_one_public_address(
    alice: User, client: Client, settings: Settings, headers: dict[str, str]
) -> None:
    settings.PUBLIC_URL = "https://trial.example.net"
    for email in (alice.email, "nobody@example.org"):
        client.post(reverse("account_reset_password"), {"email": email}, headers=headers)
    assert [message.to for message in mail.outbox] == [[alice.email], ["nobody@example.org"]]
    for message in mail.outbox:
        text = f"{message.subject}\n{message.body}\n{message.extra_headers}"
        assert "evil" not in text
        assert "6666" not in text
        assert "localhost" not in text
        links = re.findall(r"\w+://\S+", str(message.body))
        assert all(link.startswith("https://trial.example.net/accounts/") for link in links)
    assert re.search(r"https://trial\.example\.net/accounts/password/reset/key/\S+", str(mail.outbox[0].body))


def test_a_script_prefix_that_a_client_sent_is_in_no_link(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://trial.example.net"
    set_script_prefix("//evil.example/")
    try:
        assert public_url("account_login") == "https://trial.example.net/accounts/login/"
        assert get_script_prefix() == "//evil.example/"
    finally:
        set_script_prefix("/")


def test_asking_for_a_new_password_tells_nothing_about_an_address(alice: User) -> None:
    answers = [
        Client().post(reverse("account_reset_password"), {"email": email})
        for email in (alice.email, "nobody@example.org")
    ]
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [
        (302, reverse("account_reset_password_done"))
    ] * 2


def test_the_link_of_the_mail_sets_a_new_password_once(alice: User, client: Client) -> None:
    client.post(reverse("account_reset_password"), {"email": "ALICE@example.org"})
    found = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert found
    new = {"password1": "quite another phrase", "password2": "quite another phrase"}
    form = client.get(found[1], follow=True)
    assert client.post(form.redirect_chain[-1][0], new).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("quite another phrase")
    again = Client()
    second = again.get(found[1], follow=True)
    assert not second.redirect_chain  # the key is spent: no form
    again.post(found[1], {"password1": "a third phrase here", "password2": "a third phrase here"})
    alice.refresh_from_db()
    assert alice.check_password("quite another phrase")
