"""The browser's modules: imports lead somewhere, none go in circles, and pages preload exactly what they need."""

import re
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "static" / "js"
MODULES = sorted(path.relative_to(SCRIPTS).as_posix() for path in SCRIPTS.rglob("*.js") if path.name != "theme.js")
# The form that Django's storage rewrites to hashed names; any other would slip through unhashed.
IMPORT = re.compile(r"""^import (?:[^;"]*? from )?"(\.[^"]+)";$""", re.MULTILINE)
# What is fetched when it is first needed.
LATER = re.compile(r"""\bimport\("(\.[^"]+)"\)""")
ANY_IMPORT = re.compile(r"^\s*(?:import\b|export\b.*\bfrom\b)|\bimport\(", re.MULTILINE)
ENTRY = re.compile(r"<script src=\"{% static 'js/([^']+)' %}\" type=\"module\"")
PRELOADED = re.compile(r"modulepreload\" href=\"{% static 'js/([^']+)' %}")


def imports(module: str, form: re.Pattern[str] = IMPORT) -> list[str]:
    found = form.findall((SCRIPTS / module).read_text(encoding="utf-8"))
    return [_normal(PurePosixPath(module).parent / target) for target in found]


def needed(module: str, *, later: bool = False) -> set[str]:
    """What a module needs at once; `later`: and all that it may fetch one day."""
    known: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in known:
            known.add(name)
            waiting += imports(name) + (imports(name, LATER) if later else [])
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
    found = imports(module) + imports(module, LATER)
    assert len(ANY_IMPORT.findall(source)) == len(found)
    assert set(found) <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_no_module_needs_itself(module: str) -> None:
    """Hashed names are made of the content with its hashed imports: a circle has none."""
    assert all(module not in needed(other, later=True) for other in imports(module) + imports(module, LATER))


def test_pages_preload_what_their_entry_needs() -> None:
    everywhere = needed("app.js")
    assert preloaded("app_modules.html") == sorted(everywhere)
    assert preloaded("chat_modules.html") == sorted(needed("chat.js") - everywhere)
    assert preloaded("compare_modules.html") == sorted(needed("compare.js") - everywhere)
    assert preloaded("compare_read_modules.html") == sorted(needed("compare-read.js") - everywhere)
    assert preloaded("shared_modules.html") == sorted(needed("shared-page.js") - everywhere)
    assert preloaded("row_modules.html") == sorted(needed("batch-row.js") - everywhere)


def test_no_module_is_left_over() -> None:
    entries = {name for path in (ROOT / "templates").rglob("*.html") for name in ENTRY.findall(path.read_text("utf-8"))}
    assert {"app.js", "chat.js"} <= entries
    assert set().union(*(needed(entry, later=True) for entry in entries)) == set(MODULES)
