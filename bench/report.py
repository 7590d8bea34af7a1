"""The bench's Markdown: tables, goals and the entry in RESULTS.md. Pure but for the look at the machine."""

import math
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from browser import Seen
from measure import FOREIGN, Footprint, Row, Stops
from pages import LIST, MESSAGES, SEARCH, PageTime
from processes import BENCH, can_pin
from targets import TARGETS

RESULTS = BENCH / "RESULTS.md"
HEAD = "# Results of `make bench`, newest first\n\nHow it measures, and how to read the columns: bench/README.md.\n"
RAW_AT_200 = 92.2  # us of CPU per token of the raw relay, where the goals were set
HARNESS_BUSY = 0.85  # of the harness's core: from here on the bench may be what is slow


@dataclass(slots=True)
class Results:
    """What one call of the bench found; sections that were not run stay empty."""

    rounds: int
    tokens: int  # of a stream; 50 come a second
    spread: float  # seconds within which the streams start
    streams: dict[tuple[str, int], Row] = field(default_factory=dict)
    knees: dict[str, Row | None] = field(default_factory=dict)
    footprints: dict[str, Footprint] = field(default_factory=dict)
    run_costs: dict[str, float] = field(default_factory=dict)
    stops: dict[str, Stops] = field(default_factory=dict)
    pages: dict[str, list[PageTime]] = field(default_factory=dict)  # by database
    browser: Seen | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """A target of the project for the trial center on one core with Daphne."""

    what: str
    limit: float
    unit: str
    reached: float
    at_least: bool = False
    of_cpu: bool = False  # it moves with the speed of the machine

    def scaled(self, speed: float) -> str:
        """What it would be where the goals were set, for what the CPU decides."""
        if not self.of_cpu or math.isnan(speed):
            return ""
        return number(self.reached / speed if self.at_least else self.reached * speed)

    @property
    def met(self) -> bool:
        return self.reached >= self.limit if self.at_least else self.reached <= self.limit


def markdown(results: Results) -> str:
    """One entry of RESULTS.md."""
    parts = [heading(), machine(results)]
    parts += [section for section in (make(results) for make in SECTIONS) if section]
    return "\n\n".join(parts) + "\n"


def heading() -> str:
    return f"## {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit()}"


def commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=BENCH, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def machine(results: Results) -> str:
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.split(":", 1)[1].strip() for line in cpuinfo.splitlines() if line.startswith("model name")),
        platform.machine(),
    )
    memory = psutil.virtual_memory().total / 2**30
    pinning = "server on one core, provider and load client on another" if can_pin() else "**not pinned** (one core?)"
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}; {pinning}; {results.tokens} tokens at 50/s, "
        f"starts within {results.spread:g} s; interleaved rounds, medians: {results.rounds}. "
        f"~ marks rows in which others used more than {FOREIGN:.0%} of the server's core."
    )


def streams_section(results: Results) -> str:
    rows = []
    for (name, streams), row in sorted(results.streams.items(), key=lambda item: (item[0][1], order(item[0][0]))):
        faults = f"{row.lost} / {row.doubled} / {row.failed}" + (f" ({row.errors})" if row.errors else "")
        rows.append(
            [
                str(streams),
                title(name) + mark(row),
                number(row.cpu),
                f"{number(row.ttft_p50)} / {number(row.ttft_p99)}",
                f"{number(row.delay_p50)} / {number(row.delay_p99)} / {number(row.delay_max)}",
                faults,
                f"{row.tokens_per_frame:.1f}",
                f"{row.server_share:.0%} / {row.foreign_share:.0%} / {row.harness_share:.0%}",
            ]
        )
    head = [
        "streams",
        "target",
        "CPU us/token",
        "added TTFT p50 / p99 ms",
        "token delay p50 / p99 / max ms",
        "lost / doubled / failed",
        "tokens per frame",
        "core: server / foreign / harness's",
    ]
    return titled("Streams", table(head, rows))


def knees_section(results: Results) -> str:
    rows = []
    for name, row in sorted(results.knees.items(), key=lambda item: order(item[0])):
        if row is None:
            rows.append([title(name), "< 10", "", "", ""])
            continue
        bound = ">= " if row.harness_share > HARNESS_BUSY else ""
        rows.append(
            [
                title(name) + mark(row),
                f"{bound}{row.streams}",
                number(row.cpu),
                number(row.delay_p99),
                f"{number(row.ttft_p50)} / {number(row.ttft_p99)}",
            ]
        )
    head = ["target", "streams at the knee", "CPU us/token", "token delay p99 ms", "added TTFT p50 / p99 ms"]
    note = "The knee is the largest number of streams with a p99 token delay below 250 ms and nothing lost."
    return titled("Knee", f"{note}\n\n{table(head, rows)}")


def costs_section(results: Results) -> str:
    rows = []
    for name in sorted(results.footprints.keys() | results.run_costs.keys(), key=order):
        held, cost = results.footprints.get(name), results.run_costs.get(name)
        memory = (
            [
                f"{held.start_seconds:.1f}",
                number(held.idle_mb),
                number(held.idle_socket_kb),
                number(held.active_stream_kb),
            ]
            if held
            else ["", "", "", ""]
        )
        rows.append([title(name), number(cost) if cost is not None else "", *memory])
    head = ["target", "CPU ms per run", "start s", "idle MB", "KB per idle socket", "KB per active stream"]
    return titled("What a run, a socket and a stream cost (memory as PSS)", table(head, rows))


def stops_section(results: Results) -> str:
    rows = [
        [
            title(name),
            str(stops.count),
            str(stops.unheard),
            f"{number(stops.upstream_p50)} / {number(stops.upstream_p95)} / {number(stops.upstream_max)}",
            number(stops.end_p95),
        ]
        for name, stops in results.stops.items()
    ]
    head = ["target", "stops", "not heard", "to the provider p50 / p95 / max ms", "to the browser's end frame p95 ms"]
    return titled("Stop: until the provider's connection is closed", table(head, rows))


def pages_section(results: Results) -> str:
    head = ["page", "p50 ms", "p95 ms", "CPU ms", "of the list's p50", "KB"]
    tables = []
    for database, pages in results.pages.items():
        plain = next(page.p50 for page in pages if page.name == LIST)
        rows = [
            [page.name, *map(number, (page.p50, page.p95, page.cpu, page.p50 / plain, page.kilobytes))]
            for page in pages
        ]
        tables.append(titled(f"Pages at {MESSAGES:,} messages, {database}", table(head, rows)))
    return "\n\n".join(tables)


def browser_section(results: Results) -> str:
    seen = results.browser
    if not seen:
        return ""
    opened = [
        [one.cache, str(one.times), *map(number, (one.paint_p50, one.p50, one.p95, one.longest_task, one.shift))]
        for one in seen.openings
    ]
    streamed = [
        [one.room, number(one.rate), str(one.over_50), str(one.over_100)]
        + [number(figure) for figure in (one.longest_task, one.shift, one.end_shift, one.heap)]
        for one in seen.streams
    ]
    size = seen.size
    share = f"{seen.foreign_share:.0%} of all cores{' ~' if seen.foreign_share > FOREIGN else ''}"
    head = ["cache", "openings", "first paint p50 ms", "open p50 ms", "p95 ms", "longest task ms", "largest shift"]
    parts = [
        f"Chromium {seen.version}; others used {share}. A conversation of 1,000 messages, 2 MB:",
        table(head, opened),
        f"It holds {size.messages} messages, {size.elements} elements and {number(size.heap)} MB of JavaScript heap; "
        f"at most {size.most_messages} messages and {size.most_elements} elements on the way to the first and back.",
        "While answers stream, 100 tokens a second for 20 s, in a conversation that long, or in each of six columns:",
        table(
            ["", "tokens/s", "tasks > 50 ms", "> 100 ms", "longest ms", "shift", "shift at the end", "heap MB"],
            streamed,
        ),
    ]
    return titled("Browser", "\n\n".join(parts))


def speed_of(results: Results) -> float:
    """How much slower than the machine of the goals this one was: its raw relay's CPU per token over ours."""
    raw = results.streams.get(("raw", 200))
    return RAW_AT_200 / raw.cpu if raw else math.nan


def goals_section(results: Results) -> str:
    rows, speed = [], speed_of(results)
    for goal in goals(results):
        sign = ">=" if goal.at_least else "<="
        reached = "n/a" if math.isnan(goal.reached) else f"{number(goal.reached)} {goal.unit}".strip()
        verdict = "yes" if goal.met else "**no**"
        limit = f"{sign} {number(goal.limit)} {goal.unit}".strip()
        rows.append([goal.what, limit, reached, goal.scaled(speed), verdict])
    head = ["goal", "limit", "here", "scaled", "met"]
    note = (
        f"The goals were set on a machine whose raw relay costs {RAW_AT_200} us of CPU per token at 200 streams; "
        f"scaled: times {number(speed)}."
        if not math.isnan(speed)
        else ""
    )
    return titled("Goals (trial center, one core, Daphne, everything on)", f"{note}\n\n{table(head, rows)}".strip())


SECTIONS = (streams_section, knees_section, costs_section, stops_section, pages_section, browser_section, goals_section)


def goals(results: Results) -> list[Goal]:
    """The goals that this call can judge."""
    found: list[Goal] = []
    at200, at500 = results.streams.get(("app", 200)), results.streams.get(("app", 500))
    naive = results.streams.get(("naive", 200))
    if at200:
        found.append(Goal("CPU per token at 200 streams", 55, "us", at200.cpu, of_cpu=True))
        if naive:
            found.append(Goal("the same, as a share of the naive consumer's", 0.5, "", at200.cpu / naive.cpu))
        found.append(Goal("added TTFT p50 at 200", 4, "ms", at200.ttft_p50))
        found.append(Goal("added TTFT p99 at 200", 30, "ms", at200.ttft_p99))
        found.append(Goal("token delay p99 at 200", 3, "ms", at200.delay_p99))
    if at500:
        found.append(Goal("token delay p99 at 500", 100, "ms", at500.delay_p99))
    if knee := results.knees.get("app"):
        found.append(Goal("streams at the knee", 600, "", knee.streams, at_least=True, of_cpu=True))
    if (cost := results.run_costs.get("app")) is not None:
        found.append(Goal("CPU per started run", 6, "ms", cost, of_cpu=True))
    if held := results.footprints.get("app"):
        found.append(Goal("memory per idle socket", 40, "KB", held.idle_socket_kb))
        found.append(Goal("memory per active stream", 64, "KB", held.active_stream_kb))
        found.append(Goal("memory idle", 90, "MB", held.idle_mb))
    if stops := results.stops.get("app"):
        found.append(Goal("Stop to the provider p95", 300, "ms", stops.upstream_p95))
    for database, pages in results.pages.items():
        slowest = max(page.p95 for page in pages if page.name.startswith((LIST, SEARCH)))
        found.append(Goal(f"conversation list and every search p95, {database}", 150, "ms", slowest))
    if mine := [row for (name, _), row in results.streams.items() if name == "app"]:
        found.append(Goal("tokens lost or doubled", 0, "", sum(row.lost + row.doubled for row in mine)))
    if seen := results.browser:
        found += [
            Goal(f"1,000 messages open p95, {one.cache} cache", 1000, "ms", one.p95, of_cpu=True)
            for one in seen.openings
        ]
        found.append(Goal("messages in the page at most", 200, "", seen.size.most_messages))
        found.append(Goal("tasks > 100 ms while streaming", 0, "", sum(one.over_100 for one in seen.streams)))
        found.append(Goal("layout shift when an answer ends", 0.001, "", max(one.end_shift for one in seen.streams)))
    return found


def prepend(entry: str) -> None:
    """Put the newest entry first in RESULTS.md."""
    older = RESULTS.read_text().removeprefix(HEAD).strip() if RESULTS.exists() else ""
    RESULTS.write_text(f"{HEAD}\n{entry}" + (f"\n{older}\n" if older else ""))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, or nothing without rows."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *lines])


def titled(name: str, body: str) -> str:
    return f"### {name}\n\n{body}" if "|" in body else ""


def order(name: str) -> int:
    return [target.name for target in TARGETS].index(name)


def title(name: str) -> str:
    return TARGETS[order(name)].title


def mark(row: Row) -> str:
    return " ~" if row.foreign_share > FOREIGN else ""


def number(value: float) -> str:
    """Three figures at most: more would be noise."""
    if math.isnan(value):
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
