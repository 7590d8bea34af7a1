"""Names say what a thing is: no drawer for whatever has no place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DRAWERS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "service", "services", "core"}
WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


def modules() -> list[Path]:
    return sorted(path for folder in ("playground", "tests", "bench") for path in (ROOT / folder).rglob("*.py"))


def words(name: str) -> set[str]:
    return {word.lower() for word in WORD.findall(name)}


def classes(path: Path) -> Iterator[str]:
    """The names of its classes, but for what Django itself calls a manager: the place where rows are made."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and not any("Manager" in ast.unparse(base) for base in node.bases):
            yield node.name


def test_no_module_is_a_drawer() -> None:
    parts = {part for path in modules() for part in path.relative_to(ROOT).with_suffix("").parts}
    assert {part for part in parts if words(part) & DRAWERS} == set()


def test_no_class_is_a_drawer() -> None:
    named = {
        f"{path.relative_to(ROOT)}: {name}" for path in modules() for name in classes(path) if words(name) & DRAWERS
    }
    assert named == set()
