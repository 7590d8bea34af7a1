"""People at work in one team, and pages in their browsers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from playground.accounts.models import Member, Team, User
from playground.accounts.roles import Role

HTMX = {"hx-request": "true"}


@pytest.fixture
def bob_at_work(bob: User, team: Team) -> User:
    """Bob, working in Alice's team."""
    bob.current_team = team
    bob.save()
    return bob


@pytest.fixture
def viewer(bob_at_work: User, team: Team) -> User:
    """Bob, who may only look."""
    Member.objects.filter(user=bob_at_work, team=team).update(role=Role.VIEWER)
    return bob_at_work


@pytest.fixture
def alices(browser_of: Callable[[User], Client], alice: User) -> Client:
    """Alice's browser."""
    return browser_of(alice)


def text_of(answer: Any) -> str:
    """What a person reads of an answer: no tags, entities as characters, white space as one blank."""
    content = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.S)
    words = re.sub(r"<[^>]+>", " ", content)
    for entity, sign in (("&#x27;", "'"), ("&quot;", '"'), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        words = words.replace(entity, sign)
    return re.sub(r"\s+", " ", words)
