"""The model picker: found, filtered and chosen by keyboard alone; what its rows and its foot say; a sheet on phones."""

import re
import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer, Provider
from playground.catalog.prices import set_price
from playground.ledger.models import Entry
from playground.pricing.price import Tier
from playground.vault import keys
from tests.browser.chat.conftest import ready, send, until_state

PHONE = {"width": 390, "height": 844}


def offer(provider: str, wire_name: str) -> Offer:
    return Offer.objects.get(provider__slug=provider, wire_name=wire_name)


def row(page: Page, sold: Offer) -> Locator:
    return page.locator(f"#offer-{sold.pk}")


def shown(page: Page) -> Locator:
    return page.locator(".tc-picker-row:visible")


def active(page: Page) -> Locator:
    """The row that a screen reader is told about."""
    return page.locator(f"#{page.get_attribute('[data-picker-search]', 'aria-activedescendant')}")


@pytest.fixture
def picker(page: Page) -> Page:
    """The chat page with the picker open."""
    page.click("[data-open-picker]")
    expect(page.locator("[data-picker-search]")).to_be_focused()
    return page


def test_a_model_is_found_and_chosen_by_keyboard_alone(page: Page) -> None:
    page.locator("[data-open-picker]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-picker-search]")).to_be_focused()
    page.keyboard.type("zai glm-z1")
    expect(shown(page)).to_have_count(0)
    page.keyboard.press("Control+a")
    page.keyboard.type("sandbox glm-4.5")
    first = active(page).get_attribute("id")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    chosen = active(page)
    assert chosen.get_attribute("id") != first
    title, wanted = chosen.locator("b").inner_text(), chosen.get_attribute("data-offer")
    page.keyboard.press("Enter")
    expect(page.locator("#model-picker")).to_be_hidden()
    expect(page.locator("#run-settings .tc-model-card b")).to_have_text(title)
    expect(page.locator('#run-settings input[name="offer"]')).to_have_value(str(wanted))
    expect(page.locator("[data-open-picker]")).to_be_focused()


def test_escape_closes_it_and_gives_the_focus_back(picker: Page) -> None:
    before = picker.input_value('#run-settings input[name="offer"]')
    picker.keyboard.press("ArrowDown")
    picker.keyboard.press("Escape")
    expect(picker.locator("#model-picker")).to_be_hidden()
    expect(picker.locator("[data-open-picker]")).to_be_focused()
    assert picker.input_value('#run-settings input[name="offer"]') == before


def test_the_model_in_use_is_checked_and_active_when_it_opens(picker: Page) -> None:
    used = picker.input_value('#run-settings input[name="offer"]')
    expect(picker.locator('.tc-picker-row[aria-selected="true"]')).to_have_attribute("data-offer", used)
    assert active(picker).get_attribute("data-offer") == used


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("复杂文本翻译", "GLM-4.5-Air"),
        ("ＧＬＭ－４．５－ａｉｒ", "GLM-4.5-Air"),
        ("complex translation", "GLM-4.5-Air"),
    ],
)
def test_uses_are_searched_in_both_languages_and_full_width_like_half_width(
    picker: Page, typed: str, title: str
) -> None:
    picker.fill("[data-picker-search]", typed)
    expect(shown(picker).filter(has_text=title).first).to_be_visible()
    expect(shown(picker).filter(has_text="GLM-5.3")).to_have_count(0)


def test_enter_that_confirms_pinyin_chooses_nothing(picker: Page) -> None:
    picker.fill("[data-picker-search]", "glm-4.5")
    for detail in ("{key: 'Enter', isComposing: true, bubbles: true}", "{key: 'Enter', keyCode: 229, bubbles: true}"):
        picker.locator("[data-picker-search]").evaluate(
            f"(field) => field.dispatchEvent(new KeyboardEvent('keydown', {detail}))"
        )
    expect(picker.locator("#model-picker")).to_be_visible()


def test_feature_chips_narrow_the_list_together_with_the_words(picker: Page) -> None:
    everything = shown(picker).count()
    picker.click('[data-feature="json"]')
    expect(picker.locator('[data-feature="json"]')).to_have_attribute("aria-pressed", "true")
    features = [row.get_attribute("data-features") or "" for row in shown(picker).all()]
    assert 0 < len(features) < everything
    assert all("json" in words.split() for words in features)
    picker.click('[data-feature="json"]')
    expect(shown(picker)).to_have_count(everything)


def test_what_fits_nothing_says_so_and_can_be_cleared(picker: Page) -> None:
    everything = shown(picker).count()
    picker.click('[data-feature="tools"]')
    picker.fill("[data-picker-search]", "no such model")
    expect(picker.locator("[data-picker-empty]")).to_contain_text("No model fits")
    expect(picker.locator("[data-picker-foot]")).to_be_hidden()
    picker.click("[data-picker-clear]")
    expect(shown(picker)).to_have_count(everything)
    expect(picker.locator("[data-picker-search]")).to_be_focused()


def test_a_model_that_needs_a_key_says_so_and_leads_to_the_keys(picker: Page) -> None:
    sold = offer("zai", "glm-4.5-air")
    expect(row(picker, sold)).to_contain_text("needs a key")
    expect(row(picker, sold)).to_have_attribute("aria-disabled", "true")
    picker.fill("[data-picker-search]", "z.ai glm-4.5-air")
    while active(picker).get_attribute("data-offer") != str(sold.pk):
        picker.keyboard.press("ArrowDown")
    expect(picker.locator("[data-foot-refused]")).to_contain_text("Needs a key for Z.ai")
    picker.keyboard.press("Enter")
    expect(picker.locator("[data-foot-refused] a")).to_be_focused()
    picker.keyboard.press("Enter")
    expect(picker).to_have_url(re.compile("/keys/$"))


def test_price_and_speed_are_shown_or_said_to_be_unknown(
    page: Page, alice: User, make_entries: Callable[..., None]
) -> None:
    send(page, "hello")
    until_state(page, "finished")
    used = Offer.objects.get(pk=page.input_value('#run-settings input[name="offer"]'))
    make_entries(used, ttft_ms=410, tokens_per_second=Decimal(89))
    page.reload()
    ready(page)
    page.click("[data-open-picker]")
    expect(row(page, used)).to_contain_text("tok/s")
    expect(row(page, used)).to_contain_text(re.compile(r"\d\.\d\d s"))
    expect(row(page, used)).to_contain_text("$0.20 / $1.10")
    expect(row(page, used)).to_contain_text("per M, in / out")
    unpriced = offer("bigmodel", "glm-4.6")
    expect(row(page, unpriced)).to_contain_text("no price")
    expect(row(page, unpriced)).to_contain_text("not measured")


def test_the_foot_tells_uses_features_rights_and_the_cost_of_this_prompt_in_both_currencies(
    page: Page, alice: User
) -> None:
    team = current_team(alice)
    provider = Provider.objects.get(slug="bigmodel")
    keys.add(team=team, user=None, provider=provider, label="k", key="abcdef12.secret", created_by=alice, tier="V1")
    sold = offer("bigmodel", "glm-4-flashx-250414")
    set_price(
        offer_id=sold.pk,
        currency="CNY",
        tiers=[
            Tier(Decimal(100), Decimal(100), prompt_max=1000),
            Tier(Decimal(1_000), Decimal(1_000), prompt_min=1000),
        ],
        start=date(2026, 1, 1),
        source="test",
        scope=f"team:{team.pk}",
    )
    page.reload()
    ready(page)
    page.fill("#prompt", "word " * 100)
    page.click("[data-open-picker]")
    page.fill("[data-picker-search]", "flashx-250414")
    row(page, sold).hover()
    foot = page.locator("[data-picker-foot]")
    expect(foot).to_contain_text("GLM-4-FlashX-250414")
    expect(foot).to_contain_text("Good for: ")
    expect(foot).to_contain_text("Tools")
    expect(foot).to_contain_text(f"V1: {sold.concurrency['V1']} in parallel")
    expect(foot.locator("[data-prompt-cost]")).to_have_text("this prompt ≈ ¥0.0100 ≈ $0.00141")
    page.keyboard.press("Escape")
    page.fill("#prompt", "word " * 2000)  # longer prompts have a price of their own
    page.click("[data-open-picker]")
    page.fill("[data-picker-search]", "flashx-250414")
    row(page, sold).hover()
    expect(foot.locator("[data-prompt-cost]")).to_have_text("this prompt ≈ ¥2.00 ≈ $0.2817")


def test_on_a_phone_it_is_a_sheet_at_the_bottom(browser_of_user: Callable[..., BrowserContext], alice: User) -> None:
    page = browser_of_user(alice, viewport=PHONE, has_touch=True).new_page()
    page.goto("/")
    ready(page)
    page.tap("[data-sheet=inspector]")
    page.locator("[data-open-picker]").tap()
    expect(page.locator(".tc-picker-row").first).to_be_visible()
    box = page.locator("#model-picker").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], round(box["y"] + box["height"])) == (0, PHONE["width"], PHONE["height"])
    assert box["height"] <= 0.8 * PHONE["height"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.tap("[data-picker-close]")
    expect(page.locator("#model-picker")).to_be_hidden()


@pytest.fixture
def make_entries(alice: User) -> Callable[..., None]:
    """Entries of runs of an offer; name what should differ."""

    def made(sold: Offer, **changes: Any) -> None:
        usual: dict[str, Any] = {
            **{"team": current_team(alice), "user": alice, "provider": sold.provider.slug, "model": sold.title},
            **{"offer": sold.pk, "practice": sold.provider.practice, "state": "finished", "duration_ms": 5000},
            **{"prompt_tokens": 1, "cached_tokens": 0, "completion_tokens": 1, "reasoning_tokens": 0},
            **{"tokens_basis": "reported", "cost_basis": "unpriced"},
        }
        ids = {name: uuid.uuid4() for name in ("generation", "conversation", "message")}
        Entry.objects.create(**ids, **{**usual, **changes})

    return made
