"""What an ack shows is what the page shows: a fresh turn is filled into a stencil, history is rendered whole."""

import re
import uuid
from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations import progress
from playground.conversations.models import Message
from playground.conversations.progress import Settlement
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn, append_turn, continue_turn, edit_turn, regenerate
from playground.web import stencil, thread

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
TEXTS = (
    "<b>bold</b> & 'single' \"double\"",
    "{{ message.id }} {% now %} %s \\1 \\g<0>",
    "体验中心\n\n第二行",
    stencil.mark("id"),
)


def as_in_history(*message_ids: uuid.UUID | None) -> str:
    rows = [Message.objects.get(pk=pk) for pk in message_ids if pk]
    views = [thread.view_of(row, currency="") for row in rows]
    return "".join(render_to_string("conversations/_message.html", {"message": view}) for view in views)


def without_elapsed(html: object) -> str:
    return re.sub(r'data-elapsed="\d+"', "data-elapsed", str(html))


@pytest.fixture
def deeds(alice: User) -> dict[str, Callable[[str], Turn]]:
    """Every deed that starts a run, each in a conversation of its own that has an answer already."""
    settings = RunSettings(offer=Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air").pk)

    def new(text: str) -> Turn:
        key = uuid.uuid4().hex
        return append_turn(
            user=alice, conversation=None, parent_id=None, client_id=key, text=text, settings=settings, owner="here"
        )

    def answered() -> tuple[Message, Message]:
        turn = new("a first question")
        assert progress.settle(Settlement(turn.generation_id, "finished", "an answer", "", 1), owner=None)
        question = Message.objects.select_related("conversation").get(pk=turn.user_message_id)
        return question, Message.objects.select_related("conversation").get(pk=turn.assistant_message_id)

    def follow(text: str) -> Turn:
        room, key = answered()[0].conversation, uuid.uuid4().hex
        return append_turn(
            user=alice, conversation=room, parent_id=None, client_id=key, text=text, settings=settings, owner="here"
        )

    def again(deed: Callable[..., Turn], place: int, **more: str) -> Turn:
        return deed(user=alice, message=answered()[place], client_id=uuid.uuid4().hex, owner="here", **more)

    return {
        "new": new,
        "follow": follow,
        "edit": lambda text: again(edit_turn, 0, text=text),
        "regenerate": lambda _text: again(regenerate, 1),
        "continue": lambda _text: again(continue_turn, 1),
    }


@pytest.mark.parametrize("deed", ["new", "follow", "edit", "regenerate", "continue"])
@pytest.mark.parametrize(("language", "zone"), [("en", "UTC"), ("zh-hans", "Asia/Kathmandu")])
def test_the_messages_of_a_fresh_turn_are_those_of_history(
    deeds: dict[str, Callable[[str], Turn]], deed: str, language: str, zone: str
) -> None:
    with translation.override(language), timezone.override(zone):
        for text in TEXTS:
            turn = deeds[deed](text)
            asked = turn.user_message_id if turn.created_question else None
            html = thread.describe_turn(turn)["html"]
            assert without_elapsed(html) == without_elapsed(as_in_history(asked, turn.assistant_message_id))


def test_two_turns_share_a_stencil_and_nothing_else(deeds: dict[str, Callable[[str], Turn]]) -> None:
    first = str(thread.describe_turn(deeds["new"]("what only the first one says"))["html"])
    cut = stencil._cut.cache_info().currsize
    turn = deeds["new"]("another text")
    second = str(thread.describe_turn(turn)["html"])
    assert stencil._cut.cache_info().currsize == cut
    assert "what only the first one says" not in second
    assert str(turn.assistant_message_id) in second
    assert not set(re.findall(r"[0-9a-f-]{36}", first)) & set(re.findall(r"[0-9a-f-]{36}", second))
