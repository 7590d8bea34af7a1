"""The pictures as files: small ones, written again only when they show something else, with a contact sheet."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from tests.screens.looks import Look
from tests.screens.screens import PARTS, Screen

MOST_BYTES = 14_000_000  # some 190 screens in four looks
QUALITY = 55
TILE = 16  # pixels on either side
SAME = 4  # mean difference of a tile, of 255, that two encodings of the same page may have


@dataclass(frozen=True, slots=True)
class Gallery:
    """A folder of pictures."""

    folder: Path

    def keep(self, screen: Screen, look: Look, png: bytes) -> bool:
        """Write a picture unless the one that is there shows the same; tells whether it was written."""
        path = self.folder / file_name(screen, look)
        made = encode(png, look)
        if path.exists() and looks_alike(path.read_bytes(), made):
            return False
        path.write_bytes(made)
        return True

    def drop_others(self, named: set[str]) -> None:
        """Remove pictures of screens that are no more."""
        for path in self.folder.glob("*.webp"):
            if path.name not in named:
                path.unlink()

    def bytes(self) -> int:
        """How large all pictures are together."""
        return sum(path.stat().st_size for path in self.folder.glob("*.webp"))


def file_name(screen: Screen, look: Look) -> str:
    """Where the picture of a screen in a look lies."""
    return f"{screen.name}-{look.name}.webp"


def encode(png: bytes, look: Look) -> bytes:
    """A screenshot as a small WebP, wide ones reduced."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    if image.width > look.shown:
        size = (look.shown, round(image.height * look.shown / image.width))
        image = image.resize(size, Image.Resampling.LANCZOS)
    made = io.BytesIO()
    image.save(made, "WEBP", quality=QUALITY, method=6)
    return made.getvalue()


def looks_alike(one: bytes, other: bytes) -> bool:
    """Whether two pictures show the same, but for noise."""
    first, second = (Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other))
    if first.size != second.size:
        return False
    difference = ImageChops.difference(first, second)
    tiles = difference.reduce(TILE)  # a word on one button is nothing in the mean of a whole page
    return max(most for _least, most in tiles.getextrema()) < SAME


def contact_sheet(looks: tuple[Look, ...]) -> str:
    """The page that shows all pictures: Markdown with a row for each screen."""
    lines = [
        "# Screens",
        "",
        "Every screen and state, made by `make screenshots` from seeded data. Add one in `tests/screens/screens.py`.",
        "Why they differ from the drawings they were built after: [design.md](../design.md).",
    ]
    for part in PARTS:
        lines += ["", f"## {part.title}", ""]
        lines += ["| | " + " | ".join(look.words for look in looks) + " |", "|---|" + "---|" * len(looks)]
        for screen in part.screens:
            pictures = " | ".join(
                f'<a href="{name}"><img src="{name}" alt="{screen.title}, {look.words}" width="{look.thumbnail}"></a>'
                for look in looks
                for name in (file_name(screen, look),)
            )
            lines.append(f"| {screen.title} | {pictures} |")
    return "\n".join(lines) + "\n"
