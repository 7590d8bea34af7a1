"""A conversation is shared with its team: who hears of it, in which order people write, and whose key pays."""

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from playground.accounts.models import Deed, Member, Team, User
from playground.accounts.people import create_user
from playground.accounts.roles import Role
from playground.catalog.models import Offer, Provider
from playground.conversations import sharing, threads, turns
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn
from playground.errors import Refused
from playground.vault import keys
from tests.together import together

PASSWORD = "correct horse battery"
KEY = "0123456789abcdef.0123456789abcdef"

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(alice: User, bob: User) -> Team:
    """A team of two that is nobody's own: alice leads it, bob is a member."""
    crew = Team.objects.create(name="Northwind")
    Member.objects.create(team=crew, user=alice, role=Role.OWNER)
    Member.objects.create(team=crew, user=bob, role=Role.MEMBER)
    for user in (alice, bob):
        user.current_team = crew
        user.save()
    return crew


@pytest.fixture
def room(crew: Team, send: Callable[..., Turn], first_rate: None) -> Conversation:
    """Alice's conversation after one turn, which is over; the crew may write in it."""
    turn = send("the first question")
    _end(turn)
    found = Conversation.objects.get(pk=turn.conversation_id)
    sharing.share(found, "write", by=found.user)
    return found


def _end(turn: Turn) -> None:
    Generation.objects.filter(pk=turn.generation_id).update(state=Generation.State.FINISHED)


def test_private_conversations_have_an_audience_of_one_and_ask_nothing(room: Conversation, alice: User) -> None:
    sharing.share(room, "", by=room.user)
    with CaptureQueriesContext(connection) as asked:
        assert sharing.audience(room) == {alice.pk}
    assert len(asked) == 0


def test_the_team_is_told_of_a_shared_one_but_not_who_left_or_may_not_sign_in(
    room: Conversation, crew: Team, alice: User, bob: User
) -> None:
    dora = create_user(email="dora@example.org", password=PASSWORD, is_active=False)
    Member.objects.create(team=crew, user=dora, role=Role.MEMBER)
    assert sharing.audience(room) == {alice.pk, bob.pk}
    Member.objects.filter(team=crew, user=bob).delete()
    assert sharing.audience(room) == {alice.pk}
    assert sharing.audience(room, also=bob.pk) == {alice.pk, bob.pk}, "his own run is still told to him"


@pytest.mark.parametrize("shared", ["Read", "everybody", "write "])
def test_what_is_no_way_of_sharing_is_refused(room: Conversation, shared: str) -> None:
    with pytest.raises(Refused) as refused:
        sharing.share(room, shared, by=room.user)
    assert refused.value.code == "bad_share"
    room.refresh_from_db()
    assert room.shared == "write"


def test_sharing_is_in_the_teams_log(room: Conversation, crew: Team, alice: User) -> None:
    for shared in ("read", "read", ""):
        sharing.share(room, shared, by=room.user)
    noted = Deed.objects.filter(team=crew).order_by("pk")
    assert [(deed.name, deed.person, deed.subject, deed.details["shared"]) for deed in noted] == [
        ("conversation.shared", alice, "the first question", "write"),
        ("conversation.shared", alice, "the first question", "read"),
        ("conversation.unshared", alice, "the first question", ""),
    ]


def test_a_personal_team_has_nobody_to_share_with(alice: User, team: Team) -> None:
    own = Conversation.objects.create(user=alice, team=team, title="mine")
    with pytest.raises(Refused) as refused:
        sharing.share(own, "read", by=own.user)
    assert refused.value.code == "nobody_to_share_with"
    sharing.share(own, "", by=own.user)  # closing is always possible


def test_each_turn_keeps_who_wrote_it_and_whose_run_it_is(
    room: Conversation, bob: User, alice: User, send: Callable[..., Turn]
) -> None:
    turn = send("from bob", user=bob, conversation=room, parent_id=room.leaf_id)
    authors = Message.objects.filter(conversation=room, role="user").values_list("content", "author")
    assert dict(authors) == {"the first question": alice.pk, "from bob": bob.pk}
    assert Generation.objects.get(pk=turn.generation_id).user == bob
    room.refresh_from_db()
    assert room.user == alice


def test_whoever_comes_second_is_told_who_was_first_and_nothing_of_theirs_is_written(
    room: Conversation, alice: User, bob: User, send: Callable[..., Turn]
) -> None:
    at = room.leaf_id
    first = send("from bob", user=bob, conversation=room, parent_id=at)
    with pytest.raises(Refused) as moved:
        send("from alice", conversation=room, parent_id=at)
    assert moved.value.code == "conversation_moved"
    assert "Bob was faster" in moved.value.message
    with pytest.raises(Refused) as busy:
        send("from alice", conversation=room, parent_id=first.assistant_message_id)
    assert busy.value.code == "busy"
    assert "Bob has just asked" in busy.value.message
    assert not Message.objects.filter(content="from alice").exists()
    _end(first)
    third = send("from alice", conversation=room, parent_id=first.assistant_message_id)
    assert Message.objects.get(pk=third.user_message_id).parent_id == first.assistant_message_id


def test_ones_own_second_window_is_not_told_a_name(room: Conversation, send: Callable[..., Turn]) -> None:
    at = room.leaf_id
    send("here", conversation=room, parent_id=at)
    with pytest.raises(Refused) as moved:
        send("there", conversation=room, parent_id=at)
    assert "in another window" in moved.value.message


@pytest.mark.parametrize("deed", ["edit", "regenerate"])
def test_nobody_takes_the_branch_away_from_under_an_answer_to_somebody_else(
    room: Conversation, alice: User, bob: User, send: Callable[..., Turn], deed: str
) -> None:
    first = Message.objects.get(conversation=room, role="user")
    running = send("from bob", user=bob, conversation=room, parent_id=room.leaf_id)

    def act(user: User) -> Turn:
        if deed == "edit":
            return turns.edit_turn(user=user, message=first, client_id=uuid.uuid4().hex, text="anew")
        answer = first.children.get()
        return turns.regenerate(user=user, message=answer, client_id=uuid.uuid4().hex)

    with pytest.raises(Refused) as busy:
        act(alice)
    assert (busy.value.code, "Bob" in busy.value.message) == ("busy", True)
    act(bob)  # his own: as in a private conversation
    _end(running)


def test_an_edit_in_a_private_conversation_asks_nothing_more(
    room: Conversation, alice: User, send: Callable[..., Turn]
) -> None:
    first = Message.objects.get(conversation=room, role="user")
    counts = {}
    for shared in ("write", ""):
        sharing.share(room, shared, by=room.user)
        turns.edit_turn(user=alice, message=first, client_id=uuid.uuid4().hex, text="warm", owner="")
        Generation.objects.update(state=Generation.State.FINISHED)
        with CaptureQueriesContext(connection) as asked:
            turns.edit_turn(user=alice, message=first, client_id=uuid.uuid4().hex, text="anew", owner="")
        counts[shared] = len(asked)
        Generation.objects.update(state=Generation.State.FINISHED)
    assert counts["write"] == counts[""] + 1


def test_a_copy_is_private_and_takes_no_key_of_the_owner_along(room: Conversation, bob: User) -> None:
    room.settings = {**room.settings, "key": str(uuid.uuid4())}
    room.save()
    copy = threads.branch_off(Message.objects.get(pk=room.leaf_id), user=bob)
    assert (copy.user, copy.shared, copy.team) == (bob, "", room.team)
    assert "key" not in copy.settings
    assert copy.settings["offer"] == room.settings["offer"]


class TestKeys:
    """A run belongs to who asks for it: their own key or the team's, never another person's."""

    @pytest.fixture
    def provider(self, catalog: None) -> Provider:
        return Provider.objects.get(slug="bigmodel")

    @pytest.fixture
    def far(self, provider: Provider) -> Offer:
        return Offer.objects.filter(provider=provider).order_by("wire_name")[0]

    def test_the_owners_own_key_is_not_there_for_a_writer(
        self, room: Conversation, alice: User, bob: User, provider: Provider, far: Offer, send: Callable[..., Turn]
    ) -> None:
        mine = keys.add(team=room.team, user=alice, provider=provider, label="alice's", key=KEY, created_by=alice)
        wish = RunSettings(offer=far.pk, key=mine.pk)
        with pytest.raises(Refused) as refused:
            send("from bob", user=bob, conversation=room, parent_id=room.leaf_id, settings=wish)
        assert refused.value.code == "no_key"
        assert "There is no key" in refused.value.message

    def test_a_writer_runs_with_the_teams_key_where_the_owner_had_chosen_their_own(
        self, room: Conversation, alice: User, bob: User, provider: Provider, far: Offer, send: Callable[..., Turn]
    ) -> None:
        mine = keys.add(team=room.team, user=alice, provider=provider, label="alice's", key=KEY, created_by=alice)
        ours = keys.add(team=room.team, user=None, provider=provider, label="ours", key=KEY, created_by=alice)
        wish = RunSettings(offer=far.pk, key=mine.pk)
        turn = send("from bob", user=bob, conversation=room, parent_id=room.leaf_id, settings=wish)
        made = Generation.objects.get(pk=turn.generation_id)
        assert made.api_key == ours
        assert "key" not in made.settings

    def test_a_chosen_key_that_is_gone_is_refused_as_before(
        self, room: Conversation, alice: User, provider: Provider, far: Offer, send: Callable[..., Turn]
    ) -> None:
        keys.add(team=room.team, user=None, provider=provider, label="ours", key=KEY, created_by=alice)
        wish = RunSettings(offer=far.pk, key=uuid.uuid4())
        with pytest.raises(Refused) as refused:
            send("from alice", conversation=room, parent_id=room.leaf_id, settings=wish)
        assert refused.value.code == "no_key"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_at_once_one_is_written_and_the_others_are_told_its_name(
    room: Conversation, crew: Team, send: Callable[..., Turn]
) -> None:
    people = [create_user(email=f"p{n}@example.org", password=None, name=f"Person {n}") for n in range(6)]
    for one in people:
        Member.objects.create(team=crew, user=one, role=Role.MEMBER)
    outcomes = together(6, lambda n: send(f"from {n}", user=people[n], conversation=room, parent_id=room.leaf_id))
    made = [one for one in outcomes if isinstance(one, Turn)]
    refused = [one for one in outcomes if isinstance(one, Refused)]
    assert (len(made), len(refused)) == (1, 5), outcomes
    winner = Generation.objects.get(pk=made[0].generation_id).user.display_name
    assert {one.code for one in refused} == {"conversation_moved"}
    assert all(winner in one.message for one in refused)
    assert Message.objects.filter(conversation=room, content__startswith="from ").count() == 1
