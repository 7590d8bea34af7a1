"""The collected static files: every reference leads to a hashed file, so that browsers may keep them for ever."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings

SOURCE = Path(__file__).resolve().parents[2] / "static"
REAL = {"staticfiles": {"BACKEND": "playground.web.storage.StaticStorage"}}
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
IMPORTED = re.compile(r'(?:from|import)\s*\(?"(\.[^"]+)"')
LINKED = re.compile(r'url\("?([^")]+)"?\)')
NOT_SHIPPED = (".woff", ".ttf")  # older forms of KaTeX's fonts: its stylesheet names them, no browser of today asks


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that collectstatic fills."""
    folder = tmp_path_factory.mktemp("collected")
    with override_settings(STORAGES=REAL, STATIC_ROOT=folder):
        call_command("collectstatic", verbosity=0, interactive=False)
    return folder


@pytest.fixture(scope="module")
def names(collected: Path) -> dict[str, str]:
    """Each file's hashed name."""
    manifest: dict[str, Any] = json.loads((collected / "staticfiles.json").read_text())
    return dict(manifest["paths"])


def ours(names: dict[str, str], suffix: str) -> list[str]:
    return sorted(name for name in names if name.startswith(("js/", "css/")) and name.endswith(suffix))


def test_every_import_of_a_module_is_hashed_and_exists(collected: Path, names: dict[str, str]) -> None:
    modules = ours(names, ".js")
    assert len(modules) > 20
    for name in modules:
        file = collected / names[name]
        found = IMPORTED.findall(file.read_text())
        assert len(found) == len(re.findall(r"^import |\bimport\(", (SOURCE / name).read_text(), re.MULTILINE)), name
        for target in found:
            assert HASHED.search(target), f"{name} imports {target}"
            assert (file.parent / target).resolve().is_file(), f"{name} imports {target}"


def test_every_address_in_a_stylesheet_is_hashed_and_exists(collected: Path, names: dict[str, str]) -> None:
    for name in [*ours(names, ".css"), "vendor/katex-0.19.1/katex.min.css"]:
        file = collected / names[name]
        for target in LINKED.findall(file.read_text()):
            if target.startswith("data:") or target.endswith(NOT_SHIPPED):
                continue
            assert HASHED.search(target), f"{name} names {target}"
            assert (file.parent / target).resolve().is_file(), f"{name} names {target}"


def test_vendored_scripts_stay_byte_for_byte(collected: Path, names: dict[str, str]) -> None:
    scripts = [name for name in names if name.startswith("vendor/") and name.endswith(".js")]
    assert scripts
    for name in scripts:
        assert (collected / names[name]).read_bytes() == (SOURCE / name).read_bytes(), name


def test_texts_are_compressed_ahead(collected: Path, names: dict[str, str]) -> None:
    for name in [*ours(names, ".js"), *ours(names, ".css"), "img/icons.svg"]:
        file = collected / names[name]
        assert file.with_name(f"{file.name}.gz").is_file() or file.stat().st_size < 400, name
