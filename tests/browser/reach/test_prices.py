"""Prices by length are typed in the browser: a tier more, a tier less, and what was typed stays."""

from collections.abc import Callable

from django.urls import reverse
from playwright.sync_api import BrowserContext, expect

from playground.accounts.models import User
from playground.catalog.models import Offer, PriceRow


def test_tiers_are_added_filled_in_and_removed(browser_of_user: Callable[..., BrowserContext], alice: User) -> None:
    sold = Offer.objects.get(provider__slug="zai", wire_name="glm-4.6")
    page = browser_of_user(alice).new_page()
    page.goto(reverse("list-price", args=[sold.pk]))
    page.wait_for_function("() => window.htmx && document.documentElement.classList.contains('js')")
    lengths = page.get_by_label("Prompt below")
    expect(page.get_by_label("Input", exact=True)).to_have_value("0.6")
    expect(lengths).to_be_hidden()
    page.get_by_label("Source", exact=True).fill("a contract")
    for count in (2, 3):
        page.get_by_role("button", name="Add a tier").click()
        expect(page.get_by_role("group", name="Tier")).to_have_count(count)
    page.get_by_role("button", name="Remove tier 3").click()
    expect(page.get_by_role("group", name="Tier")).to_have_count(2)
    lengths.first.fill("32000")
    for name, value in (("Input", "0.9"), ("Output", "3"), ("Prompt from", "32000")):
        page.get_by_label(name, exact=True).last.fill(value)
    page.keyboard.press("Enter")  # sets the price, and neither adds nor removes
    expect(page.get_by_text("The price of GLM-4.6 is set.")).to_be_visible()
    tiers = PriceRow.objects.get(offer=sold, origin="typed").price.tiers
    assert [(tier.prompt_min, tier.prompt_max, f"{tier.input:f}") for tier in tiers] == [
        (0, 32_000, "0.6"),
        (32_000, None, "0.9"),
    ]
