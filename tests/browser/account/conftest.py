"""Keys and accounts in real Chromium, with the sandbox as a server of one's own beside the trial center."""

import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import BrowserContext, Page

from playground.accounts.models import User
from playground.vault import keys
from tests.conftest import PASSWORD
from tests.private_servers import free_port, running
from tests.server import ROOT

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An OpenAI-compatible server on loopback that lists models; its base URL."""
    port = free_port()
    log: Path = tmp_path_factory.mktemp("own-server") / "log"
    base_url = f"http://127.0.0.1:{port}/v1"

    def ready() -> bool:
        try:
            asked = urllib.request.Request(f"{base_url}/models", headers={"Authorization": "Bearer any"})
            with urllib.request.urlopen(asked, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    command = [sys.executable, "manage.py", "sandbox", "--port", str(port), "--speed", "0"]
    with running(command, ready=ready, log=log, cwd=ROOT):
        yield base_url


@pytest.fixture
def allowed(own_server: str, alice: User) -> str:
    """The same server, let in by its owner."""
    keys.allow_host(user=alice, host="127.0.0.1", port=int(own_server.split(":")[2].split("/", maxsplit=1)[0]))
    return own_server


@pytest.fixture
def keys_page(browser_of_user: Callable[..., BrowserContext], alice: User) -> Page:
    """Alice's keys page."""
    page: Page = browser_of_user(alice).new_page()
    page.goto("/keys/")
    ready(page)
    return page


@pytest.fixture
def with_password(alice: User) -> User:
    """Alice, with a password that the server's own hasher can read; the tests' is a quick one."""
    alice.password = make_password(PASSWORD, hasher="argon2")
    alice.save()
    return alice


def ready(page: Page) -> None:
    """Wait until htmx and the modules work."""
    page.wait_for_function("() => window.htmx && document.documentElement.classList.contains('js')")
    page.wait_for_load_state("networkidle")
