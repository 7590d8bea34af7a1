"""The icon sprite holds what its list says, and every icon that is asked for is in it."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTED: dict[str, Any] = tomllib.loads((ROOT / "static/img/icons.toml").read_text(encoding="utf-8"))
SPRITE = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
DRAWN = set(re.findall(r'<symbol id="([^"]+)"', SPRITE))
# name="plus" in an include, icon="plus" for a component, icon("plus") in a script, "icon": "plus" in a view
ASKED = (
    (
        "templates",
        "*.html",
        re.compile(r'{% icon "([\w-]+)"|icon\|default:"([\w-]+)"|icon="([\w-]+)"'),
    ),
    ("static/js", "*.js", re.compile(r'\b(?:icon|button)\("([\w-]+)"|\bput\("\w+", "([\w-]+)"')),
    ("playground", "*.py", re.compile(r'"icon": "([\w-]+)"')),
)


def asked() -> list[tuple[str, str]]:
    return sorted(
        {
            (next(filter(None, found.groups())), path.relative_to(ROOT).as_posix())
            for folder, pattern, expression in ASKED
            for path in (ROOT / folder).rglob(pattern)
            for found in expression.finditer(path.read_text(encoding="utf-8"))
        }
    )


def test_the_sprite_is_drawn_from_its_list() -> None:
    assert {*LISTED["names"], *LISTED["own"]} == DRAWN
    assert LISTED["names"] == sorted(LISTED["names"])


def test_the_sprite_runs_nothing_and_loads_nothing() -> None:
    assert not re.search(r"<script|\bon\w+=|href=|url\(|<style|style=", SPRITE)


def test_no_icon_is_drawn_that_nobody_asks_for() -> None:
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static/js").rglob("*.js")]
    sources += (ROOT / "playground/web").rglob("*.py")
    quoted = {word for path in sources for word in re.findall(r"""["'#]([a-z\d-]+)["']""", path.read_text("utf-8"))}
    data = "".join(path.read_text("utf-8") for path in (ROOT / "playground/prompts/data").glob("*.yaml"))
    assert sorted(DRAWN - quoted - set(re.findall(r"^  icon: (\S+)$", data, re.M))) == []


@pytest.mark.parametrize(("name", "path"), asked())
def test_every_icon_that_is_asked_for_exists(name: str, path: str) -> None:
    assert name in DRAWN, f"{path} asks for {name}"
