"""`make bench`: compile, seed, measure, print a Markdown report and put it first in bench/RESULTS.md.

    python bench/run.py                       everything, three rounds, about half an hour
    python bench/run.py --quick               one round, a coarse knee; a few minutes; printed only
    python bench/run.py --only app,naive --n 200 --rounds 1       for work on the code; printed only
    python bench/run.py --only browser        what Chromium sees, a few minutes; printed only
    python bench/run.py --only app --profile --n 200              the same, and where the CPU time goes (needs py-spy)

Linux with two cores, a C compiler and the test requirements (psutil). Everything stays on loopback.
"""

import argparse
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from browser import TEXT, look_for_chromium, see
from flame import profile
from measure import (
    MODELS,
    MOST_STREAMS,
    Row,
    find_knee,
    footprint,
    median_row,
    run_cost_ms,
    stop_delays,
    stream_row,
    warm_up,
)
from pages import MESSAGES, has_postgres, on_postgres, page_times
from processes import BenchError, Server, compile_programs
from report import Results, markdown, prepend
from targets import TARGETS, Bed, Target, seed, seed_rooms, upstream

SECTIONS = ("streams", "knee", "costs", "stops", "pages", "browser")
FIRST_TRY = {"raw": 200, "naive": 150, "app": 600}  # where the search for the knee begins


def main() -> int:
    wanted = read_arguments()
    allow_many_sockets()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    targets = [target for target in TARGETS if not wanted.only or target.name in wanted.only]
    try:
        if "browser" in wanted.rows:
            look_for_chromium()
        compile_programs()
        with tempfile.TemporaryDirectory(prefix="trial-center-bench-") as folder, upstream() as provider:
            bed = Bed(provider.port, Path(folder))
            if any(target.name == "app" for target in targets):
                say("seeding")
                history = MESSAGES if "pages" in wanted.rows else 0
                seed(bed, models=sorted({*MODELS, wanted.model, TEXT}), users=MOST_STREAMS, messages=history)
                if "browser" in wanted.rows:
                    seed_rooms(bed, model=TEXT)
            if wanted.profile:
                return show_profiles(targets, bed, wanted.n[0])
            entry = markdown(measure(wanted, targets, bed))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    print(entry)
    if wanted.write:
        prepend(entry)
    return 0


def read_arguments() -> argparse.Namespace:
    """The options; a run that is not the whole bench is not written down unless asked."""

    def names(allowed: Sequence[str]) -> Callable[[str], list[str]]:
        def split(text: str) -> list[str]:
            found = text.split(",")
            if unknown := set(found) - set(allowed):
                raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: choose from {', '.join(allowed)}")
            return found

        return split

    def numbers(text: str) -> list[int]:
        return [int(number) for number in text.split(",")]

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round, 50 and 200 streams, a coarse knee")
    targets = [target.name for target in TARGETS]
    parser.add_argument("--only", type=names([*targets, "browser"]), help="targets, with commas, or browser alone")
    parser.add_argument("--rows", type=names(SECTIONS), help="sections, with commas")
    parser.add_argument("--n", type=numbers, help="numbers of streams, with commas; measures streams only")
    parser.add_argument("--rounds", type=int, help="interleaved rounds")
    parser.add_argument("--tokens", type=int, default=200, help="length of a stream; 50 tokens come a second")
    parser.add_argument("--spread", type=float, default=1.5, help="seconds within which the streams start")
    parser.add_argument("--profile", action="store_true", help="sample the server with py-spy while it streams")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md even if not everything was measured")
    wanted = parser.parse_args()
    asked = {name for name, value in vars(wanted).items() if value != parser.get_default(name)}
    wanted.write |= not asked
    if wanted.only == ["browser"]:
        wanted.only, wanted.rows = ["app"], ["browser"]
    wanted.rows = wanted.rows or (["streams"] if wanted.n or wanted.profile else list(SECTIONS))
    wanted.n = wanted.n or ([200] if wanted.profile else [50, 200] if wanted.quick else [50, 200, 500])
    wanted.model = f"syn-50-{wanted.tokens}-0"
    wanted.rounds = wanted.rounds or (1 if wanted.quick else 3)
    return wanted


def allow_many_sockets() -> None:
    """Children inherit the limit; a thousand sockets are three thousand descriptors at most."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def measure(wanted: argparse.Namespace, targets: Sequence[Target], bed: Bed) -> Results:
    """Run the sections that were asked for."""
    results = Results(wanted.rounds, wanted.tokens, wanted.spread)
    relays = [target for target in targets if target.name in FIRST_TRY]
    if "costs" in wanted.rows:  # first: the search would still be indexing what thousands of streams wrote
        measure_run_costs(results, relays, bed)
    if "streams" in wanted.rows:
        measure_streams(results, targets, bed, wanted)
    if "knee" in wanted.rows:
        measure_knees(results, relays, bed, wanted)
    if "costs" in wanted.rows:  # last: caches that grow with a young database would count as the streams'
        measure_footprints(results, relays, bed, sockets=300 if wanted.quick else 1000)
    for target in targets:
        if target.name == "app" and "stops" in wanted.rows:
            with running(target, bed) as server:
                results.stops[target.name] = stop_delays(target, bed, server, streams=100)
                say(f"stops: {results.stops[target.name]}")
        if target.name == "app" and "pages" in wanted.rows:
            with running(target, bed) as server:
                results.pages["SQLite"] = page_times(bed, server)
            if has_postgres():
                say("seeding PostgreSQL")
                with on_postgres(bed, MODELS) as other, running(target, other) as server:
                    results.pages["PostgreSQL"] = page_times(other, server)
        if target.name == "app" and "browser" in wanted.rows:
            with running(target, bed) as server:
                results.browser = see(bed, server, times=5 if wanted.quick else 20)
    return results


def measure_streams(results: Results, targets: Sequence[Target], bed: Bed, wanted: argparse.Namespace) -> None:
    """Rounds over all targets, each time in another order and with fresh servers, so that noise hits all alike."""
    found: dict[tuple[str, int], list[Row]] = {}
    for turn in range(results.rounds):
        for target in rotated(targets, turn):
            with running(target, bed) as server:
                for streams in wanted.n:
                    found.setdefault((target.name, streams), []).append(shown(target, bed, server, streams, wanted))
    results.streams = {key: median_row(rows) for key, rows in found.items()}


def measure_knees(results: Results, targets: Sequence[Target], bed: Bed, wanted: argparse.Namespace) -> None:
    """One search per round; the median search counts."""
    found: dict[str, list[Row | None]] = {target.name: [] for target in targets}
    for turn in range(results.rounds):
        for target in rotated(targets, turn):
            with running(target, bed) as server:
                before = found[target.name][-1] if found[target.name] else None
                start = before.streams if before else FIRST_TRY[target.name]
                attempt = partial(shown, target, bed, server, wanted=wanted)
                knee = find_knee(attempt, start, fine=not wanted.quick)
                found[target.name].append(knee)
                say(f"knee of {target.name}: {knee.streams if knee else 'below 10'}")
    for name, knees in found.items():
        ordered = sorted(knees, key=lambda row: row.streams if row else 0)
        results.knees[name] = ordered[(len(ordered) - 1) // 2]


def measure_run_costs(results: Results, targets: Sequence[Target], bed: Bed) -> None:
    for target in targets:
        with running(target, bed) as server:
            results.run_costs[target.name] = run_cost_ms(target, bed, server, runs=250)
        say(f"a run of {target.name}: {results.run_costs[target.name]:.2f} ms")


def measure_footprints(results: Results, targets: Sequence[Target], bed: Bed, *, sockets: int) -> None:
    for target in targets:
        results.footprints[target.name] = footprint(target, bed, sockets=sockets, streams=150)
        say(f"memory of {target.name}: {results.footprints[target.name]}")


@contextmanager
def running(target: Target, bed: Bed) -> Iterator[Server]:
    """A fresh, warm server; its log is shown when the measurement breaks."""
    with target.start(bed) as server:
        try:
            warm_up(target, bed, server)
            yield server
        except BenchError as error:
            raise BenchError(f"{error}\n{target.name}: {server.log()}") from error


def shown(target: Target, bed: Bed, server: Server, streams: int, wanted: argparse.Namespace) -> Row:
    row = stream_row(target, bed, server, streams, model=wanted.model, spread=wanted.spread)
    say(
        f"{target.name:7} {streams:5} streams  {row.cpu:6.1f} us/token  ttft {row.ttft_p50:.2f}/{row.ttft_p99:.2f} ms  "
        f"delay {row.delay_p50:.2f}/{row.delay_p99:.2f} ms  lost {row.lost}  {row.errors}  "
        f"foreign {row.foreign_share:.0%}  load client {row.load_cpu:.1f} us/token"
    )
    return row


def show_profiles(targets: Sequence[Target], bed: Bed, streams: int) -> int:
    for target in targets:
        with running(target, bed) as server:
            print(profile(target, bed, server, streams=streams))
    return 0


def rotated(targets: Sequence[Target], by: int) -> list[Target]:
    by %= max(1, len(targets))
    return [*targets[by:], *targets[:by]]


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
