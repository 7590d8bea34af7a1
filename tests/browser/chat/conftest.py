"""The chat page in real Chromium, against a real Daphne with the sandbox behind it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, Page

from playground.accounts.models import User
from playground.ledger.models import ExchangeRate
from tests.integration.live.conftest import session_of
from tests.server import Server

WIDE = {"width": 1440, "height": 900}
WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="session")
def _running_server(django_db_setup: None) -> Iterator[Server]:
    server = Server(PLAYGROUND_SANDBOX_SPEED="4")
    yield server
    server.stop()


@pytest.fixture
def server(_running_server: Server, transactional_db: None) -> Iterator[Server]:
    """A server that answers, on an empty database with the catalog in it."""
    call_command("load_catalog", verbosity=0)
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


class Noise:
    """What no page may cause: errors in the console, violations of the policy, requests to other hosts."""

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self.heard: list[str] = []
        self.expected: tuple[str, ...] = ()

    def listen(self, page: Page) -> None:
        """Watch a page from its first moment."""
        page.on("console", lambda message: message.type in ("error", "warning") and self.heard.append(message.text))
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("request", lambda request: self._request(request.url))

    def _request(self, url: str) -> None:
        if not url.startswith((self.url, self.url.replace("http", "ws"), "data:", "blob:")):
            self.heard.append(f"asked another host: {url}")

    @property
    def unexpected(self) -> list[str]:
        """What was heard and not announced by the test."""
        return [text for text in self.heard if not any(part in text for part in self.expected)]


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


def ready(page: Page) -> None:
    """Wait until the composer takes text."""
    page.locator("#prompt:not([disabled])").wait_for()
    page.wait_for_function("() => customElements.get('prompt-composer')")


def send(page: Page, text: str) -> None:
    """Type, press Enter, wait until the turn stands on the page."""
    turns = page.locator('message-view[data-role="user"]')
    before = turns.count()
    page.fill("#prompt", text)
    page.press("#prompt", "Enter")
    turns.nth(before).wait_for()


def last_answer(page: Page) -> Any:
    """The newest answer on the page."""
    return page.locator('message-view[data-role="assistant"]').last


def until_state(page: Page, state: str, timeout: float = 30_000) -> None:
    """Wait until the newest answer has reached a state."""
    page.locator(f'message-view[data-role="assistant"][data-state="{state}"]').last.wait_for(timeout=timeout)
    page.wait_for_function(
        "(state) => [...document.querySelectorAll('message-view[data-role=assistant]')].at(-1).dataset.state === state",
        arg=state,
        timeout=timeout,
    )


def text_of(page: Page) -> str:
    """The text of the newest answer as it is shown."""
    return str(last_answer(page).locator("[data-body]").inner_text())
