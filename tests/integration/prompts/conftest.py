"""Templates of Alice's team."""

from collections.abc import Callable

import pytest

from playground.accounts.models import Team, User
from playground.prompts import library
from playground.prompts.content import Content, read_content
from playground.prompts.models import PromptTemplate

Make = Callable[..., PromptTemplate]


def content(title: str = "Meeting summary", **more: object) -> Content:
    """A content with one variable."""
    return read_content({"title": title, "system_prompt": "You write for {{team}}.", **more})


@pytest.fixture
def make(team: Team, alice: User) -> Make:
    """Makes a template of Alice's team."""

    def made(title: str = "Meeting summary", *, live: bool = True, **more: object) -> PromptTemplate:
        return library.create(team=team, author=alice, content=content(title, **more), live=live)

    return made
