"""Where a server's CPU time goes, by py-spy's samples: while it streams, and while it starts runs."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from measure import LONGER, ONE_TOKEN, options
from processes import Load, Server
from targets import Bed, Target

SECONDS = 10
# Beside the interpreter, also where its folder is not on the path.
PY_SPY = shutil.which("py-spy", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
HINT = "py-spy is not installed (pip install py-spy); it shows where the time goes."
RATE = 200  # samples a second


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a sample: function and the file it is in, as py-spy prints them."""

    function: str
    file: str

    @classmethod
    def parse(cls, text: str) -> Self:
        function, _, place = text.rstrip(")").partition(" (")
        return cls(function, place.rpartition(":")[0] or place)

    @property
    def owner(self) -> str:
        """The package or the module of the standard library that the file belongs to."""
        for marker in ("site-packages/", "playground/"):
            if marker in self.file:
                parts = self.file.split(marker, 1)[1].split("/")
                return parts[0] if marker == "site-packages/" else "playground/" + parts[0]
        return self.file.split("/")[0].removesuffix(".py") or "?"


def profile(target: Target, bed: Bed, server: Server, *, streams: int) -> str:
    """Two tables of shares: a server with `streams` running streams, and one that starts 25 runs a second."""
    if PY_SPY is None:
        return HINT
    running = Load(*options(target, bed, server.port, model=LONGER, streams=streams), "--spread", "1")
    running.go()
    streaming = record(server, after=3)
    running.report()
    starts = Load(*options(target, bed, server.port, model=ONE_TOKEN, streams=25 * (SECONDS + 4)), "--spread", "14")
    starts.go()
    starting = record(server, after=1)
    starts.report()
    parts = {f"{streams} streams": streaming, "25 starts a second": starting}
    return "\n\n".join(f"{target.title}, {what}\n{shares(samples)}" for what, samples in parts.items())


def record(server: Server, *, after: float) -> list[tuple[list[Frame], int]]:
    """Sample the server's Python threads while they use the CPU; `after` seconds from now."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "stacks"
        command = [str(PY_SPY), "record", "--pid", str(server.pid), "--duration", str(SECONDS), "--rate", str(RATE)]
        command += ["--format", "raw", "--output", str(output)]
        subprocess.run(["sh", "-c", f'sleep {after}; exec "$@"', "sh", *command], check=True, capture_output=True)
        lines = output.read_text().splitlines()
    return [(stack, count) for stack, count in map(parse, lines) if not idle(stack)]


def parse(line: str) -> tuple[list[Frame], int]:
    """One line of py-spy's raw format: frames from the outside in, with semicolons, then how often."""
    stack, _, count = line.rpartition(" ")
    return [Frame.parse(frame) for frame in stack.split(";")], int(count)


def idle(stack: list[Frame]) -> bool:
    """A worker thread that waits for work; py-spy cannot always tell."""
    return stack[-1].function == "_worker" and stack[-1].file.endswith("thread.py")


def shares(samples: Iterable[tuple[list[Frame], int]]) -> str:
    """Self time by package, and time with callees of our own functions."""
    alone, within, total = Counter[str](), Counter[str](), 0
    for stack, count in samples:
        total += count
        alone[stack[-1].owner] += count
        ours = {f"{frame.owner}: {frame.function}" for frame in stack if frame.owner.startswith("playground/")}
        within.update(dict.fromkeys(ours, count))
    lines = [f"{total} samples = {total / RATE / SECONDS:.0%} of a core"]
    lines += ["self, by package:", *ranked(alone, total, 14)]
    lines += ["with what they call, our own functions:", *ranked(within, total, 24)]
    return "\n".join(lines)


def ranked(counts: Counter[str], total: int, most: int) -> list[str]:
    return [f"  {count / max(1, total):6.1%}  {name}" for name, count in counts.most_common(most)]
