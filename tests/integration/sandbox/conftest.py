"""The sandbox as a process of its own, on a free port."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def start(*options: str) -> subprocess.Popen[str]:
    """Start `manage.py sandbox` on a free port."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "sandbox", "--port", "0", *options],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "playground.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def address(process: subprocess.Popen[str]) -> str:
    """Read the addresses it prints; returns scheme, host and port."""
    assert process.stdout is not None
    printed = [process.stdout.readline() for _ in range(3)]
    found = re.search(r"(http://\S+)/api/paas/v4", printed[1])
    assert found is not None, printed
    assert f"{found[1]}/v1" in printed[2]
    return found[1]


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """The address of a sandbox that answers without waiting."""
    process = start("--speed", "0")
    try:
        yield address(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
