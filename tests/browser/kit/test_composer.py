"""Writing a message: what sends, what does not, and that nothing typed is ever lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.kit import pages
from tests.browser.kit.conftest import Site

# The page's part of sending: keeps what was delivered, and answers when the test says so.
DELIVER = """() => {
  window.delivered = [];
  const composer = document.querySelector("prompt-composer");
  composer.deliver = (given) => new Promise((resolve, reject) => {
    window.delivered.push(given);
    window.answer = resolve;
    window.refuse = (words) => reject(new Error(words));
  });
  composer.stop = () => { window.stopped = true; };
}"""
DELIVERED = "() => window.delivered.map(({ text }) => text)"


@pytest.fixture
def composer(fresh: Page, site: Site) -> Page:
    """The composer in a browser that keeps no draft yet."""
    fresh.goto(site.page("/empty", "<!doctype html><title>empty</title>"))
    fresh.evaluate("localStorage.clear()")
    fresh.goto(site.page("/composer", pages.chat()))
    fresh.evaluate(DELIVER)
    fresh.focus("#prompt")
    return fresh


def test_enter_sends_and_shift_enter_makes_a_line(composer: Page) -> None:
    composer.keyboard.type("one")
    composer.keyboard.press("Shift+Enter")
    composer.keyboard.type("two")
    assert composer.evaluate(DELIVERED) == []
    composer.keyboard.press("Enter")
    assert composer.evaluate(DELIVERED) == ["one\ntwo"]


def test_enter_that_picks_a_candidate_does_not_send(composer: Page) -> None:
    """A real composition: the input method shows pinyin, Enter confirms it, only the next Enter sends."""
    keyboard = composer.context.new_cdp_session(composer)
    keyboard.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    assert composer.evaluate(DELIVERED) == []
    keyboard.send("Input.insertText", {"text": "你好"})
    assert composer.input_value("#prompt") == "你好"
    composer.keyboard.press("Enter")
    assert composer.evaluate(DELIVERED) == ["你好"]


@pytest.mark.parametrize(
    "event",
    [
        {"key": "Enter", "isComposing": True},
        {"key": "Enter", "keyCode": 229},
        {"key": "Enter", "shiftKey": True},
        {"key": "Enter", "altKey": True},
    ],
)
def test_other_enters_do_not_send(composer: Page, event: dict[str, object]) -> None:
    composer.fill("#prompt", "text")
    composer.evaluate(
        "(given) => document.getElementById('prompt').dispatchEvent("
        "new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...given }))",
        event,
    )
    assert composer.evaluate(DELIVERED) == []


def test_nothing_is_sent_from_an_empty_field(composer: Page) -> None:
    composer.keyboard.press("Enter")
    composer.fill("#prompt", "  \n ")
    composer.keyboard.press("Enter")
    assert composer.evaluate(DELIVERED) == []
    expect(composer.locator("[data-send]")).to_be_disabled()


def test_it_waits_for_the_ack_and_then_is_empty(composer: Page) -> None:
    composer.fill("#prompt", "question")
    composer.keyboard.press("Enter")
    composer.keyboard.press("Enter")
    assert composer.evaluate(DELIVERED) == ["question"]
    expect(composer.locator("[data-send]")).to_be_disabled()
    assert composer.input_value("#prompt") == "question"
    composer.evaluate("window.answer()")
    expect(composer.locator("#prompt")).to_have_value("")
    expect(composer.locator("#prompt")).to_be_editable()


def test_a_refusal_keeps_the_text_and_says_why(composer: Page) -> None:
    composer.fill("#prompt", "question")
    composer.keyboard.press("Enter")
    composer.evaluate("window.refuse('There is no key.')")
    expect(composer.locator("[data-composer-note]")).to_have_text("There is no key.")
    expect(composer.locator("#prompt")).to_have_value("question")
    composer.keyboard.press("Enter")
    first, second = composer.evaluate("window.delivered.map(({ clientId }) => clientId)")
    assert first == second  # sent twice it still is one message
    composer.evaluate("window.refuse('again')")
    composer.locator("#prompt").press_sequentially("!")
    expect(composer.locator("[data-composer-note]")).to_be_hidden()
    composer.keyboard.press("Enter")
    assert composer.evaluate("window.delivered.at(-1).clientId") != first


def test_a_draft_survives_reload_per_conversation(composer: Page, site: Site) -> None:
    composer.fill("#prompt", "half a thought")
    composer.reload()
    expect(composer.locator("#prompt")).to_have_value("half a thought")
    composer.goto(site.page("/new", pages.chat(conversation="")))
    expect(composer.locator("#prompt")).to_have_value("")
    composer.fill("#prompt", "another")
    composer.goto(f"{site.address}/composer")
    expect(composer.locator("#prompt")).to_have_value("half a thought")


def test_a_sent_text_leaves_no_draft(composer: Page) -> None:
    composer.fill("#prompt", "question")
    composer.keyboard.press("Enter")
    composer.evaluate("window.answer()")
    expect(composer.locator("#prompt")).to_have_value("")
    composer.reload()
    expect(composer.locator("#prompt")).to_have_value("")


def test_the_draft_goes_along_when_the_conversation_gets_its_id(composer: Page, site: Site) -> None:
    composer.goto(site.page("/new", pages.chat(conversation="")))
    composer.fill("#prompt", "second question")
    composer.evaluate(f"document.querySelector('prompt-composer').conversation = '{pages.CONVERSATION}'")
    composer.goto(f"{site.address}/composer")
    expect(composer.locator("#prompt")).to_have_value("second question")


def test_the_button_stops_while_an_answer_is_written(composer: Page) -> None:
    composer.evaluate("document.querySelector('prompt-composer').isLive = true")
    button = composer.locator("[data-send]")
    expect(button).to_be_enabled()
    expect(button).to_have_attribute("aria-label", "Stop")
    button.click()
    assert composer.evaluate("window.stopped") is True
    assert composer.evaluate(DELIVERED) == []
    composer.evaluate("document.querySelector('prompt-composer').isLive = false")
    expect(button).to_have_attribute("aria-label", "Send")


def test_it_grows_to_ten_lines_and_then_scrolls(composer: Page) -> None:
    height = "document.getElementById('prompt').offsetHeight"
    one = composer.evaluate(height)
    composer.fill("#prompt", "\n".join("12345"))
    five = composer.evaluate(height)
    composer.fill("#prompt", "\n" * 30)
    many = composer.evaluate(height)
    assert one < five < many <= one + 9 * 24 + 1


FACTS = """(more) => {
  const composer = document.querySelector("prompt-composer");
  composer.facts = { title: "GLM-4.5-Air", inputPrice: "1000", outputPrice: "2000", sign: "$", otherSign: "¥",
                     otherRate: 7.1,
                     convertedFirst: false, context: 1024, maxOutput: 512, maxTokens: null, systemTokens: 20, ...more };
  composer.refresh();
}"""
HISTORY = "(count) => { document.querySelector('prompt-composer').historyTokens = count; }"


def test_it_says_what_the_next_turn_costs_in_both_currencies(composer: Page) -> None:
    estimate = composer.locator("[data-estimate]")
    composer.evaluate(FACTS, {})
    expect(estimate).to_have_text("next turn $0.1200 ≈ ¥0.8520 · at most $1.14 ≈ ¥8.12")
    composer.evaluate(FACTS, {"maxTokens": 10})
    expect(estimate).to_have_text("next turn $0.1200 ≈ ¥0.8520 · at most $0.1400 ≈ ¥0.9940")
    composer.evaluate(FACTS, {"convertedFirst": True, "maxOutput": None})
    expect(estimate).to_have_text("next turn ≈ ¥0.8520 $0.1200")
    composer.fill("#prompt", "word " * 30)
    expect(estimate).to_have_text("next turn ≈ ¥1.07 $0.1500")


def test_with_nothing_to_send_it_counts_tokens_instead(composer: Page) -> None:
    composer.evaluate(HISTORY, 0)
    composer.evaluate(FACTS, {})
    expect(composer.locator("[data-estimate]")).to_have_text("20 tokens · at most $1.04 ≈ ¥7.41")


def test_an_unknown_price_is_said_and_never_nothing(composer: Page) -> None:
    composer.evaluate(FACTS, {"inputPrice": "", "outputPrice": "", "otherRate": None})
    expect(composer.locator("[data-estimate]")).to_have_text("about 0.1K tokens · price not set")


def test_the_context_meter_shows_its_parts_and_turns_amber_and_red(composer: Page) -> None:
    composer.evaluate(FACTS, {"systemTokens": 124})
    composer.evaluate(HISTORY, 300)
    parts = composer.evaluate(
        "[...document.querySelectorAll('[data-context-part]')].map((part) => [part.dataset.contextPart, "
        "Math.round(Number(part.getAttribute('x')) * 10.24), Math.round(Number(part.getAttribute('width')) * 10.24)])"
    )
    assert parts == [["fixed", 0, 124], ["talk", 124, 300], ["reserved", 424, 512]]
    meter, out = composer.locator("[data-context]"), composer.locator("[data-context-out]")
    expect(composer.locator("[data-context-used]")).to_have_text("0.4K / 1K")
    expect(meter).to_have_attribute("data-tone", "")
    composer.evaluate(HISTORY, 700)
    expect(meter).to_have_attribute("data-tone", "warn")
    expect(out).to_be_hidden()
    composer.evaluate(HISTORY, 2000)
    expect(meter).to_have_attribute("data-tone", "bad")
    expect(composer.locator("[data-estimate]")).to_have_attribute("data-over", "")
    expect(out).to_contain_text("About 1,100 tokens more than GLM-4.5-Air reads.")
    expect(out.get_by_role("link", name="New conversation")).to_be_visible()


def test_too_many_characters_are_counted_in_red_and_not_sent(composer: Page) -> None:
    composer.locator("#prompt").evaluate("(field) => { field.dataset.limit = 100; }")
    composer.fill("#prompt", "a" * 80)
    expect(composer.locator("[data-length]")).to_be_hidden()
    composer.fill("#prompt", "a" * 95)
    expect(composer.locator("[data-length]")).to_have_text("95 / 100 characters")
    composer.fill("#prompt", "a" * 101)
    expect(composer.locator("[data-length]")).to_have_attribute("data-over", "")
    expect(composer.locator("[data-length]")).to_have_css("color", composer.evaluate(RED))
    expect(composer.locator("[data-send]")).to_be_disabled()
    composer.keyboard.press("Enter")
    assert composer.evaluate(DELIVERED) == []
    expect(composer.locator("[data-composer-note]")).to_contain_text("too long: 101 of 100")
    assert composer.input_value("#prompt") == "a" * 101  # nothing was cut off


RED = """() => {
  const probe = document.createElement("i");
  probe.style.setProperty("color", "var(--bad)");
  document.body.append(probe);
  return getComputedStyle(probe).color;
}"""


def test_a_blocked_composer_takes_a_draft_and_says_why_it_cannot_be_sent(composer: Page) -> None:
    composer.evaluate(STAND, "blocked")
    composer.keyboard.type("a draft")
    expect(composer.locator("[data-send]")).to_be_disabled()
    expect(composer.locator("[data-send]")).to_have_attribute("title", "There is no key.")
    composer.keyboard.press("Enter")
    assert composer.evaluate(DELIVERED) == []
    expect(composer.locator("[data-composer-note]")).to_have_text("There is no key.")
    composer.evaluate(STAND, "")
    composer.keyboard.press("Enter")
    assert composer.evaluate(DELIVERED) == ["a draft"]


def test_a_closed_composer_gives_its_place_to_the_reason(composer: Page) -> None:
    composer.evaluate(STAND, "closed")
    expect(composer.locator("#composer")).to_be_hidden()
    expect(composer.locator("[data-standing-place]")).to_have_text("There is no key.")
    composer.evaluate(STAND, "")
    expect(composer.locator("#composer")).to_be_visible()


STAND = """(mode) => {
  const made = (html) => Object.assign(document.createElement("template"), { innerHTML: html });
  const composer = document.querySelector("prompt-composer");
  composer.stand({ mode, note: made(mode && "<p class='tc-note-title'>There is no key.</p>"), larger: made("") });
  composer.refresh();
}"""


def test_without_a_connection_a_message_is_queued_and_can_be_taken_back(composer: Page) -> None:
    composer.evaluate("""() => {
      const composer = document.querySelector("prompt-composer");
      const deliver = composer.deliver;
      composer.isReady = () => false;
      composer.deliver = (given) => {
        given.signal.addEventListener("abort", () => window.refuse(""));
        return deliver(given);
      };
    }""")
    composer.keyboard.type("later")
    composer.keyboard.press("Enter")
    expect(composer.locator("[data-composer-note]")).to_contain_text("Queued")
    composer.click("[data-withdraw]")
    expect(composer.locator("[data-composer-note]")).to_be_hidden()
    expect(composer.locator("#prompt")).to_have_value("later")
    expect(composer.locator("#prompt")).to_be_editable()


def test_while_an_answer_is_written_enter_keeps_the_text_and_says_so(composer: Page) -> None:
    composer.evaluate("document.querySelector('prompt-composer').isLive = true")
    composer.keyboard.type("next question")
    composer.keyboard.press("Enter")
    assert composer.evaluate(DELIVERED) == []
    expect(composer.locator("[data-composer-note]")).to_contain_text("still being written")
    expect(composer.locator("#prompt")).to_have_value("next question")


def test_an_id_is_made_even_where_the_address_is_not_secure(composer: Page) -> None:
    made = composer.evaluate("""async () => {
      crypto.randomUUID = undefined;
      const { newClientId } = await import("/static/js/typing.js");
      return [newClientId(), newClientId()];
    }""")
    assert made[0] != made[1]
    assert all(len(one) == 36 and one[14] == "4" for one in made)
