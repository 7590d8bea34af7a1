"""An answer while it is written, and how it becomes the finished message without anything jumping."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.kit import pages
from tests.browser.kit.conftest import Server, Site, until
from tests.browser.kit.pages import ANSWER, CONVERSATION, GENERATION, QUESTION

Open = Callable[..., Page]
AT_END = "((box) => box.scrollHeight - box.scrollTop - box.clientHeight < 2)(document.getElementById('thread'))"
BODY = f"#message-{ANSWER} [data-body]"
THINKING = f"#message-{ANSWER} .tc-thinking"


@pytest.fixture
def open_chat(fresh: Page, site: Site, server: Server) -> Open:
    """Opens a chat with a live answer whose socket the test plays."""

    def open_it(*messages: Any) -> Page:
        fresh.route_web_socket("**/ws/", server.open)
        fresh.goto(site.page("/chat", pages.chat(*messages)))
        fresh.evaluate("import('/static/js/live.js').then(({ live }) => { window.live = live; live.connect(); })")
        until(fresh, "window.live?.status.phase === 'open'")
        if fresh.locator("message-view[aria-busy=true]").count():
            server.await_commands(fresh, "generation.follow", 1)  # what follows it has come
        return fresh

    return open_it


def question() -> Any:
    return pages.message("user", "What is 2 + 2?")


def answer(state: str = "running", content: str = "", **more: Any) -> Any:
    run = pages.generation(state, **more)
    return pages.message("assistant", content, id=ANSWER, generation=run)


def delta(at: int, *parts: tuple[str, str]) -> dict[str, Any]:
    return {"type": "delta", "generation": GENERATION, "from": at, "seq": at + len(parts), "parts": parts}


def settle(site: Site, server: Server, seq: int, state: str = "finished", **message: Any) -> None:
    """The server settles the message and says so."""
    words = {"content": "**Four.**", "reasoning_content": "Two and two", "meter": pages.meter()} | message
    run = pages.generation(state, seq=seq, thinking_ms=1300, error_title="The answer was cut off.", retryable=True)
    shown = pages.message("assistant", words.pop("content"), id=ANSWER, generation=run, **words)
    site.answers[f"/messages/{ANSWER}/"] = ("text/html; charset=utf-8", pages.partial(shown))
    server.send({"type": "end", "generation": GENERATION, "seq": seq, "state": state, "message": ANSWER})


def test_it_follows_from_the_saved_number(open_chat: Open, server: Server) -> None:
    page = open_chat(question(), answer(content="Two and two are ", seq=7))
    asked = server.await_commands(page, "generation.follow", 1)
    assert [(frame["generation"], frame["after"]) for frame in asked] == [(GENERATION, 7)]
    server.send(delta(7, ("c", "**four**.")))
    expect(page.locator(BODY)).to_have_text("Two and two are four.")
    expect(page.locator(f"{BODY} strong")).to_have_text("four")


def test_waiting_counts_and_has_the_shape_of_an_answer(open_chat: Open) -> None:
    page = open_chat(question(), answer("queued"))
    expect(page.locator("[data-state-word]")).to_contain_text("Waiting for the first token, ")
    expect(page.locator("[data-waiting]")).to_be_visible()
    expect(page.locator(f"#message-{ANSWER}")).to_have_attribute("aria-busy", "true")


def test_thinking_opens_counts_and_folds_when_the_answer_begins(open_chat: Open, server: Server) -> None:
    page = open_chat(question(), answer("queued"))
    server.send(delta(0, ("r", "Two and ")))
    expect(page.locator(THINKING)).to_have_attribute("open", "")
    expect(page.locator(f"{THINKING} [data-thinking-label]")).to_have_text("Thinking 0 s…")
    expect(page.locator("[data-waiting]")).to_be_hidden()
    server.send(delta(1, ("r", "two"), ("c", "Four")))
    expect(page.locator(BODY)).to_have_text("Four")
    expect(page.locator(THINKING)).not_to_have_attribute("open", "")
    expect(page.locator(f"{THINKING} [data-thinking-label]")).to_contain_text("Thought for ")
    assert page.locator(f"{THINKING} .tc-thinking-text").text_content() == "Two and two"


def test_thinking_that_the_reader_opened_stays_open(open_chat: Open, server: Server) -> None:
    page = open_chat(question(), answer("queued"))
    server.send(delta(0, ("r", "Hm")))
    summary = page.locator(f"{THINKING} summary")
    expect(page.locator(THINKING)).to_have_attribute("open", "")
    summary.click()
    summary.click()
    server.send(delta(1, ("c", "Four")))
    expect(page.locator(BODY)).to_have_text("Four")
    expect(page.locator(THINKING)).to_have_attribute("open", "")


def test_the_finished_message_takes_over_around_the_text(open_chat: Open, site: Site, server: Server) -> None:
    page = open_chat(question(), answer("queued"))
    server.send(delta(0, ("r", "Two and two"), ("c", "**Four.**")))
    expect(page.locator(f"{BODY} strong")).to_have_text("Four.")
    page.evaluate(f"window.element = document.getElementById('message-{ANSWER}')")
    page.evaluate(f"window.text = document.querySelector('{BODY} strong')")
    settle(site, server, 2)
    expect(page.locator("[data-meter='completion']")).to_have_text("30")
    expect(page.locator("[data-meter='cost']")).to_have_text("$0.00438 ≈ ¥0.0311")
    expect(page.locator(f"{THINKING} [data-thinking-label]")).to_have_text("Thought for 1.3 s")
    expect(page.locator("[data-act='regenerate']")).to_be_visible()
    assert page.evaluate(f"window.element === document.getElementById('message-{ANSWER}')")
    assert page.evaluate("window.element.contains(window.element.querySelector('strong'))")
    expect(page.locator(f"{BODY} strong")).to_have_text("Four.")
    assert page.locator(f"#message-{ANSWER}").get_attribute("aria-busy") is None
    assert page.locator(".tc-caret").count() == 0
    expect(page.locator("#announcer")).to_have_text("Finished, 30 tokens")


def test_what_was_lost_on_the_way_comes_with_the_finished_message(open_chat: Open, site: Site, server: Server) -> None:
    page = open_chat(question(), answer("queued"))
    server.send(delta(0, ("c", "Fo")))
    expect(page.locator(BODY)).to_have_text("Fo")
    settle(site, server, 9, content="Four, of course.")
    expect(page.locator(BODY)).to_have_text("Four, of course.")


def test_a_gap_is_asked_for_again(open_chat: Open, server: Server) -> None:
    page = open_chat(question(), answer("queued"))
    server.send(delta(0, ("c", "a")))
    server.send(delta(2, ("c", "c")))
    expect(page.locator(BODY)).to_have_text("a")
    assert [frame["after"] for frame in server.await_commands(page, "generation.follow", 2)] == [0, 1]
    server.send(delta(1, ("c", "b"), ("c", "c")))
    expect(page.locator(BODY)).to_have_text("abc")


def test_the_server_is_told_how_far_the_browser_is(open_chat: Open, server: Server) -> None:
    page = open_chat(question(), answer("queued"))
    for at in range(40):
        server.send(delta(at, ("c", "x")))
    expect(page.locator(BODY)).to_have_text("x" * 40)
    seen = [frame["seq"] for frame in server.of("generation.seen")]
    assert seen == sorted(seen)
    assert seen[-1] >= 40 - 16
    server.send(delta(40, ("c", "y" * 100_000)))
    expect(page.locator(BODY)).to_contain_text("yyy")
    assert server.of("generation.seen")[-1]["seq"] == 41


def test_a_generation_that_ended_before_is_fetched(open_chat: Open, site: Site, server: Server) -> None:
    shown = pages.message(
        "assistant", "Whole.", id=ANSWER, generation=pages.generation("finished"), meter=pages.meter()
    )
    site.answers[f"/messages/{ANSWER}/"] = ("text/html; charset=utf-8", pages.partial(shown))
    server.answers["generation.follow"] = lambda frame: {
        "type": "ack",
        "live": False,
        "generation": GENERATION,
        "state": "finished",
        "seq": 3,
        "message": ANSWER,
    }
    page = open_chat(question(), answer("queued"))
    expect(page.locator(BODY)).to_have_text("Whole.")
    assert page.locator(f"#message-{ANSWER}").get_attribute("data-state") == "finished"


def test_an_interrupted_answer_keeps_its_text_and_offers_a_way_on(open_chat: Open, site: Site, server: Server) -> None:
    page = open_chat(question(), answer("queued"))
    server.send(delta(0, ("c", "Fo")))
    settle(site, server, 1, "interrupted", content="Fo", reasoning_content="")
    expect(page.locator(".tc-note-title")).to_have_text("The answer was cut off.")
    expect(page.locator(BODY)).to_have_text("Fo")
    server.answers["message.continue"] = lambda frame: {
        "type": "ack",
        "conversation": CONVERSATION,
        "replaces": [ANSWER],
        "html": pages.partial(answer("queued")).replace(ANSWER, "77de0000-0000-4000-8000-00000000000f"),
    }
    page.get_by_role("button", name="Continue from here").click()
    expect(page.locator("#message-77de0000-0000-4000-8000-00000000000f")).to_be_attached()
    expect(page.locator(f"#message-{ANSWER}")).to_have_count(0)
    assert server.of("message.continue")[0]["message"] == ANSWER


def test_keep_as_is_puts_the_note_away_for_good(open_chat: Open, server: Server) -> None:
    shown = answer("interrupted", "Fo", error_title="The answer was cut off.")
    page = open_chat(question(), shown)
    page.get_by_role("button", name="Keep as is").click()
    expect(page.locator(".tc-note")).to_have_count(0)
    page.reload()
    expect(page.locator(BODY)).to_have_text("Fo")
    expect(page.locator(".tc-note")).to_have_count(0)


def test_a_refused_command_says_why_at_its_message(open_chat: Open, server: Server) -> None:
    server.answers["message.regenerate"] = lambda frame: {"type": "error", "code": "no_key", "message": "No key yet."}
    page = open_chat(question(), answer("finished", "Four."))
    page.get_by_role("button", name="Answer again").click()
    expect(page.locator("[data-refused]")).to_have_text("No key yet.")
    expect(page.get_by_role("button", name="Answer again")).to_be_enabled()


def test_editing_happens_in_place_and_sends_the_new_words(open_chat: Open, server: Server) -> None:
    new = "c2b70000-0000-4000-8000-00000000000e"
    server.answers["message.edit"] = lambda frame: {
        "type": "ack",
        "conversation": CONVERSATION,
        "replaces": [QUESTION, ANSWER],
        "html": pages.partial(pages.message("user", frame["text"], id=new)),
    }
    page = open_chat(question(), answer("finished", "Four."))
    page.locator("[data-act='edit']").click()
    field = page.get_by_label("Edit the message")
    expect(field).to_have_value("What is 2 + 2?")
    field.press("Escape")
    expect(page.locator(f"#message-{QUESTION} .tc-said")).to_be_visible()
    page.locator("[data-act='edit']").click()
    field.fill("What is 2 + 3?")
    field.press("Enter")
    expect(page.locator(f"#message-{new}")).to_contain_text("What is 2 + 3?")
    expect(page.locator(f"#message-{QUESTION}, #message-{ANSWER}")).to_have_count(0)


def test_copy_gives_the_markdown_that_the_model_wrote(open_chat: Open) -> None:
    page = open_chat(question(), answer("finished", "**Four.**\n\n```py\nx = 1\n```"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "**Four.**\n\n```py\nx = 1\n```"
    page.locator("[data-copy-code]").click()
    expect(page.locator("[data-copy-code]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "x = 1"


def test_the_reader_stays_at_the_end_unless_they_went_up(open_chat: Open, server: Server) -> None:
    page = open_chat(question(), answer("queued"))
    server.send(delta(0, ("c", "line\n\n" * 100)))
    until(page, "document.getElementById('thread').scrollHeight > 2000")
    until(page, AT_END)
    jump = page.locator("[data-jump]")
    expect(jump).to_be_hidden()
    page.evaluate("document.getElementById('thread').scrollTop = 300")
    expect(jump).to_be_visible()
    server.send(delta(1, ("c", "more\n\n" * 50)))
    expect(page.locator(BODY)).to_contain_text("more")
    assert page.evaluate("document.getElementById('thread').scrollTop") == 300
    jump.click()
    until(page, AT_END)
    expect(jump).to_be_hidden()


def test_history_is_drawn_from_the_text_in_the_page(open_chat: Open) -> None:
    page = open_chat(
        *[pages.message("assistant", f"**{n}**", id=f"77de0000-0000-4000-8000-0000000001{n:02}") for n in range(60)]
    )
    expect(page.locator(".tc-prose strong")).to_have_count(60)
    assert page.locator(".tc-prose strong").all_text_contents() == [str(n) for n in range(60)]


def test_what_a_person_wrote_stays_text(open_chat: Open) -> None:
    page = open_chat(pages.message("user", "**not bold** <b>x</b>\n  indented <script>window.__xss=1</script>"))
    shown = page.locator(".tc-said-text")
    assert shown.text_content() == "**not bold** <b>x</b>\n  indented <script>window.__xss=1</script>"
    assert shown.locator("*").count() == 0


def test_without_scripts_the_text_can_be_read(fresh: Page, site: Site) -> None:
    plain = (
        pages.chat(question(), answer("finished", "**Four.**"))
        .replace("<script", "<template")
        .replace("script>", "template>")
    )
    fresh.goto(site.page("/plain", plain))
    fresh.evaluate("window.__violations = []")
    expect(fresh.locator(".tc-source")).to_have_text("**Four.**")
    expect(fresh.locator(".tc-source")).to_be_visible()
