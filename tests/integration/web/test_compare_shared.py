"""A comparison that is shared with the team: who reads it, what a reader can do there, and what hidden names hide."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts.models import Deed, Member, Team, User
from playground.accounts.roles import Role
from playground.catalog.models import Offer
from playground.comparisons import columns, sharing
from playground.comparisons.asking import Asked
from playground.comparisons.models import Column, Comparison, Vote
from playground.conversations import progress
from playground.conversations.models import Conversation, Generation
from playground.conversations.progress import Settlement
from playground.conversations.run_settings import RunSettings
from playground.errors import Refused
from playground.web import access
from tests.integration.comparisons.conftest import finish, offers, question, turn_of
from tests.integration.web.conftest import HTMX, text_of

__all__ = ["offers", "question"]  # fixtures

pytestmark = pytest.mark.django_db
OWNERS = ("rename", "delete", "names", "scroll", "add")
ANSWERS = ("the Nile", "the Amazon", "the Yangtze")


def at(name: str, found: Comparison) -> str:
    return reverse(f"comparison-{name}" if name else "comparison", args=[found.pk])


@pytest.fixture
def crew(alice: User, bob: User) -> Team:
    """A team of two that is nobody's own."""
    crew = Team.objects.create(name="Northwind")
    for user, role in ((alice, Role.OWNER), (bob, Role.MEMBER)):
        Member.objects.create(team=crew, user=user, role=role)
        user.current_team = crew
        user.save()
    return crew


@pytest.fixture
def comparison(crew: Team, alice: User, offers: list[Offer]) -> Comparison:
    """Of alice's in the team, with a column for each of three models."""
    return columns.make(user=alice, columns=[RunSettings(offer=offer.pk) for offer in offers])


@pytest.fixture
def asked(comparison: Comparison, question: Callable[..., list[Asked]]) -> list[Asked]:
    """A question that all columns were asked."""
    return question("Which river is longest?")


@pytest.fixture
def answered(alice: User, comparison: Comparison, asked: list[Asked]) -> list[Asked]:
    """All columns have answered, and the team can read it."""
    for one, words in zip(asked, ANSWERS, strict=True):
        finish(one, words)
    sharing.share(comparison, "read", by=alice)
    return asked


@pytest.fixture
def bobs(browser_of: Callable[[User], Client], bob: User) -> Client:
    return browser_of(bob)


@pytest.fixture
def charlies(browser_of: Callable[[User], Client], charlie: User) -> Client:
    return browser_of(charlie)


def message_of(one: Asked) -> str:
    return str(turn_of(one).assistant_message_id)


def pages_of(comparison: Comparison, asked: list[Asked]) -> list[str]:
    """All addresses under which something of its columns is read."""
    rooms = [str(column.conversation_id) for column in columns_by_place(comparison)]
    messages = [message_of(one) for one in asked]
    return [
        *(reverse(name, args=[one]) for one in rooms for name in ("conversation", "thread", "conversation-what-if")),
        *(reverse("conversation-export", args=[one, "json"]) for one in rooms),
        *(f"{reverse('model-picker')}?conversation={one}" for one in rooms),
        *(reverse(name, args=[one]) for one in messages for name in ("message", "message-details")),
    ]


def test_its_link_opens_for_the_team_once_it_is_shared_and_no_longer_when_it_is_taken_back(
    comparison: Comparison, answered: list[Asked], alices: Client, bobs: Client, charlies: Client, offers: list[Offer]
) -> None:
    said = text_of(bobs.get(at("", comparison)))
    wanted = [*ANSWERS, *(offer.title for offer in offers), "Which river is longest?", "Alice lets the team read"]
    assert [words for words in wanted if words not in said] == []
    assert said.count("Done") == 3
    everything = [at("", comparison), at("parts", comparison), *pages_of(comparison, answered)]
    assert {bobs.get(one, follow=True).status_code for one in everything} == {200}
    assert {charlies.get(one).status_code for one in everything} == {404}
    shown = alices.post(at("sharing", comparison), {"shared": ""}, headers=HTMX)
    assert "Only you" in text_of(shown)
    assert {bobs.get(one).status_code for one in everything} == {404}


def test_the_owner_shares_it_to_be_read_and_not_to_be_written_in(
    crew: Team, comparison: Comparison, alices: Client, alice: User, bobs: Client
) -> None:
    assert bobs.get(at("", comparison)).status_code == 404
    address = at("sharing", comparison)
    assert alices.post(address, {"shared": "write"}, headers=HTMX).status_code == 422
    assert "Team reads" in text_of(alices.post(address, {"shared": "read"}, headers=HTMX))
    assert alices.post(address, {"shared": "read"}).status_code == 302
    assert bobs.get(at("", comparison)).status_code == 200
    deeds = list(
        Deed.objects.filter(team=crew, name__startswith="comparison.").values_list("name", "person", "details")
    )
    assert deeds == [("comparison.shared", alice.pk, {"comparison": str(comparison.pk), "shared": "read"})]
    assert bobs.post(address, {"shared": "read"}).status_code == 404
    assert bobs.post(address, {"shared": ""}).status_code == 404


def test_a_personal_team_has_nobody_to_share_with(alice: User, team: Team, alices: Client) -> None:
    mine = Comparison.objects.create(team=team, user=alice)
    with pytest.raises(Refused) as refused:
        sharing.share(mine, "read", by=alice)
    assert refused.value.code == "nobody_to_share_with"


def test_a_column_that_is_added_later_is_as_open_as_the_others(
    comparison: Comparison, answered: list[Asked], offers: list[Offer], bobs: Client
) -> None:
    added = columns.add_column(comparison, RunSettings(offer=offers[0].pk))
    assert added.conversation.shared == "read"
    said = bobs.get(at("", comparison)).content.decode()
    assert str(added.pk) in said
    assert "data-behind" in said
    assert "Ask the question" not in said


def test_what_is_shared_is_not_taken_for_an_unused_one(
    alice: User, comparison: Comparison, offers: list[Offer]
) -> None:
    sharing.share(comparison, "read", by=alice)
    assert columns.begin(user=alice, columns=[RunSettings(offer=offers[0].pk)] * 2).pk != comparison.pk


@pytest.mark.parametrize("deed", OWNERS)
def test_what_is_the_owners_to_do_nobody_else_does(
    comparison: Comparison, answered: list[Asked], bobs: Client, offers: list[Offer], deed: str
) -> None:
    values = {"title": "bob's", "on": "1", "offer": str(offers[0].pk)}
    assert bobs.post(at(deed, comparison), values).status_code == 404
    comparison.refresh_from_db()
    assert (comparison.title, comparison.hides_names) == ("Which river is longest?", False)
    for column in comparison.shown_columns():
        assert bobs.get(reverse("column-settings", args=[column.pk])).status_code == 404
        assert bobs.post(reverse("column-remove", args=[column.pk])).status_code == 404
        assert bobs.post(reverse("conversation-settings", args=[column.conversation_id])).status_code == 404
        assert bobs.post(reverse("conversation-delete", args=[column.conversation_id])).status_code == 404
    assert len(comparison.shown_columns()) == 3


def test_a_reader_finds_no_control_that_is_the_owners(
    comparison: Comparison, answered: list[Asked], bobs: Client
) -> None:
    page = bobs.get(at("", comparison)).content.decode()
    owners = ("prompt-composer", "model-picker", "data-stop-column", "data-column-settings", "data-open-picker")
    more = ("data-run-again", "data-names-form", "data-scroll-form", "data-catch-up", "data-input-price", "/remove/")
    assert [mark for mark in (*owners, *more) if mark in page] == []
    assert page.count("data-prefer=") == 3
    assert page.count("/continue/") == 3


def test_every_member_has_a_vote_of_their_own_and_all_see_who_and_when(
    comparison: Comparison, answered: list[Asked], alices: Client, bobs: Client
) -> None:
    amazon = {"message": message_of(answered[1])}
    alices.post(at("prefer", comparison), {"message": message_of(answered[0])})
    alices.post(at("prefer", comparison), amazon)
    seen = bobs.post(at("prefer", comparison), amazon)
    said = text_of(seen)
    assert "Preferred by 2" in said
    assert said.index("Preferred by Alice, ") < said.index("Preferred by Bob, ")
    assert seen.content.decode().count('aria-pressed="true"') == 1
    bobs.post(at("prefer", comparison), {"message": message_of(answered[2])})
    again = alices.get(at("parts", comparison)).content.decode()
    assert again.count('aria-pressed="true"') == 1, "only the reader's own vote is pressed"
    assert Vote.objects.count() == 2


def test_a_member_goes_on_in_a_copy_of_their_own_and_a_viewer_does_not(
    crew: Team, comparison: Comparison, answered: list[Asked], bobs: Client, bob: User
) -> None:
    address = reverse("column-continue", args=[comparison.shown_columns()[0].pk])
    answer = bobs.post(address)
    copy = Conversation.objects.get(user=bob)
    assert answer.headers["Location"] == reverse("conversation", args=[copy.pk])
    assert [row.content for row in copy.branch()] == ["Which river is longest?", "the Nile"]
    assert (copy.title, copy.shared, copy.team) == ("Which river is longest?", "", crew)
    Member.objects.filter(user=bob, team=crew).update(role=Role.VIEWER)
    assert bobs.post(address).status_code == 404
    assert "/continue/" not in bobs.get(at("", comparison)).content.decode()


def columns_by_place(comparison: Comparison) -> list[Column]:
    """From left to right as they were put side by side, whatever the lot says."""
    comparison.refresh_from_db()
    return sorted(comparison.shown_columns(), key=lambda column: column.place)


def told(client: Client, comparison: Comparison, asked: list[Asked]) -> str:
    """All that a reader's browser gets of it."""
    rooms = [column.conversation_id for column in comparison.shown_columns()]
    pages = [at("", comparison), at("parts", comparison), reverse("comparisons")]
    pages += [reverse("thread", args=[room]) for room in rooms]
    pages += [reverse("message", args=[message_of(one)]) for one in asked]
    answers = [client.get(page) for page in pages]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(answer.content.decode() for answer in answers)


def test_hidden_names_are_nowhere_in_what_a_reader_gets(
    comparison: Comparison, answered: list[Asked], alices: Client, bobs: Client, offers: list[Offer]
) -> None:
    tells = [word for offer in offers for word in (offer.title, str(offer.pk), offer.wire_name)]
    assert all(word in told(bobs, comparison, answered) for word in (offer.title for offer in offers))
    alices.post(at("names", comparison), {"on": "1"})
    said = told(bobs, comparison, answered)
    assert [word for word in tells if word in said] == []
    assert [name for name in ("Model A", "Model B", "Model C", *ANSWERS) if name not in said] == []
    assert "¥" not in said
    assert "/continue/" not in said
    opened = [one for one in pages_of(comparison, answered) if bobs.get(one).status_code != 404]
    assert opened == [
        *(reverse("thread", args=[column.conversation_id]) for column in columns_by_place(comparison)),
        *(reverse("message", args=[message_of(one)]) for one in answered),
    ]
    column = comparison.shown_columns()[0]
    assert bobs.post(reverse("column-continue", args=[column.pk])).status_code == 404
    assert bobs.post(reverse("branch-off", args=[message_of(answered[0])])).status_code == 404
    vote = bobs.post(at("prefer", comparison), {"message": message_of(answered[0])})
    assert "Preferred by Bob" in text_of(vote)
    assert Vote.objects.get().blind is True


def test_a_failure_does_not_name_the_provider_where_names_are_hidden(
    comparison: Comparison, asked: list[Asked], alice: User, bobs: Client
) -> None:
    quote = {"error_code": "provider_error", "error_message": "glm-4.5-air is overloaded"}
    failed = Settlement(turn_of(asked[0]).generation_id, Generation.State.FAILED, "", "", 1, **quote)
    progress.settle(failed, owner="here")
    for one in asked[1:]:
        finish(one)
    sharing.share(comparison, "read", by=alice)
    columns.hide_names(comparison, hidden=True)
    said = told(bobs, comparison, asked)
    assert "overloaded" not in said
    assert "This answer did not come to its end." in said


def test_the_list_shows_what_others_share_with_whose_it_is(
    comparison: Comparison, answered: list[Asked], alices: Client, bobs: Client, charlies: Client
) -> None:
    page = bobs.get(reverse("comparisons"))
    assert "of Alice" in text_of(page)
    assert f"delete-{comparison.pk}" not in page.content.decode()
    mine = alices.get(reverse("comparisons"))
    assert "shared with the team" in text_of(mine)
    assert f"delete-{comparison.pk}" in mine.content.decode()
    assert "Which river" not in text_of(charlies.get(reverse("comparisons")))


def test_its_columns_stand_in_no_list_of_conversations(answered: list[Asked], bob: User) -> None:
    assert list(access.shared_by_others(bob)) == []


def test_who_manages_the_teams_conversations_takes_one_back_and_sees_it_no_more(
    crew: Team, comparison: Comparison, answered: list[Asked], bobs: Client, bob: User
) -> None:
    address = at("sharing", comparison)
    assert "Take it back from the team" not in text_of(bobs.get(address))
    Member.objects.filter(team=crew, user=bob).update(role=Role.ADMIN)
    assert "Take it back from the team" in text_of(bobs.get(address))
    answer = bobs.post(address, {"shared": ""}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == reverse("comparisons")
    assert bobs.get(at("", comparison)).status_code == 404
    deed = Deed.objects.filter(team=crew).latest("pk")
    assert (deed.name, deed.person, deed.subject) == ("comparison.unshared", bob, comparison.title)
