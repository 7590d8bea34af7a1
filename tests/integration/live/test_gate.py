"""Nothing that a client sends decides where the server believes to be: asked for over a real socket, through Daphne."""

import re

import httpx
import pytest
from django.conf import settings

from playground.accounts.models import User
from tests.server import Server

EVIL = "evil.example"
HEADERS = [
    {"Daphne-Root-Path": f"//{EVIL}"},
    {"daphne-root-path": f"/{EVIL}"},
    {"Daphne-Root-Path": f"%2F%2F{EVIL}"},
    {"X-Forwarded-Host": EVIL},
    {"X-Script-Name": f"/{EVIL}"},
]


@pytest.mark.parametrize("headers", HEADERS)
def test_redirects_and_pages_name_no_place_that_a_client_sent(server: Server, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{server.url}/", headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/")
    page = httpx.get(f"{server.url}/accounts/login/", headers=headers)
    assert page.status_code == 200
    assert EVIL not in page.text + str(page.headers)


@pytest.mark.parametrize("headers", HEADERS[:1])
def test_a_mailed_link_leads_here(server: Server, alice: User, headers: dict[str, str]) -> None:
    with httpx.Client(base_url=server.url, headers={"Origin": server.url, **headers}, timeout=30) as browser:
        browser.get("/accounts/password/reset/")
        form = {"email": alice.email, "csrfmiddlewaretoken": browser.cookies[settings.CSRF_COOKIE_NAME]}
        assert browser.post("/accounts/password/reset/", data=form).status_code == 302
    links = re.findall(r"\S+/password/reset/key/\S+", server.said)  # mail goes to the terminal
    assert links
    assert EVIL not in server.said
    assert f"{server.url}/accounts/password/reset/key/" in server.said


def test_another_host_is_refused(server: Server) -> None:
    assert httpx.get(f"{server.url}/accounts/login/", headers={"Host": EVIL}).status_code == 400
