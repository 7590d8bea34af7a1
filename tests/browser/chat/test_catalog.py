"""The catalog in a browser: refined as it is typed, kept in the address, without scripts, on phones."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.catalog.models import Offer
from tests.browser.chat.conftest import ready

PHONE = {"width": 390, "height": 844}
ROWS = "#catalog-results tbody tr"


@pytest.fixture
def catalog(page: Page) -> Page:
    """Alice's catalog page."""
    page.goto("/models/")
    return page


def test_results_follow_what_is_typed_and_the_address_keeps_it(catalog: Page) -> None:
    catalog.locator("#catalog-search").press_sequentially("glm-4.5-airx")
    expect(catalog.locator("#catalog-results [role=status]")).to_contain_text("fit")
    expect(catalog).to_have_url(re.compile(r"\?q=glm-4\.5-airx&tier=V0$"))
    expect(catalog.locator("#catalog-search")).to_be_focused()
    expect(catalog.locator("#catalog-search")).to_have_value("glm-4.5-airx")
    found = catalog.locator(ROWS).count()
    catalog.reload()
    expect(catalog.locator(ROWS)).to_have_count(found)
    expect(catalog.locator("#catalog-search")).to_have_value("glm-4.5-airx")


def test_filters_add_up_and_going_back_undoes_the_last(catalog: Page) -> None:
    catalog.select_option('[name="provider"]', "bigmodel")
    expect(catalog).to_have_url(re.compile("provider=bigmodel"))
    all_of_it = catalog.locator(ROWS).count()
    catalog.locator(".tc-chip", has_text="Structured output").click()
    expect(catalog).to_have_url(re.compile("feature=json.*provider=bigmodel"))
    assert catalog.locator(ROWS).count() < all_of_it
    catalog.go_back()
    expect(catalog).not_to_have_url(re.compile("feature=json"))
    expect(catalog.locator(ROWS)).to_have_count(all_of_it)
    expect(catalog.locator('[name="feature"][value="json"]')).not_to_be_checked()
    expect(catalog.locator("#sidebar")).to_be_visible()


def test_columns_sort_and_keep_the_filter(catalog: Page) -> None:
    catalog.select_option('[name="provider"]', "zai")
    expect(catalog).to_have_url(re.compile("provider=zai"))
    head = catalog.locator("thead th", has_text="Context")
    head.locator("a").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(catalog).to_have_url(re.compile("provider=zai.*sort=-context"))
    expect(catalog.locator(f'{ROWS}:first-child td[data-label="Context"]')).to_have_text("1M")
    catalog.locator(".tc-chip", has_text="Tools").click()  # the form keeps the order
    expect(catalog).to_have_url(re.compile("feature=tools.*sort=-context"))


def test_the_tier_fills_the_column(catalog: Page) -> None:
    sold = Offer.objects.get(provider__slug="bigmodel", wire_name="glm-4-flashx-250414")
    row = catalog.locator(ROWS, has=catalog.locator(f'a[href$="offer={sold.pk}"]'))
    for tier in ("V3", "V1"):
        catalog.locator(".tc-segments label", has_text=tier).click()
        expect(row.locator(f'[data-label="Parallel, {tier}"]')).to_have_text(str(sold.concurrency[tier]))


def test_a_filter_that_nothing_fits_is_named_and_cleared(catalog: Page) -> None:
    everything = catalog.locator(ROWS).count()
    catalog.fill("#catalog-search", "no such model")
    expect(catalog.locator("#catalog-results .tc-empty")).to_contain_text("Nothing fits “no such model”.")
    catalog.locator("#catalog-results .tc-empty a").click()
    expect(catalog.locator(ROWS)).to_have_count(everything)
    expect(catalog.locator("#catalog-search")).to_have_value("")


def test_without_scripts_the_form_and_the_heads_do_the_same(
    browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    context = browser_of_user(alice, java_script_enabled=False)
    page = context.new_page()
    page.goto("/models/")
    page.fill("#catalog-search", "glm-4.5-air")
    page.select_option('[name="provider"]', "zai")
    page.click("#catalog-filters button")
    assert "provider=zai" in page.url
    assert page.locator(ROWS).count() == 2
    page.locator("thead th", has_text="Input").locator("a").click()
    assert "sort=input" in page.url
    assert page.locator(ROWS).count() == 2
    context.pages[0].close()  # the watch of the policy needs scripts


def test_try_begins_a_conversation_with_that_model(catalog: Page) -> None:
    sold = Offer.objects.get(provider__slug="sandbox", wire_name="bigmodel/glm-z1-air")
    catalog.goto("/models/?provider=sandbox&q=glm-z1-air")
    catalog.click(f'a[href$="offer={sold.pk}"]')
    ready(catalog)
    expect(catalog.locator('#run-settings input[name="offer"]')).to_have_value(str(sold.pk))


def test_an_owner_sets_a_price_where_none_is_known(catalog: Page) -> None:
    catalog.goto("/models/?provider=bigmodel&q=glm-4.6")
    catalog.get_by_label("Set the price of GLM-4.6").click()
    catalog.fill("#id_input", "2")
    catalog.fill("#id_output", "8")
    catalog.fill("#id_source", "contract of March")
    catalog.locator("main").get_by_role("button", name="Set price").click()
    expect(catalog).to_have_url(re.compile("/models/glm-4.6/$"))
    expect(catalog.locator(".toast")).to_contain_text("The price of GLM-4.6 is set.")
    expect(catalog.locator("main")).to_contain_text("contract of March")
    expect(catalog.locator("main")).to_contain_text("holds now")


@pytest.mark.parametrize("address", ["/models/", "/models/glm-4.5-air/"])
def test_on_a_phone_tables_are_cards_and_nothing_stands_outside(
    browser_of_user: Callable[..., BrowserContext], alice: User, address: str
) -> None:
    page = browser_of_user(alice, viewport=PHONE).new_page()
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    outside = page.evaluate(
        "() => [...document.querySelectorAll('main *')].filter((one) => one.checkVisibility()"
        " && one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.tc-hidden-text'))"
        ".map((one) => one.outerHTML.slice(0, 80))"
    )
    assert outside == []
    expect(page.locator(".tc-cards thead").first).to_be_hidden()
    label = page.locator(".tc-cards [data-label]").first
    assert label.evaluate("(cell) => getComputedStyle(cell, '::before').content") == '"Input"'
