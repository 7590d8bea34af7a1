"""The browser's modules: imports lead somewhere, none go in circles, and pages preload exactly what they need."""

import re
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "static" / "js"
MODULES = sorted(path.relative_to(SCRIPTS).as_posix() for path in SCRIPTS.rglob("*.js") if path.name != "theme.js")
# The form that Django's storage rewrites to hashed names; any other would slip through unhashed.
IMPORT = re.compile(r"""^import (?:[^;"]*? from )?"(\.[^"]+)";$""", re.MULTILINE)
ANY_IMPORT = re.compile(r"^\s*(?:import\b|export\b.*\bfrom\b)|\bimport\(", re.MULTILINE)
PRELOADED = re.compile(r"modulepreload\" href=\"{% static 'js/([^']+)' %}")


def imports(module: str) -> list[str]:
    found = IMPORT.findall((SCRIPTS / module).read_text(encoding="utf-8"))
    return [_normal(PurePosixPath(module).parent / target) for target in found]


def needed(module: str) -> set[str]:
    known: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in known:
            known.add(name)
            waiting += imports(name)
    return known


def preloaded(template: str) -> list[str]:
    return PRELOADED.findall((ROOT / "templates" / "components" / template).read_text(encoding="utf-8"))


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


@pytest.mark.parametrize("module", MODULES)
def test_imports_are_relative_and_lead_to_a_module(module: str) -> None:
    source = (SCRIPTS / module).read_text(encoding="utf-8")
    assert len(ANY_IMPORT.findall(source)) == len(imports(module))
    assert set(imports(module)) <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_no_module_needs_itself(module: str) -> None:
    """Hashed names are made of the content with its hashed imports: a circle has none."""
    assert all(module not in needed(other) for other in imports(module))


def test_pages_preload_what_their_entry_needs() -> None:
    everywhere = needed("app.js")
    assert preloaded("app_modules.html") == sorted(everywhere)
    assert preloaded("chat_modules.html") == sorted(needed("chat.js") - everywhere)


def test_no_module_is_left_over() -> None:
    assert needed("app.js") | needed("chat.js") == set(MODULES)
