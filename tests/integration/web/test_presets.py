"""Presets: kept for oneself or the team, used, renamed, deleted, begun with; nobody else's are there."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts.models import Deed, User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, LastSettings
from playground.conversations.run_settings import RunSettings, parse
from playground.presets import shelf
from playground.presets.models import DefaultPreset, Preset
from playground.tools import functions
from tests.integration.web.conftest import HTMX, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
NEW = "/c/00000000-0000-0000-0000-000000000000/settings/"


@pytest.fixture
def offer(catalog: None) -> Offer:
    return Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air")


@pytest.fixture
def keep(alice: User, offer: Offer) -> Callable[..., Preset]:
    """Keeps settings for alice, or with for_team for her team."""

    def deed(name: str = "Brief", *, for_team: bool = False, **settings: Any) -> Preset:
        chosen = RunSettings(**{"offer": offer.pk, "temperature": 0.25, "system_prompt": "Be brief.", **settings})
        return shelf.save(user=alice, team=current_team(alice), name=name, settings=chosen, for_team=for_team)

    return deed


def test_the_current_settings_are_saved_under_a_name(alices: Client, alice: User, offer: Offer) -> None:
    posted = {"offer": str(offer.pk), "temperature": "0.3", "system_prompt": "Be brief.", "stop": "END"}
    answer = alices.post(reverse("preset-add"), {**posted, "name": "  For   mails ", "for": "me"}, headers=HTMX)
    made = Preset.objects.get()
    assert (made.name, made.user, made.team) == ("For mails", alice, current_team(alice))
    assert made.settings == {"offer": str(offer.pk), "temperature": 0.3, "system_prompt": "Be brief.", "stop": ["END"]}
    said = text_of(answer)
    assert f"For mails {offer.title} · Stop words “END” · Temperature 0.3" in said
    assert "System prompt “Be brief.”, 9 characters" in said


def test_a_key_is_no_part_of_a_preset(keep: Callable[..., Preset]) -> None:
    assert "key" not in keep(key=uuid.uuid4()).settings


def test_a_preset_is_used_in_a_conversation_and_for_the_next_one(
    alices: Client, alice: User, keep: Callable[..., Preset]
) -> None:
    made = keep()
    room = Conversation.objects.create(team=current_team(alice), user=alice, title="a talk", settings={"seed": 1})
    answer = alices.post(reverse("conversation-settings", args=[room.pk]), {"preset": str(made.pk)}, headers=HTMX)
    room.refresh_from_db()
    assert room.settings == made.settings
    assert 'value="0.25"' in answer.content.decode()
    alices.post(NEW, {"preset": str(made.pk)}, headers=HTMX)
    assert LastSettings.objects.get().settings == made.settings


def test_tools_and_the_form_of_the_answer_are_part_of_a_preset(
    alices: Client, alice: User, keep: Callable[..., Preset]
) -> None:
    parameters = '{"type": "object"}'
    asked = {"name": "get_weather", "description": "Weather", "parameters": parameters}
    weather = functions.save(user=alice, team=current_team(alice), function=None, **asked)
    tools = {"functions": (weather.pk,), "output": "json_object"}
    made = keep(**tools, for_team=True)
    room = Conversation.objects.create(team=current_team(alice), user=alice, title="a talk")
    alices.post(reverse("conversation-settings", args=[room.pk]), {"preset": str(made.pk)}, headers=HTMX)
    room.refresh_from_db()
    kept = parse(room.settings)
    assert {name: getattr(kept, name) for name in tools} == tools


def test_what_the_model_does_not_take_is_said_when_a_preset_is_used(
    alices: Client, keep: Callable[..., Preset]
) -> None:
    made = keep(seed=7)
    answer = alices.post(NEW, {"preset": str(made.pk)}, headers=HTMX)
    assert "seed" not in LastSettings.objects.get().settings
    assert "Seed is left out." in text_of(answer)
    assert "Seed is left out." in text_of(alices.get(f"/?preset={made.pk}")), "a link says it too"


def test_a_preset_of_a_model_that_is_gone_keeps_the_model_used_last(
    alices: Client, keep: Callable[..., Preset], offer: Offer
) -> None:
    made = keep(offer=uuid.uuid4())
    alices.post(NEW, {"offer": str(offer.pk)}, headers=HTMX)
    assert "The model is gone" in text_of(alices.get(reverse("presets")))
    answer = alices.post(NEW, {"preset": str(made.pk)}, headers=HTMX)
    kept = LastSettings.objects.get().settings
    assert (kept["offer"], kept["temperature"]) == (str(offer.pk), 0.25)
    gone = f"The model of “{made.name}” cannot be chosen any more."
    assert gone in text_of(answer)
    assert gone in text_of(alices.get(f"/?preset={made.pk}")), "a link says it too"


def test_a_link_begins_with_a_preset_and_sends_nothing(alices: Client, keep: Callable[..., Preset]) -> None:
    page = alices.get(f"/?preset={keep().pk}&prompt=Hello")
    assert page.context["run"]["system_prompt"] == "Be brief."
    assert page.context["composer"]["text"] == "Hello"
    assert not Conversation.objects.exists()


def test_new_conversations_begin_with_the_default_until_it_is_taken_back(
    alices: Client, keep: Callable[..., Preset], offer: Offer
) -> None:
    made = keep()
    alices.post(NEW, {"offer": str(offer.pk), "system_prompt": "Used last."}, headers=HTMX)
    said = alices.post(reverse("preset-default", args=[made.pk]), {"on": "1"}, headers=HTMX)
    assert "default" in text_of(said)
    assert alices.get("/").context["run"]["system_prompt"] == "Be brief."
    alices.post(reverse("preset-default", args=[made.pk]), {"on": "0"}, headers=HTMX)
    assert alices.get("/").context["run"]["system_prompt"] == "Used last."


def test_another_default_takes_the_place_of_the_first(alices: Client, alice: User, keep: Callable[..., Preset]) -> None:
    first, second = keep("one"), keep("two", system_prompt="Second.")
    for made in (first, second):
        alices.post(reverse("preset-default", args=[made.pk]), {"on": "1"})
    assert DefaultPreset.objects.get().preset == second
    shelf.remove(alice, second)
    assert not DefaultPreset.objects.exists()


def test_a_preset_is_renamed_and_deleted(alices: Client, keep: Callable[..., Preset]) -> None:
    made = keep()
    alices.post(reverse("preset-rename", args=[made.pk]), {"name": "Briefer"}, headers=HTMX)
    made.refresh_from_db()
    assert made.name == "Briefer"
    answer = alices.post(reverse("preset-delete", args=[made.pk]), headers=HTMX)
    assert not Preset.objects.exists()
    assert "None yet." in text_of(answer)


@pytest.mark.parametrize(
    ("name", "sentence"), [(" ", "Give the preset a name."), ("Brief", "There is a preset of this name already.")]
)
def test_a_name_that_cannot_be_is_said_beside_its_field(
    alices: Client, keep: Callable[..., Preset], offer: Offer, name: str, sentence: str
) -> None:
    keep()
    other = keep("Other")
    posted = {"offer": str(offer.pk), "name": name}
    for address in (reverse("preset-add"), reverse("preset-rename", args=[other.pk])):
        answer = alices.post(address, posted, headers=HTMX)
        assert answer.status_code == 422
        assert sentence in text_of(answer)
    assert sorted(Preset.objects.values_list("name", flat=True)) == ["Brief", "Other"]


def test_one_name_may_be_a_persons_and_the_teams(keep: Callable[..., Preset]) -> None:
    keep(), keep(for_team=True)
    assert Preset.objects.count() == 2


def test_the_team_sees_what_is_the_teams_and_nothing_else(
    keep: Callable[..., Preset], browser_of: Callable[[User], Client], bob_at_work: User
) -> None:
    own, shared = keep("Own"), keep("Shared", for_team=True)
    bobs = browser_of(bob_at_work)
    said = text_of(bobs.get(reverse("presets")))
    assert "Shared" in said
    assert "Own" not in said
    assert bobs.get(f"/?preset={shared.pk}").status_code == 200
    assert bobs.get(f"/?preset={own.pk}").status_code == 404
    assert bobs.post(NEW, {"preset": str(own.pk)}, headers=HTMX).status_code == 404


def test_a_viewer_reads_the_teams_presets_and_uses_own_ones_only(
    keep: Callable[..., Preset], browser_of: Callable[[User], Client], viewer: User, offer: Offer
) -> None:
    shared = keep("Shared", for_team=True)
    browser = browser_of(viewer)
    listed = text_of(browser.get(reverse("presets")))
    assert "Shared" in listed
    assert "for the team" not in listed
    assert "Set as default" not in listed
    assert browser.get(f"/?preset={shared.pk}").status_code == 404
    assert browser.post(NEW, {"preset": str(shared.pk)}, headers=HTMX).status_code == 404
    assert browser.post(reverse("preset-default", args=[shared.pk]), {"on": "1"}).status_code == 404
    for name, posted in (("rename", {"name": "Mine"}), ("delete", {})):
        assert browser.post(reverse(f"preset-{name}", args=[shared.pk]), posted).status_code == 404
    answer = browser.post(reverse("preset-add"), {"name": "x", "for": "team", "offer": str(offer.pk)}, headers=HTMX)
    assert answer.status_code == 422
    browser.post(reverse("preset-add"), {"name": "x", "offer": str(offer.pk)}, headers=HTMX)
    assert Preset.objects.get(name="x").user == viewer


@pytest.mark.parametrize("name", ["rename", "delete", "default"])
def test_foreign_and_unknown_presets_are_not_there(
    keep: Callable[..., Preset], browser_of: Callable[[User], Client], charlie: User, name: str
) -> None:
    browser = browser_of(charlie)
    for preset_id in (keep("a").pk, keep("b", for_team=True).pk, uuid.uuid4()):
        assert browser.post(reverse(f"preset-{name}", args=[preset_id]), {"name": "x", "on": "1"}).status_code == 404
    assert Preset.objects.count() == 2
    for text in ("x", str(uuid.uuid4())):
        assert browser.get(f"/?preset={text}").status_code == 404


def test_without_a_script_every_deed_is_a_form(alices: Client, keep: Callable[..., Preset]) -> None:
    made = keep()
    for name, posted in (("default", {"on": "1"}), ("rename", {"name": "New"}), ("delete", {})):
        answer = alices.post(reverse(f"preset-{name}", args=[made.pk]), posted)
        assert answer.headers["Location"] == reverse("presets")


def test_the_palette_offers_presets(alices: Client, keep: Callable[..., Preset]) -> None:
    made = keep()
    page = alices.get(reverse("palette")).content.decode()
    assert f'data-preset="{made.pk}" href="/?preset={made.pk}"' in page
    assert "Preset Brief" in page


def test_what_was_done_with_the_teams_presets_is_written_down(
    alices: Client, alice: User, keep: Callable[..., Preset]
) -> None:
    keep("Own")
    made = keep("Shared", for_team=True)
    alices.post(reverse("preset-rename", args=[made.pk]), {"name": "For all"})
    alices.post(reverse("preset-delete", args=[made.pk]))
    deeds = Deed.objects.filter(team=made.team).order_by("pk").values_list("name", "subject", "person")
    assert list(deeds) == [
        ("preset.added", "Shared", alice.pk),
        ("preset.renamed", "For all", alice.pk),
        ("preset.deleted", "For all", alice.pk),
    ]
