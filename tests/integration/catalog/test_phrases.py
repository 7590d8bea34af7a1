"""Readers of Simplified Chinese see no English of the catalog: sources, remarks and notes have their Chinese twins."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.catalog.errors import CatalogFileError
from playground.catalog.load import data_files, load
from playground.catalog.models import LanguageModel, ModelFamily, Phrase, PriceRow, Source, UnnamedRow
from playground.catalog.phrases import PhraseBook

pytestmark = pytest.mark.usefixtures("catalog")

FILE = 'schema_version = 1\nchecked = 2026-12-01\n[phrases.zh-hans]\n"August 2026." = "{told}"\n'
SHOP_TEXTS = {"API key", "OIDC token"}  # what a shop says of its offer, translated where the page shows it


def texts() -> Iterator[str]:
    """Every English sentence or name of the catalog that pages show and that has no translation of its own."""
    yield from Source.objects.values_list("title", flat=True)
    yield from PriceRow.objects.values_list("note", flat=True)
    yield from UnnamedRow.objects.values_list("note", flat=True)
    for model in LanguageModel.objects.select_related("family"):
        yield from model.remarks
        yield from (str(value) for name, value in model.facts.items() if name.endswith("_note"))
        yield model.parameters
    for family in ModelFamily.objects.all():
        yield from (str(value) for name, value in family.facts.items() if name.endswith("_note"))


def test_every_text_that_pages_show_has_its_chinese_twin_and_no_twin_is_left_over() -> None:
    known = set(Phrase.objects.filter(language="zh-hans").values_list("text", flat=True))
    assert {text for text in texts() if text} ^ known == SHOP_TEXTS


def test_a_text_is_told_in_the_readers_language_and_stays_where_nobody_translated_it() -> None:
    chinese, english = PhraseBook("zh-hans"), PhraseBook("en")
    assert chinese("Z.ai price page") == "Z.ai 价格页"
    assert english("Z.ai price page") == "Z.ai price page"
    assert chinese("contract of March") == "contract of March"


def test_a_later_file_may_tell_a_text_anew_and_loading_again_changes_nothing(tmp_path: Path) -> None:
    later = tmp_path / "2026-12-01-own.toml"
    later.write_text(FILE.format(told="2026年8月"), encoding="utf-8")
    files = [*data_files(), later]
    assert load(files).counts["phrases"] == {"changed": 1}
    assert PhraseBook("zh-hans")("August 2026.") == "2026年8月"
    assert not load(files)
    assert load(data_files()).counts["phrases"] == {"changed": 1}


def test_an_empty_translation_is_a_mistake_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "2026-12-01-own.toml"
    file.write_text(FILE.format(told=""), encoding="utf-8")
    with pytest.raises(CatalogFileError, match=r"August 2026\."):
        load([*data_files(), file])


def test_a_phrase_in_an_unknown_language_is_a_mistake_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "2026-12-01-own.toml"
    file.write_text(FILE.format(told="x").replace("zh-hans", "tlh"), encoding="utf-8")
    with pytest.raises(CatalogFileError, match="tlh"):
        load([*data_files(), file])
