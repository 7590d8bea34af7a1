"""Page times of the trial center at 100,000 messages, asked one after the other over one kept connection."""

import http.client
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from measure import share
from processes import BENCH, BenchError, Server
from targets import Bed, seed

sys.path.insert(0, str(BENCH.parent))
from tests.private_servers import postgres_program, private_postgres

MESSAGES = 100_000  # of one person
PEOPLE = 10  # as many as a warm-up needs
WARM, ASKED = 5, 100  # requests of each page
LIST, SEARCH = "conversation list", "search for "  # how the seed calls what the goal is about


@dataclass(frozen=True, slots=True)
class PageTime:
    """Milliseconds from the request to the last byte, and of the server's CPU time (a PostgreSQL's is not in it).

    KB as sent to a browser that takes no compression.
    """

    name: str
    p50: float
    p95: float
    cpu: float
    kilobytes: float


def has_postgres() -> bool:
    return postgres_program("postgres") is not None


@contextmanager
def on_postgres(bed: Bed, models: Sequence[str]) -> Iterator[Bed]:
    """The same history in a PostgreSQL that runs as long as the block does."""
    with private_postgres() as database, tempfile.TemporaryDirectory(prefix="trial-center-bench-") as folder:
        other = Bed(bed.upstream_port, Path(folder), database)
        seed(other, models=models, users=PEOPLE, messages=MESSAGES)
        yield other


def page_times(bed: Bed, server: Server) -> list[PageTime]:
    """Time every page that the seed names in pages.json: {"session": key, "pages": {name: path}}."""
    named = json.loads((bed.data / "pages.json").read_text())
    return [page_time(server, name, path, named["session"]) for name, path in named["pages"].items()]


def page_time(server: Server, name: str, path: str, session: str, asked: int = ASKED) -> PageTime:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    times, size, cpu = [], 0, 0.0
    for number in range(WARM + asked):
        if number == WARM:
            cpu = server.cpu_us()
        begun = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": f"session={session}"})
        answer = connection.getresponse()
        size = len(answer.read())
        times.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            raise BenchError(f"{path} answers {answer.status}.")
    connection.close()
    used = (server.cpu_us() - cpu) / asked / 1000
    return PageTime(name, share(times[WARM:], 50), share(times[WARM:], 95), used, size / 1024)
