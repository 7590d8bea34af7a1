"""Every page has its picture: the list of screens and the addresses of the house are compared, page by page."""

import io
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from PIL import Image

from playground.conversations.models import Generation
from tests.screens.frozen_time import time_held
from tests.screens.gallery import MOST_BYTES, Gallery, contact_sheet, file_name
from tests.screens.household import Seeded
from tests.screens.looks import HEIGHTS, KEPT, LANGUAGES, THEMES
from tests.screens.screens import SCREENS
from tests.screens.seed import seed
from tests.stock import put_stock

ROOT = Path(__file__).resolve().parents[3]
PICTURES = ROOT / "docs" / "screens"


@pytest.fixture
def seeded(db: None) -> Iterator[Seeded]:
    """The house that the pictures show, with its clock held."""
    put_stock("load_catalog", "load_templates")
    with time_held() as clock:
        made = seed(clock)
        made.places["set_up"] = "/setup/token/"
        yield made


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def values_for(pattern: URLPattern, seeded: Seeded) -> dict[str, str]:
    """What the address of a pattern is filled with; an argument that is not known here fails the test."""
    message = Generation.objects.filter(conversation=seeded.places["break_even"]).values_list("message", flat=True)[0]
    known = {
        "conversation_id": seeded.places["break_even"],
        "message_id": str(message),
        "comparison_id": seeded.places["comparison"],
        "column_id": seeded.places["column"],
        "batch_id": seeded.places["batch"],
        "other_id": seeded.places["batch_other"],
        "number": "3",
        "key_id": seeded.places["default_key"],
        "offer_id": seeded.places["unpriced_offer"],
        "slug": seeded.places["model"],
        "template_id": seeded.places["template"],
        "version_id": seeded.places["template_version"],
        "name": "extraction",
        "entry_id": seeded.places["entry"],
        "budget_id": seeded.places["budget"],
        "kind": "csv",
        "preset_id": seeded.places["preset"],
        "snapshot_id": seeded.places["snapshot"],
        "secret": seeded.places["link"],
        "rest": "nothing",
        "function_id": seeded.places["function"],
        "token": "token",
        "team_id": seeded.places["team"],
        "user_id": seeded.places["colleague"],
        "invitation_id": str(uuid.UUID(int=1)),
        "key": seeded.places["confirm_key"],
        "uidb36": seeded.places["reset_uid"],
    }
    return {name: known[name] for name in pattern.pattern.regex.groupindex}


def is_page(pattern: URLPattern, seeded: Seeded) -> bool:
    """Whether a GET shows somebody a whole document: the owner, or a person who is not signed in."""
    owner, stranger = Client(), Client()
    owner.force_login(seeded.people["owner"])
    address = reverse(str(pattern.name), kwargs=values_for(pattern, seeded))
    answers = (client.get(address) for client in (owner, stranger))
    return any(
        answer.status_code < 400 and not answer.streaming and b"<!doctype html" in answer.content.lower()[:200]
        for answer in answers
    )


def test_every_page_has_a_screen(seeded: Seeded) -> None:
    addresses = [address for screen in SCREENS for address in (screen.address, *screen.also)]
    shown = {resolve(address.format(**seeded.places).partition("?")[0]).url_name for address in addresses}
    pages = {pattern.name for pattern in patterns(get_resolver()) if is_page(pattern, seeded)}
    assert len(pages) > 20
    assert sorted(pages - shown) == []


def test_every_screen_shows_what_its_title_says_and_no_page_of_failure(seeded: Seeded) -> None:
    viewers = {name: Client(raise_request_exception=False) for name in ("nobody", *seeded.people)}
    for name, person in seeded.people.items():
        viewers[name].force_login(person)
    answers = {}
    for screen in [screen for screen in SCREENS if not screen.fresh]:
        answer = viewers[screen.viewer].get(screen.address.format(**seeded.places), follow=True)
        answers[screen.name] = (answer.status_code, screen.status)
    assert {name: codes for name, codes in answers.items() if len(set(codes)) > 1} == {}


def test_the_looks_that_are_kept_have_every_theme_language_and_width() -> None:
    assert {look.theme for look in KEPT} == set(THEMES)
    assert {look.language for look in KEPT} == set(LANGUAGES)
    assert {look.width for look in KEPT} == set(HEIGHTS)


def test_every_screen_has_its_pictures_and_there_are_no_others() -> None:
    named = {file_name(screen, look) for screen in SCREENS for look in KEPT}
    assert sorted(path.name for path in PICTURES.glob("*.webp")) == sorted(named)
    assert (PICTURES / "README.md").read_text(encoding="utf-8") == contact_sheet(KEPT)


def test_all_pictures_together_are_small() -> None:
    assert Gallery(PICTURES).bytes() < MOST_BYTES


def test_the_documents_show_pictures_that_are_there() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {
        (document.parent / name).resolve()
        for document in documents
        for name in re.findall(r"[\w./-]+\.(?:webp|png|svg)", document.read_text(encoding="utf-8"))
        if not name.startswith("/")
    }
    assert len([path for path in shown if path.parent == PICTURES]) >= 4
    assert sorted(str(path) for path in shown if path.parent == PICTURES and not path.exists()) == []


def test_two_pictures_of_the_same_page_are_one_file(tmp_path: Path) -> None:
    gallery, screen, look = Gallery(tmp_path), SCREENS[0], KEPT[0]
    assert gallery.keep(screen, look, picture(180))
    first = (tmp_path / file_name(screen, look)).read_bytes()
    assert not gallery.keep(screen, look, picture(181))
    assert (tmp_path / file_name(screen, look)).read_bytes() == first
    assert gallery.keep(screen, look, picture(60))


def picture(shade: int) -> bytes:
    """A page with a box of some shade."""
    image = Image.new("RGB", (1440, 900), "white")
    image.paste((shade, shade, shade), (100, 100, 400, 300))
    made = io.BytesIO()
    image.save(made, "PNG")
    return made.getvalue()
