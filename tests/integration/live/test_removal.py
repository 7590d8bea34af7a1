"""Who is removed from a team is out of it within two seconds: sockets, streams, and whatever they try afterwards."""

import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed

from playground.accounts import deactivation, teams
from playground.accounts.models import Member, Team, User
from playground.accounts.people import create_user
from playground.accounts.roles import Role
from playground.catalog.models import Offer
from playground.conversations.models import Generation, Message
from playground.ledger.models import Entry
from playground.streaming import parting
from tests.integration.live.conftest import LONG, Tab, session_of
from tests.server import Server

WITHIN = 2.0  # seconds; the machine of the tests is shared, so a second more is let pass
SIGNED_OUT, PUT_OUT = 4401, 4410
Browse = Callable[[User], Callable[[str], httpx.Response]]


@pytest.fixture
def crew(server: Server, alice: User) -> Team:
    """A team of Alice's."""
    return teams.make(user=alice, name="Crew")


@pytest.fixture
def mia(crew: Team) -> User:
    """A member of it, at work in it."""
    user = create_user(email="mia@example.org", password="x", name="Mia")
    Member.objects.create(team=crew, user=user, role=Role.MEMBER)
    teams.switch(user=user, team=crew)
    return user


@pytest.fixture
def browser(server: Server) -> Iterator[Browse]:
    """Opens the settings page in somebody's browser; what it returns posts an empty form to a path."""
    opened: list[httpx.Client] = []

    def of(user: User) -> Callable[[str], httpx.Response]:
        cookies = {settings.SESSION_COOKIE_NAME: session_of(user)}
        http = httpx.Client(base_url=server.url, cookies=cookies, headers={"origin": server.url}, timeout=30)
        opened.append(http)
        http.get("/settings/")
        token = {"csrfmiddlewaretoken": http.cookies[settings.CSRF_COOKIE_NAME]}
        return lambda path: http.post(path, data=token)

    yield of
    for http in opened:
        http.close()


def closed_with(one: Tab) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        one.hear_until(lambda frame: False, timeout=5)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def stopped_after(generation: str, began: float) -> float:
    """Seconds from a moment until a run is settled as stopped."""
    while Generation.objects.get(pk=generation).state != "stopped":
        assert time.monotonic() - began < 10, "it runs on"
        time.sleep(0.02)
    return time.monotonic() - began


def test_a_removed_members_sockets_close_and_their_streams_stop(
    crew: Team, mia: User, alice: User, offer: Offer, tab: Callable[..., Tab], browser: Browse
) -> None:
    theirs, others = tab(mia), tab(alice)
    ack = theirs.send(LONG.format(count=4000), offer)
    theirs.follow(ack["generation"])
    theirs.hear_until(lambda frame: frame["type"] == "delta")
    post = browser(alice)
    began = time.monotonic()
    assert post(f"/team/{crew.pk}/members/{mia.pk}/remove/").status_code == 302
    assert closed_with(theirs) == PUT_OUT
    assert time.monotonic() - began < WITHIN + 1
    assert others.ask("ping")["pong"] is True
    assert stopped_after(ack["generation"], began) < WITHIN + 1
    assert Message.objects.get(pk=ack["assistant_message"]).content, "what was written stays with the team"
    back = tab(mia)
    for command, fields in (
        ("generation.follow", {"generation": ack["generation"], "after": 0}),
        ("generation.stop", {"generation": ack["generation"]}),
        ("message.regenerate", {"message": ack["assistant_message"], "client_id": "again"}),
    ):
        assert back.ask(command, **fields)["code"] == "not_found"
    fresh = back.send("hello", offer)
    assert Message.objects.get(pk=fresh["assistant_message"]).conversation.team.personal


def test_who_leaves_is_cut_as_well(crew: Team, mia: User, tab: Callable[..., Tab], browser: Browse) -> None:
    theirs = tab(mia)
    assert browser(mia)(f"/team/{crew.pk}/leave/").status_code == 302
    assert closed_with(theirs) == PUT_OUT


def _remove(crew: Team, mia: User, alice: User) -> None:
    parting.remove(crew, by=alice, user_id=mia.pk)


def _deactivate(crew: Team, mia: User, alice: User) -> None:
    deactivation.deactivate(user_id=mia.pk, by=alice)


def _delete_team(crew: Team, mia: User, alice: User) -> None:
    parting.delete(crew, by=alice, name="Crew")


@pytest.mark.parametrize(("deed", "code"), [(_remove, PUT_OUT), (_deactivate, SIGNED_OUT), (_delete_team, PUT_OUT)])
def test_what_another_process_decides_is_heard_by_the_one_that_runs_the_answer(
    crew: Team,
    mia: User,
    alice: User,
    offer: Offer,
    tab: Callable[..., Tab],
    deed: Callable[[Team, User, User], None],
    code: int,
) -> None:
    """The deed is done here, in the process of the tests; sockets and runs are those of the server, another process."""
    theirs = tab(mia)
    ack = theirs.send(LONG.format(count=4000), offer)
    theirs.follow(ack["generation"])
    theirs.hear_until(lambda frame: frame["type"] == "delta")
    began = time.monotonic()
    deed(crew, mia, alice)
    assert closed_with(theirs) == code
    assert time.monotonic() - began < WITHIN + 1
    assert stopped_after(ack["generation"], began) < WITHIN + 1
    entry = Entry.objects.get(generation=ack["generation"])
    assert (entry.team_id, entry.user_id, entry.state) == (crew.pk, mia.pk, "stopped")
