"""Every screen that has a picture, in both themes: nothing that axe calls serious.

With whatever is open on it: dialogs, menus, popovers, sheets, the palette.

`tests/integration/web/test_screens.py` fails for a page that has no screen; so no page is left out here.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from tests.browser.reach.faults import Fault, grave, grave_in_the_dark
from tests.screens.camera import Camera, House
from tests.screens.frozen_time import HeldClock, time_held
from tests.screens.household import Seeded
from tests.screens.looks import Look
from tests.screens.screens import CHOICES, PARTS, SCREENS, Part, Screen
from tests.screens.seed import seed
from tests.screens.servers import SPEED, listing_models, set_up_link
from tests.server import Server
from tests.stock import put_stock

WIDE, PHONE = Look(1440, "en", "light"), Look(390, "en", "light")


class HeldServer(Server):
    """A server whose clock is held, like that of the pictures."""

    command = ("-m", "tests.screens.serve")


@pytest.fixture(scope="module")
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In the place of pytest-django's: what was seeded is looked at by all tests of this module, and then emptied."""
    with django_db_blocker.unblock():
        put_stock("load_catalog", "load_templates")
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def clock(transactional_db: None, _running_server: Server) -> Iterator[HeldClock]:
    """The time of the pictures."""
    _running_server.stop()  # a data folder belongs to one server
    with time_held() as held:
        yield held


@pytest.fixture(scope="module")
def installation(clock: HeldClock) -> Iterator[HeldServer]:
    """A server that nobody has set up yet."""
    server = HeldServer(PLAYGROUND_SANDBOX_SPEED=SPEED)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def lived_in(clock: HeldClock, installation: HeldServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """The house of the pictures."""
    installation.stop()
    with ThreadPoolExecutor(1) as apart:  # Playwright runs an event loop in this thread, and the sandbox wants its own
        seeded = apart.submit(seed_and_leave, clock).result()
    with listing_models(tmp_path_factory.mktemp("bench") / "log"):
        installation.start()
        yield seeded


def seed_and_leave(clock: HeldClock) -> Seeded:
    """Seed, and close the connection of this thread."""
    try:
        return seed(clock)
    finally:
        connection.close()


def faults(browser: Browser, house: House, look: Look, screens: list[Screen], seeded: Seeded) -> dict[str, list[Fault]]:
    """What is wrong, by the screen's name."""
    found = {}
    with Camera(browser, house, look) as camera:
        for screen in screens:
            with camera.opened(screen, seeded.places) as page:
                if screen.play is not None:
                    page.clock.resume()  # axe waits for its own timers
                found[screen.name] = [*grave(page), *grave_in_the_dark(page)]
    return {name: faults for name, faults in found.items() if faults}


def test_before_the_first_account(chromium: Browser, installation: HeldServer) -> None:
    seeded = Seeded(places={"set_up": set_up_link(installation.log)})
    screens = [screen for screen in SCREENS if screen.fresh]
    assert screens
    assert faults(chromium, House.of(installation.url, {}), WIDE, screens, seeded) == {}


@pytest.mark.parametrize(
    ("part", "look"),
    [*((part, WIDE) for part in PARTS), (CHOICES, PHONE)],
    ids=lambda value: value.title if isinstance(value, Part) else str(value.width),
)
def test_axe_finds_nothing_serious(
    chromium: Browser, installation: HeldServer, lived_in: Seeded, part: Part, look: Look
) -> None:
    screens = sorted((one for one in part.screens if not one.fresh), key=lambda one: one.play is not None)
    assert faults(chromium, House.of(installation.url, lived_in.people), look, screens, lived_in) == {}
