"""Using a template: the small form, what the playground begins with, and the version that a turn keeps."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts.models import Team, User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.conversations import turns
from playground.conversations.models import Conversation, Generation
from playground.conversations.run_settings import RunSettings, parse
from playground.prompts import library
from playground.prompts.models import PromptTemplate, TemplateVersion
from tests.integration.prompts.conftest import Make, content, make
from tests.integration.web.conftest import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
__all__ = ["make"]  # a fixture

JSON = {"accept": "application/json"}


@pytest.fixture
def version(make: Make) -> TemplateVersion:
    return make(
        system_prompt="You write for {{team}}.",
        first_message="Summarise:\n{{notes}}",
        variables=[
            {"name": "team", "default": "Sales", "help": "Who reads"},
            {"name": "notes", "kind": "long_text", "least": 5, "example": "Mei: <b>we</b> ship {{team}}"},
        ],
        model="glm-4.5",
        settings={"thinking": False, "temperature": 0.25, "max_tokens": 500},
    ).shown


def form(client: Client, version: TemplateVersion, **posted: str) -> "object":
    return client.post(reverse("template-use", args=[version.pk]), posted)


def test_the_form_asks_for_every_variable(alices: Client, version: TemplateVersion) -> None:
    page = alices.get(reverse("template-use", args=[version.pk])).content.decode()
    assert 'name="value-team" value="Sales"' in page
    assert "Who reads" in page
    assert '<textarea name="value-notes"' in page


def test_the_example_is_put_into_the_fields(alices: Client, version: TemplateVersion) -> None:
    said = text_of(form(alices, version, act="example"))
    assert "Mei: <b>we</b> ship {{team}}" in said


def test_a_value_that_does_not_fit_is_refused_at_its_field(alices: Client, version: TemplateVersion) -> None:
    answer = form(alices, version, **{"value-team": "", "value-notes": "abc"})
    assert answer.status_code == 422
    said = text_of(answer)
    assert "Fill this in." in said
    assert "At least 5 characters." in said
    assert "abc" in said


def test_the_playground_begins_with_the_filled_texts_and_the_recommended_settings(
    alices: Client, version: TemplateVersion
) -> None:
    answer = form(alices, version, **{"value-team": "us & {{notes}}", "value-notes": "Mei: hello"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/?template={version.pk}"
    for _reload in range(2):
        page = alices.get(answer.headers["Location"]).content.decode()
        assert ">You write for us &amp; {{notes}}.</textarea>" in page
        assert ">Summarise:\nMei: hello</textarea>" in page
        assert "GLM-4.5" in page
        assert 'value="0.25"' in page
        assert f'name="template" value="{version.pk}"' in page
    assert not Conversation.objects.exists()


def test_without_a_filling_the_places_stand_open(alices: Client, version: TemplateVersion) -> None:
    page = alices.get(f"/?template={version.pk}").content.decode()
    assert "You write for {{team}}." in page


def test_another_model_can_be_asked_for(alices: Client, version: TemplateVersion) -> None:
    offer = Offer.objects.filter(provider__practice=True, language_model__slug="glm-z1-air")[0]
    page = alices.get(f"/?template={version.pk}&offer={offer.pk}").content.decode()
    assert f'name="offer" value="{offer.pk}"' in page


def test_a_link_can_name_a_model_and_a_template(alices: Client, version: TemplateVersion) -> None:
    answer = alices.get(f"/?model=glm-z1-air&template={version.pk}")
    assert answer.context["run"]["offer"]["title"] == "GLM-Z1-Air"
    assert "You write for {{team}}." in answer.content.decode()
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("asked", ["nonsense", ""])
def test_an_address_that_makes_no_sense_opens_the_plain_playground(alices: Client, asked: str) -> None:
    assert alices.get("/", {"template": asked}).status_code == 200


def test_a_foreign_template_cannot_be_opened(
    browser_of: Callable[[User], Client], charlie: User, version: TemplateVersion
) -> None:
    strangers = browser_of(charlie)
    assert strangers.get(f"/?template={version.pk}").status_code == 404
    assert strangers.get(f"/?template={uuid.uuid4()}").status_code == 404


def test_the_dialog_gets_the_form_and_then_what_to_insert(alices: Client, version: TemplateVersion) -> None:
    address = reverse("template-use", args=[version.pk])
    assert alices.get(address, headers=JSON).content.decode().startswith("<form")
    refused = alices.post(address, {"value-team": ""}, headers=JSON)
    assert refused.status_code == 422
    answer = alices.post(address, {"value-team": "us", "value-notes": "Mei: hello"}, headers=JSON).json()
    assert answer["text"] == "Summarise:\nMei: hello"
    settings = parse(answer["settings"])
    assert (settings.system_prompt, settings.thinking, settings.template) == ("You write for us.", False, version.pk)


def test_the_menu_offers_what_fits_by_title_and_tag(alices: Client, make: Make) -> None:
    make("Meeting notes")
    make("Letter", tags=["Meeting"])
    make("Script", purpose="for a meeting")
    make("Meeting draft", live=False)
    page = alices.get(reverse("template-menu"), {"q": "meet"}).content.decode()
    assert page.index("Meeting notes") < page.index("Letter")
    assert "Script" not in page
    assert "Meeting draft" not in page
    assert alices.get(reverse("template-menu"), {"q": "sandbox"}).content.decode().count("option") == 0


def offer() -> Offer:
    return Offer.objects.filter(provider__practice=True, language_model__slug="glm-4.5")[0]


def send(user: User, template: uuid.UUID | None, **more: object) -> Generation:
    settings = RunSettings(offer=offer().pk, system_prompt="x", template=template)
    turn = turns.append_turn(
        user=user, conversation=None, parent_id=None, client_id=str(uuid.uuid4()), text="Hello", settings=settings
    )
    return Generation.objects.get(pk=turn.generation_id)


def test_a_turn_keeps_the_version_it_was_made_with(alices: Client, alice: User, version: TemplateVersion) -> None:
    made = send(alice, version.pk)
    assert made.template_version == version
    again = turns.regenerate(user=alice, message=made.message, client_id="again")
    assert Generation.objects.get(pk=again.generation_id).template_version == version
    said = text_of(alices.get(reverse("message-details", args=[made.message_id])))
    assert "Template Meeting summary v1" in said


@pytest.mark.parametrize("place", ["unknown", "foreign"])
def test_a_version_that_is_not_theirs_is_not_kept(alice: User, charlie: User, place: str) -> None:
    foreign = library.create(team=current_team(charlie), author=charlie, content=content())
    made = send(alice, uuid.uuid4() if place == "unknown" else foreign.shown.pk)
    assert made.template_version is None
    assert "template" not in made.settings


def test_the_answer_outlives_the_template(alices: Client, alice: User, version: TemplateVersion) -> None:
    made = send(alice, version.pk)
    PromptTemplate.objects.all().delete()
    made.refresh_from_db()
    assert made.template_version is None
    assert "Template Meeting" not in text_of(alices.get(reverse("message-details", args=[made.message_id])))


def test_runs_are_counted_beside_the_template(alices: Client, alice: User, version: TemplateVersion) -> None:
    send(alice, version.pk)
    send(alice, version.pk)
    assert "2 runs in 30 days" in text_of(alices.get(reverse("templates")))


def test_run_settings_say_where_the_system_prompt_came_from(
    alices: Client, alice: User, team: Team, version: TemplateVersion
) -> None:
    made = send(alice, version.pk)
    page = alices.get(reverse("conversation", args=[made.conversation_id])).content.decode()
    assert "data-template-of-settings" in page
    posted = {"offer": str(offer().pk), "system_prompt": "mine", "template": ""}
    alices.post(reverse("conversation-settings", args=[made.conversation_id]), posted)
    page = alices.get(reverse("conversation", args=[made.conversation_id])).content.decode()
    assert "data-template-of-settings" not in page


def test_a_viewer_is_offered_only_what_came_with_the_program(
    browser_of: Callable[[User], Client], viewer: User, version: TemplateVersion
) -> None:
    page = browser_of(viewer).get(reverse("template-menu"), {"q": "meeting"}).content.decode()
    assert "Meeting summary" not in page
