"""The bench's processes: compiled programs, pinned servers, and what the kernel says about their CPU and memory."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

BENCH = Path(__file__).resolve().parent
PROGRAMS = BENCH / "bin"
HARNESS_CORE, SERVER_CORE = 0, 1


class BenchError(Exception):
    """The bench itself cannot go on: no compiler, a server that does not start, a load client that died."""


def compile_programs() -> None:
    """Build upstream and load into bench/bin when their sources are newer."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        raise BenchError("The bench needs Linux and a C compiler (Debian, Ubuntu: apt install gcc libc6-dev).")
    PROGRAMS.mkdir(exist_ok=True)
    for name in ("upstream", "load"):
        source, program = BENCH / f"{name}.c", PROGRAMS / name
        newest = max(source.stat().st_mtime, (BENCH / "loopback.h").stat().st_mtime)
        if not program.exists() or program.stat().st_mtime < newest:
            flags = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"]
            subprocess.run([compiler, *flags, "-o", str(program), str(source)], check=True)


def can_pin() -> bool:
    """Tell whether the server gets a core of its own."""
    return shutil.which("taskset") is not None and {HARNESS_CORE, SERVER_CORE} <= os.sched_getaffinity(0)


def pinned(core: int, command: Sequence[str]) -> list[str]:
    return ["taskset", "-c", str(core), *command] if can_pin() else list(command)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """One process tree that listens on a port, pinned to a core; use it as a context manager."""

    def __init__(
        self, command: Sequence[str], *, port: int, core: int, folder: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.port = port
        self.start_seconds = 0.0
        self._command = pinned(core, command)
        self._folder = folder
        self._env = {**os.environ, **(env or {})}
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the server

    def __enter__(self) -> "Server":
        begun = time.monotonic()
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, env=self._env, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        while not self._accepts():
            if self._process.poll() is not None or time.monotonic() - begun > 60:
                self.__exit__()
                raise BenchError(f"{' '.join(self._command)} does not listen:\n{self.log()}")
            time.sleep(0.02)
        self.start_seconds = time.monotonic() - begun
        return self

    def __exit__(self, *_: object) -> None:
        try:
            tree = self.tree()
        except psutil.NoSuchProcess:
            tree = []
        for process in tree:
            process.terminate()
        _, alive = psutil.wait_procs(tree, timeout=15)
        for process in alive:
            process.kill()
        self._process.wait()

    def _accepts(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    @property
    def pid(self) -> int:
        return self._process.pid

    def log(self) -> str:
        """The last lines that the server printed."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-4000:]

    def tree(self) -> list[psutil.Process]:
        root = psutil.Process(self._process.pid)
        return [root, *root.children(recursive=True)]

    def cpu_us(self) -> float:
        """CPU microseconds used so far by every thread of the tree: the scheduler's run time, precise to the ns."""
        return sum(cpu_us_of(process) for process in self.tree())

    def pss_kb(self) -> float:
        """Proportional set size of the tree in KB: shared pages are counted once, divided among their users."""
        return sum(float(process.memory_full_info().pss) for process in self.tree()) / 1024


def cpu_us_of(process: psutil.Process) -> float:
    scheduled = sum(map(run_time_of, Path(f"/proc/{process.pid}/task").iterdir())) / 1000
    times = process.cpu_times()  # holds threads that have ended, but only in steps of 10 ms
    return max(scheduled, float(times.user + times.system) * 1e6)


def run_time_of(thread: Path) -> int:
    """Nanoseconds that a thread has run; 0 when it has ended since it was seen."""
    try:
        return int((thread / "schedstat").read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def core_busy_us(core: int) -> float:
    """Microseconds in which a core did anything at all, steal included: what is not ours there is foreign."""
    times = psutil.cpu_times(percpu=True)[core]
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal) * 1e6


class Load:
    """The load client: opened on construction, started by go(), read by report()."""

    def __init__(self, *options: str) -> None:
        command = pinned(HARNESS_CORE, [str(PROGRAMS / "load"), *options])
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self._line() != "ready":
            raise BenchError("The load client did not get ready.")

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def report(self) -> dict[str, Any]:
        """Wait for the end and return what load.c prints."""
        line = self._line()
        self.close()
        if not line:
            raise BenchError("The load client died.")
        result: dict[str, Any] = json.loads(line)
        return result

    def let_go(self) -> dict[str, Any]:
        """End an idle client, which holds its sockets until its input ends."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self.report()

    def close(self) -> None:
        self._process.stdin and self._process.stdin.close()
        self._process.wait()
