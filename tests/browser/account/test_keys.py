"""The keys page by mouse, by keyboard alone, on a phone and without a script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.custom import add_offer, create_provider
from playground.catalog.models import Offer, PriceRow
from playground.vault import keys
from playground.vault.models import ApiKey
from tests.browser.account.conftest import PHONE, ready
from tests.browser.chat.conftest import Noise
from tests.integration.live.conftest import Tab, session_of
from tests.server import Server
from tests.upstream import Upstream

SECRET = "sk-canary-7f3a91d2"
REFUSED = ("status of 422",)


def row_of(page: Page, label: str) -> Locator:
    """The row of a key."""
    return page.locator("tbody.tc-key", has=page.get_by_role("rowheader", name=label))


def describe_server(page: Page, base_url: str) -> None:
    """Fill in a server of one's own."""
    page.select_option("#key-endpoint", "custom")
    page.fill("#key-label", "Own server")
    page.fill("#key-base_url", base_url)
    page.fill("#key-secret", SECRET)


def choose(page: Page, label: str, item: str) -> None:
    """An item of a key's menu."""
    row_of(page, label).get_by_role("button", name=f"Manage {label}").click()
    page.get_by_role("menuitem", name=item).locator("visible=true").click()


@pytest.fixture
def team_key(alice: User, server: Server) -> ApiKey:
    """A key that an owner has put in."""
    team = current_team(alice)
    provider = create_provider(scope=f"team:{team.pk}", name="Elsewhere", base_url="https://llm.example.org/v1")
    return keys.add(team=team, user=None, provider=provider, label="Elsewhere", key=SECRET, created_by=alice)


def test_a_server_is_allowed_asked_chosen_from_tested_and_kept(keys_page: Page, own_server: str, noise: Noise) -> None:
    noise.expected = REFUSED
    page = keys_page
    describe_server(page, own_server)
    page.get_by_role("button", name="List its models").click()
    allow = page.get_by_role("button", name=re.compile("^Allow 127.0.0.1"))
    expect(page.locator("#server-address")).to_contain_text("is in a private network")
    allow.click()
    expect(page.locator("#model-choice")).to_contain_text("The server lists 17 models.")
    expect(page.locator("#key-secret")).to_have_value(SECRET)  # only the browser ever held it
    expect(page.locator("#key-label")).to_have_value("Own server")
    model = page.locator(".tc-model-row", has_text="glm-4.5-air").first
    expect(model.get_by_label("Context, tokens")).to_be_hidden()
    model.get_by_role("checkbox").check()
    model.get_by_label("Context, tokens").fill("131072")
    model.get_by_label("Input / M tokens").fill("0.5")
    page.get_by_role("button", name="Test and save").click()
    expect(model.locator(".tc-field-error")).to_contain_text("Give both prices")
    expect(page.locator("#key-secret")).to_have_value(SECRET)
    assert SECRET not in page.content()  # it stands in the field as it was typed, not in what the server sent
    model.get_by_label("Output / M tokens").fill("2")
    page.get_by_role("button", name="Test and save").click()
    expect(row_of(page, "Own server")).to_contain_text(re.compile(r"Valid, \d+ ms"))
    assert SECRET not in page.content()
    offer = Offer.objects.get(provider__name="Own server", enabled=True)
    assert (offer.wire_name, offer.context_tokens) == ("glm-4.5-air", 131072)
    assert PriceRow.objects.get(offer=offer).tiers[0]["output"] == "2"


def test_a_key_is_renamed_replaced_disabled_enabled_and_deleted_in_place(
    keys_page: Page, team_key: ApiKey, noise: Noise
) -> None:
    noise.expected = REFUSED
    page = keys_page
    page.reload()
    ready(page)
    choose(page, "Elsewhere", "Name and tier")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Renamed")
    dialog.get_by_label("Tier").select_option("V2")
    dialog.get_by_role("button", name="Save").click()
    expect(row_of(page, "Renamed")).to_contain_text("V2")
    expect(dialog).to_be_hidden()

    choose(page, "Renamed", "Replace")
    dialog.get_by_label("API key").fill("two words")
    dialog.get_by_role("button", name="Replace").click()
    expect(dialog).to_contain_text("The key has a space in it.")
    dialog.get_by_label("API key").fill("another-secret-0987")
    dialog.get_by_role("button", name="Replace").click()
    expect(row_of(page, "Renamed")).to_contain_text("0987")
    expect(dialog).to_be_hidden()
    assert "another-secret" not in page.content()
    team_key.refresh_from_db()
    assert team_key.last_four == "0987"

    choose(page, "Renamed", "Disable")
    expect(row_of(page, "Renamed")).to_contain_text("Disabled")
    choose(page, "Renamed", "Enable")
    expect(row_of(page, "Renamed")).to_contain_text("Not tested")

    choose(page, "Renamed", "Delete")
    expect(dialog).to_contain_text("It is the last key of this server")
    dialog.get_by_role("button", name="Cancel").click()
    assert ApiKey.objects.exists()
    choose(page, "Renamed", "Delete")
    dialog.get_by_role("button", name="Delete this key").click()
    expect(page.get_by_text("No keys yet")).to_be_visible()
    assert not ApiKey.objects.exists()


def test_a_test_in_place_says_what_is_wrong(keys_page: Page, team_key: ApiKey, own_server: str, alice: User) -> None:
    page = keys_page
    port = int(own_server.split(":")[2].split("/", maxsplit=1)[0])
    keys.allow_host(user=alice, host="127.0.0.1", port=port)
    add_offer(provider=team_key.provider, wire_name="no-such-model", today=team_key.created_at.date())
    keys.replace(team_key, key=SECRET, base_url=own_server, by=alice)
    page.reload()
    ready(page)
    row_of(page, "Elsewhere").get_by_role("button", name="Test Elsewhere").click()
    expect(row_of(page, "Elsewhere")).to_contain_text("Test failed")
    expect(row_of(page, "Elsewhere")).to_contain_text("The provider does not know this model.")
    expect(row_of(page, "Elsewhere").get_by_role("button", name="Test Elsewhere")).to_be_focused()


def test_everything_is_done_with_the_keyboard_alone(keys_page: Page, allowed: str) -> None:
    page = keys_page
    press = page.keyboard.press
    page.get_by_role("link", name="Add key").focus()
    press("Enter")
    expect(page.locator("#key-label")).to_be_focused()
    page.keyboard.type("By hand")
    press("Tab")
    page.keyboard.type("Custom")
    press("Tab")
    expect(page.locator("#key-base_url")).to_be_focused()
    page.keyboard.type(allowed)
    press("Tab")
    page.keyboard.type(SECRET)
    page.get_by_role("button", name="List its models").focus()
    press("Enter")
    # The button is not disabled meanwhile: that would take the keyboard from it.
    first = page.locator(".tc-model-row input[type=checkbox]").first
    first.wait_for()
    expect(page.get_by_role("button", name="List its models")).to_be_focused()
    press("Tab")  # the list itself, to scroll it
    press("Tab")
    expect(first).to_be_focused()
    press("Space")
    press("Tab")
    expect(page.locator(".tc-model-row").first.get_by_label("Context, tokens")).to_be_focused()
    page.keyboard.type("8192")
    press("Enter")  # the form's own deed: test and save
    row = row_of(page, "By hand")
    expect(row).to_contain_text("Valid")
    ready(page)

    manage = row.get_by_role("button", name="Manage By hand")
    manage.focus()
    press("Enter")
    expect(page.get_by_role("menu").locator("visible=true")).to_be_visible()
    press("ArrowDown")
    press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    press("Escape")
    expect(dialog).to_be_hidden()
    expect(manage).to_be_focused()
    press("Enter")
    press("End")
    press("Enter")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    press("Tab")
    press("Enter")
    expect(page.get_by_text("No keys yet")).to_be_visible()


def test_runs_under_way_come_and_go_while_the_page_is_open(
    keys_page: Page, server: Server, alice: User, bob: User
) -> None:
    page, upstream = keys_page, Upstream().start()
    try:
        team = current_team(alice)
        keys.allow_host(user=alice, host="127.0.0.1", port=upstream.port)
        provider = create_provider(scope=f"team:{team.pk}", name="Slow", base_url=upstream.base_url)
        key = keys.add(team=team, user=None, provider=provider, label="Slow", key=SECRET, created_by=alice)
        offer = add_offer(provider=provider, wire_name="stream-2000-50", today=key.created_at.date())
        Offer.objects.filter(pk=offer.pk).update(concurrency={"V0": 1})
        page.reload()
        expect(row_of(page, "Slow")).to_contain_text("0 / 1")
        expect(row_of(page, "Slow")).to_contain_text("never")
        bob.current_team = team
        bob.save()
        tab = Tab(server, session_of(bob))
        tab.hear()
        generation = tab.send("hello", Offer.objects.get(pk=offer.pk))["generation"]
        expect(row_of(page, "Slow")).to_contain_text("1 / 1")
        expect(row_of(page, "Slow")).to_contain_text("100% of limit")
        expect(row_of(page, "Slow")).to_contain_text("Bob")
        expect(row_of(page, "Slow").locator("rect.tc-f-warn")).to_have_attribute("width", "100")
        tab.ask("generation.stop", generation=generation)
        expect(row_of(page, "Slow")).to_contain_text("0 / 1")
        tab.close()
    finally:
        upstream.stop()


def test_on_a_phone_each_key_is_a_card_and_nothing_sticks_out(
    browser_of_user: Callable[..., BrowserContext], alice: User, team_key: ApiKey
) -> None:
    page = browser_of_user(alice, viewport=PHONE).new_page()
    for address in ("/keys/", f"/keys/{team_key.pk}/"):
        page.goto(address)
        ready(page)
        assert page.evaluate("document.querySelector('.tc-page').scrollWidth <= innerWidth")
        assert page.locator("thead").first.is_hidden()
        label = row_of(page, "Elsewhere").locator("td[data-label]").first
        assert label.evaluate("(cell) => getComputedStyle(cell, '::before').content") == '"Key"'


def test_without_a_script_a_key_is_added_changed_and_deleted(
    browser_of_user: Callable[..., BrowserContext], alice: User, allowed: str
) -> None:
    page = browser_of_user(alice, java_script_enabled=False).new_page()
    page.goto("/keys/")
    describe_server(page, allowed)
    page.get_by_role("button", name="List its models").click()
    expect(page.locator("#key-label")).to_have_value("Own server")
    page.locator(".tc-model-row input[type=checkbox]").first.check()
    page.fill("#key-secret", SECRET)
    page.get_by_role("button", name="Save untested").click()
    row_of(page, "Own server").get_by_role("link", name="Manage").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Other name")
    page.get_by_role("button", name="Save", exact=True).click()
    row_of(page, "Other name").get_by_role("link", name="Manage").click()
    page.get_by_role("button", name="Delete this key").click()
    expect(page.get_by_text("No keys yet")).to_be_visible()
    assert not ApiKey.objects.exists()
