"""The page behind the printed link: it makes the owner once, and the token stays in no address and no page."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts import setup
from playground.accounts.models import User
from tests.conftest import PASSWORD
from tests.integration.web.conftest import text_of

pytestmark = pytest.mark.django_db
OWNER = {"name": "Olga", "email": "Olga@Example.org", "password": PASSWORD}


@pytest.fixture
def token(settings: Any, tmp_path: Path) -> str:
    """The newest link's token."""
    settings.SETUP_TOKEN_PATH = tmp_path / "setup.token"
    return setup.make_token(settings.SETUP_TOKEN_PATH)


def opened(token: str) -> Client:
    """A browser that has opened the link."""
    browser = Client()
    browser.get(reverse("setup", args=[token]))
    return browser


def test_the_link_makes_the_owner_and_signs_them_in(token: str) -> None:
    browser = opened(token)
    before = browser.session.session_key
    answer = browser.post(reverse("setup-form"), OWNER)
    owner = User.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("playground"))
    assert (owner.email, owner.name, owner.is_owner) == ("olga@example.org", "Olga", True)
    assert browser.session["_auth_user_id"] == str(owner.pk)
    assert browser.session.session_key != before
    assert token not in str(dict(browser.session))
    assert "This installation is yours." in text_of(browser.get(reverse("settings")))


def test_the_token_is_in_no_page_and_leaves_with_no_link(token: str) -> None:
    browser = Client()
    first = browser.get(reverse("setup", args=[token]))
    assert (first.status_code, first.headers["Location"]) == (302, reverse("setup-form"))
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in first.headers["Cache-Control"]
    form = browser.get(reverse("setup-form"))
    assert form.status_code == 200
    assert token not in form.content.decode()
    assert token not in str(form.headers)


@pytest.mark.parametrize("wrong", ["x", "a" * 32, "%00", "令牌"])
def test_a_wrong_link_says_how_to_get_a_new_one(token: str, client: Client, wrong: str) -> None:
    answer = client.get(f"/setup/{wrong}/")
    assert answer.status_code == 404
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "python manage.py set_up_link" in text_of(answer)
    assert wrong == "x" or wrong not in text_of(answer)


def test_without_the_link_there_is_no_form(token: str, client: Client) -> None:
    assert client.get(reverse("setup-form")).status_code == 404
    assert client.post(reverse("setup-form"), OWNER).status_code == 404
    assert not User.objects.exists()


def test_an_older_link_stops_working_also_where_it_is_open(token: str, settings: Any) -> None:
    browser = opened(token)
    setup.make_token(settings.SETUP_TOKEN_PATH)
    assert browser.post(reverse("setup-form"), OWNER).status_code == 404
    assert Client().get(reverse("setup", args=[token])).status_code == 404
    assert not User.objects.exists()


def test_the_set_up_works_exactly_once(token: str) -> None:
    first, second = opened(token), opened(token)
    assert first.post(reverse("setup-form"), OWNER).status_code == 302
    again = second.post(reverse("setup-form"), OWNER | {"email": "mallory@example.org"})
    assert again.status_code == 410
    assert "Sign in" in text_of(again)
    assert Client().get(reverse("setup", args=[token])).status_code == 410
    assert first.get(reverse("setup-form")).status_code == 410
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "password"}, "password"),
        ({"password": "olga@example.org"}, "password"),
        ({"name": "x" * 101}, "name"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(token: str, change: dict[str, str], field: str) -> None:
    browser = opened(token)
    answer = browser.post(reverse("setup-form"), OWNER | change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert f'value="{change.get("password", PASSWORD)}"' not in page
    assert not User.objects.exists()
    assert browser.post(reverse("setup-form"), OWNER).status_code == 302
