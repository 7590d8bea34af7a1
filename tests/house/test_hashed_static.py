"""The collected static files: every reference leads to a hashed file, so that browsers may keep them for ever."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings

from playground.web.storage import lean

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


@pytest.mark.parametrize("name", ["css/app.css", "css/chat.css"])
def test_a_sheet_of_imports_is_sent_in_one_piece(collected: Path, names: dict[str, str], name: str) -> None:
    sent = (collected / names[name]).read_text()
    imported = re.findall(r'@import "([^"]+)";', (SOURCE / name).read_text())
    assert len(imported) > 5
    assert "@import" not in sent
    for part in imported:
        # Addresses in a part are read from the folder of the whole, and get their hashes there.
        text = lean(name, (SOURCE / "css" / part).read_text())
        assert "url(" in text or text in sent, part
    assert [part for part in imported if "/" in part and "url(" in (SOURCE / "css" / part).read_text()] == []


def test_vendored_scripts_stay_byte_for_byte(collected: Path, names: dict[str, str]) -> None:
    scripts = [name for name in names if name.startswith("vendor/") and name.endswith(".js")]
    assert scripts
    for name in scripts:
        assert (collected / names[name]).read_bytes() == (SOURCE / name).read_bytes(), name


def test_texts_are_compressed_ahead(collected: Path, names: dict[str, str]) -> None:
    for name in [*ours(names, ".js"), *ours(names, ".css"), "img/icons.svg"]:
        file = collected / names[name]
        assert file.with_name(f"{file.name}.gz").is_file() or file.stat().st_size < 400, name


# Strings and regular expressions that may hold a backtick of their own.
PLAIN = re.compile(r""""(?:\\.|[^"\\])*"|(?<=[=(&] )/[^\n]+?/[a-z]*|(?<=[(])/[^\n]+?/[a-z]*""")
OWN = sorted(path for pattern in ("js/**/*.js", "css/**/*.css") for path in SOURCE.glob(pattern))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_no_text_runs_over_lines(path: Path) -> None:
    """Comments and indents are taken out line by line."""
    source = path.read_text()
    if path.suffix == ".js":
        bare = [line for line in source.splitlines() if not line.strip().startswith("//")]
        assert [line for line in bare if PLAIN.sub("", line).count("`") % 2] == []
        assert "/*" not in "\n".join(bare)
    else:
        assert "//" not in source
        assert not re.search(r"""(["'])[^"'\n]*/\*""", source)


def test_own_texts_go_out_without_comments(collected: Path, names: dict[str, str]) -> None:
    for name in [*ours(names, ".js"), *ours(names, ".css")]:
        sent = (collected / names[name]).read_text()
        assert not re.search(r"^\s*(//|/\*)|^\s+\S", sent, re.MULTILINE), name


def test_what_a_script_does_is_not_touched() -> None:
    source = '// why\nconst a = "// kept";\n\n  call(`x // y`); // kept as well\n'
    assert lean("js/a.js", source) == 'const a = "// kept";\ncall(`x // y`); // kept as well\n'
    assert lean("css/a.css", "/* why */\n.a {\n  color: red; /* so\n  that */\n}\n") == ".a {\ncolor: red;\n}\n"
