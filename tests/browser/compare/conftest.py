"""A comparison of sandbox models in real Chromium."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.comparisons import columns
from playground.comparisons.models import Comparison
from playground.conversations.run_settings import RunSettings
from tests.browser.chat.conftest import ready
from tests.server import Server

MODELS = ("zai/glm-4.5-air", "bigmodel/glm-z1-air", "bigmodel/glm-4-flashx-250414")
ANSWERS = 'message-view[data-role="assistant"]'
ALL_IN = f"""([state, count]) => {{
  const all = [...document.querySelectorAll('{ANSWERS}')];
  return all.length === count && all.every((answer) => answer.dataset.state === state);
}}"""


@pytest.fixture
def comparison(server: Server, alice: User) -> Comparison:
    """Three models of the sandbox, one of which does not think."""
    offers = [Offer.objects.get(provider__slug="sandbox", wire_name=name) for name in MODELS]
    return columns.begin(user=alice, columns=[RunSettings(offer=offer.pk, max_tokens=8192) for offer in offers])


@pytest.fixture
def board(browser_of_user: Callable[..., BrowserContext], alice: User, comparison: Comparison) -> Page:
    """Alice's page of it, ready to type."""
    page = browser_of_user(alice).new_page()
    open_board(page, comparison)
    return page


def open_board(page: Page, comparison: Comparison) -> None:
    """Open the comparison and wait until it can be asked."""
    page.goto(f"/compare/{comparison.pk}/")
    ready(page)


def ask(page: Page, text: str) -> None:
    """Type, press Enter, wait until the question stands above the columns."""
    page.fill("#prompt", text)
    page.press("#prompt", "Enter")
    page.wait_for_function("(text) => document.querySelector('[data-question]').textContent === text", arg=text)


def until_all(page: Page, state: str, count: int = 3) -> None:
    """Wait until there are so many answers and each has reached a state."""
    page.wait_for_function(ALL_IN, arg=[state, count], timeout=60_000)
