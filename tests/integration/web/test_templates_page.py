"""The list of templates, one beside it, and the deeds on it."""

import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from playground.accounts.models import Member, Team, User
from playground.accounts.people import current_team
from playground.accounts.roles import Role
from playground.prompts import builtin, files, library
from playground.prompts.models import PromptTemplate, TemplateVersion
from tests.integration.prompts.conftest import Make, content, make
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db
__all__ = ["make"]  # a fixture


@pytest.fixture
def loaded() -> None:
    builtin.load(builtin.data_files())


def page(client: Client, **asked: str) -> str:
    return text_of(client.get(reverse("templates"), asked))


def test_a_team_finds_its_own_and_the_built_in_ones(alices: Client, make: Make, loaded: None) -> None:
    make("Our greeting")
    said = page(alices)
    assert "All 25" in said
    assert "Our greeting" in said
    assert "Meeting summary" in said


def test_the_navigation_counts_what_can_be_used(alices: Client, make: Make, loaded: None) -> None:
    make("Our greeting")
    make("Draft", live=False)
    assert "Templates 25" in text_of(alices.get(reverse("keys")))


def test_readers_of_chinese_get_the_chinese_ones(alices: Client, alice: User, loaded: None) -> None:
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    said = page(alices, q="纪要")
    assert "会议纪要" in said
    assert "Meeting summary" not in said


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"scope": "mine"}, {"Mine", "会议纪要"}),
        ({"scope": "starred"}, {"Theirs"}),
        ({"scope": "archive"}, {"Old"}),
        ({"q": "会议"}, {"会议纪要"}),
        ({"q": "team"}, {"Mine", "Theirs", "会议纪要"}),
        ({"tag": "Meetings"}, {"会议纪要"}),
        ({"q": "nothing of the kind"}, set()),
        ({"scope": "nonsense", "sort": "nonsense", "page": "-1"}, {"Mine", "Theirs", "会议纪要"}),
    ],
)
def test_the_list_is_narrowed(
    alices: Client, make: Make, team: Team, alice: User, bob: User, asked: dict[str, str], shown: set[str]
) -> None:
    make("Mine")
    make("会议纪要", tags=["Meetings"])
    library.archive(make("Old"), archived=True, by=alice)
    library.star(library.create(team=team, author=bob, content=content("Theirs")), alice, starred=True)
    said = page(alices, **asked)
    assert {
        title
        for title in ("Mine", "Theirs", "会议纪要", "Old")
        if f"{title} v1" in said or f"{title} Starred v1" in said
    } == shown


def test_a_search_brings_the_cards_alone_and_a_short_address(alices: Client, make: Make) -> None:
    make("A")
    answer = alices.get(reverse("templates"), {"q": "a", "scope": "team", "sort": "used"}, headers=HTMX)
    assert answer.headers["HX-Push-Url"] == "/templates/?q=a"
    assert answer.content.decode().startswith('<div id="template-cards"')


def test_the_panel_shows_variables_texts_changes_and_versions(alices: Client, make: Make, alice: User) -> None:
    template = make(variables=[{"name": "team", "help": "Who meets", "default": "Sales"}])
    text = {"system_prompt": "You write short notes for {{team}}."}
    library.save(template, author=alice, content=content(**text), base=1, note="shorter")
    said = text_of(alices.get(reverse("template", args=[template.pk])))
    assert "v2 live" in said
    assert "You write short notes for {{team}} ." in said or "You write short notes for {{team}}." in said
    assert "v1 → v2 +" in said
    assert "shorter" in said
    assert "Versions 2" in said


def test_what_changed_is_marked_by_words(alices: Client, make: Make, alice: User) -> None:
    template = make()
    library.save(template, author=alice, content=content(system_prompt="You draw for {{team}}."), base=1)
    left, right = template.versions.order_by("number")
    page = alices.get(reverse("template-compare"), {"left": left.pk, "right": right.pk}).content.decode()
    assert "<del>write</del>" in page
    assert "<ins>draw</ins>" in page


def test_a_text_is_shown_as_text(alices: Client, make: Make) -> None:
    template = make("<script>alert(1)</script>", system_prompt="<img src=x onerror=alert(1)> {{a}}")
    page = alices.get(reverse("template", args=[template.pk])).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page


def test_a_draft_is_told_to_those_who_edit_and_hidden_from_viewers(
    alices: Client, make: Make, alice: User, viewer: User, browser_of: Callable[[User], Client]
) -> None:
    template = make()
    library.save(template, author=alice, content=content("Secret draft"), base=1, live=False)
    address = reverse("template", args=[template.pk])
    assert "Version 2 is a draft." in text_of(alices.get(address))
    said = text_of(browser_of(viewer).get(address))
    assert "Secret draft" not in said
    assert "Versions 1" in said


def test_deeds_are_confirmed_and_lead_back(alices: Client, make: Make, alice: User) -> None:
    template = make()
    library.save(template, author=alice, content=content("Two"), base=1, live=False)
    first, second = template.versions.order_by("number")
    for name, posted, words in (
        ("template-live", {"version": second.pk}, "This version is live now."),
        ("template-live", {"version": first.pk}, "Version 1 is pinned."),
        ("template-restore", {"version": second.pk}, "Restored as a new version."),
        ("template-archive", {"on": "1"}, "Moved into the archive."),
        ("template-restore", {"version": first.pk}, "This template is in the archive. Move it back"),
        ("template-archive", {"on": "0"}, "Moved back to the list."),
    ):
        assert words in text_of(alices.post(reverse(name, args=[template.pk]), posted, follow=True))
    assert template.versions.count() == 3


def test_a_fork_tells_when_its_origin_moved(alices: Client, alice: User, make: Make, bob: User, team: Team) -> None:
    other = current_team(bob)
    Member.objects.create(team=other, user=alice, role=Role.ADMIN)
    template = make()
    answer = alices.post(
        reverse("template-fork", args=[template.pk]), {"version": template.shown.pk, "team": other.pk}, follow=True
    )
    assert "Forked from Meeting summary, version 1." in text_of(answer)
    library.save(template, author=alice, content=content("Moved"), base=1)
    fork = PromptTemplate.objects.get(team=other)
    assert "Version 2 is live there now." in text_of(alices.get(reverse("template", args=[fork.pk])))
    said = text_of(alices.post(reverse("template-catch-up", args=[fork.pk]), {"take": "1"}, follow=True))
    assert "Version 2 is a draft." in said
    assert "is live there now" not in said


def test_an_origin_of_a_team_one_has_left_is_not_named(
    browser_of: Callable[[User], Client], make: Make, alice: User, bob: User, team: Team
) -> None:
    fork = library.fork(make("Secret name").shown, team=current_team(bob), author=bob)
    library.save(fork, author=bob, content=content("Ours"), base=1)
    library.save(PromptTemplate.objects.get(team=team), author=alice, content=content("Moved"), base=1)
    Member.objects.filter(team=team, user=bob).delete()
    said = text_of(browser_of(bob).get(reverse("template", args=[fork.pk])))
    assert "Forked from a template of another team." in said
    assert "Secret name" not in said.replace("title: Secret name", "")
    assert browser_of(bob).post(reverse("template-catch-up", args=[fork.pk]), {"take": "1"}).status_code == 404


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_what_is_exported_is_read_again(alices: Client, make: Make, kind: str) -> None:
    template = make("会议: “纪要” / v1", tags=["Meetings"])
    answer = alices.get(reverse("template-export", args=[template.pk, kind]))
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E4%BC%9A%E8%AE%AE")
    assert files.read(answer.content) == [template.shown.content]
    whole = alices.get(reverse("templates-export", args=[kind]))
    assert files.read(whole.content) == [template.shown.content]


def test_an_unknown_kind_of_file_is_not_there(alices: Client, make: Make) -> None:
    assert alices.get(reverse("template-export", args=[make().pk, "exe"])).status_code == 404


def test_the_palette_offers_templates(alices: Client, make: Make, loaded: None) -> None:
    make("Harbour report")
    page = alices.get(reverse("palette")).content.decode()
    assert page.count('data-group="templates"') == 8
    said = text_of(alices.get(reverse("palette"), {"q": "harb"}))
    assert "Use Harbour report" in said


def test_a_model_page_opens_its_own_templates(alices: Client, catalog: None, loaded: None) -> None:
    for slug, key in (
        ("glm-z1-air", "job-match-report"),
        ("glm-z1-flashx", "job-matching"),
        ("glm-4.5-x", "web-development"),
    ):
        own = PromptTemplate.objects.get(builtin_key=key, builtin_language="en")
        page = alices.get(reverse("model", args=[slug])).content.decode()
        assert f'href="{reverse("template", args=[own.pk])}"' in page


def test_a_built_in_one_has_an_address_of_its_name(alices: Client, loaded: None) -> None:
    assert alices.get(reverse("template-built-in", args=["extraction"])).status_code == 302
    assert alices.get(reverse("template-built-in", args=["nothing"])).status_code == 404


def test_two_thousand_templates_cost_no_more_queries_than_two(alices: Client, team: Team, make: Make) -> None:
    make("One")
    alices.get(reverse("templates"))
    with CaptureQueriesContext(connection) as few:
        alices.get(reverse("templates"))
    rows = [PromptTemplate(team=team, folded_name=f"name {n:04}", folded=f"name {n:04} 会议") for n in range(2_000)]
    PromptTemplate.objects.bulk_create(rows)
    versions = [TemplateVersion(template=row, number=1, title=f"Name {n:04}") for n, row in enumerate(rows)]
    TemplateVersion.objects.bulk_create(versions)
    for row, version in zip(rows, versions, strict=True):
        row.live_id = row.newest_id = version.pk
    PromptTemplate.objects.bulk_update(rows, ["live", "newest"], batch_size=300)
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as many:
        said = text_of(alices.get(reverse("templates"), {"sort": "title", "q": "会议", "page": "2"}))
    assert len(many) == len(few)
    assert "Name 0079" in said
    assert "Show more" in said
    assert time.perf_counter() - begun < 3.0  # some 120 ms on the machine it was written on
