"""Writing templates: the form, the preview beside it, and files."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from playground.accounts.models import Team, User
from playground.catalog.models import Offer
from playground.conversations import turns
from playground.conversations.run_settings import RunSettings
from playground.prompts import files, library
from playground.prompts.models import PromptTemplate
from playground.prompts.variables import Kind
from tests.integration.prompts.conftest import Make, content, make
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db
__all__ = ["make"]  # a fixture

WRITTEN = {
    "title": "Greeting",
    "purpose": "Greets",
    "system_prompt": "You greet {{name}} in {{language}}.",
    "first_message": "Hello",
    "tags": "Letters, 问候，Short",
    "language": "en",
    "thinking": "off",
    "temperature": "0.3",
    "stop": "END\nSTOP",
    "variable-name-kind": "text",
    "variable-name-required": "on",
    "variable-name-example": "Mei",
    "variable-language-kind": "choice",
    "variable-language-choices": "English\r\n中文",
    "variable-language-default": "English",
    "note": "first",
    "act": "live",
}


def test_what_is_written_is_saved(alices: Client, team: Team, alice: User) -> None:
    answer = alices.post(reverse("template-new"), WRITTEN, follow=True)
    assert "Saved, and live." in text_of(answer)
    version = PromptTemplate.objects.get(team=team).shown
    saved = version.content
    assert (saved.title, saved.tags, saved.language) == ("Greeting", ("Letters", "问候", "Short"), "en")
    assert dict(saved.settings) == {"thinking": False, "temperature": 0.3, "stop": ["END", "STOP"]}
    assert [(one.name, one.kind, one.required, one.choices) for one in saved.variables] == [
        ("name", Kind.TEXT, True, ()),
        ("language", Kind.CHOICE, False, ("English", "中文")),
    ]
    assert (version.author, version.note) == (alice, "first")


def test_a_draft_is_not_live(alices: Client, team: Team) -> None:
    alices.post(reverse("template-new"), WRITTEN | {"act": "draft"})
    assert PromptTemplate.objects.get(team=team).live is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "This field is required."),
        ({"system_prompt": "", "first_message": ""}, "Write a system prompt or a first message."),
        ({"temperature": "warm"}, "Enter a number."),
        ({"variable-language-choices": ""}, "a choice needs choices"),
        ({"variable-language-default": "Latin"}, "“Latin” does not fit"),
        ({"stop": "x" * 300}, "A stop word may have"),
        ({"tags": "x" * 50}, "At most 12 tags"),
    ],
)
def test_a_mistake_is_said_and_everything_typed_stays(
    alices: Client, team: Team, change: dict[str, str], said: str
) -> None:
    answer = alices.post(reverse("template-new"), WRITTEN | change)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "Greets" in text_of(answer)
    assert change.get("system_prompt") == "" or 'value="Mei"' in answer.content.decode()
    assert not PromptTemplate.objects.exists()


def test_another_version_keeps_what_the_form_does_not_show(alices: Client, make: Make) -> None:
    template = make(icon="mail")
    alices.post(reverse("template-edit", args=[template.pk]), WRITTEN | {"base": "1"})
    template.refresh_from_db()
    assert (template.shown.number, template.shown.icon) == (2, "mail")


def test_the_form_shows_what_is_saved(alices: Client, make: Make) -> None:
    template = make(
        variables=[{"name": "team", "kind": "number", "least": 1, "most": 5}],
        settings={"thinking": True, "stop": ["A", "B"]},
    )
    page = alices.get(reverse("template-edit", args=[template.pk])).content.decode()
    assert '<option value="on" selected>' in page
    assert '<option value="number" selected>' in page
    assert 'name="variable-team-most" value="5"' in page


def test_who_was_slower_loses_nothing_and_may_compare(alices: Client, make: Make, alice: User) -> None:
    template = make()
    library.save(template, author=alice, content=content("Faster"), base=1)
    answer = alices.post(reverse("template-edit", args=[template.pk]), WRITTEN | {"base": "1"})
    assert answer.status_code == 409
    said = text_of(answer)
    assert "Version 2 was saved meanwhile." in said
    assert "What changed meanwhile" in said
    assert "You greet {{name}}" in said
    assert 'name="base" value="2"' in answer.content.decode()


def test_the_preview_counts_and_prices_the_filled_prompt(alices: Client, catalog: None) -> None:
    posted = WRITTEN | {"model": "glm-4.5", "shown": "name:text language:choice"}
    answer = alices.post(reverse("template-preview"), posted, headers=HTMX)
    said = text_of(answer)
    assert "You greet Mei in English." in said
    assert "tokens · ≈ <$0.00001" in said
    assert "hx-partial" not in answer.content.decode()


def test_the_preview_draws_rows_for_variables_that_are_new(alices: Client) -> None:
    answer = alices.post(reverse("template-preview"), WRITTEN | {"shown": "name:text"}, headers=HTMX)
    assert '<hx-partial hx-target="#template-variables"' in answer.content.decode()


def test_a_value_is_never_interpreted_in_the_preview(alices: Client) -> None:
    posted = WRITTEN | {"variable-name-example": "{{language}} <b>{% now %}</b>"}
    page = alices.post(reverse("template-preview"), posted, headers=HTMX).content.decode()
    assert "You greet {{language}} &lt;b&gt;{% now %}&lt;/b&gt; in English." in page


def upload(client: Client, data: bytes, act: str = "draft") -> str:
    file = SimpleUploadedFile("t.yaml", data)
    return text_of(client.post(reverse("template-import"), {"file": file, "act": act}, follow=True))


def test_a_file_is_imported_whole(alices: Client, team: Team) -> None:
    contents = [content("One"), content("Zwei")]
    assert "2 templates imported." in upload(alices, files.write(contents, "yaml").encode())
    assert PromptTemplate.objects.filter(team=team, live=None).count() == 2
    upload(alices, files.write(contents, "json").encode(), "live")
    assert PromptTemplate.objects.filter(team=team).exclude(live=None).count() == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"a: [", "neither JSON nor YAML"), (b"", "no file of templates"), (b"x" * 2_000_001, "2,000,000 bytes")],
)
def test_a_bad_file_is_refused_with_the_reason(alices: Client, data: bytes, said: str) -> None:
    assert said in upload(alices, data)
    assert not PromptTemplate.objects.exists()


def test_a_conversation_becomes_a_template_with_the_selection_as_variable(
    alices: Client, alice: User, catalog: None
) -> None:
    offer = Offer.objects.filter(provider__practice=True, language_model__slug="glm-4.5")[0]
    settings = RunSettings(offer=offer.pk, temperature=0.4, system_prompt="You are brief about {{topic}}.")
    turn = turns.append_turn(
        user=alice, conversation=None, parent_id=None, client_id="1", text="Greet Mei & Tom", settings=settings
    )
    asked = {"conversation": str(turn.conversation_id), "selected": "Mei & Tom"}
    page = alices.get(reverse("template-new"), asked).content.decode()
    assert "Greet {{text}}" in page
    assert 'name="variable-text-example" value="Mei &amp; Tom"' in page
    assert "You are brief about {{topic}}." in page
    assert 'name="variable-topic-kind"' in page
    assert '<option value="glm-4.5" selected>' in page
    assert 'name="temperature" value="0.4"' in page


def test_a_foreign_conversation_is_not_there(alices: Client, charlie: User, catalog: None) -> None:
    offer = Offer.objects.filter(provider__practice=True)[0]
    turn = turns.append_turn(
        user=charlie, conversation=None, parent_id=None, client_id="1", text="x", settings=RunSettings(offer=offer.pk)
    )
    for asked in (str(turn.conversation_id), "nonsense"):
        assert alices.get(reverse("template-new"), {"conversation": asked}).status_code == 404
