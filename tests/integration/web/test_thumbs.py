"""Thumbs on answers: pressed, turned, taken back by whoever sees the answer, and counted for its template's version."""

import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts.models import Team, User
from playground.conversations import progress, threads, thumbs
from playground.conversations.models import Message, Thumb
from playground.conversations.progress import Settlement
from playground.conversations.run_settings import RunSettings
from playground.conversations.thumbs import Tally
from playground.conversations.turns import Turn
from playground.ledger.models import Entry
from playground.prompts.models import TemplateVersion
from tests.integration.conversations.conftest import offer, send
from tests.integration.prompts.conftest import Make, make
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db
__all__ = ["make", "offer", "send"]  # fixtures
Send = Callable[..., Turn]


@pytest.fixture
def version(make: Make) -> TemplateVersion:
    return make().shown


@pytest.fixture
def answered(send: Send, offer: object, version: TemplateVersion) -> Turn:
    """An answer that was made with the template."""
    turn = send(settings=RunSettings(offer=offer.pk, template=version.pk))  # type: ignore[attr-defined]
    progress.settle(
        Settlement(
            generation_id=turn.generation_id, state="finished", content="an answer", reasoning_content="", seq=1
        ),
        owner="here",
    )
    return turn


def press(client: Client, message: uuid.UUID, thumb: str) -> str:
    answer = client.post(reverse("thumb", args=[message]), {"thumb": thumb}, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def pressed(page: str) -> list[str]:
    """The labels of the buttons that are pressed."""
    return re.findall(r'aria-pressed="true" aria-label="([^"]+)"', page)


def test_a_thumb_is_pressed_turned_and_taken_back(alices: Client, answered: Turn) -> None:
    message = answered.assistant_message_id
    assert pressed(press(alices, message, "up")) == ["Good answer"]
    assert pressed(press(alices, message, "down")) == ["Bad answer"]
    assert Thumb.objects.count() == 1
    assert pressed(press(alices, message, "")) == []
    assert not Thumb.objects.exists()


def test_the_thumb_stands_in_the_thread_the_part_and_the_message(alices: Client, answered: Turn) -> None:
    press(alices, answered.assistant_message_id, "down")
    for address in (
        reverse("conversation", args=[answered.conversation_id]),
        reverse("thread", args=[answered.conversation_id]),
        reverse("message", args=[answered.assistant_message_id]),
    ):
        assert pressed(alices.get(address).content.decode()) == ["Bad answer"], address


def test_without_javascript_the_page_comes_back_to_the_answer(alices: Client, answered: Turn) -> None:
    answer = alices.post(reverse("thumb", args=[answered.assistant_message_id]), {"thumb": "up"})
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"#message-{answered.assistant_message_id}")


def test_strangers_questions_and_copies_have_no_thumb(
    alices: Client, alice: User, charlie: User, browser_of: Callable[[User], Client], answered: Turn
) -> None:
    address = reverse("thumb", args=[answered.assistant_message_id])
    assert browser_of(charlie).post(address, {"thumb": "up"}).status_code == 404
    question = reverse("thumb", args=[answered.user_message_id])
    assert alices.post(question, {"thumb": "up"}).status_code == 404
    copy = threads.branch_off(Message.objects.get(pk=answered.assistant_message_id), user=alice)
    assert "Good answer" not in alices.get(reverse("conversation", args=[copy.pk])).content.decode()
    assert not Thumb.objects.exists()


def test_thumbs_are_counted_for_the_version_and_the_team(
    answered: Turn, alice: User, bob: User, team: Team, version: TemplateVersion
) -> None:
    message = Message.objects.get(pk=answered.assistant_message_id)
    thumbs.give(alice, message, "up")
    thumbs.give(bob, message, "down")
    assert thumbs.tally(team.pk, [version.pk]) == {version.pk: Tally(up=1, down=1)}
    assert thumbs.tally(team.pk + 1, [version.pk]) == {}


def test_the_entry_keeps_the_template_when_it_is_gone(answered: Turn, version: TemplateVersion) -> None:
    template = version.template_id
    version.template.delete()
    entry = Entry.objects.get()
    assert (entry.template, entry.template_version) == (template, version.pk)


def test_the_templates_page_says_what_each_version_is_worth(
    alices: Client, alice: User, answered: Turn, version: TemplateVersion, team: Team
) -> None:
    page = reverse("template", args=[version.template_id])
    assert "Nobody in your team has run it yet" in text_of(alices.get(page))
    thumbs.give(alice, Message.objects.get(pk=answered.assistant_message_id), "up")
    said = text_of(alices.get(page))
    assert "Rated good 100%" in said
    assert "What it is worth" in said


def test_two_versions_are_compared_by_their_figures(alices: Client, version: TemplateVersion, make: Make) -> None:
    other = make("Other").shown
    said = text_of(alices.get(reverse("template-compare"), {"left": version.pk, "right": other.pk}))
    assert "What they are worth" in said
    assert "Median cost — —" in said
