"""The conversation list: what its rows do by mouse and by keyboard, how it grows, finds and shows what is running."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.conversations.models import Conversation
from playground.web.sidebar import ROWS
from tests.browser.chat.conftest import Noise, ready, send, text_of, until_state

PHONE = {"width": 390, "height": 844}
TABLET = {"width": 1024, "height": 768}
LIST = "#conversation-list"
ROW = f"{LIST} .tc-row"


def talks(user: User, *titles: str) -> list[Conversation]:
    """Conversations without messages, the first one the newest."""
    now = timezone.now()
    return [
        Conversation.objects.create(
            user=user, team=current_team(user), title=title, updated_at=now - dt.timedelta(minutes=place)
        )
        for place, title in enumerate(titles, start=1)
    ]


@pytest.fixture
def listed(page: Page, alice: User) -> Page:
    """The chat page with three conversations in its list: Alpha, Beta, Gamma."""
    talks(alice, "Alpha", "Beta", "Gamma")
    page.reload()
    ready(page)
    expect(page.locator(ROW)).to_have_count(3)
    return page


def row(page: Page, title: str) -> Locator:
    return page.locator(ROW).filter(has_text=title)


def titles(page: Page) -> list[str]:
    return page.locator(f"{ROW} .tc-row-title").all_inner_texts()


def group_of(page: Page, title: str) -> Locator:
    """The heading that a row stands under."""
    return page.locator(f"{LIST} section").filter(has=page.locator(".tc-row", has_text=title)).locator("h3")


def choose(page: Page, title: str, deed: str) -> None:
    """Something out of the menu of a row, by mouse."""
    row(page, title).hover()
    row(page, title).locator("[data-row-menu]").click()
    page.locator(f'#row-menu [data-deed="{deed}"]').click()


def undo(page: Page) -> Locator:
    return page.locator("#toaster").get_by_role("button", name="Undo")


# ── the menu of a row ──


def test_the_menu_opens_by_mouse_where_the_button_is_and_a_second_press_closes_it(listed: Page) -> None:
    button = row(listed, "Beta").locator("[data-row-menu]")
    row(listed, "Beta").hover()
    button.click()
    menu = listed.locator("#row-menu")
    expect(menu).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    at, shown = button.bounding_box(), menu.bounding_box()
    assert at
    assert shown
    assert 0 <= shown["y"] - (at["y"] + at["height"]) < 12
    button.click()
    expect(menu).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(menu).to_be_visible()
    listed.mouse.click(700, 300)
    expect(menu).to_be_hidden()


def test_the_menu_is_walked_by_arrows_and_escape_gives_the_focus_back(listed: Page) -> None:
    button = row(listed, "Beta").locator("[data-row-menu]")
    row(listed, "Beta").locator("a").focus()
    listed.keyboard.press("Tab")
    expect(button).to_be_focused()
    listed.keyboard.press("Enter")
    items = listed.locator("#row-menu [role=menuitem]")
    expect(items.nth(0)).to_be_focused()
    for key, place in (
        ("ArrowDown", 1),
        ("ArrowDown", 2),
        ("ArrowUp", 1),
        ("End", 3),
        ("ArrowDown", 0),
        ("ArrowUp", 3),
    ):
        listed.keyboard.press(key)
        expect(items.nth(place)).to_be_focused()
    listed.keyboard.press("Home")
    expect(items.nth(0)).to_be_focused()
    listed.keyboard.press("Escape")
    expect(listed.locator("#row-menu")).to_be_hidden()
    expect(button).to_be_focused()


def test_the_menu_key_of_a_row_opens_its_menu(listed: Page) -> None:
    row(listed, "Gamma").locator("a").focus()
    listed.keyboard.press("Shift+F10")
    expect(listed.locator("#row-menu [role=menuitem]").first).to_be_focused()
    expect(row(listed, "Gamma").locator("[data-row-menu]")).to_have_attribute("aria-expanded", "true")


# ── rename ──


def test_a_row_is_renamed_in_place(listed: Page) -> None:
    choose(listed, "Beta", "rename")
    field = listed.locator(f"{LIST} .tc-title-field")
    expect(field).to_be_focused()
    expect(field).to_have_value("Beta")
    listed.keyboard.type("Delta")
    listed.keyboard.press("Enter")
    expect(row(listed, "Delta").locator("a")).to_be_focused()
    expect(field).to_have_count(0)
    assert sorted(Conversation.objects.values_list("title", flat=True)) == ["Alpha", "Delta", "Gamma"]


def test_escape_keeps_the_old_title(listed: Page) -> None:
    row(listed, "Beta").locator("a").focus()
    listed.keyboard.press("F2")
    listed.locator(f"{LIST} .tc-title-field").fill("Delta")
    listed.keyboard.press("Escape")
    expect(row(listed, "Beta").locator("a")).to_be_focused()
    assert not Conversation.objects.filter(title="Delta").exists()


def test_an_empty_title_is_refused_and_can_be_mended(listed: Page, noise: Noise) -> None:
    noise.expected = ("422",)
    choose(listed, "Beta", "rename")
    field = listed.locator(f"{LIST} .tc-title-field")
    field.fill("   ")
    listed.keyboard.press("Enter")
    expect(listed.locator(f"{LIST} [role=alert]")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    field.fill("Mended")
    listed.keyboard.press("Enter")
    expect(row(listed, "Mended")).to_be_visible()
    assert sorted(Conversation.objects.values_list("title", flat=True)) == ["Alpha", "Gamma", "Mended"]


# ── pin, archive, delete ──


def test_a_pinned_row_moves_to_the_top_and_back(listed: Page) -> None:
    choose(listed, "Gamma", "pin")
    expect(group_of(listed, "Gamma")).to_have_text("Pinned")
    assert titles(listed) == ["Gamma", "Alpha", "Beta"]
    choose(listed, "Gamma", "pin")
    expect(group_of(listed, "Gamma")).not_to_have_text("Pinned")
    assert titles(listed) == ["Alpha", "Beta", "Gamma"]
    assert not Conversation.objects.exclude(pinned_at=None).exists()


def test_pinning_a_row_far_down_leaves_the_list_where_it_is(page: Page, alice: User) -> None:
    talks(alice, *(f"Talk {n:02}" for n in range(30)))
    page.reload()
    ready(page)
    page.locator(f"{LIST} .tc-row").last.scroll_into_view_if_needed()
    place = f"document.querySelector('{LIST}').scrollTop"
    before = page.evaluate(place)
    assert before > 100
    last = titles(page)[-1]
    choose(page, last, "pin")
    expect(group_of(page, last)).to_have_text("Pinned")
    assert abs(page.evaluate(place) - before) < 100


def test_the_archive_takes_a_row_and_gives_it_back(listed: Page) -> None:
    choose(listed, "Beta", "archive")
    expect(row(listed, "Beta")).to_have_count(0)
    listed.locator("#open-archive").click()
    expect(listed.locator("#archive-head")).to_be_visible()
    expect(listed.locator(ROW)).to_have_count(1)
    choose(listed, "Beta", "archive")
    expect(listed.locator(ROW)).to_have_count(0)
    expect(listed.locator(LIST)).to_contain_text("The archive is empty")
    listed.locator("#leave-archive").click()
    expect(listed.locator("#archive-head")).to_have_count(0)
    expect(listed.locator(ROW)).to_have_count(3)
    assert titles(listed) == ["Alpha", "Beta", "Gamma"]


def test_archiving_is_undone_from_the_toast(listed: Page) -> None:
    choose(listed, "Beta", "archive")
    expect(row(listed, "Beta")).to_have_count(0)
    undo(listed).click()
    expect(row(listed, "Beta")).to_be_visible()


def test_a_deleted_conversation_comes_back_with_its_text(page: Page, alice: User) -> None:
    send(page, "What is 15 % of 240?")
    until_state(page, "finished")
    said = text_of(page)
    gone = page.url
    page.goto("/")
    ready(page)
    choose(page, "15 %", "delete")
    expect(row(page, "15 %")).to_have_count(0)
    assert Conversation.objects.get().deleted_at is not None
    undo(page).click()
    row(page, "15 %").locator("a").click()
    page.wait_for_url(gone)
    ready(page)
    page.wait_for_function(
        "(text) => document.querySelector('[data-role=assistant] [data-body]').innerText === text", arg=said
    )
    assert text_of(page) == said


def test_delete_by_key_leads_the_focus_to_the_next_row(listed: Page) -> None:
    row(listed, "Beta").locator("a").focus()
    listed.keyboard.press("Delete")
    expect(row(listed, "Beta")).to_have_count(0)
    expect(row(listed, "Gamma").locator("a")).to_be_focused()


# ── many rows ──


def test_scrolling_brings_every_row_exactly_once(page: Page, alice: User) -> None:
    wanted = [f"Talk {number:03}" for number in range(2 * ROWS + 7)]
    talks(alice, *wanted)
    page.reload()
    ready(page)
    expect(page.locator(ROW)).to_have_count(ROWS)
    for _page in range(len(wanted) // ROWS):
        page.locator(ROW).last.hover()
        page.mouse.wheel(0, 10_000)
        page.wait_for_timeout(300)
    expect(page.locator(ROW)).to_have_count(len(wanted))
    assert titles(page) == wanted
    expect(page.locator("#more-conversations")).to_have_count(0)
    place = page.locator(LIST).evaluate("(list) => list.scrollTop")
    assert place > 500
    Conversation.objects.filter(title="Talk 080").update(title="Talk 080 renamed")
    page.evaluate("htmx.trigger('#conversation-list', 'refresh')")  # brings all that was there, where it was
    expect(row(page, "Talk 080 renamed")).to_be_visible()
    expect(page.locator(ROW)).to_have_count(len(wanted))
    assert page.locator(LIST).evaluate("(list) => list.scrollTop") == place


# ── keys ──


@pytest.mark.parametrize(("down", "up"), [("ArrowDown", "ArrowUp"), ("j", "k")])
def test_rows_are_walked_by_keyboard_and_enter_opens(listed: Page, alice: User, down: str, up: str) -> None:
    links = listed.locator(f"{LIST} a")
    links.first.focus()
    for key, place in ((down, 1), (down, 2), (up, 1)):
        listed.keyboard.press(key)
        expect(links.nth(place)).to_be_focused()
    listed.keyboard.press("Enter")
    listed.wait_for_url(f"**/c/{Conversation.objects.get(title='Beta').pk}/")
    expect(row(listed, "Beta").locator("a")).to_have_attribute("aria-current", "page")


def test_arrows_lead_from_the_search_field_into_the_list_and_back(listed: Page) -> None:
    listed.locator("#conversation-filter").focus()
    listed.keyboard.press("ArrowDown")
    expect(row(listed, "Alpha").locator("a")).to_be_focused()
    listed.keyboard.press("End")
    expect(row(listed, "Gamma").locator("a")).to_be_focused()
    listed.keyboard.press("Home")
    listed.keyboard.press("ArrowUp")
    expect(listed.locator("#conversation-filter")).to_be_focused()


# ── what is running ──


def test_a_running_conversation_has_a_dot_in_other_tabs_until_it_ends(page: Page) -> None:
    other = page.context.new_page()
    other.goto("/")
    ready(other)
    send(page, "/sandbox slow 12 Write about rivers")
    dot = other.locator(f"{ROW} .tc-dot")
    expect(dot).to_be_visible()
    expect(dot).to_have_accessible_name("is answering")
    until_state(page, "finished")
    expect(dot).to_have_count(0)
    expect(other.locator(ROW)).to_have_count(1)


def test_a_page_without_a_connection_sees_the_dot_go_as_well(page: Page) -> None:
    send(page, "/sandbox slow 200 Write about rivers")
    other = page.context.new_page()
    other.goto("/models/")
    dot = other.locator(f"{ROW} .tc-dot")
    expect(dot).to_be_visible()
    page.locator("#prompt").press("Escape")
    until_state(page, "stopped")
    expect(dot).to_have_count(0, timeout=10_000)
    expect(other.locator(ROW)).to_have_count(1)


# ── search ──


def test_two_chinese_characters_find_and_mark(page: Page, alice: User) -> None:
    send(page, "请总结：项目进度良好，清关延误三天。")
    until_state(page, "finished")
    talks(alice, "Something else")
    page.reload()
    ready(page)
    expect(page.locator(ROW)).to_have_count(2)
    field = page.locator("#conversation-filter")
    field.fill("清关")
    expect(page.locator(ROW)).to_have_count(1)
    expect(page.locator(f"{ROW} mark").first).to_have_text("清关")
    field.fill("没有的词")
    expect(page.locator(f"{LIST} [role=status]")).to_contain_text("没有的词")
    expect(page.locator(f"{LIST} [role=status]")).to_contain_text("2 conversations")
    page.locator("[data-clear-filter]").click()
    expect(page.locator(ROW)).to_have_count(2)
    expect(field).to_be_focused()
    expect(field).to_have_value("")


def test_escape_empties_the_search_and_brings_all_rows_back(listed: Page) -> None:
    field = listed.locator("#conversation-filter")
    field.fill("alp")
    expect(listed.locator(ROW)).to_have_count(1)
    expect(listed.locator(f"{ROW} mark")).to_have_text("Alp")
    field.press("Escape")
    expect(field).to_have_value("")
    expect(listed.locator(ROW)).to_have_count(3)


# ── narrow screens ──


def test_a_folded_sidebar_is_a_rail_of_icons_and_stays_one(listed: Page) -> None:
    listed.set_viewport_size(TABLET)
    fold = listed.locator("[data-toggle-sidebar]")
    fold.click()
    expect(listed.locator(LIST)).to_be_hidden()
    assert listed.locator("#sidebar").evaluate("(side) => side.offsetWidth") < 60
    expect(listed.locator(".tc-nav a").first).to_have_accessible_name("Playground")
    listed.reload()
    expect(listed.locator(LIST)).to_be_hidden()
    listed.locator("[data-toggle-sidebar]").click()
    expect(row(listed, "Alpha")).to_be_visible()


@pytest.fixture
def phone(browser_of_user: Callable[..., BrowserContext], alice: User) -> Page:
    """The chat page on a phone, with three conversations."""
    talks(alice, "Alpha", "Beta", "Gamma")
    page = browser_of_user(alice, viewport=PHONE, has_touch=True).new_page()
    page.goto("/")
    ready(page)
    return page


def test_the_drawer_holds_the_focus_until_escape_gives_it_back(phone: Page) -> None:
    opener = phone.locator('[data-sheet="sidebar"]')
    expect(row(phone, "Alpha")).to_be_hidden()
    opener.tap()
    expect(row(phone, "Alpha")).to_be_in_viewport()
    expect(phone.get_by_role("dialog", name="Navigation")).to_be_focused()
    for _step in range(30):
        phone.keyboard.press("Tab")
        assert phone.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('#sidebar')"
        )
    phone.keyboard.press("Escape")
    expect(row(phone, "Alpha")).to_be_hidden()
    expect(opener).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "false")


def test_a_press_beside_the_drawer_closes_it(phone: Page) -> None:
    phone.locator('[data-sheet="sidebar"]').tap()
    expect(row(phone, "Alpha")).to_be_in_viewport()
    phone.touchscreen.tap(370, 400)
    expect(row(phone, "Alpha")).to_be_hidden()


def test_choosing_a_row_opens_it_and_the_drawer_is_gone(phone: Page) -> None:
    phone.locator('[data-sheet="sidebar"]').tap()
    row(phone, "Beta").locator("a").tap()
    phone.wait_for_url(re.compile(r"/c/"))
    ready(phone)
    expect(row(phone, "Alpha")).to_be_hidden()
    expect(phone.locator("[data-conversation-title]")).to_have_text("Beta")


def test_the_menu_of_a_row_works_in_the_drawer(phone: Page) -> None:
    phone.locator('[data-sheet="sidebar"]').tap()
    button = row(phone, "Beta").locator("[data-row-menu]")
    box = button.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 36
    button.tap()
    expect(phone.locator("#row-menu")).to_be_visible()
    shown = phone.locator("#row-menu").bounding_box()
    assert shown
    assert 0 <= shown["x"] <= PHONE["width"] - shown["width"]
    phone.locator('#row-menu [data-deed="pin"]').tap()
    expect(group_of(phone, "Beta")).to_have_text("Pinned")
    expect(row(phone, "Beta")).to_be_in_viewport()
