"""Signing in, another address, sessions and preferences in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from tests.browser.account.conftest import PHONE, ready
from tests.browser.chat.conftest import Noise
from tests.conftest import PASSWORD
from tests.server import Server

PAGES = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/")
INSIDE = ("/settings/", "/accounts/password/change/", "/accounts/logout/")


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """By keyboard alone: the first field has the keyboard."""
    page.goto("/accounts/login/")
    page.locator("#id_login").focus()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.id") != "id_password":  # the link beside the label stands before it
        page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def test_a_wrong_password_keeps_the_address_and_the_next_try_is_let_in(
    server: Server, with_password: User, browser_of_user: Callable[..., BrowserContext], noise: Noise
) -> None:
    noise.expected = ("status of 422",)
    page = browser_of_user().new_page()
    sign_in(page, "alice@example.org", "not the password")
    expect(page.get_by_role("alert")).to_contain_text("The address or the password is wrong.")
    expect(page.locator("#id_login")).to_have_value("alice@example.org")
    expect(page.locator("#id_password")).to_have_value("")
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Show what you type").click()
    expect(page.locator("#id_password")).to_have_attribute("type", "text")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server.url}/")


def test_a_new_address_is_asked_for_confirmed_and_signs_in(
    server: Server, with_password: User, browser_of_user: Callable[..., BrowserContext]
) -> None:
    page = browser_of_user().new_page()
    sign_in(page, "alice@example.org")
    page.wait_for_url(f"{server.url}/")
    page.goto("/settings/")
    page.get_by_role("link", name="Change the address").click()
    page.get_by_label("New e-mail address").fill("new@example.org")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("new@example.org waits for its link.")).to_be_visible()
    link = re.findall(r"http://[\w.:]+/accounts/confirm-email/[\w:-]+/", server.log)[-1]
    other = browser_of_user().new_page()
    other.goto(link)
    other.get_by_role("button", name="Confirm").click()
    sign_in(other, "new@example.org")
    other.wait_for_url(f"{server.url}/")
    page.goto("/settings/")
    expect(page.locator(".tc-page-lead").first).to_have_text("new@example.org")


def test_another_browser_is_signed_out_from_the_settings(
    alice: User, browser_of_user: Callable[..., BrowserContext], noise: Noise
) -> None:
    here, there = browser_of_user(alice).new_page(), browser_of_user(alice).new_page()
    for page in (there, here):
        page.goto("/settings/")
        ready(page)
    sessions = here.locator("#sessions")
    expect(sessions.get_by_role("listitem")).to_have_count(2)
    expect(sessions.get_by_text("this one")).to_have_count(1)
    sessions.get_by_role("button", name=re.compile("^Sign out Chrome on ")).focus()
    here.keyboard.press("Enter")
    expect(sessions.get_by_role("listitem")).to_have_count(1)
    there.goto("/keys/")
    expect(there).to_have_url(re.compile("/accounts/login/"))
    here.goto("/keys/")
    expect(here).to_have_url(re.compile("/keys/$"))


def test_a_profile_is_saved_in_place_and_holds_at_once(
    alice: User, browser_of_user: Callable[..., BrowserContext]
) -> None:
    page = browser_of_user(alice).new_page()
    page.goto("/settings/")
    ready(page)
    profile = page.locator("#profile")
    profile.get_by_label("Your name").fill("Alice Ng")
    profile.get_by_label("Language").select_option("zh-hans")
    profile.get_by_label("Theme").select_option("dark")
    profile.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    expect(page.get_by_text("Alice Ng").first).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_account_pages_fit_a_phone_in_both_languages_and_themes(
    alice: User, browser_of_user: Callable[..., BrowserContext], language: str, theme: str
) -> None:
    options = {"viewport": PHONE, "locale": language, "color_scheme": theme}
    outside, inside = browser_of_user(**options).new_page(), browser_of_user(alice, **options).new_page()
    for page, addresses in ((outside, PAGES), (inside, INSIDE)):
        for address in addresses:
            page.goto(address)
            ready(page)
            expect(page.locator("html")).to_have_attribute("lang", "en" if language == "en" else "zh-hans")
            assert bool(page.evaluate("document.documentElement.classList.contains('dark')")) == (theme == "dark")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
            sizes = page.locator("main .btn:visible, main .input:visible").evaluate_all(
                "(all) => all.map((one) => one.getBoundingClientRect().height)"
            )
            assert all(size >= 24 for size in sizes), address
