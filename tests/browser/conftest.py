"""One Chromium for all browser tests: Playwright's driver runs once in a process."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import launch

# The driver runs an event loop in this thread; the tests ask the database between its steps, not from it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser; tests make contexts in it. Ended with this folder's tests, so that no event loop stays behind."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
