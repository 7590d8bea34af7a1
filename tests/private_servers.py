"""Servers that a test run starts for itself on loopback and stops by their process: PostgreSQL, Redis, and any other.

Nothing here touches a server that runs already: each gets a free port and a folder of its own, both gone afterwards.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psycopg
import redis

START_SECONDS = 60.0
STOP_SECONDS = 20.0


class NotStartedError(Exception):
    """A server ended, or was not ready within its time; carries the end of what it printed."""


def free_port() -> int:
    """Return a loopback port that nobody listens on now; whoever takes it does so at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    *,
    ready: Callable[[], bool],
    log: Path,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    cwd: Path | None = None,
    stop_with: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` until the block ends; the block begins when `ready()` says yes. Raises NotStartedError."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            user=user,
            cwd=cwd,
        )
        try:
            _await_ready(process, ready, log)
            yield process
        finally:
            process.send_signal(stop_with)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_ready(process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    """Ask `ready` again and again; a server that cannot call back leaves no other way to learn it."""
    pause = threading.Event()
    for _ in range(int(START_SECONDS / 0.1)):
        if process.poll() is not None:
            raise NotStartedError(f"{process.args!r} ended with {process.returncode}:\n{_end_of(log)}")
        if ready():
            return
        pause.wait(0.1)
    raise NotStartedError(f"{process.args!r} was not ready after {START_SECONDS:.0f} s:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-4000:]


@contextlib.contextmanager
def private_postgres() -> Iterator[dict[str, str]]:
    """Run an own PostgreSQL cluster (UTF-8, password, loopback only); yields the environment that leads to it."""
    user = _postgres_user()
    password = secrets.token_hex(16)
    port = free_port()
    environment = {
        "DB": "postgres",
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(port),
        "DB_NAME": "playground",
        "DB_USER": "playground",
        "DB_PASSWORD": password,
    }

    def connect() -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=port, user="playground", password=password, dbname="postgres", autocommit=True
        )

    def ready() -> bool:
        try:
            connect().close()
        except psycopg.OperationalError:
            return False
        return True

    with tempfile.TemporaryDirectory(prefix="playground-postgres-") as name:
        folder = Path(name)
        _make_cluster(folder, password, user)
        command = _postgres_command(folder / "data", port)
        with running(command, ready=ready, log=folder / "log", user=user, cwd=folder, stop_with=signal.SIGINT):
            with connect() as connection:
                connection.execute("CREATE DATABASE playground")
            yield environment


def _postgres_user() -> str | None:
    """PostgreSQL refuses to run as root: there, its own account runs it."""
    return "postgres" if os.geteuid() == 0 else None


def _make_cluster(folder: Path, password: str, user: str | None) -> None:
    secret = folder / "password"
    secret.write_text(password)
    if user:
        for path in (folder, secret):
            shutil.chown(path, user)
    program = postgres_program("initdb")
    if program is None:
        raise NotStartedError("PostgreSQL is not installed.")
    flags = ["--username=playground", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
    locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    command: list[str | Path] = [program, "-D", folder / "data", f"--locale={locale}", *flags]
    made = subprocess.run(command, user=user, cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode:
        raise NotStartedError(f"initdb failed:\n{made.stdout}{made.stderr}")


def _postgres_command(data: Path, port: int) -> list[str | Path]:
    options = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 300,
        "fsync": "off",  # a cluster that lives for one test run has nothing to lose
        "full_page_writes": "off",
    }
    program = postgres_program("postgres") or "postgres"
    return [program, "-D", data, *(word for key, value in options.items() for word in ("-c", f"{key}={value}"))]


def postgres_program(name: str) -> Path | None:
    """Find a program of PostgreSQL; Debian and Homebrew keep them off the PATH."""
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    for root, pattern in (
        ("/usr/lib/postgresql", f"*/bin/{name}"),
        ("/opt/homebrew/opt", f"postgresql*/bin/{name}"),
        ("/usr/local/opt", f"postgresql*/bin/{name}"),
    ):
        found = sorted(Path(root).glob(pattern))
        if found:
            return found[-1]
    return None


@contextlib.contextmanager
def private_redis() -> Iterator[dict[str, str]]:
    """Run an own Redis without persistence; yields the environment that leads to it."""
    port = free_port()

    def ready() -> bool:
        with redis.Redis(port=port) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    with tempfile.TemporaryDirectory(prefix="playground-redis-") as name:
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", name]
        with running(command, ready=ready, log=Path(name) / "log"):
            yield {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
