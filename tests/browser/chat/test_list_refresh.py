"""The list is fetched anew when something happens; that never undoes what the reader is doing with it."""

import re

from playwright.sync_api import Page, Route, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.conversations.models import Conversation
from tests.browser.chat.conftest import ready

WHOLE_LIST = re.compile(r"/conversations/\?q=(&|$)")  # not filtered


def test_a_refresh_under_way_does_not_undo_what_was_typed_meanwhile(page: Page, alice: User) -> None:
    for title in ("apples", "pears"):
        Conversation.objects.create(team=current_team(alice), user=alice, title=title)
    page.reload()
    ready(page)
    rows = page.locator("#conversation-list .tc-row")
    expect(rows).to_have_count(2)
    page.route(WHOLE_LIST, never_answer)
    with page.expect_request(WHOLE_LIST) as refresh:
        page.evaluate("htmx.trigger(document.getElementById('conversation-list'), 'refresh')")
    with page.expect_event("requestfailed", lambda request: request == refresh.value):
        page.fill("#conversation-filter", "apple")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("apples")


def never_answer(route: Route) -> None:
    """A server that takes its time."""
