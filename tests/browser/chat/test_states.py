"""Every state of a turn says in the flow what happened and offers the next step; most are provoked in the sandbox."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Locator, Page, expect

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer, PriceRow, Provider
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.progress import Settlement, settle
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import append_turn
from playground.vault import keys
from tests.browser.chat.conftest import last_answer, ready, send, until_state
from tests.conftest import PASSWORD
from tests.server import Server

HAN = re.compile(r"[\u4e00-\u9fff]")


def note(page: Page) -> Locator:
    """The note in the newest answer."""
    return last_answer(page).locator("[data-trouble]")


def acts(page: Page) -> list[str]:
    """What the newest note offers."""
    return [text.strip() for text in note(page).locator(".tc-note-acts > *").all_inner_texts()]


def sandbox_offer(name: str = "zai/glm-4.5-air") -> Offer:
    return Offer.objects.get(provider__slug="sandbox", wire_name=name)


def ended(user: User, state: str, offer: Offer, **facts: Any) -> str:
    """A conversation whose only answer ended so; its address."""
    turn = append_turn(
        user=user,
        conversation=None,
        parent_id=None,
        client_id=uuid.uuid4().hex,
        text="Why is the sky blue?",
        settings=RunSettings(offer=offer.pk, max_tokens=8192),
        owner="here",
    )
    known: dict[str, Any] = {"content": "", "reasoning_content": "", "seq": 0, "billable": bool(facts.get("content"))}
    settle(Settlement(generation_id=turn.generation_id, state=state, **(known | facts)), owner="here")
    return f"/c/{turn.conversation_id}/"


RUN_ON = "Run on … now"
PROVOKED = [
    ("cut", "interrupted", "The answer was cut off.", ["Continue from here", "Retry", "Keep as is"]),
    ("eof", "interrupted", "The answer was cut off.", ["Continue from here", "Retry", "Keep as is"]),
    ("rate-limit", "failed", "Too many requests at once.", ["Retry", RUN_ON, "Choose a model"]),
    ("balance", "failed", "The provider says the account has no balance.", ["Open keys", "Choose a model"]),
    ("auth", "failed", "The provider refused the key.", ["Open keys"]),
    ("overloaded", "failed", "The model is overloaded.", ["Retry", RUN_ON, "Choose a model"]),
    ("500", "failed", "The model broke off.", ["Retry"]),
    ("gateway", "failed", "The provider failed.", ["Retry", "Choose a model"]),
    ("network", "failed", "The model broke off.", ["Continue from here", "Retry"]),
    ("filter", "failed", "The provider stopped the answer.", ["Edit the question"]),
    ("length", "finished", "All tokens went into thinking.", ["Retry", "Open run settings"]),
]


@pytest.mark.parametrize(("fault", "state", "title", "ways"), PROVOKED, ids=[case[0] for case in PROVOKED])
def test_a_provoked_fault_names_its_cause_and_offers_a_way_on(
    page: Page, fault: str, state: str, title: str, ways: list[str]
) -> None:
    send(page, f"/sandbox {fault}")
    until_state(page, state)
    expect(note(page).locator(".tc-note-title")).to_have_text(title)
    assert len(note(page).locator(".tc-note-text").inner_text()) > 20
    assert [re.sub(r"^Run on GLM-\S+ now$", RUN_ON, act) for act in acts(page)] == ways


def test_the_same_states_speak_chinese(browser_of_user: Callable[..., BrowserContext], alice: User) -> None:
    alice.language = "zh-hans"
    alice.save()
    page = browser_of_user(alice).new_page()
    page.goto("/")
    ready(page)
    for fault, state in (("断开", "interrupted"), ("余额", "failed"), ("上下文", "failed"), ("过滤", "failed")):
        send(page, f"/sandbox {fault}")
        until_state(page, state)
        for part in (".tc-note-title", ".tc-note-text"):
            assert HAN.search(note(page).locator(part).inner_text())
        assert all(HAN.search(words) for words in acts(page))


def test_an_interrupted_answer_says_how_much_is_kept_and_can_stay_as_it_is(page: Page) -> None:
    send(page, "/sandbox cut")
    until_state(page, "interrupted")
    expect(note(page)).to_contain_text(re.compile(r"About \d+ tokens came and are kept\."))
    last_answer(page).locator('[data-act="keep"]').click()
    expect(note(page)).to_have_count(0)
    page.reload()
    ready(page)
    expect(last_answer(page).locator("[data-body]")).not_to_be_empty()
    expect(note(page)).to_have_count(0)


def test_a_pause_that_the_provider_asks_for_counts_down_and_then_opens_retry(
    browser_of_user: Callable[..., BrowserContext],
    alice: User,
    noise: Any,
) -> None:
    # The leaps of the clock look like a connection and a request that are not answered.
    noise.expected = ("WebSocket", "htmx:error: timeout")
    page = browser_of_user(alice).new_page()
    page.clock.install()
    page.goto("/")
    ready(page)
    send(page, "/sandbox wait 600")
    until_state(page, "failed")
    retry = note(page).locator("wait-button button")
    expect(retry).to_be_disabled()
    expect(retry).to_have_text(re.compile(r"Retry in (600|59\d) s"))
    page.clock.fast_forward("05:00")
    expect(retry).to_have_text(re.compile(r"Retry in (300|29\d) s"))
    expect(retry).to_be_disabled()
    page.clock.fast_forward("05:01")
    expect(retry).to_have_text("Retry")
    retry.click()
    until_state(page, "finished")


def test_a_pause_goes_on_where_it_was_after_a_reload(page: Page) -> None:
    send(page, "/sandbox wait 600")
    until_state(page, "failed")
    page.reload()
    expect(note(page).locator("wait-button button")).to_have_text(re.compile(r"Retry in (600|59\d) s"))


def test_a_prompt_that_is_too_long_names_the_numbers_and_goes_on_with_a_larger_model(page: Page) -> None:
    send(page, "/sandbox context")
    until_state(page, "failed")
    expect(note(page)).to_contain_text(re.compile(r"About \d+ tokens with 8,192 reserved for the answer"))
    expect(note(page)).to_contain_text("GLM-4.5-Air reads 128,000.")
    assert acts(page) == ["Use GLM-4.7-FlashX, 200K", "New conversation"]
    way = note(page).locator('[data-way="offer"]')
    larger = Offer.objects.get(pk=way.get_attribute("data-offer"))
    way.click()
    expect(last_answer(page)).to_contain_text("2 / 2")
    until_state(page, "failed")  # the prompt asks for this fault, whoever answers
    assert Generation.objects.latest("created_at").offer == larger
    assert (larger.context_tokens or 0) > 128_000
    expect(page.locator(".tc-model-card")).to_contain_text(larger.title)


def test_a_draft_beyond_the_context_offers_a_larger_model_before_anything_is_sent(page: Page) -> None:
    page.locator("#prompt").evaluate(
        "(field) => { field.value = 'word '.repeat(79_000); field.dispatchEvent(new Event('input')); }"
    )
    page.locator("prompt-composer").evaluate("(composer) => { composer.historyTokens = 60_000; }")
    out = page.locator("[data-context-out]")
    expect(out).to_contain_text("About 11,000 tokens more than GLM-4.5-Air reads.")
    expect(page.locator("[data-context-used]")).to_have_text("139K / 128K")
    out.get_by_role("button", name="Use GLM-4.7-FlashX, 200K").click()
    expect(page.locator(".tc-model-card")).to_contain_text("GLM-4.7-FlashX")
    expect(out).to_be_hidden()
    expect(page.locator("[data-context-used]")).to_have_text("139K / 200K")
    expect(page.locator(".tc-context svg")).to_have_attribute(
        "aria-label",
        re.compile(r"Context in tokens: 139,\d{3} used, 8,192 reserved for the answer, 5\d,\d{3} free, of 200,000"),
    )
    assert len(page.input_value("#prompt")) == 5 * 79_000
    expect(page.locator("#prompt")).to_have_attribute("placeholder", "Reply")


def test_numbers_that_do_not_fit_say_by_how_much(
    browser_of_user: Callable[..., BrowserContext], alice: User, server: Server
) -> None:
    address = ended(alice, "failed", sandbox_offer(), error_code="context_too_long", error_message="Prompt too long")
    Message.objects.filter(role="user").update(content="word " * 130_000)
    page = browser_of_user(alice).new_page()
    page.goto(address)
    over = 130_000 + 4 + 8192 - 128_000
    expect(note(page).locator(".tc-note-title")).to_have_text(f"This prompt is about {over:,} tokens too long.")


def test_a_filtered_question_can_be_worded_anew(page: Page) -> None:
    send(page, "/sandbox filter")
    until_state(page, "failed")
    note(page).locator('[data-way="reword"]').click()
    field = page.locator('message-view[data-role="user"] textarea')
    expect(field).to_be_focused()
    expect(field).to_have_value("/sandbox filter")


def test_what_ran_out_of_tokens_leads_to_max_tokens(page: Page) -> None:
    send(page, "/sandbox length")
    until_state(page, "finished")
    note(page).locator('[data-way="settings"]').click()
    expect(page.locator("#run-max_tokens")).to_be_focused()


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        ("first_byte_timeout", "The provider did not begin to answer within 300 seconds.", "stayed silent for 300"),
        ("idle_timeout", "The provider went silent for 300 seconds in the middle of its answer.", "for 300 seconds"),
        ("total_timeout", "The answer took longer than 1800 seconds.", "time limit of this server, 1800 seconds"),
        ("connect_failed", "No connection could be made.", "No connection could be made to its address."),
    ],
)
def test_a_deadline_says_how_long_it_waited(
    browser_of_user: Callable[..., BrowserContext], alice: User, server: Server, code: str, message: str, said: str
) -> None:
    page = browser_of_user(alice).new_page()
    page.goto(ended(alice, "failed", sandbox_offer(), error_code=code, error_message=message, retryable=True))
    expect(note(page)).to_contain_text(said)
    expect(note(page).get_by_role("button", name="Retry")).to_be_enabled()


def test_a_refused_key_leads_to_that_key(
    browser_of_user: Callable[..., BrowserContext], alice: User, server: Server
) -> None:
    shop = Provider.objects.get(slug="zai")
    team, secret = current_team(alice), "abcdef0123456789abcdef0123456789.abcdefghijklmnop"
    key = keys.add(team=team, user=alice, provider=shop, label="mine", key=secret, created_by=alice)
    offer = Offer.objects.get(provider=shop, wire_name="glm-4.5-air")
    page = browser_of_user(alice).new_page()
    page.goto(ended(alice, "failed", offer, error_code="key_refused", error_message="token expired"))
    note(page).get_by_role("link", name="Open this key").click()
    expect(page).to_have_url(re.compile(f"/keys/#key-{key.pk}$"))
    expect(page.locator(f"#key-{key.pk}")).to_be_in_viewport()


def test_waiting_shows_the_shape_of_an_answer_and_a_clock(page: Page) -> None:
    send(page, "/sandbox slow 60")
    expect(last_answer(page).locator("[data-waiting]")).to_be_visible()
    expect(last_answer(page).locator("[data-state-word]")).to_have_text(
        re.compile(r"Waiting for the first token, 0\.[1-9] s")
    )
    expect(last_answer(page).locator("[data-state-word]")).to_have_text(
        re.compile(r"Waiting for the first token, 1\.\d s")
    )
    page.keyboard.press("Escape")
    until_state(page, "stopped")
    expect(note(page)).to_contain_text("Stopped before the first token.")
    expect(last_answer(page).locator("[data-waiting]")).to_have_count(0)


def test_a_short_pause_that_the_provider_asks_for_counts_down_to_the_next_attempt(page: Page) -> None:
    send(page, "/sandbox wait 25")
    word = last_answer(page).locator("[data-state-word]")
    expect(word).to_have_text(re.compile(r"Trying again in 2\d seconds"))
    first = word.inner_text()
    expect(word).not_to_have_text(first)
    page.reload()
    expect(word).to_have_text(re.compile(r"Trying again in [12]\d seconds"))
    page.keyboard.press("Escape")
    until_state(page, "stopped")


def test_without_a_key_the_composer_keeps_the_draft_and_leads_to_keys_or_practice(page: Page) -> None:
    offer = Offer.objects.get(provider__slug="zai", wire_name="glm-4.5-air")
    page.goto(f"/?offer={offer.pk}")
    standing = page.locator("prompt-composer [data-standing]")
    expect(standing).to_contain_text("There is no key for Z.ai yet.")
    page.fill("#prompt", "for later")
    expect(page.locator("[data-send]")).to_be_disabled()
    expect(standing.get_by_role("link", name="Add a key")).to_have_attribute("href", "/keys/")
    standing.get_by_role("button", name="Practise with GLM-4.5-Air in the sandbox").click()
    expect(standing).to_have_count(0)
    expect(page.locator("#prompt")).to_have_value("for later")
    page.press("#prompt", "Enter")
    until_state(page, "finished")
    assert Generation.objects.get().offer.provider.practice


def test_an_unpriced_model_says_what_that_means_and_runs(page: Page) -> None:
    offer = sandbox_offer()
    PriceRow.objects.filter(offer=offer).update(use=False)
    page.reload()
    ready(page)
    expect(page.locator("prompt-composer [data-standing='unpriced']")).to_contain_text("Price not set.")
    expect(page.locator("prompt-composer [data-standing='unpriced']")).to_contain_text("it shows as —")
    page.fill("#prompt", "hello")
    expect(page.locator("[data-estimate]")).to_have_text(re.compile("price not set"))
    page.press("#prompt", "Enter")
    until_state(page, "finished")
    expect(last_answer(page).locator('[data-meter="cost"]')).to_have_text(re.compile("— price not set"))


def test_a_conversation_whose_model_was_taken_off_is_read_only_until_another_is_chosen(page: Page) -> None:
    send(page, "hello")
    until_state(page, "finished")
    page.wait_for_url("**/c/*/")
    offer = Generation.objects.get().offer
    Offer.objects.filter(pk=offer.pk).update(enabled=False, disabled_reason="not_offered")
    page.reload()
    standing = page.locator("prompt-composer [data-standing='gone']")
    expect(standing).to_contain_text(f"{offer.title} is no longer offered.")
    expect(page.locator("#composer")).to_be_hidden()
    expect(last_answer(page).locator("[data-body]")).not_to_be_empty()
    standing.locator('[data-way="offer"]').click()
    expect(page.locator("#composer")).to_be_visible()
    page.reload()
    ready(page)
    expect(page.locator("#composer")).to_be_visible()
    assert Conversation.objects.get().settings["offer"] != str(offer.pk)


def test_a_first_visit_says_who_answers_and_how_to_get_a_real_model(page: Page) -> None:
    expect(page.locator("[data-first-visit]")).to_contain_text("the sandbox answers")
    expect(page.locator("[data-first-visit] a")).to_have_attribute("href", "/keys/")


def test_what_is_sent_while_the_server_is_away_goes_out_when_it_is_back(page: Page, server: Server, noise: Any) -> None:
    noise.expected = ("WebSocket", "net::ERR", "Failed to load resource")
    server.stop()
    expect(page.locator("#banners")).to_contain_text("Connection lost", timeout=20_000)
    expect(page.locator("#banners")).to_contain_text(
        re.compile(r"Reconnecting in \d+ s, attempt \d+\."), timeout=20_000
    )
    page.fill("#prompt", "sent into the dark")
    page.press("#prompt", "Enter")
    expect(page.locator("[data-composer-note]")).to_contain_text("Queued")
    page.click("[data-withdraw]")
    expect(page.locator("#prompt")).to_have_value("sent into the dark")
    page.press("#prompt", "Enter")
    expect(page.locator("[data-composer-note]")).to_contain_text("Queued")
    server.start()
    until_state(page, "finished", timeout=60_000)
    expect(page.locator("#prompt")).to_have_value("")
    assert Message.objects.filter(role="user").get().content == "sent into the dark"


def test_reconnect_now_tries_at_once(page: Page, server: Server, noise: Any) -> None:
    noise.expected = ("WebSocket", "net::ERR", "Failed to load resource")
    server.stop()
    banner = page.locator("#banners")
    # By then the page waits 8 to 16 s for its next attempt, so that one within 4 s comes from the button.
    expect(banner).to_contain_text(re.compile(r"Reconnecting in \d+ s, attempt 6\."), timeout=60_000)
    with page.expect_websocket(timeout=4_000):
        banner.get_by_role("button", name="Reconnect now").click()
    server.start()
    expect(banner).to_be_empty(timeout=60_000)


def test_an_expired_session_loses_no_draft(page: Page, alice: User) -> None:
    alice.password = make_password(PASSWORD, hasher="argon2")
    alice.save()
    page.fill("#prompt", "half a thought")
    Session.objects.all().delete()
    banner = page.locator("#banners")
    expect(banner).to_contain_text("You are signed out.", timeout=10_000)
    page.locator("#prompt").press_sequentially(", and more")
    banner.get_by_role("link", name="Sign in").click()
    page.fill('input[name="login"]', "alice@example.org")
    page.fill('input[name="password"]', PASSWORD)
    page.press('input[name="password"]', "Enter")
    ready(page)
    expect(page.locator("#prompt")).to_have_value("half a thought, and more")


def test_a_choice_after_the_session_is_over_leads_to_the_sign_in_and_back(page: Page, noise: Any) -> None:
    noise.expected = ("401",)
    page.fill("#prompt", "kept")
    page.click("[data-open-picker]")
    expect(page.locator(".tc-picker-row").first).to_be_visible()
    Session.objects.all().delete()
    page.locator('.tc-picker-row[aria-selected="false"]:not([aria-disabled])').first.click()
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=%2F$"))
    expect(page.locator('input[name="login"]')).to_be_visible()


def test_a_draft_belongs_to_its_writer(
    page: Page, bob: User, server: Server, browser_of_user: Callable[..., BrowserContext]
) -> None:
    page.fill("#prompt", "for nobody else")
    page.reload()
    ready(page)
    expect(page.locator("#prompt")).to_have_value("for nobody else")
    other = browser_of_user(bob)
    page.context.clear_cookies()
    page.context.add_cookies(other.cookies())  # type: ignore[arg-type]
    page.goto("/")
    ready(page)
    expect(page.locator("#prompt")).to_have_value("")
