"""Readers of Simplified Chinese see no English: texts in the code, the catalog and its compiled form are in step."""

import re
import shutil
from pathlib import Path

import polib
import pytest
from django.conf import settings

from playground.web.words import script
from tests.messages import LANGUAGES, collect, po_files, untranslated

ROOT = Path(__file__).resolve().parents[2]
CATALOGS = po_files(ROOT)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

Key = tuple[str | None, str, str]


def texts(catalog: list[polib.POEntry]) -> set[Key]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in catalog if not entry.obsolete}


def meanings(catalog: list[polib.POEntry]) -> dict[Key, tuple[str, ...]]:
    return {
        (entry.msgctxt, entry.msgid, entry.msgid_plural): tuple(entry.msgstr_plural.values()) or (entry.msgstr,)
        for entry in catalog
        if not entry.obsolete
    }


def test_every_language_has_its_catalog() -> None:
    assert {path.parts[-3] for path in CATALOGS} == set(LANGUAGES)


@pytest.mark.parametrize("path", CATALOGS, ids=str)
def test_nothing_is_untranslated(path: Path) -> None:
    assert untranslated(polib.pofile(str(ROOT / path))) == []


@pytest.mark.parametrize("path", CATALOGS, ids=str)
def test_placeholders_survive_translation(path: Path) -> None:
    lost = [
        entry.msgid
        for entry in polib.pofile(str(ROOT / path))
        for text in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    ]
    assert lost == []


@pytest.mark.parametrize("path", CATALOGS, ids=str)
def test_the_compiled_catalog_is_in_step(path: Path) -> None:
    source = polib.pofile(str(ROOT / path))
    compiled = polib.mofile(str((ROOT / path).with_suffix(".mo")))
    assert meanings(compiled) == meanings(source)


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_words_of_the_scripts_are_in_step(language: str) -> None:
    written = (ROOT / "static" / "words" / f"{language}.js").read_text(encoding="utf-8")
    assert written == script(language)


def test_the_catalogs_hold_the_texts_of_the_code(tmp_path: Path) -> None:
    """Collect again in a copy: `make messages` would change nothing."""
    for name in ("playground", "templates", "static/js"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    collect(tmp_path)
    assert po_files(tmp_path) == CATALOGS
    for path in CATALOGS:
        assert texts(polib.pofile(str(ROOT / path))) == texts(polib.pofile(str(tmp_path / path)))
