"""Every save is a version; live, pinned, restored, copied, forked, archived and starred."""

from dataclasses import replace

import pytest

from playground.accounts.models import Team, User
from playground.accounts.people import current_team
from playground.prompts import library
from playground.prompts.errors import PromptRefused
from playground.prompts.models import PromptTemplate, TemplateStar
from tests.integration.prompts.conftest import Make, content

pytestmark = pytest.mark.django_db


def test_every_save_is_a_version_with_author_and_note(make: Make, alice: User, bob: User) -> None:
    template = make()
    library.save(template, author=bob, content=content("Summary"), base=1, note=" shorter ")
    rows = [(one.number, one.author, one.note, one.title) for one in template.versions.all()]
    assert rows == [(2, bob, "shorter", "Summary"), (1, alice, "", "Meeting summary")]


def test_a_draft_waits_until_it_is_made_live(make: Make, alice: User) -> None:
    template = make()
    draft = library.save(template, author=alice, content=content("Draft"), base=1, live=False)
    template.refresh_from_db()
    assert (template.shown.title, template.has_draft, draft.is_draft) == ("Meeting summary", True, True)
    library.make_live(template, draft, by=alice)
    template.refresh_from_db()
    assert (template.shown.title, template.has_draft, template.is_pinned) == ("Draft", False, False)


def test_an_older_version_can_be_pinned(make: Make, alice: User) -> None:
    template = make()
    library.save(template, author=alice, content=content("Two"), base=1)
    library.make_live(template, template.versions.get(number=1), by=alice)
    template.refresh_from_db()
    assert (template.shown.number, template.is_pinned, template.has_draft) == (1, True, False)


def test_restore_makes_a_new_version_that_is_live(make: Make, alice: User) -> None:
    template = make()
    library.save(template, author=alice, content=content("Two"), base=1)
    restored = library.restore(template, template.versions.get(number=1), author=alice)
    template.refresh_from_db()
    assert (restored.number, restored.content, template.live) == (3, content(), restored)
    assert restored.note == "Version 1 restored"


def test_who_was_slower_is_told(make: Make, alice: User) -> None:
    template = make()
    library.save(template, author=alice, content=content("Two"), base=1)
    with pytest.raises(PromptRefused, match="moved"):
        library.save(template, author=alice, content=content("Mine"), base=1)
    assert template.versions.count() == 2


def test_saving_what_is_there_adds_nothing(make: Make, alice: User) -> None:
    template = make(live=False)
    assert library.save(template, author=alice, content=content(), base=1, live=True).number == 1
    template.refresh_from_db()
    assert template.live is not None


def test_a_copy_knows_nothing_of_where_it_came_from(make: Make, team: Team, bob: User) -> None:
    template = make(title="x" * 120)
    twin = library.copy(template.shown, team=team, author=bob)
    assert (twin.origin, twin.shown.number, twin.created_by) == (None, 1, bob)
    assert twin.shown.title == "x" * 113 + " (copy)"


def test_a_fork_hears_when_its_origin_moves(make: Make, alice: User, charlie: User) -> None:
    template = make()
    forked = library.fork(template.shown, team=current_team(charlie), author=charlie)
    assert not forked.origin_has_moved
    library.save(template, author=alice, content=content("Draft"), base=1, live=False)
    assert not PromptTemplate.objects.get(pk=forked.pk).origin_has_moved
    library.save(template, author=alice, content=content("Two"), base=2)
    assert PromptTemplate.objects.get(pk=forked.pk).origin_has_moved


@pytest.mark.parametrize("take_over", [True, False])
def test_a_fork_catches_up_by_taking_over_or_by_keeping_its_own(
    make: Make, alice: User, charlie: User, take_over: bool
) -> None:
    template = make()
    forked = library.fork(template.shown, team=current_team(charlie), author=charlie)
    library.save(template, author=alice, content=content("Two"), base=1)
    library.catch_up(forked, author=charlie, take_over=take_over)
    forked = PromptTemplate.objects.get(pk=forked.pk)
    assert not forked.origin_has_moved
    assert forked.shown.title == "Meeting summary"
    assert forked.has_draft is take_over


def test_a_fork_outlives_its_origin(make: Make, charlie: User) -> None:
    template = make()
    forked = library.fork(template.shown, team=current_team(charlie), author=charlie)
    template.delete()
    forked = PromptTemplate.objects.get(pk=forked.pk)
    assert (forked.origin, forked.origin_has_moved, forked.shown.content) == (None, False, content())


def test_in_the_archive_nothing_changes(make: Make, alice: User) -> None:
    template = make()
    library.archive(template, archived=True, by=alice)
    with pytest.raises(PromptRefused, match="archived"):
        library.save(template, author=alice, content=content("Two"), base=1)
    library.archive(template, archived=False, by=alice)
    assert library.save(template, author=alice, content=content("Two"), base=1).number == 2


def test_a_star_is_one_persons_and_put_once(make: Make, alice: User, bob: User) -> None:
    template = make()
    for _again in range(2):
        library.star(template, alice, starred=True)
    assert list(TemplateStar.objects.values_list("user", flat=True)) == [alice.pk]
    library.star(template, bob, starred=False)
    library.star(template, alice, starred=False)
    assert not TemplateStar.objects.exists()


def test_the_last_filling_replaces_the_one_before(make: Make, alice: User, bob: User) -> None:
    one, two = make().shown, make("Other").shown
    library.keep_filling(alice, one, system_prompt="s", first_message="1")
    library.keep_filling(alice, two, system_prompt="s", first_message="2")
    assert library.filling(alice, one.pk) is None
    found = library.filling(alice, two.pk)
    assert found is not None
    assert found.first_message == "2"
    assert library.filling(bob, two.pk) is None


def test_a_version_gives_back_what_was_saved(make: Make) -> None:
    whole = content(tags=["A", "会议"], settings={"thinking": False}, model="glm-4.5", language="en")
    template = make(tags=["A", "会议"], settings={"thinking": False}, model="glm-4.5", language="en")
    assert PromptTemplate.objects.get(pk=template.pk).shown.content == whole
    assert replace(whole, title="x") != whole
