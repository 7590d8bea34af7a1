"""The templates that come with the program: loaded once however often, versioned, and never in the way of a fork."""

import json
from pathlib import Path
from typing import Any

import pytest

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import LanguageModel
from playground.prompts import builtin, library
from playground.prompts.content import examples_of
from playground.prompts.errors import TemplateFileError
from playground.prompts.models import PromptTemplate, TemplateVersion
from playground.prompts.queries import LANGUAGES
from playground.prompts.variables import check_all

pytestmark = pytest.mark.django_db


def entry(key: str = "meeting", prompt: str = "You take notes.", **more: Any) -> dict[str, Any]:
    texts = {"title": key, "system_prompt": prompt}
    return {
        "key": key,
        "model": "glm-4.5",
        "uses": [{"model": "glm-4.5", "title": "X"}],
        "en": texts,
        "zh-hans": texts,
        **more,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def load(folder: Path, *entries: dict[str, Any]) -> str:
    (folder / "a.yaml").write_text(json.dumps(entries))
    return str(builtin.load([folder / "a.yaml"]))


def test_loading_twice_is_loading_once(folder: Path) -> None:
    assert load(folder, entry()) == "2 added"
    assert load(folder, entry()) == "nothing changed"
    assert TemplateVersion.objects.count() == 2


def test_a_text_that_changed_is_the_next_version_and_live(folder: Path) -> None:
    load(folder, entry())
    assert load(folder, entry(prompt="You take careful notes.")) == "2 changed"
    row = PromptTemplate.objects.get(builtin_language="en")
    assert (row.shown.number, row.shown.system_prompt) == (2, "You take careful notes.")


def test_an_update_leaves_a_fork_alone_and_tells_it(folder: Path, alice: User) -> None:
    load(folder, entry())
    origin = PromptTemplate.objects.get(builtin_language="en")
    fork = library.fork(origin.shown, team=current_team(alice), author=alice)
    load(folder, entry(prompt="Changed."))
    fork = PromptTemplate.objects.get(pk=fork.pk)
    assert (fork.shown.system_prompt, fork.versions.count()) == ("You take notes.", 1)
    assert fork.origin_has_moved


def test_what_left_the_files_goes_into_the_archive_and_comes_back(folder: Path) -> None:
    load(folder, entry(), entry("other"))
    assert load(folder, entry()) == "2 archived"
    load(folder, entry(), entry("other"))
    assert not PromptTemplate.objects.exclude(archived_at=None).exists()


def test_a_mistake_names_file_and_template_and_loads_nothing(folder: Path) -> None:
    with pytest.raises(TemplateFileError, match=r"a.yaml, other, en, settings: “colour”"):
        load(folder, entry(), entry("other", settings={"colour": 1}))
    assert not PromptTemplate.objects.exists()


def test_a_use_that_changed_needs_no_version(folder: Path) -> None:
    load(folder, entry())
    load(folder, entry(uses=[]))
    assert PromptTemplate.objects.filter(uses=[]).count() == 2
    assert TemplateVersion.objects.count() == 2


SHIPPED = builtin.read(builtin.data_files())


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: f"{one.key}-{one.language}")
def test_every_shipped_template_can_be_tried_with_its_examples(one: builtin.Entry) -> None:
    examples = examples_of(one.content)
    assert check_all(one.content.variables, examples) == {}
    assert one.content.variables
    assert all(variable.example for variable in one.content.variables if variable.required)
    assert one.content.purpose
    assert one.content.tags
    assert one.content.system_prompt
    assert one.content.first_message
    assert one.content.model
    assert one.content.settings


DOCUMENTED = ("glm-z1-flashx", "glm-4-flashx-250414", "glm-z1-air", "glm-4.5", "glm-4.7-flashx")


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("slug", DOCUMENTED)
def test_every_documented_use_of_a_model_has_its_template(slug: str) -> None:
    documented = {use["title"] for use in LanguageModel.objects.get(slug=slug).use_cases}
    for language in LANGUAGES:
        own = [one for one in SHIPPED if one.language == language and one.content.model == slug]
        assert {use["title"] for one in own for use in one.uses if use["model"] == slug} == documented


@pytest.mark.usefixtures("catalog")
def test_every_recommended_model_is_in_the_catalog() -> None:
    slugs = set(LanguageModel.objects.values_list("slug", flat=True))
    assert {one.content.model for one in SHIPPED} <= slugs
