"""A comparison that its owner shares: a colleague opens the link and sees the answers as they are written."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import Member, Team, User
from playground.accounts.people import create_user
from playground.accounts.roles import Role
from playground.catalog.models import Offer
from playground.comparisons import columns
from playground.comparisons.models import Comparison
from playground.conversations.run_settings import RunSettings
from tests.browser.chat.conftest import Noise
from tests.browser.compare.conftest import ANSWERS, MODELS, ask, until_all
from tests.server import Server

PASSWORD = "correct horse battery"
TEXTS = f"() => [...document.querySelectorAll('{ANSWERS} [data-body]')].map((body) => body.innerText)"


@pytest.fixture
def colleague(server: Server, alice: User) -> User:
    """On a team with Alice, where both are at work."""
    crew = Team.objects.create(name="Northwind")
    wang = create_user(email="wang@example.org", password=PASSWORD, name="Wang")
    for user, role in ((alice, Role.OWNER), (wang, Role.MEMBER)):
        Member.objects.create(team=crew, user=user, role=role)
        user.current_team = crew
        user.save()
    return wang


@pytest.fixture
def comparison(colleague: User, alice: User) -> Comparison:
    """Alice's, in that team."""
    offers = [Offer.objects.get(provider__slug="sandbox", wire_name=name) for name in MODELS]
    return columns.make(user=alice, columns=[RunSettings(offer=offer.pk, max_tokens=8192) for offer in offers])


def share(board: Page, how: str) -> None:
    board.click("#sharing-menu-trigger")
    board.click(f"#share-{how}")
    board.locator(f'#sharing[data-shared="{"" if how == "private" else how}"]').wait_for(state="attached")
    expect(board.locator("#sharing-menu-trigger")).to_be_focused()


def test_a_colleague_opens_the_link_sees_streams_live_votes_and_is_shown_out_when_it_ends(
    board: Page,
    comparison: Comparison,
    colleague: User,
    browser_of_user: Callable[..., BrowserContext],
    noise: Noise,
) -> None:
    noise.expected = ("404",)
    link = f"/compare/{comparison.pk}/"
    reader = browser_of_user(colleague).new_page()
    assert (opened := reader.goto(link)) is not None
    assert opened.status == 404
    share(board, "read")
    reader.goto(link)
    expect(reader.locator('[data-standing="read_only"]')).to_contain_text("Alice lets the team read this comparison.")
    expect(reader.locator("compare-board button:visible")).to_have_count(0)
    ask(board, "/sandbox long 1200")  # long enough to be seen growing on a busy machine
    reader.locator(f"{ANSWERS}[aria-busy] [data-body] *").first.wait_for()
    until_all(board, "finished")
    until_all(reader, "finished")
    assert reader.evaluate(TEXTS) == board.evaluate(TEXTS)
    expect(reader.locator("[data-question]")).to_have_text("/sandbox long 1200")
    expect(reader.locator("[data-head] .badge", has_text="Done in")).to_have_count(3)
    reader.locator("[data-prefer]").nth(1).click()
    expect(board.locator("[data-foot] .badge", has_text="Preferred by Wang")).to_have_count(1)
    expect(board.locator('[data-prefer][aria-pressed="true"]')).to_have_count(0)
    share(board, "private")
    reader.wait_for_url("**/compare/")
    expect(reader.locator("main")).to_contain_text("No comparisons yet")


def test_hidden_names_reach_a_reader_at_once_and_a_stranger_finds_nothing(
    board: Page,
    comparison: Comparison,
    colleague: User,
    browser_of_user: Callable[..., BrowserContext],
    charlie: User,
    noise: Noise,
) -> None:
    noise.expected = ("404",)
    ask(board, "/sandbox long 60")  # which does not say who answers
    until_all(board, "finished")
    share(board, "read")
    reader = browser_of_user(colleague).new_page()
    reader.goto("/compare/")
    reader.get_by_role("link", name="/sandbox long 60").click()
    until_all(reader, "finished")
    titles = [Offer.objects.get(provider__slug="sandbox", wire_name=name).title for name in MODELS]
    assert [title for title in titles if title not in reader.content()] == []
    board.check("#hide-names")
    reader.locator("compare-board[data-blind]").wait_for()
    until_all(reader, "finished")
    assert [title for title in titles if title in reader.content()] == []
    expect(reader.locator(".tc-thumbs:visible, .tc-meter-cost:visible")).to_have_count(0)
    stranger = browser_of_user(charlie).new_page()
    assert (opened := stranger.goto(f"/compare/{comparison.pk}/")) is not None
    assert opened.status == 404
