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


def set_up_path(data: Path) -> str:
    """The one-time link that a server prints which nobody owns yet."""
    found = SET_UP_LINK.search((data / "serve.log").read_text())
    if found is None:
        raise LookupError("the server printed no link for the set-up")
    return found[0]


def copy_of(data: Path, to: Path) -> Path:
    """A second installation in the same state."""
    shutil.copytree(data, to)
    return to
