"""Which Chromium the browser tests drive, and how it is started: the system's own, quiet, without calls home.

Debian has Chromium once more without its windows, the headless shell: the same engine, and a third faster for tests,
each of which opens windows. It is taken where it is there; what a person's browser does in how much time is measured
with the whole Chromium.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright

HEADLESS_SHELL = "chromium-headless-shell"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = ("Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome")
PLAYWRIGHT_PATTERNS = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
FLAGS = (
    "--no-sandbox",  # a CI machine runs as root, where Chromium's own sandbox refuses to start
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


def launch(playwright: Playwright, *, whole: bool = False) -> Browser:
    """Start the browser; one that is missing fails the test with a sentence."""
    program = find_chromium(whole=whole)
    if program is None:
        raise FileNotFoundError("No Chromium here: `make test` installs it, or set PLAYGROUND_CHROMIUM.")
    return playwright.chromium.launch(executable_path=program, args=FLAGS, headless=True)


def find_chromium(*, whole: bool = False) -> Path | None:
    """Return the browser: PLAYGROUND_CHROMIUM, one on the PATH, an app of macOS, or Playwright's own download.

    `whole`: with its windows.
    """
    named = os.environ.get("PLAYGROUND_CHROMIUM")
    if named:
        return Path(named) if Path(named).exists() else None
    names = NAMES if whole else (HEADLESS_SHELL, *NAMES)
    on_path = next((found for name in names if (found := shutil.which(name))), None)
    if on_path:
        return Path(on_path)
    apps = (Path("/Applications") / app for app in MAC_APPS)
    return next((app for app in apps if app.exists()), None) or _downloaded()


def _downloaded() -> Path | None:
    cache = "Library/Caches/ms-playwright" if sys.platform == "darwin" else ".cache/ms-playwright"
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / cache)
    found = sorted(path for pattern in PLAYWRIGHT_PATTERNS for path in folder.glob(pattern))
    return found[-1] if found else None
