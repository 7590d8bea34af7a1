"""What is measured: the provider itself, two relays to compare with, and the trial center."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from processes import BENCH, HARNESS_CORE, PROGRAMS, SERVER_CORE, BenchError, Server, free_port

CHAT = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Bed:
    """What a target stands on: the provider's address and the data folder that the seed filled."""

    upstream_port: int
    data: Path
    database: Mapping[str, str] = field(default_factory=dict)  # settings of a PostgreSQL; nothing: SQLite

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.upstream_port}/v1"


@dataclass(frozen=True, slots=True)
class Target:
    """One row of every table. `mode` and `path` are the load client's words for how to talk to it."""

    name: str
    title: str
    mode: str
    path: str
    start: Callable[[Bed], Server]


def upstream(*, core: int = HARNESS_CORE) -> Server:
    port = free_port()
    command = [str(PROGRAMS / "upstream"), "--port", str(port), "--text", str(BENCH / "answer.md")]
    return Server(command, port=port, core=core, folder=BENCH)


def direct(_: Bed) -> Server:
    return upstream(core=SERVER_CORE)


def relay(name: str) -> Callable[[Bed], Server]:
    def start(bed: Bed) -> Server:
        port = free_port()
        command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", f"{name}:application"]
        env = {"BENCH_UPSTREAM": bed.base_url, "PYTHONPATH": str(BENCH / "relays")}
        return Server(command, port=port, core=SERVER_CORE, folder=BENCH / "relays", env=env)

    return start


def app_environment(bed: Bed, port: int) -> Mapping[str, str]:
    own = {"PLAYGROUND_DATA": str(bed.data), "PLAYGROUND_HOST": "127.0.0.1", "PLAYGROUND_PORT": str(port)}
    return {**own, **bed.database}


def app(bed: Bed) -> Server:
    port = free_port()
    command = [sys.executable, "manage.py", "serve"]
    return Server(command, port=port, core=SERVER_CORE, folder=BENCH.parent, env=app_environment(bed, port))


def seed(bed: Bed, *, models: Sequence[str], users: int, messages: int) -> None:
    """Fill the data folder for the app: people, sessions, the provider with an offer for each model, a history."""
    fill(
        bed,
        "seed.py",
        "--base-url",
        bed.base_url,
        "--models",
        ",".join(models),
        "--users",
        str(users),
        "--messages",
        str(messages),
    )


def seed_rooms(bed: Bed, *, model: str) -> None:
    """Add the conversations that the browser opens."""
    fill(bed, "rooms.py", "--model", model)


def fill(bed: Bed, script: str, *words: str) -> None:
    """Run a script of the bench on the app's data folder."""
    command = [sys.executable, str(BENCH / script), *words]
    done = subprocess.run(command, cwd=BENCH.parent, env={**os.environ, **app_environment(bed, 8000)}, check=False)
    if done.returncode:
        raise BenchError(f"{script} of the bench failed.")


TARGETS = (
    Target("direct", "direct to the provider", "sse", CHAT, direct),
    Target("raw", "raw ASGI relay, httpx, Daphne", "ws", "/ws/", relay("raw")),
    Target("naive", "naive Channels consumer, Daphne", "ws", "/ws/", relay("naive")),
    Target("app", "**Trial center**, Daphne", "app", "/ws/", app),
)
