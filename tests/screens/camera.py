"""Opens a screen in a look and takes its picture, with everything still that would move."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from playground.accounts.models import User
from playground.comparisons import columns
from playground.comparisons.models import Comparison
from playground.conversations import threads
from playground.conversations.models import Conversation, LastSettings
from tests.screens.frozen_time import NOW, TAKING
from tests.screens.household import ZONE
from tests.screens.looks import LANGUAGES, Look
from tests.screens.screens import Screen

PATIENCE = 60_000  # milliseconds for anything to appear
SETTLED = 3_000  # milliseconds that pass on a page whose clock is held, before anything happens on it
READY = """() => document.fonts.ready.then(() =>
  !document.querySelector("#prompt") || Boolean(customElements.get("prompt-composer")))"""


@dataclass(frozen=True, slots=True)
class House:
    """A server and who is known there, with a session for each."""

    url: str
    people: Mapping[str, User]
    sessions: Mapping[str, str]

    @classmethod
    def of(cls, url: str, people: Mapping[str, User]) -> "House":
        """Sign everybody in."""
        return cls(url, people, {name: _session_of(person) for name, person in people.items()})


class Camera:
    """Pictures of one look, in one house."""

    def __init__(self, browser: Browser, house: House, look: Look) -> None:
        self._browser, self._house, self._look = browser, house, look
        self._open = ExitStack()
        self._contexts: dict[str, BrowserContext] = {}

    def __enter__(self) -> "Camera":
        preferences = {"language": self._look.language, "theme": self._look.theme}
        User.objects.filter(pk__in=[person.pk for person in self._house.people.values()]).update(**preferences)
        return self

    def __exit__(self, *exc: object) -> None:
        self._open.close()

    def take(self, screen: Screen, places: Mapping[str, str]) -> bytes:
        """The picture of a screen, as PNG."""
        with self.opened(screen, places) as page:
            return page.screenshot(animations="disabled", caret="hide")

    @contextmanager
    def opened(self, screen: Screen, places: Mapping[str, str]) -> Iterator[Page]:
        """The screen, as long as the block lasts."""
        before = _settings()
        page = self._context(screen.viewer).new_page()
        page.set_viewport_size({"width": self._look.width, "height": screen.height or self._look.height})
        try:
            self._play(page, screen, f"{self._house.url}{screen.address.format(**places)}")
            yield page
        finally:
            page.close()
            page.context.set_offline(False)
            _leave_as_found(before)

    def _play(self, page: Page, screen: Screen, address: str) -> None:
        if screen.play is None:
            page.clock.set_fixed_time(NOW)
            _open(page, address, screen.status)
        else:
            play = screen.play()
            play.before(page)
            page.clock.install(time=NOW)
            page.clock.pause_at(NOW.timestamp() + 1)
            _open(page, address, screen.status)
            page.clock.run_for(SETTLED)
            play.act(page)
        for act in screen.acts:
            act(page)
        page.wait_for_load_state("networkidle")

    def _context(self, viewer: str) -> BrowserContext:
        if viewer not in self._contexts:
            self._contexts[viewer] = self._open.enter_context(self._new_context(viewer))
        return self._contexts[viewer]

    def _new_context(self, viewer: str) -> BrowserContext:
        look = self._look
        context = self._browser.new_context(
            viewport={"width": look.width, "height": look.height},
            color_scheme="dark" if look.theme == "dark" else "light",
            reduced_motion="reduce",
            locale=LANGUAGES[look.language],
            timezone_id=ZONE,
            has_touch=look.is_phone,
            is_mobile=look.is_phone,
        )
        cookies = {settings.LANGUAGE_COOKIE_NAME: look.language, "theme": look.theme}
        if viewer in self._house.sessions:
            cookies[settings.SESSION_COOKIE_NAME] = self._house.sessions[viewer]
        context.set_default_timeout(PATIENCE)
        context.add_init_script("localStorage.clear()")  # no draft of the picture before
        context.add_cookies([{"name": name, "value": value, "url": self._house.url} for name, value in cookies.items()])
        return context


def _open(page: Page, address: str, status: int) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status, f"{address} answers {answer.status}"
    page.wait_for_load_state("networkidle")
    page.wait_for_function(READY)


def _leave_as_found(before: Mapping[tuple[type[Model], Any], Any]) -> None:
    """A conversation or comparison that a picture began is on no other picture, its run ends by itself; a conversation
    it deleted comes back, and what it set is as it was."""
    for board in Comparison.objects.filter(created_at__gte=TAKING):
        columns.delete(board)
    for room in Conversation.objects.filter(created_at__gte=TAKING, deleted_at=None):
        threads.delete(room)
    for room in Conversation.objects.filter(created_at__lt=TAKING, deleted_at__gte=TAKING):
        threads.bring_back(room)
    for (kind, pk), now in _settings().items():
        if now != before.get((kind, pk), now):
            kind._default_manager.filter(pk=pk).update(settings=before[kind, pk])


def _settings() -> dict[tuple[type[Model], Any], Any]:
    """The run settings of every conversation, and those with which everybody begins the next one."""
    rows = [*Conversation.objects.all(), *LastSettings.objects.all()]
    return {(type(row), row.pk): row.settings for row in rows}


def _session_of(user: User) -> str:
    """A session, as signing in makes it."""
    client = Client()
    client.force_login(user)
    cookies: Any = client.cookies
    return str(cookies[settings.SESSION_COOKIE_NAME].value)
