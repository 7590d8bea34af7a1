"""Where the focus and the view are when something in the thread is replaced: a branch, an answer, long code."""

import pytest
from playwright.sync_api import Page, expect

from playground.conversations.models import Conversation, Message
from tests.browser.chat.conftest import last_answer, ready, send, until_state

LINES = 60
CODE = "```python\n" + "".join(f"line_{number} = {number}\n" for number in range(LINES)) + "```\n"
TOP = "(box) => box.getBoundingClientRect().top"
# A view that is drawn into an answer of the page, as one whose text is still coming.
WATCHED = """async ([start, whole]) => {
  const { MarkdownView } = await import("/static/js/markdown.js");
  const root = [...document.querySelectorAll("message-view [data-body]")].at(-1);
  root.replaceChildren();
  const view = new MarkdownView(root);
  const painted = () => new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));
  view.update(start, { live: true });
  await painted();
  root.querySelector("figure").scrollIntoView();
  await painted();
  const top = () => root.querySelector("figure").getBoundingClientRect().top;
  const before = [top(), root.querySelector("figure").offsetHeight];
  view.update(whole, { live: true });
  view.update(whole);
  await painted();
  return [before, [top(), root.querySelector("figure").offsetHeight]];
}"""


def test_the_focus_stays_on_the_arrow_when_another_branch_is_shown(page: Page) -> None:
    send(page, "/sandbox long 200")
    until_state(page, "finished")
    last_answer(page).locator('[data-act="regenerate"]').click()
    expect(last_answer(page)).to_contain_text("2 / 2")
    until_state(page, "finished")
    for name, place in (("Earlier version", "1 / 2"), ("Later version", "2 / 2")):
        arrow = last_answer(page).get_by_label(name)
        arrow.scroll_into_view_if_needed()
        before = last_answer(page).locator(".tc-siblings").evaluate(TOP)
        arrow.focus()
        page.keyboard.press("Enter")
        expect(last_answer(page).locator(".tc-siblings span")).to_have_text(place)
        # The pressed arrow has reached its end, so the other one has the focus.
        other = "Later version" if name == "Earlier version" else "Earlier version"
        expect(last_answer(page).get_by_label(other)).to_be_focused()
        after = last_answer(page).locator(".tc-siblings").evaluate(TOP)
        assert abs(after - before) <= 2


def test_the_arrow_keeps_the_focus_while_there_is_a_further_branch(page: Page) -> None:
    send(page, "What is 15 % of 240?")
    until_state(page, "finished")
    for count in (2, 3):
        last_answer(page).locator('[data-act="regenerate"]').click()
        expect(last_answer(page).locator(".tc-siblings span")).to_have_text(f"{count} / {count}")
        until_state(page, "finished")
    last_answer(page).get_by_label("Earlier version").focus()
    page.keyboard.press("Enter")
    expect(last_answer(page).locator(".tc-siblings span")).to_have_text("2 / 3")
    expect(last_answer(page).get_by_label("Earlier version")).to_be_focused()


def test_the_focus_follows_a_new_answer_to_its_button(page: Page) -> None:
    send(page, "What is 15 % of 240?")
    until_state(page, "finished")
    last_answer(page).locator('[data-act="regenerate"]').focus()
    page.keyboard.press("Enter")
    expect(last_answer(page)).to_contain_text("2 / 2")
    until_state(page, "finished")
    expect(last_answer(page).locator('[data-act="regenerate"]')).to_be_focused()


def test_the_focus_is_on_the_new_wording_after_an_edit(page: Page) -> None:
    send(page, "first wording")
    until_state(page, "finished")
    question = page.locator('message-view[data-role="user"]').first
    question.locator('[data-act="edit"]').focus()
    page.keyboard.press("Enter")
    question.locator("textarea").fill("second wording")
    page.keyboard.press("Enter")
    expect(page.locator('message-view[data-role="user"]')).to_contain_text("second wording")
    expect(page.locator('message-view[data-role="user"] [data-act="edit"]')).to_be_focused()
    until_state(page, "finished")


@pytest.mark.parametrize("act", ["edit", "regenerate"])
def test_what_a_reopened_conversation_is_asked_again_is_not_fetched_a_second_time(page: Page, act: str) -> None:
    send(page, "first wording")
    until_state(page, "finished")
    page.reload()
    ready(page)
    fetched: list[str] = []
    page.on("request", lambda asked: fetched.append(asked.url) if "/thread/" in asked.url else None)
    page.locator(f'[data-act="{act}"]').last.focus()
    page.keyboard.press("Enter")
    if act == "edit":
        page.locator(".tc-edit textarea").fill("second wording")
        page.keyboard.press("Enter")
    expect(page.locator(".tc-siblings span")).to_have_text("2 / 2")
    until_state(page, "finished")
    expect(page.locator(f'[data-act="{act}"]').last).to_be_focused()
    assert fetched == []


def test_the_focus_stays_on_a_button_when_the_branch_changes_in_another_tab(page: Page) -> None:
    for question in ("one", "two"):
        send(page, question)
        until_state(page, "finished")
    other = page.context.new_page()
    other.goto(page.url)
    ready(other)
    page.locator('[data-act="copy"]').first.focus()
    last_answer(other).locator('[data-act="regenerate"]').click()
    expect(last_answer(page)).to_contain_text("2 / 2")
    expect(page.locator('[data-act="copy"]').first).to_be_focused()
    until_state(page, "finished")


@pytest.mark.parametrize("indent", ["", "   "], ids=["by itself", "in a list"])
def test_long_code_that_is_being_watched_folds_only_out_of_sight(page: Page, indent: str) -> None:
    send(page, "/sandbox long 40")
    until_state(page, "finished")
    item = "1. item\n\n" if indent else ""
    code = "".join(f"{indent}{line}\n" for line in CODE.splitlines())
    before, after = page.evaluate(WATCHED, [item + code.rsplit("```", 1)[0], item + code])
    assert before == after  # nothing has moved or shrunk
    figure = last_answer(page).locator("figure")
    expect(figure).not_to_have_attribute("data-folded", "")
    # Further down, with the code above the view: it folds, and what is read stays.
    page.evaluate(
        """() => {
          const root = [...document.querySelectorAll("message-view [data-body]")].at(-1);
          for (let count = 0; count < 60; count += 1) {
            const line = document.createElement("p");
            line.textContent = `line ${count}`;
            root.append(line);
          }
          const scroller = document.getElementById("thread");
          scroller.style.setProperty("overflow-anchor", "none");
        }"""
    )
    seen = page.evaluate(
        """async () => {
          const last = [...document.querySelectorAll("message-view [data-body] p")].at(-1);
          last.scrollIntoView({ block: "center" });
          const before = last.getBoundingClientRect().top;
          const figure = [...document.querySelectorAll("message-view figure")].at(-1);
          while (!("folded" in figure.dataset)) await new Promise(requestAnimationFrame);
          return [before, last.getBoundingClientRect().top];
        }"""
    )
    assert abs(seen[0] - seen[1]) <= 1
    expect(figure.locator("[data-unfold]")).to_have_text(f"Show all {LINES} lines")


def test_long_code_of_history_is_folded_from_the_start(page: Page) -> None:
    send(page, "hello")
    until_state(page, "finished")
    Message.objects.filter(role="assistant").update(content=CODE)
    page.goto(f"/c/{Conversation.objects.get().pk}/")
    expect(last_answer(page).locator("figure[data-folded] [data-unfold]")).to_have_text(f"Show all {LINES} lines")
