"""A page whose last answers have formulas or code brings along what draws them; every other page stays light."""

import pytest
from django.test import Client

from playground.accounts.models import Team, User
from playground.conversations.models import Conversation, Message

FORMULAS, COLOURS = "katex.min", "highlight.min"


def page_with(client: Client, team: Team, user: User, *answers: str) -> str:
    """What a conversation with these answers loads, oldest first."""
    room = Conversation.objects.create(team=team, user=user, title="r")
    for number, content in enumerate(answers):
        question = Message.objects.create(conversation=room, parent=room.leaf, role="user", content=f"q{number} $x$")
        room.leaf = Message.objects.create(conversation=room, parent=question, role="assistant", content=content)
    room.save()
    page = client.get(f"/c/{room.pk}/").content.decode()
    return "\n".join(line for line in page.splitlines() if "<script" in line or "<link" in line)


@pytest.mark.parametrize(
    ("answer", "formulas", "code"),
    [
        ("plain words", False, False),
        ("it costs $5, or $6 with tax", False, False),
        ("it costs $5 or $6", False, False),
        (r"the area \(a^2\)", True, False),
        (r"so \[x = 1\]", True, False),
        ("so\n\n$$x = 1$$", True, False),
        ("with $x = 1$ in it", True, False),
        ("```python\nx = 1\n```", False, True),
        ("1. step\n   ~~~ sh\n   ls\n   ~~~", False, True),
        ("```\nno language, no colours\n```", False, False),
    ],
)
def test_what_the_last_answer_needs_is_there_from_the_start(
    alices: Client, team: Team, alice: User, answer: str, formulas: bool, code: bool
) -> None:
    loaded = page_with(alices, team, alice, answer)
    assert (FORMULAS in loaded) is formulas
    assert (COLOURS in loaded) is code


def test_what_stands_far_above_the_end_waits_for_its_reader(alices: Client, team: Team, alice: User) -> None:
    loaded = page_with(alices, team, alice, "$$x$$\n\n```python\n1\n```", *["plain"] * 4)
    assert FORMULAS not in loaded
    assert COLOURS not in loaded
