"""`make bench-usage`: a team's year of entries, every view of the usage pages, and the export, on both databases.

    python bench/usage.py                      1,000,000 entries; the result goes to the top of bench/RESULTS.md
    python bench/usage.py --entries 50000      a short look; printed only
    python bench/usage.py --times 10 --only SQLite      how it grows: ten times the entries, an hour and more

The server has a core of its own where there are two; a PostgreSQL has none in particular.
"""

import argparse
import http.client
import itertools
import json
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from pages import PageTime, has_postgres, page_time, private_postgres
from processes import BenchError, Server
from report import Goal, heading, number, prepend, table, titled
from targets import Bed, app, fill

ENTRIES = 1_000_000
ASKED = 40  # requests of each view
RANGES = ("30d", "90d", "12m")
GROUPS = ("model", "person", "key", "provider", "template", "status")
OVERVIEWS = {
    f"{length}, by {group}": f"/usage/?range={length}&by={group}" for length, group in itertools.product(RANGES, GROUPS)
} | {
    "90d by day, one model, by person": "/usage/?range=90d&unit=day&by=person&model=GLM-4.5-Air",
    "90d by day, all in CNY": "/usage/?range=90d&unit=day&show=CNY",
    "12m by week, by person": "/usage/?range=12m&unit=week&by=person",
    "12m, one key, failed runs": "/usage/?range=12m&key=Night+jobs&status=failed",
    "12m, tokens by model": "/usage/?range=12m&measure=tokens",
    "7d, by conversation": "/usage/?range=7d&by=conversation",
}
LISTS = {
    "entries, newest": "/usage/entries/",
    "entries, page 100": "/usage/entries/?page=100",
    "entries of 12m, most expensive": "/usage/entries/?range=12m&sort=-cost",
}
GOAL_MS, GOAL_EXPORT_S, GOAL_EXPORT_MB = 300, 60, 200


@dataclass(frozen=True, slots=True)
class Export:
    """One file as it came: seconds, rows, and by how many MB the server grew meanwhile."""

    kind: str
    seconds: float
    rows: int
    megabytes: float
    grown_mb: float


@dataclass(frozen=True, slots=True)
class Found:
    """What one database showed."""

    write_s: float
    fold_s: float
    pages: Sequence[PageTime]
    exports: Sequence[Export]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--times", type=int, default=1, help="as often all of them happen again")
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    wanted = parser.parse_args()
    found: dict[str, Found] = {}
    if wanted.only != "PostgreSQL":
        with tempfile.TemporaryDirectory(prefix="trial-center-bench-") as folder:
            found["SQLite"] = measured(Bed(0, Path(folder)), wanted.entries, wanted.times)
    if wanted.only != "SQLite" and has_postgres():
        with on_postgres() as bed:
            found["PostgreSQL"] = measured(bed, wanted.entries, wanted.times)
    text = markdown(found, wanted.entries * wanted.times)
    print(text)
    if wanted.entries == ENTRIES:
        prepend(text)
    return 0


@contextmanager
def on_postgres() -> Iterator[Bed]:
    with private_postgres() as database, tempfile.TemporaryDirectory(prefix="trial-center-bench-") as folder:
        yield Bed(0, Path(folder), database)


def measured(bed: Bed, entries: int, times: int) -> Found:
    fill(bed, "usage_seed.py", "--entries", str(entries), "--times", str(times))
    return asked(bed)


def asked(bed: Bed) -> Found:
    """What a folder that is filled shows."""
    made = json.loads((bed.data / "usage.json").read_text())
    with app(bed) as server:
        views = (OVERVIEWS | LISTS).items()
        pages = [page_time(server, name, path, made["session"], ASKED) for name, path in views]
        exports = [export(server, kind, made["session"]) for kind in ("csv", "jsonl")]
    return Found(made["write_s"], made["fold_s"], pages, exports)


def export(server: Server, kind: str, session: str) -> Export:
    """Fetch everything there is, and watch the server's memory."""
    process = psutil.Process(server._process.pid)
    before = peak = process.memory_info().rss
    over = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.05):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun, size, lines = time.perf_counter(), 0, 0
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    connection.request(
        "GET",
        f"/usage/entries.{kind}?range=12m",
        headers={"Cookie": f"session={session}"},
    )
    answer = connection.getresponse()
    while part := answer.read(1 << 16):
        size, lines = size + len(part), lines + part.count(b"\n")
    seconds = time.perf_counter() - begun
    over.set()
    watcher.join()
    if answer.status != 200:
        raise BenchError(f"The export answers {answer.status}.")
    return Export(kind, seconds, lines - (kind == "csv"), size / 2**20, (peak - before) / 2**20)


def markdown(found: dict[str, Found], entries: int) -> str:
    """One entry of RESULTS.md."""
    parts = [
        f"{heading()}, usage",
        f"{entries:,} entries of 25 people over 12 months; {platform.machine()}, {psutil.cpu_count()} cores, Python "
        f"{platform.python_version()}, load before the end {number(psutil.getloadavg()[0])}.",
    ]
    for database, one in found.items():
        rows = [[page.name, *map(number, (page.p50, page.p95, page.cpu, page.kilobytes))] for page in one.pages]
        files = [
            [file.kind, f"{file.rows:,}", *map(number, (file.seconds, file.megabytes, file.grown_mb))]
            for file in one.exports
        ]
        parts += [
            titled(f"Usage pages, {database}", table(["view", "p50 ms", "p95 ms", "CPU ms", "KB"], rows)),
            titled(f"Exports, {database}", table(["file", "rows", "s", "MB", "server grew by MB"], files)),
            f"Writing the entries took {number(one.write_s)} s, adding them up {number(one.fold_s)} s.",
        ]
    head = ["goal", "limit", "here", "met"]
    lines = [
        [
            goal.what,
            f"<= {number(goal.limit)} {goal.unit}",
            f"{number(goal.reached)} {goal.unit}",
            "yes" if goal.met else "**no**",
        ]
        for goal in goals(found)
    ]
    return "\n\n".join([*parts, titled("Goals (usage)", table(head, lines))]) + "\n"


def goals(found: dict[str, Found]) -> list[Goal]:
    made = []
    for database, one in found.items():
        slowest = max(page.p95 for page in one.pages if page.name in OVERVIEWS)
        made.append(Goal(f"every overview p95, {database}", GOAL_MS, "ms", slowest))
        for file in one.exports:
            made.append(Goal(f"{file.kind} of all entries, {database}", GOAL_EXPORT_S, "s", file.seconds))
            made.append(Goal(f"memory for it, {database}", GOAL_EXPORT_MB, "MB", file.grown_mb))
    return made


if __name__ == "__main__":
    sys.exit(main())
