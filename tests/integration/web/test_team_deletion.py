"""A team that is deleted leaves nothing but the ledger's entries and its log, and touches nobody else's things."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Field, Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.accounts import teams
from playground.accounts.models import Deed, Member, Team, User
from playground.batches import purging
from playground.batches.models import Batch
from playground.conversations import threads
from playground.conversations.models import Conversation
from playground.ledger.models import Entry, Total, TotalKey
from playground.prompts import library
from playground.prompts.models import PromptTemplate
from playground.streaming import parting
from playground.vault.models import ApiKey
from tests.integration.web.conftest import HTMX, text_of
from tests.rights.world import World, build

pytestmark = pytest.mark.django_db
KEPT: tuple[type[Model], ...] = (Entry, Total, TotalKey, Deed)


@pytest.fixture
def world(catalog: None) -> World:
    """Two teams with one of everything in each."""
    return build()


@pytest.fixture
def crew(world: World) -> Team:
    """The one that is deleted."""
    return Team.objects.get(pk=world.own["o"]["team"])


def of_teams() -> Iterator[tuple[type[Model], "Field[Any, Any]"]]:
    """Every column of every table that names a team."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is Team:
                yield model, field


def rows_of(team: Team) -> dict[str, int]:
    """How many rows name the team, by table and column."""
    return {
        f"{model.__name__}.{field.name}": model._default_manager.filter(**{field.name: team}).count()
        for model, field in of_teams()
    }


def left_of(team: Team) -> dict[str, int]:
    return {name: count for name, count in rows_of(team).items() if count}


# Made by what has not happened in the world: totals are counted later, no vote was cast, nobody begins with a preset.
WITHOUT = {"Total.team", "TotalKey.team", "Vote.team", "DefaultPreset.team", "User.current_team"}


def test_nothing_of_it_stays_but_entries_and_the_log_and_nobody_else_loses_anything(world: World, crew: Team) -> None:
    held = rows_of(crew)
    assert [name for name, count in held.items() if not count and name not in WITHOUT] == [], "the world has one of all"
    elsewhere = Team.objects.get(pk=world.foreign["team"])
    origin = PromptTemplate.objects.filter(team=crew).exclude(live=None)[0].shown
    fork = library.fork(origin, team=elsewhere, author=world.people["s"])
    own, theirs = ApiKey.objects.get(team=crew, user=world.people["m"]), rows_of(elsewhere)
    parting.delete(crew, by=world.people["o"], name="Crew")
    assert rows_of(elsewhere) == theirs
    assert not Conversation.objects.filter(team=crew, batch=None, deleted_at=None).exists()
    assert not Batch.objects.filter(team=crew, deleted_at=None).exists()
    while purging.purge_a_little() or threads.purge(deleted_before=timezone.now()):
        pass
    assert left_of(crew).keys() <= {f"{kind.__name__}.team" for kind in KEPT}
    assert Entry.objects.filter(team=crew).count() == held["Entry.team"]
    deeds = list(Deed.objects.filter(team=crew).order_by("pk").values_list("name", flat=True))
    assert deeds[-2:] == ["team.deleted", "key.removed"]
    fork.refresh_from_db()
    assert fork.shown.system_prompt == origin.system_prompt, "what began with something of the team stays as it is"
    own.refresh_from_db()
    assert own.team == Team.objects.get(personal=True, members__user=world.people["m"]), "an own key goes along"


def test_the_page_deletes_once_the_name_is_typed(
    alices: Client, alice: User, bob: User, browser_of: Callable[[User], Client]
) -> None:
    crew = teams.make(user=alice, name="Crew")
    Member.objects.create(team=crew, user=bob, role="admin")
    teams.switch(user=bob, team=crew)
    assert "Delete Crew" in text_of(alices.get(reverse("team")))
    assert "Delete Crew" not in text_of(browser_of(bob).get(reverse("team")))
    address = reverse("team-delete", args=[crew.pk])
    assert "What was spent stays in the ledger" in text_of(alices.get(address, headers=HTMX))
    again = alices.post(address, {"name": "Crow"}, headers=HTMX)
    assert (again.status_code, "This is not the name of the team." in text_of(again)) == (422, True)
    assert alices.post(address, {"name": "Crow"}).status_code == 422
    assert alices.post(address, {"name": "Crew"}, headers=HTMX).headers["HX-Redirect"] == reverse("team")
    words = text_of(alices.get(reverse("team")))
    assert "Crew is deleted." in words
    assert "Your personal team" in words
    assert alices.get(address).status_code == 404
    assert "Crew" not in text_of(browser_of(bob).get(reverse("team")))


def test_nobody_is_offered_to_delete_a_personal_team(alices: Client, team: Team) -> None:
    assert "Delete the team" not in text_of(alices.get(reverse("team")))
    answer = alices.post(reverse("team-delete", args=[team.pk]), {"name": team.name})
    assert (answer.status_code, Team.objects.get(pk=team.pk).deleted_at) == (422, None)
