"""The list is fetched anew when something happens; that never undoes what the reader is doing with it."""

import re

from django.utils import timezone
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


def test_a_refresh_does_not_undo_that_the_archive_was_opened_meanwhile(page: Page, alice: User) -> None:
    for title, archived_at in (("apples", None), ("pears", timezone.now())):
        Conversation.objects.create(team=current_team(alice), user=alice, title=title, archived_at=archived_at)
    page.reload()
    ready(page)
    page.route(WHOLE_LIST, never_answer)
    with page.expect_request(WHOLE_LIST) as refresh:
        page.evaluate("htmx.trigger(document.getElementById('conversation-list'), 'refresh')")
    with page.expect_event("requestfailed", lambda request: request == refresh.value):
        page.click("#open-archive")
    expect(page.locator("#conversation-list .tc-row")).to_contain_text("pears")


def test_a_refresh_waits_for_the_archive_that_is_being_opened(page: Page, alice: User) -> None:
    for title, archived_at in (("apples", None), ("pears", timezone.now())):
        Conversation.objects.create(team=current_team(alice), user=alice, title=title, archived_at=archived_at)
    page.reload()
    ready(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/conversations/?view=archived", hold, times=1)
    with page.expect_request("**/conversations/?view=archived"):
        page.click("#open-archive")
    page.clock.install()
    page.evaluate("import('/static/js/conversations.js').then((list) => list.refreshConversations())")
    page.clock.run_for(1_000)  # a refresh that did not wait would have called the other request off
    held[0].continue_()
    expect(page.locator("#conversation-list .tc-row")).to_contain_text("pears")
