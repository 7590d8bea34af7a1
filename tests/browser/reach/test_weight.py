"""What a first visit loads, as this server sends it: everything but fonts, counted as it crosses the wire."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Response

from playground.accounts.models import User
from playground.comparisons import columns
from playground.conversations.run_settings import RunSettings
from tests.browser.chat.conftest import ready, send, until_state
from tests.server import Server

PLAIN = 80 * 1024
CHAT = 120 * 1024
CONVERSATION = 117 * 1024  # with what draws an answer: the same limit, and what the next features may weigh
LATER = re.compile(
    r"/(highlight|katex|marked|purify|palette|shortcut-list|json-view|tool-results|deeds|row-menu|sheet|message-edit"
    r"|live-answer|meter|stream|turns|calls|wait-button|toast)(?:\.\w+)*\.js$"
)
TEXT = ("text/", "javascript", "json", "svg")


class Visit:
    """The answers of one visit with an empty cache."""

    def __init__(self, page: Page) -> None:
        self.answers: list[Response] = []
        page.on("response", lambda answer: self.answers.append(answer))  # noqa: PLW0108 - Playwright looks into it

    def sizes(self) -> dict[str, int]:
        """Bytes of each body on the wire, fonts left out."""
        return {
            answer.url: answer.request.sizes()["responseBodySize"]
            for answer in self.answers
            if answer.request.resource_type not in ("font", "websocket")
        }


@pytest.fixture
def visitor(browser_of_user: Callable[..., BrowserContext], alice: User) -> Page:
    return browser_of_user(alice).new_page()


# Browsers offer Brotli over https and to their own machine, only gzip to other addresses without TLS.
VISITS = [
    (path, most, coding)
    for path, most in [
        ("/", CHAT),
        ("/compare/…/", CHAT),
        *[
            (plain, PLAIN)
            for plain in (
                "/compare/",
                "/batches/",
                "/batches/new/",
                "/templates/",
                "/templates/new/",
                "/models/",
                "/keys/",
                "/settings/",
                "/accounts/logout/",
            )
        ],
    ]
    for coding in ("br", "gzip")
]


@pytest.mark.parametrize(("path", "most", "coding"), VISITS)
def test_a_first_visit_stays_light(
    visitor: Page, server: Server, alice: User, path: str, most: int, coding: str
) -> None:
    visit = Visit(visitor)
    if "…" in path:
        begun = columns.begin(user=alice, columns=[RunSettings(), RunSettings()])
        path = path.replace("…", str(begun.pk))
    visitor.goto(path, wait_until="networkidle")
    sizes = visit.sizes() if coding == "br" else {url: gzipped(visitor, url) for url in visit.sizes()}
    assert len(sizes) > 15
    heaviest = sorted(((size, url) for url, size in sizes.items()), reverse=True)[:8]
    print(path, coding, sum(sizes.values()))  # noqa: T201 - shown when it fails
    assert min(sizes.values()) > 0
    assert sum(sizes.values()) <= most, heaviest
    assert [url for url in sizes if LATER.search(url)] == []


def gzipped(page: Page, url: str) -> int:
    """Bytes of the same answer for who takes gzip and nothing else."""
    answer = page.context.request.get(url, headers={"accept-encoding": "gzip"})
    assert answer.headers.get("content-encoding", "gzip") == "gzip"
    return int(answer.headers["content-length"])


def test_every_text_is_sent_compressed(visitor: Page, server: Server) -> None:
    visit = Visit(visitor)
    visitor.goto("/", wait_until="networkidle")
    plain = [
        answer.url
        for answer in visit.answers
        if any(kind in answer.headers.get("content-type", "") for kind in TEXT)
        and answer.headers.get("content-encoding") not in ("gzip", "br")
        and len(answer.body()) > 500  # below that a compressed twin is no smaller
    ]
    assert plain == []


def test_what_draws_answers_comes_with_the_first_message(visitor: Page, server: Server) -> None:
    visit = Visit(visitor)
    visitor.goto("/", wait_until="networkidle")
    ready(visitor)
    assert not [answer.url for answer in visit.answers if "marked" in answer.url]
    send(visitor, "Write **bold** words")
    until_state(visitor, "finished")
    assert [answer.url for answer in visit.answers if "marked" in answer.url]
    visitor.locator('message-view[data-role="assistant"] [data-body] strong').first.wait_for()


def test_a_conversation_opens_within_its_weight(
    visitor: Page, browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    visitor.goto("/")
    ready(visitor)
    send(visitor, "Write one sentence about rivers")
    until_state(visitor, "finished")
    fresh = browser_of_user(alice).new_page()  # with a cache of its own
    visit = Visit(fresh)
    fresh.goto(visitor.url, wait_until="networkidle")
    fresh.locator('message-view[data-role="assistant"] [data-body] p').first.wait_for()
    sizes = visit.sizes()
    assert min(sizes.values()) > 0
    assert [url for url in sizes if "marked" in url]
    assert sum(sizes.values()) <= CONVERSATION, sorted(sizes.items(), key=lambda one: -one[1])
