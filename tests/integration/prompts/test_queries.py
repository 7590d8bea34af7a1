"""What a team can use, and what a search finds in it, Chinese words of two characters included."""

import time

import pytest
from django.db.models import QuerySet

from playground.accounts.models import Team, User
from playground.accounts.people import current_team
from playground.prompts import builtin, library, queries
from playground.prompts.models import PromptTemplate, TemplateVersion
from tests.integration.prompts.conftest import Make

pytestmark = pytest.mark.django_db


def titles(found: "QuerySet[PromptTemplate]") -> set[str]:
    return {one.shown.title for one in found}


def everything(team: Team) -> "QuerySet[PromptTemplate]":
    return queries.available(team, language="en", drafts=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("会议", {"会议纪要"}),
        ("议纪", {"会议纪要"}),
        ("ＭＥＥＴＩＮＧ", {"Meeting summary"}),
        ("meet summ", {"Meeting summary"}),
        ("team", {"Meeting summary", "会议纪要", "100%_sure"}),
        ("%_", {"100%_sure"}),
        ("risks", {"Meeting summary"}),
        ("nothing", set()),
        ("", {"Meeting summary", "会议纪要", "100%_sure"}),
    ],
)
def test_every_part_of_title_tags_texts_and_variables_is_found(
    make: Make, team: Team, query: str, found: set[str]
) -> None:
    make(purpose="Decisions and risks")
    make("会议纪要")
    make("100%_sure")
    assert titles(queries.matching(everything(team), query)) == found


def test_a_search_by_name_puts_first_what_begins_so(make: Make, team: Team) -> None:
    make("Contract translation")
    make("Translation", tags=["x"])
    make("Script", purpose="translation")
    found = queries.named(everything(team), "trans")
    assert [one.shown.title for one in found] == ["Translation", "Contract translation"]


def test_a_draft_is_found_by_what_is_live_only(make: Make, team: Team, alice: User) -> None:
    template = make("Old words")
    draft = make("New words").shown.content
    library.save(template, author=alice, content=draft, base=1, live=False)
    assert titles(queries.matching(everything(team), "new")) == {"New words"}


def test_tags_are_found_whole_and_in_any_spelling(make: Make, team: Team) -> None:
    make("A", tags=["Meetings"])
    make("B", tags=["Meetings, long"])
    assert titles(queries.tagged(everything(team), "MEETINGS")) == {"A"}


def test_drafts_are_for_those_who_edit_and_other_teams_see_nothing(make: Make, team: Team, charlie: User) -> None:
    make("Live")
    make("Draft", live=False)
    assert titles(everything(team)) == {"Live", "Draft"}
    assert titles(queries.available(team, language="en", drafts=False)) == {"Live"}
    assert titles(everything(current_team(charlie))) == set()


def test_built_in_ones_come_in_the_readers_language(team: Team) -> None:
    builtin.load(builtin.data_files())
    english, chinese = (queries.available(team, language=one, drafts=True) for one in ("en", "zh-hans"))
    assert {one.builtin_language for one in english} == {"en"}
    assert {one.builtin_language for one in chinese} == {"zh-hans"}
    assert {one.builtin_key for one in english} == {one.builtin_key for one in chinese} != set()


def test_stars_are_the_persons(make: Make, team: Team, alice: User, bob: User) -> None:
    library.star(make("A"), alice, starred=True)
    library.star(make("B"), bob, starred=True)
    assert titles(queries.starred(everything(team), alice)) == {"A"}


def test_two_thousand_templates_are_searched_in_a_moment(team: Team, alice: User) -> None:
    text = "You compare the method, the data and the findings of several papers, contradictions first. 逐条比较。" * 20
    rows = [PromptTemplate(team=team, folded=f"{text} {n}", folded_name=f"name {n}") for n in range(2_000)]
    PromptTemplate.objects.bulk_create(rows)
    TemplateVersion.objects.bulk_create(TemplateVersion(template=row, number=1, title="x") for row in rows)
    list(queries.matching(everything(team), "比较 1999")[:60])
    begun = time.perf_counter()
    found = list(queries.matching(everything(team), "比较 1999")[:60])
    assert len(found) == 1
    assert time.perf_counter() - begun < 1.0  # some 15 ms on the machine it was written on
