"""The chat page in real Chromium, against a real Daphne with the sandbox behind it: what its tests do often."""

from typing import Any

from playwright.sync_api import Page

from tests.server import Server

WIDE = {"width": 1440, "height": 900}
WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


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
