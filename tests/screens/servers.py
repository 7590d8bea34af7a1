"""Two private trial centers on fresh folders: one that people work in, and one that nobody has set up yet."""

import contextlib
import os
import re
import shutil
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.private_servers import free_port, running
from tests.screens.household import BENCH

ROOT = Path(__file__).resolve().parents[2]
SPEED = "8"  # of the sandbox: nobody waits for a picture
SET_UP_LINK = re.compile(r"/setup/[\w-]+/")


@contextlib.contextmanager
def serving(data: Path) -> Iterator[str]:
    """Serve a data folder, with the time held; yields the address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    env = {"PLAYGROUND_DATA": str(data), "PLAYGROUND_PORT": str(port), "PLAYGROUND_SANDBOX_SPEED": SPEED}
    command = [sys.executable, "-m", "tests.screens.serve"]
    with running(command, ready=answers, log=data / "serve.log", env={**os.environ, **env}):
        yield url


@contextlib.contextmanager
def listing_models(log: Path) -> Iterator[None]:
    """Serve the sandbox as an OpenAI-compatible server of one's own, where household.py has let it in."""
    host, port = BENCH
    asked = urllib.request.Request(f"http://{host}:{port}/v1/models", headers={"Authorization": "Bearer any"})

    def answers() -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(asked, timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    command = [sys.executable, "manage.py", "sandbox", "--port", str(port), "--speed", "0"]
    with running(command, ready=answers, log=log, cwd=ROOT):
        yield


def set_up_path(data: Path) -> str:
    """The one-time link of the server of a data folder."""
    return set_up_link((data / "serve.log").read_text())


def set_up_link(log: str) -> str:
    """The one-time link that a server prints which nobody owns yet."""
    found = SET_UP_LINK.search(log)
    if found is None:
        raise LookupError("the server printed no link for the set-up")
    return found[0]


def copy_of(data: Path, to: Path) -> Path:
    """A second installation in the same state."""
    shutil.copytree(data, to)
    return to
