"""A comparison as a person uses it: ask once, watch all, judge, go on with one."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.comparisons import columns
from playground.comparisons.models import Comparison, Vote
from playground.conversations.models import Generation
from playground.conversations.run_settings import RunSettings
from playground.vault import keys
from tests.browser.chat.conftest import Noise, ready
from tests.browser.compare.conftest import ANSWERS, ask, open_board, until_all
from tests.server import Server

TEXTS = f"() => [...document.querySelectorAll('{ANSWERS} [data-body]')].map((body) => body.innerText)"
LONG = "/sandbox long {}"


def test_one_question_is_answered_in_every_column_and_reopened_identical(board: Page, comparison: Comparison) -> None:
    ask(board, "Write a plan with a table")
    until_all(board, "finished")
    expect(board.locator(".tc-column [data-head] .badge", has_text="Done in")).to_have_count(3)
    expect(board.locator("[data-comparison-title]")).to_have_text("Write a plan with a table")
    expect(board.locator("[data-comparison-sum]")).to_be_visible()
    before = board.evaluate(TEXTS)
    open_board(board, comparison)
    board.wait_for_function(f"() => [...document.querySelectorAll('{ANSWERS} [data-body]')].every((b) => b.firstChild)")
    assert board.evaluate(TEXTS) == before
    assert len(before) == 3


def test_files_in_the_question_are_folded_above_the_columns(board: Page, comparison: Comparison) -> None:
    ask(board, "```prices.csv\nmonth,price\n2026-01,74200\n```\n\nWhich month?")
    well = board.locator("#question")
    expect(well.locator(".tc-said-file summary")).to_contain_text("prices.csv")
    expect(well.locator(".tc-question-text:visible")).to_have_text("Which month?")
    until_all(board, "finished")
    open_board(board, comparison)
    expect(well.locator(".tc-said-file summary")).to_contain_text("prices.csv")


def test_every_figure_of_an_answer_is_shown_in_its_column(board: Page) -> None:
    ask(board, "Write a plan with a table")
    until_all(board, "finished")
    for meter in board.locator(".tc-column .tc-meter").all():
        figures = meter.inner_text()
        words = ("prompt", "cached", "reasoning", "completion", "TTFT", "tok/s", "¥", "$")
        assert [word for word in words if word not in figures] == []
    expect(board.locator("[data-head] .badge", has_text="· stop")).to_have_count(3)
    expect(board.locator("[data-foot] .badge", has_text="Cheapest")).to_have_count(1)


def test_a_reload_in_mid_stream_and_a_second_device_lose_nothing(
    board: Page, comparison: Comparison, browser_of_user: Callable[..., BrowserContext], alice: User
) -> None:
    other = browser_of_user(alice).new_page()
    open_board(other, comparison)
    ask(board, LONG.format(500))
    board.locator(f"{ANSWERS}[aria-busy] [data-body] *").first.wait_for()
    board.reload()
    ready(board)
    until_all(board, "finished")
    until_all(other, "finished")
    assert board.evaluate(TEXTS) == other.evaluate(TEXTS)
    assert all(len(text) > 500 for text in board.evaluate(TEXTS))
    expect(other.locator("[data-question]")).to_have_text(LONG.format(500))


def test_a_lost_socket_heals_and_every_column_is_whole(board: Page, noise: Noise) -> None:
    noise.expected = ("WebSocket", "ERR_INTERNET_DISCONNECTED")
    ask(board, LONG.format(500))
    board.locator(f"{ANSWERS}[aria-busy] [data-body] *").first.wait_for()
    board.context.set_offline(True)
    board.wait_for_timeout(300)
    board.context.set_offline(False)
    until_all(board, "finished")
    texts = board.evaluate(TEXTS)
    assert len({re.sub(r"\s*Sandbox:.*", "", text, flags=re.S) for text in texts}) == 1, "the same script for all"


def test_all_questions_are_asked_again_in_a_new_comparison_one_after_the_other(
    board: Page, comparison: Comparison
) -> None:
    for count, text in enumerate(("Write one sentence", "And another one"), 1):
        ask(board, text)
        until_all(board, "finished", 3 * count)
    board.get_by_role("button", name="Ask all of it again in a new comparison").click()
    board.wait_for_url(re.compile(r"questions="))
    ready(board)
    waiting = board.locator("[data-waiting]")
    expect(waiting.locator("li")).to_have_text(["Write one sentence", "And another one"])
    expect(board.locator(ANSWERS)).to_have_count(0)
    waiting.get_by_role("button", name="Ask all").click()
    until_all(board, "finished", 6)
    expect(waiting).to_be_hidden()
    expect(board.locator("[data-question]")).to_have_text("And another one")
    made = Comparison.objects.exclude(pk=comparison.pk).get()
    for column in made.shown_columns():
        asked = column.conversation.messages.filter(role="user").order_by("created_at")
        assert list(asked.values_list("content", flat=True)) == ["Write one sentence", "And another one"]


def test_one_column_is_stopped_by_itself_and_all_by_the_composer(board: Page) -> None:
    ask(board, "/sandbox stall")  # some text, then silence: none ends by itself
    stops = board.locator("[data-stop-column]:visible")
    expect(stops).to_have_count(3)
    stops.first.click()
    expect(board.locator(f'{ANSWERS}[data-state="stopped"]')).to_have_count(1)
    expect(stops).to_have_count(2)
    expect(board.locator("[data-send]")).to_have_accessible_name("Stop all")
    board.click("[data-send]")
    until_all(board, "stopped")
    expect(board.locator("[data-head] .badge", has_text="Stopped after")).to_have_count(3)


def test_a_failing_column_says_why_and_the_others_answer(board: Page, comparison: Comparison, server: Server) -> None:
    shop = Offer.objects.get(provider__slug="zai", wire_name="glm-4.5-air")
    room = comparison.shown_columns()[1].conversation
    room.settings = RunSettings(offer=shop.pk).to_json()
    room.save()
    ask(board, "Write one sentence")
    until_all(board, "finished", 2)
    expect(board.locator(".tc-column [data-refusal]").nth(1)).to_contain_text("There is no key for Z.ai yet")
    expect(board.locator(".tc-column [data-refusal]").nth(0)).to_be_empty()


def test_when_no_column_can_be_asked_the_text_stays(board: Page, comparison: Comparison) -> None:
    shop = Offer.objects.get(provider__slug="zai", wire_name="glm-4.5-air")
    for column in comparison.shown_columns():
        column.conversation.settings = RunSettings(offer=shop.pk).to_json()
        column.conversation.save()
    board.fill("#prompt", "Keep me")
    board.press("#prompt", "Enter")
    expect(board.locator("#composer-note")).to_contain_text("There is no key")
    expect(board.locator("#prompt")).to_have_value("Keep me")


def test_an_answer_is_preferred_without_names_and_the_page_says_so(board: Page, alice: User) -> None:
    ask(board, "Write one sentence")
    until_all(board, "finished")
    board.click("#hide-names")
    board.locator("compare-board[data-blind]").wait_for()
    ready(board)
    heads = board.locator(".tc-column-head").all_inner_texts()
    assert [head.split("\n")[0].strip() for head in heads] == ["Model A", "Model B", "Model C"]
    assert not board.locator(".tc-meter-cost:visible, [data-act=details]:visible, .tc-turn-model:visible").count()
    board.locator("[data-prefer]").nth(1).click()
    expect(board.locator("[data-prefer]").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(board.locator("[data-foot]").nth(1)).to_contain_text("Preferred by Alice")
    expect(board.locator("[data-prefer]").nth(1)).to_be_focused()
    vote = Vote.objects.get()
    assert (vote.blind, vote.user, vote.rivals.count()) == (True, alice, 2)


def test_columns_scroll_together_and_apart(board: Page) -> None:
    ask(board, LONG.format(600))
    until_all(board, "finished")
    tops = "() => [...document.querySelectorAll('.tc-column .tc-thread')].map((box) => Math.round(box.scrollTop))"
    first = board.locator(".tc-column .tc-thread").first
    first.hover()
    board.mouse.wheel(0, -10_000)
    board.wait_for_function(f"() => ({tops})().every((top) => top === 0)")
    board.click("#sync-scroll")
    first.hover()
    board.mouse.wheel(0, 400)
    board.wait_for_function(f"() => ({tops})()[0] > 0")
    assert board.evaluate(tops)[1:] == [0, 0]
    board.reload()
    expect(board.locator("#sync-scroll")).not_to_be_checked()


def test_settings_of_one_column_change_that_column_alone(board: Page, comparison: Comparison) -> None:
    board.locator("[data-column-settings]").nth(1).click()
    board.locator("#inspector[data-open]").wait_for()
    board.fill("#run-temperature", "0.2")
    board.press("#run-temperature", "Tab")
    expect(board.locator("[data-head]").nth(1)).to_contain_text("Temperature 0.2")
    board.keyboard.press("Escape")
    expect(board.locator("#inspector[data-open]")).to_have_count(0)
    settings = [column.conversation.settings.get("temperature") for column in comparison.shown_columns()]
    assert settings == [None, 0.2, None]


def test_another_model_is_picked_for_one_column_and_one_more_is_added(board: Page, comparison: Comparison) -> None:
    wanted = Offer.objects.get(provider__slug="sandbox", wire_name="bigmodel/glm-4.5-air")
    before = [column.conversation.settings["offer"] for column in comparison.shown_columns()]
    opener = board.locator("[data-head] [data-open-picker]").nth(2)
    opener.click()
    board.locator(f'.tc-picker-row[data-offer="{wanted.pk}"]').click()
    expect(board.locator("[data-head]").nth(2)).to_have_attribute("data-offer", str(wanted.pk))
    board.click("[data-add-column]")
    board.locator(f'.tc-picker-row[data-offer="{before[2]}"]').click()
    expect(board.locator(".tc-column")).to_have_count(4)
    after = [column.conversation.settings["offer"] for column in comparison.shown_columns()]
    assert after == [*before[:2], str(wanted.pk), before[2]]


def test_a_new_column_catches_up_question_by_question(board: Page, comparison: Comparison) -> None:
    ask(board, "First question")
    until_all(board, "finished")
    ask(board, "Second question")
    until_all(board, "finished", 6)
    board.click("[data-add-column]")
    board.locator(".tc-picker-row:not([aria-disabled])").first.click()
    expect(board.locator(".tc-column")).to_have_count(4)
    ready(board)
    board.click("[data-catch-up]")
    until_all(board, "finished", 8)
    expect(board.locator("[data-catch-up]")).to_have_count(0)
    last = comparison.shown_columns()[-1].conversation
    assert [m.content for m in last.branch() if m.role == "user"] == ["First question", "Second question"]


def test_all_columns_run_again_and_the_former_answers_are_kept(board: Page) -> None:
    ask(board, "Write one sentence")
    until_all(board, "finished")
    board.click("[data-run-again]")
    expect(board.locator(".tc-column .tc-siblings", has_text="2 / 2")).to_have_count(3)
    until_all(board, "finished")
    assert Generation.objects.count() == 6


def test_one_column_goes_on_as_a_conversation(board: Page) -> None:
    ask(board, "Write one sentence")
    until_all(board, "finished")
    board.locator('[action$="/continue/"] button').nth(1).click()
    board.wait_for_url("**/c/*/")
    ready(board)
    expect(board.locator("message-view")).to_have_count(2)
    expect(board.locator("[data-conversation-title]")).to_have_text("Write one sentence")


def test_the_estimate_adds_up_what_all_columns_cost_in_both_currencies(board: Page) -> None:
    board.fill("#prompt", "How much is it?")
    estimate = board.locator("[data-estimate]")
    expect(estimate).to_contain_text(re.compile(r"3 runs · next turn ≈ ¥[\d.]+ ≈ <?\$[\d.]+ · at most ≈ ¥[\d.]+"))


def test_a_comparison_is_begun_renamed_and_deleted_from_the_navigation(page: Page) -> None:
    page.click('.tc-nav a[href="/compare/"]')
    page.click("[data-begin-comparison]")
    page.wait_for_url("**/compare/*-*/")
    ready(page)
    ask(page, "Rivers")
    until_all(page, "finished", 2)
    page.click("[data-comparison-title]")
    page.fill(".tc-title-field", "Longest rivers")
    page.keyboard.press("Enter")
    expect(page.locator("[data-comparison-title]")).to_have_text("Longest rivers")
    page.click('.tc-nav a[href="/compare/"]')
    expect(page.locator(".tc-comparisons")).to_contain_text("Longest rivers")
    page.locator("[data-dialog^=delete]").click()
    page.locator("dialog[open] button[type=submit]").click()
    expect(page.locator(".tc-empty-title", has_text="No comparisons yet")).to_be_visible()


@pytest.mark.parametrize("width", [390])
def test_on_a_phone_columns_are_swiped_one_at_a_time(
    browser_of_user: Callable[..., BrowserContext], alice: User, comparison: Comparison, width: int
) -> None:
    phone = browser_of_user(alice, viewport={"width": width, "height": 844}, has_touch=True, is_mobile=True).new_page()
    open_board(phone, comparison)
    ask(phone, "Write one sentence")
    until_all(phone, "finished")
    title = phone.locator("[data-comparison-title]").bounding_box()
    assert title
    assert title["width"] >= 110, "the controls leave room for its name"
    phone.locator("[data-prefer]").nth(2).click()
    expect(phone.locator("[data-foot]").nth(2)).to_contain_text("Preferred by Alice")
    phone.locator(".tc-columns").evaluate("(box) => box.scrollTo(0, 0)")
    # A phone makes room for what stands outside of the page, and every sheet is then wider than its screen.
    assert phone.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [width, width]
    boxes = [column.bounding_box() for column in phone.locator(".tc-column").all()]
    assert [round(box["width"]) for box in boxes if box] == [round(width * 0.86)] * 3
    phone.locator(".tc-columns").evaluate("(box) => box.scrollBy(200, 0)")
    phone.wait_for_timeout(400)
    left = phone.locator(".tc-column").nth(1).bounding_box()
    assert left
    assert abs(left["x"]) < 2, "it snaps to a column"


def test_a_key_is_chosen_for_one_column(
    browser_of_user: Callable[..., BrowserContext], alice: User, server: Server
) -> None:
    shop = Offer.objects.get(provider__slug="zai", wire_name="glm-4.5-air")
    team = current_team(alice)
    first, second = (
        keys.add(
            team=team, user=None, provider=shop.provider, label=name, key=f"zai-{name}-0123456789", created_by=alice
        )
        for name in ("work", "spare")
    )
    comparison = columns.begin(user=alice, columns=[RunSettings(offer=shop.pk, key=first.pk)] * 2)
    page = browser_of_user(alice).new_page()
    open_board(page, comparison)
    page.locator("[data-column-settings]").nth(1).click()
    page.locator("#inspector[data-open]").wait_for()
    page.select_option("#run-key", str(second.pk))
    expect(page.locator("[data-head]").nth(1)).to_contain_text("Key spare …6789")
    expect(page.locator("[data-head]").nth(0)).to_contain_text("Key work …6789")
    chosen = [column.conversation.settings["key"] for column in comparison.shown_columns()]
    assert chosen == [str(first.pk), str(second.pk)]


@pytest.mark.parametrize("way", ["the keyboard", "the header"])
def test_a_prompt_is_taken_over_from_the_chat_and_nothing_is_sent(page: Page, way: str) -> None:
    page.fill("#prompt", "Which is the longest river?")
    if way == "the header":
        page.click("[data-compare-prompt]")
    else:
        page.keyboard.press("Control+Shift+C")
    page.wait_for_url("**/compare/*-*/")
    ready(page)
    expect(page.locator("#prompt")).to_have_value("Which is the longest river?")
    expect(page.locator("[data-send]")).to_be_enabled()
    assert Generation.objects.count() == 0


def test_the_keyboard_goes_on_where_it_was_when_the_board_is_drawn_anew(board: Page) -> None:
    switch, add = board.locator("#hide-names"), board.locator("#add-column")
    switch.focus()
    with board.expect_navigation():
        board.keyboard.press("Space")
    expect(switch).to_be_checked()
    expect(switch).to_be_focused()
    with board.expect_navigation():
        board.keyboard.press("Space")
    expect(switch).to_be_focused()
    for count in (4, 5, 6):
        add.focus()
        board.keyboard.press("Enter")
        board.locator(".tc-picker-row.is-active").wait_for()
        with board.expect_navigation():
            board.keyboard.press("Enter")
        expect(board.locator(".tc-column")).to_have_count(count)
        expect(board.locator("#prompt") if count == 6 else add).to_be_focused()  # six are all there can be
    board.locator("[data-take-out] button").last.focus()
    with board.expect_navigation():
        board.keyboard.press("Enter")
    expect(add).to_be_focused()


def test_on_a_phone_both_buttons_of_a_question_are_as_wide(board: Page) -> None:
    ask(board, "Write one sentence")
    until_all(board, "finished")
    board.set_viewport_size({"width": 390, "height": 844})
    board.goto("/compare/")
    board.locator("[data-dialog^=delete]").click()
    widths = board.locator("dialog[open] footer button").evaluate_all("(all) => all.map((one) => one.offsetWidth)")
    assert len(widths) == 2
    assert len(set(widths)) == 1
