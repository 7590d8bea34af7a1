"""Teams in real browsers: from an invitation to the cut, switching, and the page by keyboard and on a phone."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts import teams
from playground.accounts.models import Member, Team, User
from playground.accounts.people import create_user
from playground.accounts.roles import Role
from playground.conversations.models import Conversation, Generation
from playground.vault import servers
from playground.vault.models import ApiKey
from playground.vault.servers import ServedModel
from tests.browser.account.conftest import PHONE, ready
from tests.browser.chat.conftest import Noise, send, until_state
from tests.browser.chat.conftest import ready as chat_ready
from tests.conftest import PASSWORD

Open = Callable[..., BrowserContext]
SECRET = "team-key-that-nobody-reads"
SOON = 15_000  # ms: two seconds are promised; the machine of the tests is shared


@pytest.fixture
def crew(alice: User) -> Team:
    """A team of Alice's, at work in it."""
    return teams.make(user=alice, name="Crew")


@pytest.fixture
def team_key(alice: User, crew: Team, allowed: str) -> ApiKey:
    """A key of the team's, for a server of its own."""
    return servers.add_server(
        team=crew,
        user=None,
        created_by=alice,
        name="Rack",
        base_url=allowed,
        key=SECRET,
        models=[ServedModel("zai/glm-4.5-air", context_tokens=128_000, max_output_tokens=8_192)],
        today=dt.date(2026, 11, 21),
    )


def test_from_the_invitation_to_the_cut(
    server: object, alice: User, crew: Team, team_key: ApiKey, browser_of_user: Open, noise: Noise
) -> None:
    hers = browser_of_user(alice).new_page()
    hers.goto("/team/")
    ready(hers)
    hers.get_by_label("Role").select_option("member")
    hers.get_by_role("button", name="Make the invitation").click()
    link = hers.locator("#invitation-link").inner_text()

    theirs = browser_of_user().new_page()
    theirs.goto(link)
    expect(theirs.get_by_role("heading", name="Join Crew")).to_be_visible()
    theirs.get_by_label("Your name").fill("Dana")
    theirs.get_by_label("Email").fill("dana@example.org")
    theirs.locator("#id_password").fill(PASSWORD)
    theirs.get_by_role("button", name="Make an account and join").click()
    chat_ready(theirs)
    expect(theirs.locator(".tc-brand-team")).to_have_text("Crew")

    offer = team_key.provider.offers.get()
    theirs.goto(f"/?offer={offer.pk}")
    chat_ready(theirs)
    expect(theirs.locator("#run-key-runs")).to_contain_text("Rack")
    send(theirs, "hello")
    until_state(theirs, "finished")
    assert Generation.objects.get().api_key == team_key
    theirs.goto("/keys/")
    expect(theirs.locator(".tc-keys")).to_contain_text("Rack")
    assert SECRET not in theirs.content()

    theirs.goto(f"/?offer={offer.pk}")
    chat_ready(theirs)
    send(theirs, "/sandbox long 4000")
    until_state(theirs, "running")
    hers.goto("/team/")
    ready(hers)
    hers.get_by_role("button", name="Manage Dana").click()
    hers.get_by_role("menuitem", name="Remove from the team").click()
    dialog = hers.locator("#team-dialog")
    expect(dialog).to_contain_text("Remove Dana from Crew?")
    dialog.get_by_role("button", name="Remove").click()
    expect(theirs.locator(".tc-banner")).to_contain_text("You are no longer in this team.", timeout=SOON)
    expect(hers.locator(".tc-members tbody tr")).to_have_count(1)
    noise.expected = ("status of 404",)
    assert theirs.goto(theirs.url).status == 404  # type: ignore[union-attr]
    theirs.goto("/")
    chat_ready(theirs)
    expect(theirs.locator(".tc-brand-team")).to_have_text("Dana")
    assert Conversation.objects.filter(team=crew).count() == 2
    assert not Generation.objects.filter(state__in=Generation.LIVE).exists()


def test_teams_are_switched_by_keyboard_and_the_list_follows(alice: User, crew: Team, browser_of_user: Open) -> None:
    personal = Team.objects.get(members__user=alice, personal=True)
    Conversation.objects.create(user=alice, team=crew, title="Of the crew")
    Conversation.objects.create(user=alice, team=personal, title="Of my own")
    page: Page = browser_of_user(alice).new_page()
    page.goto("/keys/")
    ready(page)
    expect(page.locator("#conversation-list")).to_contain_text("Of the crew")
    page.locator("#team-menu-trigger").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemradio", name="Crew")).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator(".tc-brand-team")).to_have_text("Alice")
    expect(page).to_have_url(re.compile("/keys/$"))
    expect(page.locator("#conversation-list")).to_contain_text("Of my own")
    expect(page.locator("#conversation-list")).not_to_contain_text("Of the crew")


def test_the_order_of_keys_is_chosen_in_a_conversation_and_kept(
    server: object, alice: User, crew: Team, team_key: ApiKey, browser_of_user: Open
) -> None:
    from_server = {"provider": team_key.provider, "bound_origin": team_key.bound_origin, "base_url": ""}
    own = ApiKey.objects.create(team=crew, user=alice, label="Mine", sealed=team_key.sealed, **from_server)
    offer = team_key.provider.offers.get()
    page: Page = browser_of_user(alice).new_page()
    page.goto(f"/?offer={offer.pk}")
    chat_ready(page)
    expect(page.locator("#run-key-runs")).to_have_text("Runs with Mine … (your own)")
    with page.expect_response(lambda answer: "/settings/" in answer.url):
        page.locator("#run-key").select_option("team")
    expect(page.locator("#run-key-runs")).to_contain_text("Rack")
    send(page, "hello")
    until_state(page, "finished")
    assert Generation.objects.get().api_key == team_key
    page.reload()
    chat_ready(page)
    expect(page.locator("#run-key")).to_have_value("team")
    assert own.pk != team_key.pk


def test_a_phone_shows_members_as_cards(alice: User, crew: Team, browser_of_user: Open) -> None:
    Member.objects.create(team=crew, user=create_user(email="mia@example.org", password="x"), role=Role.VIEWER)
    page: Page = browser_of_user(alice, viewport=PHONE).new_page()
    page.goto("/team/")
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Manage mia").click()
    expect(page.get_by_role("menuitemradio", name="Admin")).to_be_visible()
