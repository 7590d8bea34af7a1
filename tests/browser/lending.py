"""Browser contexts that one test after the other borrows.

A new context has an empty cache: its first page fetches and compiles fifty modules, a second and a half on a busy
machine. One that comes back is emptied of all that a test left in it, but for that cache.
"""

import json
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.browser.chat.conftest import WATCH, WIDE


class Lending:
    """Lends contexts of one browser; those of equal options are lent again."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[str, list[BrowserContext]] = {}
        self._lent: list[tuple[str, BrowserContext]] = []

    def lend(self, *, base_url: str, fresh: bool = False, **options: Any) -> BrowserContext:
        """An empty context. `fresh` is for a test that measures the cache, or changes what cannot be taken back:
        scripts and the clock of a context."""
        options = {"viewport": WIDE, "base_url": base_url, **options}
        kind = json.dumps(options, sort_keys=True)
        idle = [] if fresh else self._idle.get(kind, [])
        context = idle.pop() if idle else self._new(options)
        self._lent.append(("" if fresh else kind, context))
        return context

    def take_back(self) -> None:
        """Close the pages of all that is lent, and keep what can be lent again."""
        while self._lent:
            kind, context = self._lent.pop()
            if not kind:
                context.close()
                continue
            for page in context.pages:
                page.close()
            context.set_offline(False)
            context.clear_permissions()
            context.unroute_all()
            context.set_storage_state({"cookies": [], "origins": []})
            if granted := json.loads(kind).get("permissions"):
                context.grant_permissions(granted)
            self._idle.setdefault(kind, []).append(context)

    def _new(self, options: dict[str, Any]) -> BrowserContext:
        context = self._browser.new_context(**options)
        context.add_init_script(WATCH)
        return context
