"""A budget that somebody types on its page refuses the next send, and the text stays; raised, it lets it through."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.budgets.measures import units_of
from playground.budgets.models import Budget, Notice, Purse
from playground.catalog.custom import Abilities, TypedPrice, add_offer, create_provider
from playground.catalog.models import Offer
from playground.conversations.models import Generation
from playground.vault import keys
from tests.browser.chat.conftest import Noise, ready, send, until_state
from tests.server import Server
from tests.upstream import Upstream

REFUSED = ("status of 422",)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A provider on loopback."""
    one = Upstream().start()
    yield one
    one.stop()


@pytest.fixture
def dear(server: Server, alice: User, upstream: Upstream) -> Offer:
    """A model that costs $0.001 a token and says eight words."""
    team = current_team(alice)
    keys.allow_host(user=alice, host="127.0.0.1", port=upstream.port)
    provider = create_provider(scope=f"team:{team.pk}", name="Own server", base_url=upstream.base_url)
    keys.add(team=team, user=None, provider=provider, label="own", key="sk-canary-0123456789", created_by=alice)
    price = TypedPrice(currency="USD", input=Decimal(1000), output=Decimal(1000))
    room = Abilities(context_tokens=32_000, max_output_tokens=8_192)
    today = timezone.now().date()
    return add_offer(provider=provider, wire_name="stream-8-5", abilities=room, price=price, today=today)


@pytest.fixture
def budgets(browser_of_user: Callable[..., BrowserContext], alice: User) -> Page:
    """Alice's budgets page."""
    page: Page = browser_of_user(alice).new_page()
    page.goto("/budgets/")
    page.wait_for_function("() => window.htmx && document.documentElement.classList.contains('js')")
    return page


def type_budget(page: Page, amount: str) -> None:
    """A budget of the team in dollars a month."""
    page.get_by_label("In", exact=True).select_option("USD")
    page.get_by_label("Amount").fill(amount)
    page.get_by_role("button", name="Add budget").click()


def test_a_send_without_room_is_refused_keeps_the_draft_and_goes_through_when_the_amount_is_raised(
    page: Page, budgets: Page, dear: Offer, upstream: Upstream, noise: Noise
) -> None:
    noise.expected = REFUSED
    type_budget(budgets, "0")
    expect(budgets.locator("#budget-form .tc-field-error")).to_have_text(
        "Give an amount above 0, and not beyond all measure."
    )
    type_budget(budgets, "0.01")
    expect(budgets.locator(".tc-budget")).to_contain_text("of $0.0100")
    page.goto(f"/?offer={dear.pk}")
    ready(page)
    page.fill("#prompt", "hello")
    page.press("#prompt", "Enter")
    note = page.locator("[data-composer-note]")
    expect(note).to_contain_text("$0.0100 of $0.0100 is left, and this turn could take up to $8.2")
    expect(note).to_contain_text("It renews on 1 ")
    expect(page.locator("#prompt")).to_have_value("hello")
    assert upstream.requests == []
    assert Generation.objects.count() == 0

    budgets.get_by_role("link", name=re.compile("^Change ")).click()
    budgets.get_by_label("Amount").fill("100")
    budgets.get_by_role("button", name="Save").click()
    expect(budgets.locator(".tc-budget")).to_contain_text("of $100.00")
    page.press("#prompt", "Enter")
    until_state(page, "finished")
    expect(page.locator("#prompt")).to_have_value("")
    expect(page.locator("#budget-foot")).to_contain_text("$0.0150 / $100.00")


def test_a_threshold_is_told_once_and_stands_above_the_composer_from_then_on(
    page: Page, alice: User, budgets: Page, dear: Offer
) -> None:
    type_budget(budgets, "100")
    expect(budgets.locator(".tc-budget")).to_contain_text("On track")
    Purse.objects.filter(budget=Budget.objects.get()).update(spent=units_of(Decimal("79.995"), "USD"))
    page.goto(f"/?offer={dear.pk}")
    ready(page)
    send(page, "hello")
    until_state(page, "finished")
    toast = page.locator(".toast", has_text="is nearly used up: $80.01 of $100.00 is used.")
    expect(toast).to_have_count(1, timeout=15_000)
    assert Notice.objects.get().seen_at is not None
    page.reload()
    ready(page)
    expect(page.locator("#budget-foot")).to_contain_text("$80.01 / $100.00")
    expect(page.locator("[data-standing=budget]")).to_contain_text("$80.01 of $100.00 is used, $19.99 is left.")
    expect(toast).to_have_count(0)


def test_the_form_asks_only_for_what_the_choice_needs(budgets: Page) -> None:
    fields = {name: budgets.get_by_label(name, exact=True) for name in ("Member", "Key", "Template", "Period")}
    prices = budgets.get_by_label("Runs without a price")

    def shown() -> set[str]:
        return {name for name, field in fields.items() if field.is_visible()}

    choose = budgets.get_by_label("For", exact=True)
    for scope, wanted in (("team", "Period"), ("member", "Member Period"), ("key", "Key Period"), ("newcomer", "")):
        choose.select_option(scope)
        assert shown() == set(wanted.split())
    expect(prices).to_be_visible()
    budgets.get_by_label("In", exact=True).select_option("tokens")
    expect(prices).to_be_hidden()


def test_the_palette_leads_to_the_budgets(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("budgets")
    page.locator("#palette [role=option]", has_text="Budgets").click()
    page.wait_for_url("**/budgets/")
    expect(page.get_by_role("heading", name="Budgets")).to_be_visible()
