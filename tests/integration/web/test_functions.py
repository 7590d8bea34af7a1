"""The functions of a team over plain HTTP: who may define them, what is refused and where it is said."""

import json
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts.models import Member, Team, User
from playground.accounts.people import current_team
from playground.accounts.roles import Role
from playground.conversations.models import Conversation
from playground.tools import functions
from playground.tools.models import Function
from tests.integration.web.conftest import text_of

pytestmark = pytest.mark.django_db

CITY = json.dumps({"type": "object", "properties": {"city": {"type": "string"}}})
GOOD = {"name": "get_weather", "description": "Weather", "parameters": CITY, "fixed_result": ""}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def row(alice: User) -> Function:
    """A function of alice's team."""
    return functions.save(user=alice, team=current_team(alice), function=None, **{**GOOD, "name": "known"})


def test_a_function_is_added_to_the_team(alices: Client, alice: User) -> None:
    answer = alices.post(reverse("function-add"), GOOD, headers=HTMX)
    assert answer.status_code == 204
    made = Function.objects.get()
    assert json.loads(answer.headers["HX-Trigger"]) == {"tc:function": {"saved": str(made.pk), "isNew": True}}
    assert (made.team, made.created_by, made.name) == (current_team(alice), alice, "get_weather")


def test_without_a_script_the_form_works_too(alices: Client) -> None:
    assert alices.post(reverse("function-add"), GOOD).headers["Location"] == reverse("playground")
    assert Function.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "get weather"}, "letters (a to z)"),
        ({"name": ""}, "This field is required."),
        ({"name": "known"}, "The team has a function of this name already."),
        ({"description": " "}, "This field is required."),
        ({"parameters": '{"type": "strng"}'}, "A type is one of"),
        ({"parameters": '{"type": "string"}'}, "Parameters are an object"),
        ({"parameters": '{"type": "object"'}, "line 1, column 18"),
        ({"parameters": '{"type": "object", "$ref": "https://example.com/s"}'}, "Nothing is fetched."),
    ],
)
def test_a_function_that_cannot_be_used_is_refused_where_it_is_wrong(
    alices: Client, row: Function, wrong: dict[str, str], sentence: str
) -> None:
    answer = alices.post(reverse("function-add"), {**GOOD, **wrong}, headers=HTMX)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert Function.objects.count() == 1


def test_a_function_is_changed_and_taken_away(alices: Client, row: Function) -> None:
    page = alices.get(reverse("function", args=[row.pk]), headers=HTMX)
    assert "known" in page.content.decode()
    answer = alices.post(reverse("function", args=[row.pk]), {**GOOD, "fixed_result": "7"}, headers=HTMX)
    assert answer.status_code == 204
    row.refresh_from_db()
    assert (row.name, row.fixed_result) == ("get_weather", "7")
    assert alices.post(reverse("function-delete", args=[row.pk]), headers=HTMX).status_code == 204
    assert not Function.objects.exists()


@pytest.mark.parametrize("slug", ["weather", "rate", "orders"])
def test_an_example_is_a_function_that_can_be_saved(alices: Client, slug: str) -> None:
    form = alices.get(reverse("function-add"), {"example": slug}, headers=HTMX).context["form"]
    assert alices.post(reverse("function-add"), form.initial, headers=HTMX).status_code == 204


def test_a_member_may_change_what_the_team_shares_a_viewer_and_a_stranger_not(
    browser_of: Callable[[User], Client], bob: User, charlie: User, team: Team, row: Function
) -> None:
    address = reverse("function", args=[row.pk])
    assert browser_of(bob).get(address).status_code == 200
    assert browser_of(charlie).get(address).status_code == 404
    assert browser_of(charlie).post(address, GOOD).status_code == 404
    assert browser_of(charlie).post(reverse("function-delete", args=[row.pk])).status_code == 404
    Member.objects.filter(user=bob, team=team).update(role=Role.VIEWER)
    assert browser_of(bob).post(address, GOOD).status_code == 404
    row.refresh_from_db()
    assert row.name == "known"


def test_a_function_for_an_open_conversation_belongs_to_its_team(
    browser_of: Callable[[User], Client], bob: User, team: Team, alice: User
) -> None:
    shared = Conversation.objects.create(team=team, user=bob, title="Shared")
    bobs = browser_of(bob)
    bobs.post(f"{reverse('function-add')}?conversation={shared.pk}", GOOD, headers=HTMX)
    assert Function.objects.get().team == team != current_team(bob)
    foreign = Conversation.objects.create(team=team, user=alice, title="Alice's")
    for asked in (foreign.pk, uuid.uuid4(), "nonsense"):
        assert bobs.get(f"{reverse('function-add')}?conversation={asked}").status_code == 404


def test_the_check_names_the_path_in_the_readers_language(alices: Client, alice: User) -> None:
    answer = alices.post(reverse("function-check"), {"schema": '{"properties": {"a": {"type": 3}}}'})
    assert "$.properties.a.type" in text_of(answer)
    assert 'id="schema-flaws"' in answer.content.decode()
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    answer = alices.post(reverse("function-check"), {"parameters": '{"type": "string"}'})
    assert "参数是一个对象" in text_of(answer)
    assert "valid" not in text_of(alices.post(reverse("function-check"), {"schema": " "}))


def test_what_a_schema_says_is_shown_as_text(alices: Client) -> None:
    nasty = json.dumps({"properties": {"<img src=x onerror=alert(1)>": {"type": "<script>"}}})
    answer = alices.post(reverse("function-check"), {"schema": nasty}).content.decode()
    assert "<img" not in answer
    assert "<script" not in answer
