"""Links to a copy: what they show and to whom, that they end, and that nothing comes out that was not ticked."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.accounts.models import Deed, Member, User
from playground.accounts.people import current_team
from playground.accounts.roles import Role
from playground.catalog.models import Offer
from playground.conversations import threads
from playground.conversations.models import Conversation, Message
from playground.conversations.progress import Settlement, settle
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import append_turn
from playground.snapshots import sharing
from playground.snapshots.models import Snapshot
from playground.wire.usage import Usage
from tests.integration.web.conftest import HTMX, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
SECRETS = {
    "reasoning": "hidden thought",
    "system_prompt": "hidden instruction",
    "names": "Alice Liddell",
    "costs": "1,234 prompt tokens",
}


@pytest.fixture
def conversation(alice: User) -> Conversation:
    """One turn with thinking, a system prompt and a cost."""
    alice.name = SECRETS["names"]
    alice.save()
    offer = Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air")
    settings = RunSettings(offer=offer.pk, system_prompt=SECRETS["system_prompt"])
    return say(alice, None, "What is <b>1 + 1</b>?", settings).conversation


def say(user: User, room: Conversation | None, text: str, settings: RunSettings) -> Message:
    turn = append_turn(
        **{"user": user, "conversation": room, "parent_id": None, "client_id": uuid.uuid4().hex},  # type: ignore[arg-type]
        **{"text": text, "settings": settings, "owner": "here"},  # type: ignore[arg-type]
    )
    usage = Usage(prompt_tokens=1234, cached_tokens=0, completion_tokens=56, reasoning_tokens=7)
    done = Settlement(turn.generation_id, "finished", "It is **two**.", SECRETS["reasoning"], 1, usage=usage)
    assert settle(done, owner=None)
    return Message.objects.select_related("conversation").get(pk=turn.assistant_message_id)


@pytest.fixture
def share(alices: Client, conversation: Conversation) -> Callable[..., str]:
    """Shares the conversation with what is ticked; returns the path of the link."""

    def deed(*ticked: str, days: str = "30") -> str:
        posted = {**dict.fromkeys(ticked, "on"), "days": days}
        answer = alices.post(reverse("conversation-share", args=[conversation.pk]), posted, headers=HTMX)
        found = re.search(r'value="https?://[^/"]+(/s/[^"]+)"', answer.content.decode())
        assert found is not None
        return found[1]

    return deed


def test_whoever_has_the_link_reads_the_copy(share: Callable[..., str], client: Client) -> None:
    answer = client.get(share())
    said = text_of(answer)
    for words in ("What is <b>1 + 1</b>?", "It is **two**.", "GLM-4.5-Air"):
        assert words in said
    assert "<b>1 + 1</b>" not in answer.content.decode()


@pytest.mark.parametrize("ticked", [(), *((one,) for one in SECRETS), tuple(SECRETS)])
def test_only_what_is_ticked_is_shown_and_kept(
    share: Callable[..., str], client: Client, ticked: tuple[str, ...]
) -> None:
    page = client.get(share(*ticked)).content.decode()
    kept = str(Snapshot.objects.get().content)
    assert {name: secret in page for name, secret in SECRETS.items()} == {name: name in ticked for name in SECRETS}
    assert {name: SECRETS[name] in kept for name in ("reasoning", "system_prompt", "names")} == {
        name: name in ticked for name in ("reasoning", "system_prompt", "names")
    }
    assert ("1234" in kept) == ("costs" in ticked)


def test_the_page_leaks_nothing_of_the_house(share: Callable[..., str], client: Client, alice: User) -> None:
    page = client.get(share()).content.decode()
    for secret in (alice.email, current_team(alice).name, "tc-sidebar", "conversation-list", 'id="palette"', "/c/"):
        assert secret not in page


def test_search_engines_and_other_sites_learn_nothing(share: Callable[..., str], client: Client) -> None:
    answer = client.get(share())
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert '<meta name="robots" content="noindex' in answer.content.decode()


def test_the_copy_stays_as_it_was(
    share: Callable[..., str], client: Client, conversation: Conversation, alice: User
) -> None:
    link = share()
    say(alice, conversation, "And a secret later on?", RunSettings(**_settings(conversation)))
    threads.rename(conversation, "Another title")
    said = text_of(client.get(link))
    assert "And a secret later on?" not in said
    assert "Another title" not in said
    conversation.delete()
    assert client.get(link).status_code == 200


def test_the_address_cannot_be_guessed_and_is_kept_nowhere(share: Callable[..., str]) -> None:
    links = {share() for _ in range(3)}
    secrets = [link.split("/")[2] for link in links]
    assert len(links) == 3
    assert all(len(secret) == 43 for secret in secrets)
    rows = str(list(Snapshot.objects.values()))
    assert not any(secret in rows for secret in secrets)


def test_a_link_that_was_taken_back_shows_nothing_and_forgets(
    share: Callable[..., str], client: Client, alices: Client
) -> None:
    link = share()
    made = Snapshot.objects.get()
    assert "Take back" in text_of(alices.get(reverse("snapshots")))
    alices.post(reverse("snapshot-take-back", args=[made.pk]))
    made.refresh_from_db()
    assert made.content == {}
    assert client.get(link).status_code == alices.get(link).status_code == 404
    assert "taken back" in text_of(alices.get(reverse("snapshots")))
    deeds = Deed.objects.filter(team=made.team).order_by("pk").values_list("name", "subject")
    assert list(deeds) == [("link.made", made.title), ("link.ended", made.title)]


def test_a_link_runs_out(share: Callable[..., str], client: Client) -> None:
    link = share(days="7")
    made = Snapshot.objects.get()
    assert made.expires_at is not None
    assert dt.timedelta(days=6, hours=23) < made.expires_at - timezone.now() <= dt.timedelta(days=7)
    Snapshot.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("days", ["", "12", "x"])
def test_a_link_without_days_of_the_list_holds_until_it_is_taken_back(share: Callable[..., str], days: str) -> None:
    share(days=days)
    assert Snapshot.objects.get().expires_at is None


def test_unknown_ended_and_foreign_links_are_answered_alike(
    share: Callable[..., str], client: Client, browser_of: Callable[[User], Client], charlie: User
) -> None:
    made = [share(), share()]
    snapshot = Snapshot.objects.first()
    assert snapshot is not None
    Snapshot.objects.filter(pk=snapshot.pk).update(revoked_at=timezone.now())
    answers = [client.get(f"/s/{'x' * 43}/"), *(client.get(link) for link in made)]
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
    charlies = browser_of(charlie)
    for snapshot_id in (snapshot.pk, uuid.uuid4()):
        assert charlies.post(reverse("snapshot-take-back", args=[snapshot_id])).status_code == 404


def test_only_ones_own_conversation_can_be_shared(
    conversation: Conversation, browser_of: Callable[[User], Client], bob_at_work: User, charlie: User, client: Client
) -> None:
    address = reverse("conversation-share", args=[conversation.pk])
    for person in (bob_at_work, charlie):
        assert browser_of(person).get(address).status_code == 404
        assert browser_of(person).post(address).status_code == 404
    assert client.post(address).status_code == 302  # to the sign-in page
    assert not Snapshot.objects.exists()


def test_a_viewer_shares_nothing(conversation: Conversation, alices: Client, alice: User) -> None:
    Member.objects.filter(user=alice, team=conversation.team).update(role=Role.VIEWER)
    answer = alices.post(reverse("conversation-share", args=[conversation.pk]), headers=HTMX)
    assert answer.status_code == 422
    assert not Snapshot.objects.exists()


def test_a_conversation_that_is_being_written_waits(alices: Client, conversation: Conversation, alice: User) -> None:
    append_turn(
        **{"user": alice, "conversation": conversation, "parent_id": None, "client_id": "x", "text": "more"},  # type: ignore[arg-type]
        **{"settings": RunSettings(**_settings(conversation)), "owner": "here"},  # type: ignore[arg-type]
    )
    answer = alices.post(reverse("conversation-share", args=[conversation.pk]), headers=HTMX)
    assert "The last answer is still being written." in text_of(answer)
    assert not Snapshot.objects.exists()


def test_a_member_of_the_team_goes_on_with_a_copy(
    share: Callable[..., str], browser_of: Callable[[User], Client], bob_at_work: User, conversation: Conversation
) -> None:
    link, bobs = share("reasoning"), browser_of(bob_at_work)
    assert f'href="{link}continue/"' in bobs.get(link).content.decode()
    assert "becomes a conversation of your own" in text_of(bobs.get(f"{link}continue/"))
    answer = bobs.post(f"{link}continue/")
    copy = Conversation.objects.get(user=bob_at_work)
    assert answer.headers["Location"] == reverse("conversation", args=[copy.pk])
    assert [(row.role, row.content) for row in copy.branch()] == [
        ("user", "What is <b>1 + 1</b>?"),
        ("assistant", "It is **two**."),
    ]
    assert copy.settings["offer"] == conversation.settings["offer"]
    assert "system_prompt" not in copy.settings
    assert "GLM-4.5-Air" in text_of(bobs.get(reverse("conversation", args=[copy.pk])))


def test_nobody_outside_of_the_team_goes_on_with_a_copy(
    share: Callable[..., str], browser_of: Callable[[User], Client], charlie: User, client: Client
) -> None:
    link, charlies = share(), browser_of(charlie)
    assert "Continue a copy" not in text_of(charlies.get(link))
    for method in ("get", "post"):
        assert getattr(charlies, method)(f"{link}continue/").status_code == 404
        assert getattr(client, method)(f"{link}continue/").status_code == 302
    assert not Conversation.objects.filter(user=charlie).exists()


def test_without_a_script_sharing_is_a_page(alices: Client, conversation: Conversation) -> None:
    address = reverse("conversation-share", args=[conversation.pk])
    assert "The link holds" in text_of(alices.get(address))
    assert "Whoever has this link" in text_of(alices.post(address, {"days": "1"}))


def test_calls_results_and_sources_are_in_the_copy(alice: User, client: Client) -> None:
    room = Conversation.objects.create(team=current_team(alice), user=alice, title="tools")
    call = {"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "<i>Oslo</i>"}'}}
    found = {"refer": "ref_1", "title": "Weather", "link": "javascript:alert(1)"}
    rows = [Message(conversation=room, role="user", content="How is it?", author=alice)]
    rows.append(Message(conversation=room, parent=rows[-1], role="assistant", tool_calls=[call]))
    given = [{"id": "1", "name": "get_weather", "content": "<u>rain</u>"}]
    rows.append(Message(conversation=room, parent=rows[-1], role="tool", results=given))
    rows.append(Message(conversation=room, parent=rows[-1], role="assistant", content="Rain", web_search=[found]))
    Message.objects.bulk_create(rows)
    room.leaf = rows[-1]
    room.save()
    _made, secret = sharing.share(user=alice, conversation=room, shows=sharing.Shows(), days=None)
    answer = client.get(f"/s/{secret}/")
    said = text_of(answer)
    for words in ("get_weather", '{"city": "<i>Oslo</i>"}', "<u>rain</u>", "Rain", "Weather"):
        assert words in said
    assert "javascript:" not in answer.content.decode()


def _settings(room: Conversation) -> dict[str, Any]:
    return {"offer": uuid.UUID(room.settings["offer"])}
