"""Draws the icon sprite from the list in static/img/icons.toml. Needed only when that list changes."""

import re
import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
PAINT = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'


class Command(BaseCommand):
    """`manage.py draw_icons <folder>`: <folder> is an unpacked lucide-static package of the version in icons.toml."""

    help = "Draws static/img/icons.svg from static/img/icons.toml and an unpacked lucide-static package."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        images = Path(settings.BASE_DIR) / "static" / "img"
        listed = tomllib.loads((images / "icons.toml").read_text())
        drawings = {name: read_drawing(folder / "icons" / f"{name}.svg") for name in listed["names"]} | listed["own"]
        (images / "icons.svg").write_text(sprite(drawings, source=listed["source"]))
        self.stdout.write(f"{len(drawings)} icons drawn.")


def sprite(drawings: dict[str, str], *, source: str) -> str:
    """Return one SVG file with a symbol for each drawing, in the order of their names."""
    symbols = "\n".join(f'<symbol id="{name}" {PAINT}>{drawings[name]}</symbol>' for name in sorted(drawings))
    return f'<!-- {source}, ISC -->\n<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def read_drawing(path: Path) -> str:
    """Return what is inside the <svg> of one icon file, on one line."""
    try:
        text = path.read_text()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    found = DRAWING.search(text)
    if found is None:
        raise CommandError(f"{path}: not an SVG file")
    return re.sub(r"\s*\n\s*", "", found[1]).replace(" />", "/>")
