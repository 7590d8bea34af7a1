"""Page times of the trial center at 100,000 messages, asked one after the other over one kept connection."""

import http.client
import json
import time
from dataclasses import dataclass

from measure import share
from processes import BenchError, Server
from targets import Bed

WARM, ASKED = 5, 100  # requests of each page


@dataclass(frozen=True, slots=True)
class PageTime:
    """Milliseconds from the request to the last byte; KB as sent to a browser that takes no compression."""

    name: str
    p50: float
    p95: float
    kilobytes: float


def page_times(bed: Bed, server: Server) -> list[PageTime]:
    """Time every page that the seed names in pages.json: {"session": key, "pages": {name: path}}."""
    named = json.loads((bed.data / "pages.json").read_text())
    return [page_time(server.port, name, path, named["session"]) for name, path in named["pages"].items()]


def page_time(port: int, name: str, path: str, session: str) -> PageTime:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times, size = [], 0
    for _ in range(WARM + ASKED):
        begun = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": f"session={session}"})
        answer = connection.getresponse()
        size = len(answer.read())
        times.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            raise BenchError(f"{path} answers {answer.status}.")
    connection.close()
    return PageTime(name, share(times[WARM:], 50), share(times[WARM:], 95), size / 1024)
