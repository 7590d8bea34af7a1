"""One Chromium and one server for all browser tests: Playwright's driver runs once in a process, and a data folder
belongs to one server."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from playground.accounts.models import User
from playground.ledger.models import ExchangeRate
from tests.browser.chat.conftest import WATCH, WIDE, Noise, ready
from tests.browser.chromium import launch
from tests.integration.live.conftest import session_of
from tests.server import Server
from tests.stock import put_stock

# The driver runs an event loop in this thread; the tests ask the database between its steps, not from it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser; tests make contexts in it. Ended with this folder's tests, so that no event loop stays behind."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _running_server(django_db_setup: None) -> Iterator[Server]:
    server = Server(PLAYGROUND_SANDBOX_SPEED="4")
    yield server
    server.stop()


@pytest.fixture
def server(_running_server: Server, transactional_db: None) -> Iterator[Server]:
    """A server that answers, on an empty database with the catalog in it."""
    put_stock("load_catalog", "load_templates")
    ExchangeRate.objects.get_or_create(day="2026-11-21", defaults={"cny_per_usd": "7.10", "source": "a test"})
    if _running_server.process is None or _running_server.process.poll() is not None:
        _running_server.start()
    said_before = len(_running_server.log)
    yield _running_server
    _running_server.rest()
    said = _running_server.log[said_before:]
    print(said)  # noqa: T201 - pytest shows it when a test fails
    assert "Traceback" not in said
    assert "Warning" not in said


@pytest.fixture
def noise(server: Server) -> Iterator[Noise]:
    """Fails the test that caused any; a test that provokes some announces it in `expected`."""
    one = Noise(server)
    yield one
    assert one.unexpected == []


@pytest.fixture
def browser_of_user(chromium: Browser, server: Server, noise: Noise) -> Iterator[Callable[..., BrowserContext]]:
    """A browser with its own cookies, signed in as somebody or as nobody."""
    contexts: list[BrowserContext] = []

    def open_browser(user: User | None = None, **options: Any) -> BrowserContext:
        context = chromium.new_context(viewport=options.pop("viewport", WIDE), base_url=server.url, **options)
        context.add_init_script(WATCH)
        context.on("page", noise.listen)
        if user is not None:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": server.url}
            context.add_cookies([cookie])
        contexts.append(context)
        return context

    yield open_browser
    for context in contexts:
        for page in context.pages:
            assert page.evaluate("window.__violations || []") == []
        context.close()


@pytest.fixture
def page(browser_of_user: Callable[..., BrowserContext], alice: User) -> Page:
    """Alice's chat page, ready to type."""
    one = browser_of_user(alice).new_page()
    one.goto("/")
    ready(one)
    return one
