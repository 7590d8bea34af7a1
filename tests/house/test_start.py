"""The two commands of a bare machine: what `make run` makes, keeps and says, and what it says when it cannot."""

import contextlib
import http.cookiejar
import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.private_servers import free_port
from tests.steps import outside

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("secret.key", "vault.keys")


def surroundings(data: Path, port: int, **more: str) -> dict[str, str]:
    """What a person's shell would have, and nothing of the `make` and the tests that run this."""
    env = {name: value for name, value in outside().items() if not name.startswith(("MAKE", "MFLAGS"))}
    return {**env, "PLAYGROUND_DATA": str(data), "PLAYGROUND_PORT": str(port), **more}


class Started:
    """`make run` in a terminal of its own."""

    def __init__(self, data: Path, port: int, log: Path) -> None:
        self.url, self._log = f"http://127.0.0.1:{port}", log
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                ["make", "run"],
                cwd=ROOT,
                env=surroundings(data, port),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(jar)

    @property
    def said(self) -> str:
        return self._log.read_text()

    def wait_for(self, words: str, seconds: float = 120) -> None:
        until = time.monotonic() + seconds
        while words not in self.said:
            assert self._process.poll() is None, self.said
            assert time.monotonic() < until, self.said
            time.sleep(0.1)

    def page(self, path: str, **form: str) -> tuple[str, str]:
        """Where a browser arrives, and what it sees there."""
        fields = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(urllib.parse.urljoin(self.url, path), fields, {"Origin": self.url})
        with self._browser.open(request, timeout=20) as answer:
            return answer.url, answer.read().decode()

    def ctrl_c(self) -> None:
        """What a terminal does: everything in the foreground gets the signal."""
        os.killpg(self._process.pid, signal.SIGINT)
        self._process.wait(30)

    def end(self) -> None:
        """Whatever is left of it after a test that failed."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)


@contextlib.contextmanager
def make_run(data: Path, port: int, log: Path) -> Iterator[Started]:
    started = Started(data, port, log)
    try:
        started.wait_for(f"is at {started.url}/")
        yield started
    finally:
        started.end()


def manage(*words: str, data: Path, port: int | str = 8000, **more: str) -> subprocess.CompletedProcess[str]:
    """A command as `make run` calls it."""
    env = surroundings(data, 0, **more) | {"PLAYGROUND_PORT": str(port)}
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def modes(folder: Path) -> dict[str, int]:
    """The files of a data folder that hold what nobody else may read, with who may."""
    return {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in folder.iterdir()
        if path.is_file() and path.name != "serve.lock"
    }


def test_make_run_makes_everything_once_and_keeps_it(tmp_path: Path) -> None:
    """From a bare folder to the owner's page, Ctrl-C, and on with the same data."""
    data, port = tmp_path / "data", free_port()
    data.mkdir(mode=0o755)  # a folder that others may look into: the files in it are private all the same
    with make_run(data, port, tmp_path / "first.log") as first:
        link = re.search(rf"{first.url}/setup/\S+/", first.said)
        assert link, first.said
        assert {*SECRETS, "setup.token", "trial-center.sqlite3"} <= set(modes(data))
        assert {name: mode for name, mode in modes(data).items() if mode != 0o600} == {}
        assert "/login/" in first.page("/")[0]
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', first.page(link[0])[1])
        assert token
        account = {"name": "Olga", "email": "olga@example.org", "password": "correct horse battery"}
        where, page = first.page("/setup/", csrfmiddlewaretoken=token[1], **account)
        assert where == f"{first.url}/"
        style = re.search(r'href="(/static/css/\S+\.[0-9a-f]{12}\.css)"', page)
        assert style, "static files are collected, under names with their hash"
        assert first.page(style[1])[1]
        first.ctrl_c()
        assert "Stopped." in first.said
        assert "Traceback" not in first.said
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0

    secrets = {name: (data / name).read_bytes() for name in SECRETS}
    with make_run(data, port, tmp_path / "second.log") as second:
        assert "Installing" not in second.said
        assert "/setup/" not in second.said
        assert {name: (data / name).read_bytes() for name in SECRETS} == secrets
        assert "Sign in" in second.page("/")[1]
        other = manage("serve", data=data, port=free_port())
        assert other.returncode == 1
        assert other.stderr == f"CommandError: Another trial center already runs with the data folder {data}.\n"
        second.ctrl_c()
    with contextlib.closing(sqlite3.connect(data / "trial-center.sqlite3")) as database:
        assert database.execute("SELECT email FROM accounts_user").fetchall() == [("olga@example.org",)]
        assert database.execute("SELECT count(*) FROM catalog_offer").fetchone()[0] > 50


def test_a_data_folder_that_is_made_is_private(tmp_path: Path) -> None:
    assert manage("check", data=tmp_path / "a" / "b").returncode == 0
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = manage("serve", data=tmp_path, port=port)
    assert answer.returncode == 1
    lines = answer.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"CommandError: Port {port} on 127.0.0.1 cannot be used (")
    assert "PLAYGROUND_PORT=8001 make run" in lines[0]


def unwritable(folder: Path) -> Path:
    """A folder that this user cannot write into; root can everywhere but where the kernel keeps its own."""
    if os.geteuid() == 0:
        return Path("/proc")
    folder.mkdir(mode=0o500)
    return folder


@pytest.mark.parametrize("kind", ["cannot be made", "is not writable"])
def test_an_unwritable_folder_is_one_sentence(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").touch()
    data = tmp_path / "file" / "data" if kind == "cannot be made" else unwritable(tmp_path / "locked")
    answer = manage("migrate", data=data)
    assert answer.returncode == 1
    lines = answer.stderr.splitlines()
    assert len(lines) == 1, answer.stderr
    assert lines[0].startswith("Settings: PLAYGROUND_DATA: ")
    assert str(data) in lines[0]


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1"])
def test_a_port_that_is_none_is_one_sentence(tmp_path: Path, port: str) -> None:
    answer = manage("check", data=tmp_path, port=port)
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 1
    assert answer.stderr.startswith("Settings: PLAYGROUND_PORT: ")


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("127.0.0.2", 8123, "http://127.0.0.2:8123"),
        ("127.0.0.1", 80, "http://127.0.0.1"),  # the port that browsers leave out
        ("::1", 8123, "http://[::1]:8123"),
    ],
)
def test_host_and_port_are_changed_by_the_environment(tmp_path: Path, host: str, port: int, url: str) -> None:
    show = "from django.conf import settings as s; print(s.HOST, s.PORT, s.PUBLIC_URL, s.ORIGINS[0], s.DATA)"
    answer = manage("shell", "--no-imports", "-c", show, data=tmp_path, port=port, PLAYGROUND_HOST=host)
    assert answer.stdout.split() == [host, str(port), url, url, str(tmp_path)], answer.stderr


class Clone:
    """A folder with the script that makes environments, and a PATH on which only some Pythons are."""

    def __init__(self, root: Path) -> None:
        self.root, self.bin = root, root / "bin"
        self.bin.mkdir()
        (root / ".ci").mkdir()
        shutil.copy(ROOT / ".ci" / "venv.sh", root / ".ci")
        (root / "wanted.txt").write_text("some==1\n")
        for name in ("sh", "dirname", "tr", "cmp", "cp", "mkdir", "cat"):
            found = shutil.which(name)
            assert found
            (self.bin / name).symlink_to(found)

    def program(self, path: Path, script: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def run(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / "sh", self.root / ".ci" / "venv.sh", ".venv", "wanted.txt"],
            env={"PATH": str(self.bin)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


@pytest.mark.parametrize("version", ["none", "too old"])
def test_a_missing_python_is_one_sentence(clone: Clone, version: str) -> None:
    if version == "too old":
        clone.program(clone.bin / "python3", "exit 1")  # what it says to `sys.version_info < (3, 11)`
    answer = clone.run()
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 1
    assert answer.stderr.startswith("Python 3.11 or newer is needed and was not found; install it")
    assert "apt-get install python3" in answer.stderr
    assert "brew install python" in answer.stderr


def test_a_python_without_venv_is_one_sentence(clone: Clone) -> None:
    clone.program(clone.bin / "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    answer = clone.run()
    assert answer.returncode == 1
    assert answer.stderr.startswith("python3 has no venv module; install it")
    assert len(answer.stderr.splitlines()) == 1


def test_what_is_installed_is_not_installed_again(clone: Clone) -> None:
    log = clone.root / "log"
    clone.program(clone.root / ".venv" / "bin" / "python", f'case "$2" in pip) echo "$@" >>{log};; esac')
    assert clone.run().returncode == 0
    assert clone.run().returncode == 0
    assert len(log.read_text().splitlines()) == 1
    assert "--require-hashes" in log.read_text()
    (clone.root / "wanted.txt").write_text("some==2\n")
    assert clone.run().returncode == 0
    assert len(log.read_text().splitlines()) == 2


def test_what_could_not_be_installed_is_said_and_tried_again(clone: Clone) -> None:
    python = clone.root / ".venv" / "bin" / "python"
    clone.program(python, 'case "$2" in pip) exit 1;; esac')
    answer = clone.run()
    assert answer.returncode == 1
    assert answer.stderr == "wanted.txt could not be installed; the lines above say why.\n"
    clone.program(python, "exit 0")
    assert "Installing" in clone.run().stdout


def test_the_data_folder_is_never_in_git() -> None:
    assert "var/" in (ROOT / ".gitignore").read_text().splitlines()
