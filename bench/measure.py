"""The measurements: streams at one size, the knee, what a run costs, memory, and how fast Stop is."""

import http.client
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from processes import HARNESS_CORE, SERVER_CORE, BenchError, Load, Server, can_pin, core_busy_us
from targets import Bed, Target

# Tokens a second, tokens, ms to the first one. At once: everything before the first token is the server's.
MODEL = "syn-50-200-0"
WARM_UP, ONE_TOKEN, LONG, LONGER = "syn-50-50-0", "syn-50-1-200", "syn-50-400-0", "syn-50-1000-0"
MODELS = (MODEL, WARM_UP, ONE_TOKEN, LONG, LONGER)
KNEE_DELAY_MS = 250.0
MOST_STREAMS = 1600
FOREIGN = 0.05  # more of the server's core than this used by others: the figure is marked

_marks = itertools.count(1_000_000, 10_000)  # every run of the load client names its requests from a fresh base


@dataclass(frozen=True, slots=True)
class Row:
    """One run at `streams`. Delays in ms, CPU in us per delivered token, shares of a core from 0 to 1."""

    streams: int
    cpu: float
    ttft_p50: float
    ttft_p99: float
    delay_p50: float
    delay_p99: float
    delay_max: float
    lost: int
    doubled: int
    failed: int
    errors: str
    tokens_per_frame: float
    server_share: float
    foreign_share: float
    harness_share: float
    load_cpu: float

    @property
    def sound(self) -> bool:
        """Nothing lost, doubled or late: what a knee must still be."""
        return not (self.lost or self.doubled or self.failed) and self.delay_p99 < KNEE_DELAY_MS


def options(target: Target, bed: Bed, port: int, *, model: str, streams: int) -> list[str]:
    """The load client's words for a target."""
    words = ["--mode", target.mode, "--path", target.path, "--port", str(port), "--model", model]
    words += ["--streams", str(streams), "--mark-base", str(next(_marks))]
    if target.mode == "app":
        words += ["--sessions", str(bed.data / f"{model}.sessions")]
    return words


def warm_up(target: Target, bed: Bed, server: Server) -> None:
    """A few short streams first: imports, pools and caches are not what is measured."""
    load = Load(*options(target, bed, server.port, model=WARM_UP, streams=10), "--spread", "0.5")
    load.go()
    report = load.report()
    if report["lost"] or report["errors"]:
        raise BenchError(f"{target.name} does not work: {report['lost']} tokens lost, {report['errors']}")


def stream_row(target: Target, bed: Bed, server: Server, streams: int, *, model: str, spread: float) -> Row:
    """Run `streams` streams started at random within `spread` seconds; opening the sockets comes before."""
    load = Load(*options(target, bed, server.port, model=model, streams=streams), "--spread", str(spread))
    cpu, busy, harness = server.cpu_us(), core_busy_us(SERVER_CORE if can_pin() else 0), core_busy_us(HARNESS_CORE)
    begun = time.monotonic()
    load.go()
    report = load.report()
    wall = (time.monotonic() - begun) * 1e6
    used = server.cpu_us() - cpu
    foreign = core_busy_us(SERVER_CORE) - busy - used if can_pin() else 0.0
    harness = core_busy_us(HARNESS_CORE) - harness
    return row(report, cpu=used, used=used / wall, foreign=foreign / wall, harness=harness / wall)


def row(report: Mapping[str, Any], *, cpu: float, used: float, foreign: float, harness: float) -> Row:
    """Read the load client's report; `cpu` in us, the rest as shares of a core."""
    nothing = float("nan")  # no token came: no figure, and no comparison that could pass
    ttft, delay, received = report["ttft_ms"], report["delay_ms"], report["received"]
    errors: dict[str, int] = report["errors"]
    return Row(
        streams=report["streams"],
        cpu=cpu / received if received else nothing,
        ttft_p50=ttft["p50"] or nothing,
        ttft_p99=ttft["p99"] or nothing,
        delay_p50=delay["p50"] or nothing,
        delay_p99=delay["p99"] or nothing,
        delay_max=delay["p100"] or nothing,
        lost=report["lost"],
        doubled=report["doubled"] + report["disordered"],
        failed=sum(errors.values()),
        errors=", ".join(f"{count} x {reason}" for reason, count in errors.items()),
        tokens_per_frame=received / report["frames"] if report["frames"] else nothing,
        server_share=used,
        foreign_share=max(0.0, foreign),
        harness_share=harness,
        load_cpu=report["cpu_us"] / received if received else nothing,
    )


def median_row(rows: Iterable[Row]) -> Row:
    """Medians of the figures; of lost, doubled and failed the worst, so that no round hides another's."""
    kept = list(rows)
    worst = {"lost", "doubled", "failed", "foreign_share", "harness_share"}
    values: dict[str, Any] = {"errors": next((row.errors for row in kept if row.errors), "")}
    for name in (field.name for field in fields(Row) if field.name != "errors"):
        column = [getattr(row, name) for row in kept]
        values[name] = max(column) if name in worst else statistics.median(column)
    return Row(**values)


def find_knee(measure: Callable[[int], Row], start: int, *, fine: bool) -> Row | None:
    """The largest sound number of streams: gallop by half again, then halve the gap to 10 % (coarse: 25 %).

    A failure is measured again, and a third time when others used the core: their burst must not decide. None when
    even 10 streams fail.
    """

    def attempt(streams: int) -> Row:
        row = measure(streams)
        for tries in (2, 3):
            if not row.sound and (tries == 2 or row.foreign_share > FOREIGN):
                row = measure(streams)
        return row

    streams, best, worst = start, None, MOST_STREAMS + 1
    while 10 <= streams <= MOST_STREAMS:
        row = attempt(streams)
        if row.sound:
            best = row
        else:
            worst = min(worst, streams)
        low = best.streams if best else 0
        if worst > MOST_STREAMS:
            streams = tens(low * 1.5) if low < MOST_STREAMS / 1.5 else MOST_STREAMS + (low == MOST_STREAMS) * 10
        elif not best:
            streams = tens(streams / 1.5)
        elif worst - low <= max(10, low * (0.1 if fine else 0.25)):
            break
        else:
            streams = tens((low + worst) / 2)
    return best


def tens(value: float) -> int:
    return int(value // 10 * 10)


@dataclass(frozen=True, slots=True)
class Footprint:
    """Seconds to listen, and memory in MB and KB of the whole process tree (PSS)."""

    start_seconds: float
    idle_mb: float
    idle_socket_kb: float
    active_stream_kb: float


def footprint(target: Target, bed: Bed, *, sockets: int, streams: int) -> Footprint:
    """Fresh servers: what one held in memory before must not hide what the next thing takes.

    A stream is what one more takes: the difference between many and a quarter of them. What comes with the first ones
    alone, such as a database's caches, is no stream's.
    """
    with target.start(bed) as server:
        warm_up(target, bed, server)
        start_seconds, idle = server.start_seconds, settled_pss(server)
        load = Load(*options(target, bed, server.port, model=MODEL, streams=sockets), "--idle")
        per_socket = (settled_pss(server) - idle) / sockets
        load.let_go()
    few, many = (grown_kb(target, bed, streams=count) for count in (streams // 4, streams))
    return Footprint(start_seconds, idle / 1024, per_socket, (many - few) / (streams - streams // 4))


def grown_kb(target: Target, bed: Bed, *, streams: int) -> float:
    """By how much a fresh server grows while it streams so many long answers."""
    with target.start(bed) as server:
        warm_up(target, bed, server)
        before = settled_pss(server)
        load = Load(*options(target, bed, server.port, model=LONG, streams=streams), "--spread", "1.5")
        load.go()
        time.sleep(5)
        grown = server.pss_kb() - before
        load.report()
    return grown


def settled_pss(server: Server) -> float:
    time.sleep(1.5)
    return server.pss_kb()


def run_cost_ms(target: Target, bed: Bed, server: Server, *, runs: int) -> float:
    """CPU ms of one started run: look-ups, writes, request, settle; answers of a single token, 25 starts a second."""
    row = stream_row(target, bed, server, runs, model=ONE_TOKEN, spread=runs / 25)
    return row.cpu / 1000


@dataclass(frozen=True, slots=True)
class Stops:
    """From the Stop command to the provider seeing its connection closed, and to the browser's end frame, in ms."""

    count: int
    unheard: int
    upstream_p50: float
    upstream_p95: float
    upstream_max: float
    end_p95: float


def stop_delays(target: Target, bed: Bed, server: Server, *, streams: int) -> Stops:
    """Stop every stream at a random moment in the three seconds after its first token."""
    words = options(target, bed, server.port, model=LONGER, streams=streams)
    load = Load(*words, "--spread", "1.5", "--stop-within", "3")
    load.go()
    report = load.report()
    time.sleep(0.2)
    seen = {mark: moment for mark, moment, _ in upstream_stats(bed)["aborts"]}
    heard = [(seen[mark] - stopped) / 1000 for mark, stopped, _ in report["stops"] if mark in seen]
    ends = [(ended - stopped) / 1000 for _, stopped, ended in report["stops"]]
    unheard = streams - len(heard)
    return Stops(streams, unheard, share(heard, 50), share(heard, 95), share(heard, 100), share(ends, 95))


def upstream_stats(bed: Bed) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", bed.upstream_port, timeout=10)
    connection.request("GET", "/stats")
    stats: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return stats


def share(values: Iterable[float], percent: int) -> float:
    """Nearest-rank percentile; NaN of nothing."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else float("nan")
