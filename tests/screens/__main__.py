"""`make screenshots`: seed, serve, take every picture, write the contact sheet.

python -m tests.screens                        the pictures that the repository keeps, into docs/screens/
python -m tests.screens --only chat --to DIR   those whose name begins so, elsewhere
python -m tests.screens --all --to DIR         every theme, language and width of all of them
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import django

FOLDER = tempfile.TemporaryDirectory(prefix="trial-center-screens-")
DATA = Path(FOLDER.name) / "lived-in"
DATA.mkdir()
# Before the settings are read: a folder of its own, whatever this shell has set.
for name in [name for name in os.environ if name.startswith(("PLAYGROUND_", "DB", "REDIS_", "EMAIL_"))]:
    if name != "PLAYGROUND_CHROMIUM":
        del os.environ[name]
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "playground.settings",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright runs an event loop in this thread
    "PLAYGROUND_DATA": str(DATA),
    "PLAYGROUND_SANDBOX_SPEED": "0",
}
django.setup()

from django.core.management import call_command  # noqa: E402
from playwright.sync_api import Error as PlaywrightError  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.chromium import launch  # noqa: E402
from tests.screens.camera import Camera, House  # noqa: E402
from tests.screens.frozen_time import time_held  # noqa: E402
from tests.screens.gallery import Gallery, contact_sheet, file_name  # noqa: E402
from tests.screens.household import Seeded  # noqa: E402
from tests.screens.looks import ALL, KEPT, Look  # noqa: E402
from tests.screens.screens import SCREENS, Screen  # noqa: E402
from tests.screens.seed import seed  # noqa: E402
from tests.screens.servers import copy_of, listing_models, serving, set_up_path  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "screens"


def main() -> int:
    wanted = read_arguments()
    looks: tuple[Look, ...] = ALL if wanted.all else KEPT
    looks = tuple(look for look in looks if wanted.look in look.name)
    screens = tuple(screen for screen in SCREENS if screen.name.startswith(tuple(wanted.only)))
    wanted.to.mkdir(parents=True, exist_ok=True)
    gallery = Gallery(wanted.to)
    for command, options in (
        ("migrate", {}),
        ("load_catalog", {}),
        ("load_templates", {}),
        ("collectstatic", {"interactive": False}),
    ):
        call_command(command, verbosity=0, **options)
    fresh = copy_of(DATA, Path(FOLDER.name) / "fresh")
    with time_held() as clock:
        seeded = seed(clock)
        bench = Path(FOLDER.name) / "bench.log"
        with serving(DATA) as lived_in, serving(fresh) as new, listing_models(bench):
            seeded.places["set_up"] = set_up_path(fresh)
            houses = {False: House.of(lived_in, seeded.people), True: House.of(new, {})}
            roll = take_all(gallery, screens, looks, seeded, houses)
    if wanted.to == DOCS:
        gallery.drop_others({file_name(screen, look) for screen in SCREENS for look in KEPT})
        (DOCS / "README.md").write_text(contact_sheet(KEPT), encoding="utf-8")
    count = len(screens) * len(looks)
    say(f"{count} pictures, {roll.written} of them new or changed, {gallery.bytes() / 1e6:.1f} MB in all")
    return 1 if roll.failed else 0


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=[""], nargs="+", help="screens whose name begins so, or so")
    parser.add_argument("--look", default="", help="looks whose name has this in it: 390, zh, dark, 1440-en-light")
    parser.add_argument("--all", action="store_true", help="every theme, language and width")
    parser.add_argument("--to", type=Path, default=DOCS, help="the folder; docs/screens/ if not said")
    return parser.parse_args()


@dataclass(slots=True)
class Roll:
    """What came of it: how many pictures are new or changed, and what could not be taken."""

    written: int = 0
    failed: list[str] = field(default_factory=list)


def take_all(
    gallery: Gallery, screens: tuple[Screen, ...], looks: tuple[Look, ...], seeded: Seeded, houses: dict[bool, House]
) -> Roll:
    """Still pages first, in every look; then those on which something runs, which leaves its traces in the database."""
    roll = Roll()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for plays in (False, True):
            for look in looks:
                began = time.monotonic()
                for fresh, house in houses.items():
                    chosen = [one for one in screens if one.fresh == fresh and (one.play is not None) == plays]
                    with Camera(browser, house, look) as camera:
                        take_look(gallery, camera, chosen, look, seeded, roll)
                say(f"{look.words}{', on the way' if plays else ''}: {time.monotonic() - began:.0f} s")
        browser.close()
    return roll


def take_look(gallery: Gallery, camera: Camera, screens: list[Screen], look: Look, seeded: Seeded, roll: Roll) -> None:
    """One screen that cannot be shown does not keep the others from it."""
    for screen in screens:
        try:
            roll.written += gallery.keep(screen, look, camera.take(screen, seeded.places))
        except (PlaywrightError, AssertionError) as trouble:
            roll.failed.append(file_name(screen, look))
            say(f"{file_name(screen, look)} could not be taken: {trouble}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
