"""What a person sees in real Chromium: how fast a long conversation opens, how large it is, whether it stays smooth.

Every wait has a limit, and so has the whole: a browser that hangs ends the bench with a sentence.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil  # type: ignore[import-untyped]
from measure import share
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright
from processes import BENCH, BenchError, Server
from targets import Bed

sys.path.insert(0, str(BENCH.parent))
from tests.browser.chromium import find_chromium, launch

RATE, TOKENS = 100, 2000
TEXT = f"text-{RATE}-{TOKENS}-300"  # twenty seconds of bench/answer.md
WAIT, LIMIT = 30, 900  # seconds: one wait, everything
SETTLED = 1.5  # seconds that a new window gets for itself
WIDE = {"width": 1440, "height": 900}
MESSAGES, ELEMENTS = "document.querySelectorAll('message-view').length", "document.querySelectorAll('*').length"
ANSWERS = "[...document.querySelectorAll('message-view[data-role=assistant]')]"
STATES = ANSWERS + ".slice({last}).map((one) => one.dataset.state)"

BOARD, COLUMNS = "six columns", 6  # the comparison that rooms.py wrote, as the report calls it
CALM = 1  # seconds after an answer's end that are watched too


@dataclass(frozen=True, slots=True)
class Opening:
    """Openings with an empty or a filled cache: ms from the start of the navigation; the worst task and shift."""

    cache: str
    times: int
    paint_p50: float
    p50: float
    p95: float
    longest_task: float
    shift: float


@dataclass(frozen=True, slots=True)
class Size:
    """What the page holds: at once, at most on the way to the first message and back, and its heap in MB."""

    messages: int
    elements: int
    most_messages: int
    most_elements: int
    heap: float


@dataclass(frozen=True, slots=True)
class Stream:
    """Answers of TOKENS tokens while somebody looks on; `end_shift` is what moved once the text was whole."""

    room: str
    rate: float
    over_50: int
    over_100: int
    longest_task: float
    shift: float
    end_shift: float
    heap: float


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the browser saw."""

    version: str
    openings: Sequence[Opening]
    size: Size
    streams: Sequence[Stream]
    foreign_share: float  # of all cores, used by others meanwhile: the browser is not pinned


def look_for_chromium() -> None:
    """Said before the bench begins, not at its end."""
    if find_chromium(whole=True) is None:
        raise BenchError("No Chromium here: `python -m tests.provision` installs it, or set PLAYGROUND_CHROMIUM.")


def see(bed: Bed, server: Server, *, times: int) -> Seen:
    """Open, scroll and stream in the conversations that rooms.py wrote."""
    known = json.loads((bed.data / "browser.json").read_text())
    with limited(LIMIT), sync_playwright() as playwright:
        chromium = launch(playwright, whole=True)
        visit = Visit(chromium, f"http://127.0.0.1:{server.port}", known["session"])
        try:
            long, others = known["rooms"]["long"], Others()
            with visit.context() as context:
                opened(context, long)  # the server's first time is not what is measured
            openings = [visit.cold(long, times), visit.warm(long, times)]
            size = visit.size(long)
            streams = [visit.stream(name, path) for name, path in known["rooms"].items()]
            streams.append(visit.stream(BOARD, known["board"], answers=COLUMNS))
            return Seen(chromium.version, openings, size, streams, others.share())
        except Error as error:
            raise BenchError(f"The browser: {error}") from error
        finally:
            chromium.close()


class Others:
    """What processes that are not the bench's take of the machine while it measures."""

    def __init__(self) -> None:
        self._begun, self._busy, self._own = time.monotonic(), *self._seconds()

    def share(self) -> float:
        busy, own = self._seconds()
        return (
            max(0.0, (busy - self._busy) - (own - self._own)) / (time.monotonic() - self._begun) / (os.cpu_count() or 1)
        )

    @staticmethod
    def _seconds() -> tuple[float, float]:
        """Busy time of all cores; that of this process and its descendants, the ended ones too."""
        times, own = psutil.cpu_times(), 0.0
        for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
            try:
                used = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            own += used.user + used.system + used.children_user + used.children_system
        return times.user + times.nice + times.system + times.irq + times.softirq + times.steal, own


class Visit:
    """One person's browser."""

    def __init__(self, chromium: Browser, url: str, session: str) -> None:
        self._chromium = chromium
        self._cookie: Any = {"name": "session", "value": session, "url": url}
        self._url = url

    @contextmanager
    def context(self) -> Iterator[BrowserContext]:
        """A profile of its own: nothing is in its cache."""
        context = self._chromium.new_context(viewport=WIDE, base_url=self._url)
        context.set_default_timeout(WAIT * 1000)
        context.add_cookies([self._cookie])
        context.add_init_script(path=BENCH / "browser.js")
        broken: list[str] = []
        context.on("weberror", lambda error: broken.append(str(error.error)))
        try:
            yield context
        finally:
            context.close()
        if broken:
            raise BenchError(f"The page broke: {broken[0]}")

    def cold(self, path: str, times: int) -> Opening:
        looks = []
        for _ in range(times):
            with self.context() as context:
                looks.append(look_at(opened(context, path)))
        return opening("empty", looks)

    def warm(self, path: str, times: int) -> Opening:
        looks = []
        with self.context() as context:
            opened(context, path).close()
            for _ in range(times):
                page = opened(context, path)
                looks.append(look_at(page))
                page.close()
        return opening("filled", looks)

    def size(self, path: str) -> Size:
        """Count after opening and at every stop on the way up to the first message and down to the last."""
        with self.context() as context:
            page = opened(context, path)
            heap = heap_mb(page)
            counts = [counted(page), *scrolled(page, "before"), *scrolled(page, "after")]
            say(f"browser: scrolled through, {len(counts)} stops, {page.evaluate('bench.tasks.length')} long tasks")
            messages, elements = zip(*counts, strict=True)
            return Size(messages[0], elements[0], max(messages), max(elements), heap)

    def stream(self, name: str, path: str, *, answers: int = 1) -> Stream:
        """`answers`: how many come at once; of several nothing has been asked before."""
        states = STATES.format(last=-answers)
        is_over = f"((states) => states.length === {answers} && states.every((one) => one === 'finished'))({states})"
        with self.context() as context:
            page = opened(context, path) if answers == 1 else unasked(context, path)
            page.wait_for_function("() => !document.querySelector('#prompt').disabled")
            page.fill("#prompt", "How long, and how much?")
            begun = page.evaluate("performance.now()")
            page.press("#prompt", "Enter")
            page.wait_for_function(f"() => {states}.includes('running')")
            page.wait_for_selector("message-view[aria-busy=true] [data-body] *")
            first = time.monotonic()
            # Asked at the beginning of each frame: the first one that shows the end, before it is laid out.
            over = page.wait_for_function(
                f"() => {is_over} && performance.now()", timeout=(TOKENS / RATE + WAIT) * 1000
            )
            rate, ended = TOKENS / (time.monotonic() - first), over.json_value()
            page.wait_for_timeout(CALM * 1000)
            tasks = durations(page, "tasks", begun)
            over_50, over_100 = len(tasks), sum(task > 100 for task in tasks)
            longest = max(tasks, default=0.0)
            shift, end_shift = sum(durations(page, "shifts", begun)), sum(durations(page, "shifts", ended))
            found = Stream(name, rate, over_50, over_100, longest, shift, end_shift, heap_mb(page))
        say(f"browser: {found}")
        return found


def opened(context: BrowserContext, path: str) -> Page:
    """The conversation in a window that stands, open to its last formula.

    A window of Chromium keeps a core busy for a second with what is its own. And while the page opens it is asked by
    the protocol, not by Playwright, which would first bring a library of its own into the page.
    """
    page = context.new_page()
    page.wait_for_timeout(SETTLED * 1000)
    page.goto(path, wait_until="commit")
    session = context.new_cdp_session(page)
    until = time.monotonic() + WAIT
    while "value" not in session.send("Runtime.evaluate", {"expression": "bench.openedAt ?? undefined"})["result"]:
        if time.monotonic() > until:
            raise BenchError(f"The conversation was not open after {WAIT} seconds.")
        time.sleep(0.05)
    session.detach()
    return page


def unasked(context: BrowserContext, path: str) -> Page:
    """A new tab with a comparison that nobody has asked yet."""
    page = context.new_page()
    page.goto(path, wait_until="networkidle")
    return page


def look_at(page: Page) -> tuple[float, float, float, float]:
    """First paint, open, longest task, sum of shifts; half a second later, because shifts may follow."""
    page.wait_for_timeout(500)
    paint, opened_at = page.evaluate(
        "[performance.getEntriesByName('first-contentful-paint')[0].startTime, bench.openedAt]"
    )
    say(f"browser: first paint {paint:.0f} ms, open {opened_at:.0f} ms")
    return paint, opened_at, max(durations(page, "tasks"), default=0.0), sum(durations(page, "shifts"))


def opening(cache: str, looks: Sequence[tuple[float, float, float, float]]) -> Opening:
    paints, opens, tasks, shifts = (list(column) for column in zip(*looks, strict=True))
    return Opening(cache, len(looks), share(paints, 50), share(opens, 50), share(opens, 95), max(tasks), max(shifts))


def durations(page: Page, kind: str, since: float = 0) -> list[float]:
    """Lengths of long tasks or sizes of shifts that began at a time of the page's clock or later."""
    found: list[float] = page.evaluate(
        f"(since) => bench.{kind}.filter(([at]) => at >= since).map(([, size]) => size)", since
    )
    return found


def scrolled(page: Page, side: str) -> list[tuple[int, int]]:
    """Go to one end of the conversation, each time as far as there are messages; the counts at every stop."""
    counts = []
    mark = f"document.querySelector('[data-more={side}]')"
    place = f"[...document.querySelectorAll('message-view')].at({0 if side == 'before' else -3}).id"  # beside the mark
    while page.evaluate(f"Boolean({mark})"):
        known = page.evaluate(place)
        page.evaluate(f"{mark}?.scrollIntoView()")
        page.wait_for_function(f"(known) => !{mark} || {place} !== known", arg=known)
        counts.append(counted(page))
    return counts


def counted(page: Page) -> tuple[int, int]:
    messages, elements = page.evaluate(f"[{MESSAGES}, {ELEMENTS}]")
    return messages, elements


def heap_mb(page: Page) -> float:
    """The page's JavaScript heap after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return float(metrics["JSHeapUsedSize"]) / 2**20


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """End what takes too long, also where Playwright itself would wait for ever."""

    def too_long(*_: object) -> None:
        raise BenchError(f"The browser took longer than {seconds} seconds.")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
