"""A real server for tests: `manage.py serve` as a process of its own, on the test's database and a free port."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from django.conf import settings
from django.db import connection

from playground.conversations.models import Generation

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """Start, stop, kill and start again; the port stays the same, so that browsers find it back."""

    command: tuple[str, ...] = ("manage.py", "serve")

    def __init__(self, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.log_path = Path(settings.DATA) / f"server-{self.port}.log"
        self.known = 0  # characters of the log that earlier tests have seen

    def start(self, **environment: str) -> None:
        """Collect static files once, start, and wait until it answers."""
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "playground.settings",
            "PLAYGROUND_DATA": str(settings.DATA),
            "PLAYGROUND_PORT": str(self.port),
            "DB_NAME": str(connection.settings_dict["NAME"]),
            "PYTHONWARNINGS": "default",
            **self.environment,
            **environment,
        }
        if not (Path(settings.DATA) / "static" / "staticfiles.json").exists():
            collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
            subprocess.run(collect, cwd=ROOT, env=env, check=True)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = 30) -> None:
        """Ask for the health page until it answers."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                raise AssertionError(f"the server ended:\n{self.log}")
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the server did not answer:\n{self.log}")

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def rest(self) -> None:
        """After a test: nothing may write while the tables are emptied. A server that still runs answers is killed."""
        if self.process is not None and Generation.objects.filter(state__in=Generation.LIVE).exists():
            self.kill()

    def stop(self, how: signal.Signals = signal.SIGINT, seconds: float = 20) -> int:
        """End it as Ctrl-C would, or a service manager (SIGTERM); returns the exit code."""
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.send_signal(how)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"the server did not stop:\n{self.log}") from None

    @property
    def log(self) -> str:
        """Everything it has printed."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def said(self) -> str:
        """What it has printed since the test began."""
        return self.log[self.known :]
