"""Third-party browser files are the ones their makers published: listed once, unmodified, with their licence."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
PACKAGES: list[dict[str, Any]] = tomllib.loads((VENDOR / "VENDOR.toml").read_text())["package"]
FILES: dict[str, str] = {entry["file"]: entry["sha256"] for package in PACKAGES for entry in package["file"]}


def on_disk() -> set[str]:
    return {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()} - {"VENDOR.toml"}


def test_every_file_is_listed_and_every_listed_file_is_there() -> None:
    assert on_disk() == set(FILES)


@pytest.mark.parametrize("name", sorted(FILES))
def test_file_is_byte_for_byte_the_published_one(name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == FILES[name]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package["name"]))
def test_package_names_its_version_source_and_licence(package: dict[str, Any]) -> None:
    folder = f"{package['name']}-{package['version']}"
    names = [entry["file"] for entry in package["file"]]
    assert all(name.startswith(f"{folder}/") for name in names)
    assert f"{folder}/LICENSE" in names
    assert re.fullmatch(r"npm:(@[\w.-]+/)?[\w.-]+@" + re.escape(package["version"]), package["source"])
    assert package["licence"]
