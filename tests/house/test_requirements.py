"""What is installed is what was looked at: a version and hashes for every package, a reason for each direct one."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETS = ("requirements", "tests/requirements", "tests/litellm/requirements")
PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;\\]+)")
REASON = re.compile(r"^\| `(?P<name>[^`]+)` \| (?P<reason>\S.{10,}) \|$", re.MULTILINE)


def pins(name: str) -> dict[str, set[str]]:
    """Every package that `name`.txt installs, with its versions (more than one where Python's version decides)."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / f"{name}.txt").read_text().splitlines():
        if match := PIN.match(line):
            found.setdefault(match["name"], set()).add(match["version"])
    return found


def asked(name: str) -> set[str]:
    """The packages that `name`.in asks for."""
    lines = (line.split("#")[0].strip() for line in (ROOT / f"{name}.in").read_text().splitlines())
    return {re.split(r"[\[=~<>! ]", line)[0] for line in lines if line and not line.startswith("-")}


def vendored() -> set[str]:
    packages = tomllib.loads((ROOT / "static/vendor/VENDOR.toml").read_text())["package"]
    return {package["name"] for package in packages}


def javascript() -> dict[str, str]:
    """The npm packages that the tests run, with their versions."""
    found: dict[str, str] = json.loads((ROOT / "tests/javascript/package.json").read_text())["dependencies"]
    return found


def test_npm_packages_have_one_version_and_a_digest() -> None:
    locked = json.loads((ROOT / "tests/javascript/package-lock.json").read_text())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in javascript()} == javascript()
    assert [name for name, package in locked.items() if name and not package["integrity"].startswith("sha512-")] == []


@pytest.mark.parametrize("name", SETS)
def test_every_package_has_one_version_and_hashes(name: str) -> None:
    statements = (ROOT / f"{name}.txt").read_text().replace("\\\n", " ").splitlines()
    packages = [line for line in statements if line.strip() and not line.lstrip().startswith("#")]
    assert packages
    assert [line for line in packages if not PIN.match(line) or "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("name", SETS)
def test_what_is_asked_for_is_pinned(name: str) -> None:
    assert asked(name) - set(pins(name)) == set()


def test_the_tests_run_with_the_versions_of_the_server() -> None:
    server, tests = pins("requirements"), pins("tests/requirements")
    assert {name for name in server.keys() & tests.keys() if server[name] != tests[name]} == set()


def test_every_direct_dependency_has_its_reason() -> None:
    """docs/dependencies.md names each once, says why, and names nothing that is not there."""
    named = [match["name"] for match in REASON.finditer((ROOT / "docs/dependencies.md").read_text())]
    direct = set().union(*(asked(name) for name in SETS)) | vendored() | {f"npm:{name}" for name in javascript()}
    assert sorted(direct - set(named)) == []
    assert sorted(set(named) - direct) == []
    assert len(set(named)) == len(named)
