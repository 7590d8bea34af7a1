"""`make test` proves what it says: every step is there, every test belongs to one, and nothing is left out silently."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import provision
from tests.provision import Tool
from tests.steps import STEPS

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {step.name: " ".join(step.command) for step in STEPS}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("format", "ruff format --check ."),
        ("lint", "ruff check ."),
        ("templates", "djlint --quiet --lint templates"),
        ("types", "mypy"),
        ("imports", "lint-imports"),
        ("deploy", "manage.py check --deploy --fail-level WARNING"),
        ("migrations", "manage.py makemigrations --check"),
        ("translations", "tests/house/test_translations.py"),
        ("unit", "tests/unit tests/house"),
        ("sqlite", "tests/integration -m not postgres"),
        ("postgres", "tests/integration"),
        ("browser", "tests/browser"),
    ],
)
def test_the_step_is_there(name: str, words: str) -> None:
    assert words in COMMANDS[name]


def test_every_test_belongs_to_a_step() -> None:
    folders = [word for command in COMMANDS.values() for word in command.split() if word.startswith("tests/")]
    modules = [
        str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py") if "node_modules" not in path.parts
    ]
    assert len(modules) > 200
    assert [module for module in modules if not any(f"{module}/".startswith(f"{folder}/") for folder in folders)] == []


def make(*words: str) -> list[str]:
    """What `make` says to somebody who types it; the one that runs these tests would have its say, too."""
    shell = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *words], cwd=ROOT, env=shell, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_ci_calls_make_test_and_make_test_all_steps() -> None:
    assert "exec make test" in (ROOT / ".ci" / "run").read_text()
    recipe = make("-n", "test")
    assert recipe[-1] == ".venv/bin/python -m tests.steps"
    assert ".venv/bin/python -m tests.provision" in recipe


def test_make_alone_lists_every_target_with_one_line() -> None:
    listed = make()
    targets = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY:")).split()
    assert [line.split()[1] for line in listed] == [name for name in targets[1:] if name not in ("venv", "tools")]
    assert [line for line in listed if len(line.split()) < 5] == [], "a target without words"


@pytest.mark.parametrize("left_out", ["pytest.skip('no browser here')", "pytest.xfail('some day')"])
def test_a_run_that_leaves_a_test_out_has_failed(tmp_path: Path, left_out: str) -> None:
    (tmp_path / "test_it.py").write_text(f"import pytest\n\ndef test_a(): pass\n\ndef test_b(): {left_out}\n")
    run = [sys.executable, "-m", "pytest", "-q", "-p", "tests.no_skips", "-p", "no:django", "-p", "no:cacheprovider"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    answer = subprocess.run(
        [*run, "-c", os.devnull, f"--rootdir={tmp_path}", str(tmp_path)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == pytest.ExitCode.TESTS_FAILED, answer.stdout
    assert "1 skipped or expected to fail: this run counts as failed." in answer.stdout


def test_where_nothing_may_be_installed_it_says_what_to_install_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no apt-get, and none of the tools
    monkeypatch.setattr(provision, "FOR_TESTS", (Tool("Redis", lambda: None, "redis-server", "redis"),))
    assert provision.main(()) == 1
    said = capsys.readouterr().err
    assert said.startswith("The tests need Redis. Install with:\n")
    assert ("brew install redis" if sys.platform == "darwin" else "apt-get install redis-server") in said
    assert "and run `make test` again." in said


def test_the_tests_need_a_browser_two_databases_and_a_cache() -> None:
    assert {"Chromium", "PostgreSQL", "Redis"} <= {tool.name for tool in provision.FOR_TESTS if not tool.welcome}
