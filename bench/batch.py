"""A batch of 10,000 rows with the sandbox: how long it takes, what the server's memory does, how fast its page stays.

    python bench/batch.py                  10,000 rows, 20 at once; the result goes to the top of bench/RESULTS.md
    python bench/batch.py --rows 500       a short look; printed only

The sandbox answers at once (PLAYGROUND_SANDBOX_SPEED=0), so that what is measured is the server.
"""

import argparse
import http.client
import json
import os
import platform
import re
import sys
import tempfile
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from measure import share
from processes import BenchError, Server
from report import heading, number, prepend, table, titled
from targets import Bed, app, fill

ROWS, AT_ONCE = 10_000, 20
LONGEST = 3_600  # seconds
STATE = re.compile(rb'data-state="(\w+)"')


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    wanted = parser.parse_args()
    os.environ["PLAYGROUND_SANDBOX_SPEED"] = "0"
    with tempfile.TemporaryDirectory(prefix="trial-center-bench-") as folder:
        bed = Bed(0, Path(folder))
        fill(bed, "batch_seed.py", "--rows", str(wanted.rows), "--at-once", str(AT_ONCE))
        made = json.loads((bed.data / "batch.json").read_text())
        with app(bed) as server:
            text = watched(server, made, wanted.rows)
        size = sum(path.stat().st_size for path in bed.data.glob("*.sqlite3*")) / 2**20
    text += f"\nThe database has {number(size)} MB at the end.\n"
    print(text)
    if wanted.rows == ROWS:
        prepend(text)
    return 0


def watched(server: Server, made: dict[str, str], rows: int) -> str:
    """Ask for what moves every second, as a tab does, until the batch is done; then fetch the results."""
    process = psutil.Process(server.pid)
    before = process.memory_info().rss / 2**20
    began, memory, times = time.monotonic(), [before], []
    while True:
        asked = time.perf_counter()
        content = get(server, f"/batches/{made['batch']}/live/", made["session"])
        times.append((time.perf_counter() - asked) * 1000)
        memory.append(process.memory_info().rss / 2**20)
        found = STATE.search(content)
        if found and found[1] == b"done":
            break
        if time.monotonic() - began > LONGEST or (found and found[1] == b"paused"):
            raise BenchError(f"The batch did not end:\n{server.log()}")
        time.sleep(1)
    seconds, cpu = time.monotonic() - began, server.cpu_us() / 1e6
    exported = time.perf_counter()
    size = len(get(server, f"/batches/{made['batch']}/results.csv", made["session"])) / 2**20
    exported = time.perf_counter() - exported
    memory.append(process.memory_info().rss / 2**20)
    figures = [
        ["seconds for all rows", number(seconds)],
        ["rows per second", number(rows / seconds)],
        ["CPU of the server, ms per row", number(cpu * 1000 / rows)],
        ["memory at the start, MB", number(before)],
        ["memory at most, MB", number(max(memory))],
        ["memory at the middle and at the end, MB", f"{number(memory[len(memory) // 2])}, {number(memory[-1])}"],
        ["page that watches it, p50 / p95 ms", f"{number(share(times, 50))} / {number(share(times, 95))}"],
        ["reading the table, s", number(float(made["read_s"]))],
        ["writing its rows, s", number(float(made["create_s"]))],
        ["the forecast, s", number(float(made["forecast_s"]))],
        ["results as CSV, s and MB", f"{number(exported)}, {number(size)}"],
    ]
    words = (
        f"{rows:,} rows, {AT_ONCE} at once, sandbox without waiting, SQLite; {platform.machine()}, "
        f"{psutil.cpu_count()} cores, Python {platform.python_version()}, load before the end "
        f"{number(psutil.getloadavg()[0])}."
    )
    return "\n\n".join([f"{heading()}, a batch", words, titled("Batch", table(["what", "figure"], figures))]) + "\n"


def get(server: Server, path: str, session: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    connection.request("GET", path, headers={"Cookie": f"session={session}", "HX-Request": "true"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status != 200:
        raise BenchError(f"{path} answers {answer.status}.")
    return content


if __name__ == "__main__":
    sys.exit(main())
