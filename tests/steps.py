"""What `make test` proves, in one list; `python -m tests.steps [step...]` runs all of it or the steps named.

Each step is a command in an environment without this shell's own settings. The browser tests, half of the time, run
beside the others; a step that fails is the last one to begin.

A browser shares two cores with everything else, and a machine that stalls for seconds fails a test that waits for the
page. So the few browser tests that failed run once more, alone; one that passes then is named as unsteady, and whoever
reads the log should look at it. One that fails again, or more than a few, fail the run.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.chromium import find_chromium
from tests.private_servers import private_postgres, private_redis

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
Environment = Mapping[str, str]

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "playground.settings",
    "PLAYGROUND_URL": "https://trial.example.org",
    "PLAYGROUND_BEHIND_PROXY": "on",
    "EMAIL_URL": "smtp+tls://mail.example.org:587",
}
TRANSLATIONS = "tests/house/test_translations.py"
LIVE = "tests/integration/live"
FEW = 3  # failures that a stalling machine explains; more are a fault
NOTICED = (
    "test_walk",
    "test_rights_of_a_socket",
    "test_hostile_client",
    "test_shared",
)  # what the channel layer has a part in
BROWSER_CACHE = ROOT / ".pytest_cache" / "browser"
OWN_PREFIXES = ("PLAYGROUND_", "DB", "REDIS_", "EMAIL_", "DJANGO_", "PYTEST_", "LITELLM_")


@contextlib.contextmanager
def nothing_else() -> Iterator[Environment]:
    """The environment of most steps: no server."""
    yield {}


@contextlib.contextmanager
def production() -> Iterator[Environment]:
    yield PRODUCTION


@dataclass(frozen=True, slots=True)
class Step:
    """One promise: its name on the command line, what it says, the command, and what must run meanwhile.

    Steps of one lane run one after the other, lanes side by side.
    """

    name: str
    title: str
    command: tuple[str, ...]
    beside: Callable[[], AbstractContextManager[Environment]] = nothing_else
    lane: str = "server"
    failed: Path | None = None  # where pytest notes what failed, for a step whose few failures run once more


def python(*words: str) -> tuple[str, ...]:
    return (sys.executable, *words)


def tests(*words: str) -> tuple[str, ...]:
    """Pytest, with skipped tests counted as failed."""
    return python("-m", "pytest", "-q", "-p", "tests.no_skips", *words)


STEPS = (
    Step("format", "ruff format", (f"{BIN}/ruff", "format", "--check", ".")),
    Step("lint", "ruff check", (f"{BIN}/ruff", "check", ".")),
    Step("templates", "djlint", (f"{BIN}/djlint", "--quiet", "--lint", "templates")),
    Step("types", "mypy", (f"{BIN}/mypy",)),
    Step("imports", "import-linter", (f"{BIN}/lint-imports",)),
    Step("deploy", "check --deploy", python("manage.py", "check", "--deploy", "--fail-level", "WARNING"), production),
    Step("migrations", "makemigrations --check", python("manage.py", "makemigrations", "--check", "--dry-run")),
    Step("translations", "translations", tests(TRANSLATIONS)),
    Step("unit", "unit and house tests", tests("tests/unit", "tests/house", f"--ignore={TRANSLATIONS}")),
    Step("sqlite", "integration tests on SQLite", tests("tests/integration", "-m", "not postgres")),
    Step(
        "postgres",
        "integration tests on PostgreSQL",
        tests("-p", "tests.with_database", "tests/integration"),
        private_postgres,
    ),
    Step(
        "redis", "sockets with notices through Redis", tests(*(f"{LIVE}/{name}.py" for name in NOTICED)), private_redis
    ),
    Step(
        "browser",
        "browser tests",
        tests("tests/browser", "-o", f"cache_dir={BROWSER_CACHE}"),
        lane="browser",
        failed=BROWSER_CACHE / "v/cache/lastfailed",
    ),
)


def main(names: list[str]) -> int:
    """Run the steps named, or all; the exit status is that of the first that failed."""
    unknown = set(names) - {step.name for step in STEPS}
    if unknown:
        say(f"No such step: {', '.join(sorted(unknown))}. Steps: {' '.join(step.name for step in STEPS)}")
        return 2
    run = Run([step for step in STEPS if not names or step.name in names])
    began = time.monotonic()
    status = run.all()
    if not status:
        say("\n" + "\n".join(f"{took:8.1f} s  {step.title}" for step, took in run.passed))
        say(f"{time.monotonic() - began:8.1f} s  in all; everything passed.")
    return status


class Run:
    """The chosen steps, on their way. With several lanes the output of a step is shown when the step is over."""

    def __init__(self, steps: Sequence[Step]) -> None:
        names = list(dict.fromkeys(step.lane for step in steps))
        self.passed: list[tuple[Step, float]] = []
        self._lanes = [[step for step in steps if step.lane == name] for name in names]
        self._talk = threading.Lock()
        self._failed = threading.Event()

    def all(self) -> int:
        """0, or the exit status of a step that failed; no other begins after it."""
        with ThreadPoolExecutor(max(1, len(self._lanes))) as pool:
            return next(filter(None, pool.map(self._lane, self._lanes)), 0)

    def _lane(self, steps: Sequence[Step]) -> int:
        for step in steps:
            if self._failed.is_set():
                break
            if status := self._step(step):
                self._failed.set()
                return status
        return 0

    def _step(self, step: Step) -> int:
        say(f"== {step.title} ...")
        began = time.monotonic()
        with tempfile.TemporaryFile("w+", errors="replace") as held:
            status = execute(step, None if len(self._lanes) == 1 else held.fileno())
            took = time.monotonic() - began
            with self._talk:
                held.seek(0)
                shutil.copyfileobj(held, sys.stdout)
                if status:
                    say(f"== failed: {step.title}, {took:.1f} s. Again: {sys.executable} -m tests.steps {step.name}")
                else:
                    say(f"== passed: {step.title}, {took:.1f} s")
                    self.passed.append((step, took))
        return status


def execute(step: Step, output: int | None) -> int:
    """Run one step with data of its own; Python's output is not held back, so that a log shows where time goes."""
    with step.beside() as beside, tempfile.TemporaryDirectory(prefix="playground-step-") as data:
        own = {"PLAYGROUND_DATA": data, "PYTHONUNBUFFERED": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        chromium = find_chromium()
        if chromium:
            own["PLAYGROUND_CHROMIUM"] = str(chromium)
        env = {**outside(), **own, **beside}

        def run(*more: str) -> int:
            command = (*step.command, *more)
            return subprocess.run(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            ).returncode

        if step.failed:
            step.failed.unlink(missing_ok=True)
        status = run()
        if status != pytest.ExitCode.TESTS_FAILED or not 0 < len(unsteady := failures(step)) <= FEW:
            return status
        status = run("--last-failed")
        if not status:
            note = "\n   ".join(["== unsteady, passed when run again alone:", *unsteady])
            os.write(sys.stdout.fileno() if output is None else output, f"{note}\n".encode())
        return status


def failures(step: Step) -> list[str]:
    """The tests that pytest noted as failed in a step that notes them."""
    return sorted(json.loads(step.failed.read_text())) if step.failed and step.failed.exists() else []


def outside() -> dict[str, str]:
    """This shell's environment without what would configure the house."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OWN_PREFIXES)}


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
