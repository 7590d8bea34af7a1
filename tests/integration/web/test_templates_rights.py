"""Every address of the templates for every kind of reader: what is not theirs does not exist."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role
from playground.prompts import builtin, library
from playground.prompts.content import read_content
from playground.prompts.models import PromptTemplate
from playground.web.template_urls import urlpatterns

pytestmark = pytest.mark.django_db

ALL, EDITORS, NOBODY = ("owner", "member", "viewer"), ("owner", "member"), ()
# Name of the route, method, what is posted, and who finds a live template of the team there.
MATRIX: list[tuple[str, str, dict[str, str], tuple[str, ...]]] = [
    ("template", "get", {}, ALL),
    ("template-edit", "get", {}, EDITORS),
    ("template-edit", "post", {"title": "T", "system_prompt": "S", "base": "1"}, EDITORS),
    ("template-star", "post", {"on": "1"}, ALL),
    ("template-archive", "post", {"on": "1"}, EDITORS),
    ("template-live", "post", {"version": "own"}, EDITORS),
    ("template-restore", "post", {"version": "own"}, EDITORS),
    ("template-catch-up", "post", {"take": "1"}, NOBODY),  # it has no origin
    ("template-export", "get", {}, ALL),
    ("template-use", "get", {}, EDITORS),
    ("template-use", "post", {}, EDITORS),
    ("template-compare", "get", {}, ALL),
    ("template-try-both", "get", {}, EDITORS),
]
LISTS = {"templates", "template-new", "template-preview", "template-import", "templates-export", "template-menu"}
ELSEWHERE = {"template-built-in", "template-copy", "template-fork"}  # what they need is of another team, or of none
ROLES = ("owner", "member", "viewer", "stranger", "removed", "nobody")


@pytest.fixture
def template(team: Team, alice: User) -> PromptTemplate:
    return library.create(team=team, author=alice, content=read_content({"title": "Ours", "system_prompt": "x"}))


@pytest.fixture
def as_role(alice: User, bob: User, charlie: User, team: Team) -> Callable[[str], Client]:
    """A browser of somebody with that role in Alice's team, at work in it."""

    def signed_in(role: str) -> Client:
        client = Client()
        if role == "nobody":
            return client
        user = {"owner": alice, "stranger": charlie}.get(role, bob)
        if user == bob:
            Member.objects.filter(user=bob, team=team).update(role=Role.VIEWER if role == "viewer" else Role.MEMBER)
            bob.current_team = team
            bob.save()
        if role == "removed":
            Member.objects.filter(user=bob, team=team).delete()
        client.force_login(user)
        return client

    return signed_in


def ask(client: Client, name: str, method: str, posted: dict[str, str], found: PromptTemplate) -> int:
    version = str(found.shown.pk)
    values = {key: version if value == "own" else value for key, value in posted.items()}
    if name in ("template-compare", "template-try-both"):
        return client.get(reverse(name), {"left": version, "right": version}).status_code
    arguments = [version] if name == "template-use" else [found.pk]
    arguments += ["yaml"] if name == "template-export" else []
    address = reverse(name, args=arguments)
    return int(client.post(address, values).status_code if method == "post" else client.get(address).status_code)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "method", "posted", "allowed"), MATRIX, ids=lambda value: str(value)[:24])
def test_who_finds_a_live_template_of_the_team(
    as_role: Callable[[str], Client],
    template: PromptTemplate,
    name: str,
    method: str,
    posted: dict[str, str],
    allowed: tuple[str, ...],
    role: str,
) -> None:
    status = ask(as_role(role), name, method, posted, template)
    if role == "nobody":
        assert status == 302
        return
    assert (status != 404) is (role in allowed)
    if role in allowed:
        assert status < 400


@pytest.mark.parametrize("role", ["viewer", "stranger", "removed"])
@pytest.mark.parametrize(("name", "method", "posted", "allowed"), MATRIX, ids=lambda value: str(value)[:24])
def test_a_draft_is_not_there_for_those_who_may_not_edit(
    as_role: Callable[[str], Client],
    team: Team,
    alice: User,
    name: str,
    method: str,
    posted: dict[str, str],
    allowed: tuple[str, ...],
    role: str,
) -> None:
    draft = library.create(
        team=team, author=alice, content=read_content({"title": "Draft", "system_prompt": "x"}), live=False
    )
    assert ask(as_role(role), name, method, posted, draft) == 404


def test_every_route_stands_in_the_matrix() -> None:
    names = {one.name for one in urlpatterns}
    assert names == {name for name, *_rest in MATRIX} | LISTS | ELSEWHERE


def test_unknown_and_foreign_ids_are_answered_alike(
    browser_of: Callable[[User], Client], charlie: User, template: PromptTemplate
) -> None:
    strangers = browser_of(charlie)
    answers = [strangers.get(reverse("template", args=[pk])) for pk in (template.pk, uuid.uuid4())]
    assert [one.status_code for one in answers] == [404, 404]


@pytest.mark.parametrize("name", ["template-new", "template-import"])
def test_only_who_edits_in_the_team_may_add_to_it(as_role: Callable[[str], Client], name: str) -> None:
    assert as_role("member").get(reverse(name)).status_code == 200
    assert as_role("viewer").get(reverse(name)).status_code == 404
    assert as_role("viewer").post(reverse(name), {"title": "T", "system_prompt": "S"}).status_code == 404


def test_a_version_of_another_template_is_not_there(
    alices: Client, template: PromptTemplate, team: Team, alice: User
) -> None:
    other = library.create(team=team, author=alice, content=read_content({"title": "B", "system_prompt": "y"}))
    posted = {"version": str(other.shown.pk)}
    for name in ("template-live", "template-restore", "template-copy"):
        assert alices.post(reverse(name, args=[template.pk]), posted).status_code == 404
    assert alices.get(reverse("template", args=[template.pk]), posted).status_code == 404


def test_what_came_with_the_program_can_be_used_and_copied_but_not_changed(
    as_role: Callable[[str], Client], team: Team
) -> None:
    builtin.load(builtin.data_files())
    found = PromptTemplate.objects.get(builtin_key="meeting-summary", builtin_language="en")
    posted = {"version": str(found.shown.pk)}
    member = as_role("member")
    for name, wanted in (
        ("template-edit", 404),
        ("template-archive", 404),
        ("template-live", 404),
        ("template-restore", 404),
    ):
        assert member.post(reverse(name, args=[found.pk]), posted).status_code == wanted
    assert member.get(reverse("template-use", args=[found.shown.pk])).status_code == 200
    assert member.post(reverse("template-copy", args=[found.pk]), posted).status_code == 302
    assert as_role("viewer").post(reverse("template-copy", args=[found.pk]), posted).status_code == 404


@pytest.mark.parametrize("place", ["own", "foreign", "unknown", ""])
def test_a_fork_goes_only_into_a_team_in_which_one_edits(
    alices: Client, template: PromptTemplate, team: Team, charlie: User, place: str
) -> None:
    teams = {"own": team.pk, "foreign": charlie.current_team_id, "unknown": 10**6, "": ""}
    posted = {"version": str(template.shown.pk), "team": str(teams[place])}
    assert alices.post(reverse("template-fork", args=[template.pk]), posted).status_code == 404
    assert PromptTemplate.objects.count() == 1
