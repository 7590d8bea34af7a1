"""What axe calls serious or worse on an open page: rule, the first element, and what is wrong with it."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = ("serious", "critical")
AXE = Axe()
AGAIN = """() => axe.run(document, {runOnly: ["color-contrast"], resultTypes: ["violations"]})"""

Fault = tuple[str, str, str]


def grave(page: Page) -> list[Fault]:
    """By all rules, as the page is."""
    return _told(AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"])


def grave_in_the_dark(page: Page) -> list[Fault]:
    """In the dark theme, after `grave`: colours alone can be another matter there."""
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function("document.documentElement.classList.contains('dark')")
    return _told(page.evaluate(AGAIN)["violations"])


def _told(violations: list[dict[str, Any]]) -> list[Fault]:
    return [
        (one["id"], one["nodes"][0]["html"][:160], one["nodes"][0]["failureSummary"][:200])
        for one in violations
        if one["impact"] in GRAVE
    ]
