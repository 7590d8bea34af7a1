"""What is done to an open page before its picture is taken. An act takes the page; the functions here make acts."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

Act = Callable[[Page], object]


def click(selector: str) -> Act:
    """Press the first one that can be seen."""
    return lambda page: page.locator(selector).filter(visible=True).first.click()


def click_last(selector: str) -> Act:
    """Press the last one that can be seen."""
    return lambda page: page.locator(selector).filter(visible=True).last.click()


def unfold(selector: str) -> Act:
    """Open a part by its summary and wait until it has its whole height."""

    def act(page: Page) -> None:
        page.locator(selector).filter(visible=True).first.click()
        page.wait_for_timeout(400)  # it grows, and what is below moves away

    return act


def type_in(selector: str, text: str) -> Act:
    """Type a text and wait for what that fetches."""

    def act(page: Page) -> None:
        page.locator(selector).press_sequentially(text)
        page.wait_for_timeout(400)  # the page itself waits for more letters before it asks
        page.wait_for_load_state("networkidle")

    return act


def press(key: str) -> Act:
    """Press a key where the focus is."""
    return lambda page: page.keyboard.press(key)


def leave_fields(page: Page) -> None:
    """Take the focus out of the composer, so that keys are commands."""
    page.locator("#main").focus()


def show(selector: str) -> Act:
    """Scroll until something stands at the top of its box."""
    return lambda page: page.locator(selector).first.evaluate("one => one.scrollIntoView({block: 'start'})")


def attach(name: str, text: str) -> Act:
    """Let a text file go along with the next message."""

    def act(page: Page) -> None:
        file = {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
        page.set_input_files("[data-choose-files]", files=file)  # type: ignore[arg-type]  # a file that is not on disk
        page.locator("[data-attached] .tc-attachment").first.wait_for()

    return act


def choose_file(selector: str, path: Path) -> Act:
    """Choose a file of the disk in a form."""
    return lambda page: page.set_input_files(selector, path)


def write(selector: str, text: str) -> Act:
    """Put a text into a field at once."""
    return lambda page: page.locator(selector).filter(visible=True).first.fill(text)


def if_there(selector: str) -> Act:
    """Press something that narrow windows do not have."""

    def act(page: Page) -> None:
        found = page.locator(selector).filter(visible=True)
        if found.count():
            found.first.click()

    return act


def stay_on_the_way(page: Page) -> None:
    """What the page asks for from now on is not answered."""
    page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")


def forget_cookie(name: str) -> Act:
    """What the browser kept is gone."""
    return lambda page: page.context.clear_cookies(name=name)


def fail_to_sign_in(times: int) -> Act:
    """Try wrong passwords, one after the other."""
    tries = """async (times) => {
      const form = document.querySelector("form[action*=login]");
      for (let n = 0; n < times; n++) {
        const body = new FormData(form);
        body.set("login", `nobody-${n}@northwind.example`);
        body.set("password", "wrong");
        if ((await fetch(form.action, {method: "POST", body})).status === 429) return;
      }
    }"""
    return lambda page: page.evaluate(tries, times)


def to_top(page: Page) -> None:
    """Scroll back to the beginning of a page."""
    page.evaluate("() => { (document.querySelector('#thread') ?? document.querySelector('#main')).scrollTop = 0; }")


def wait_for(selector: str) -> Act:
    """Wait until something can be seen."""
    return lambda page: page.locator(selector).filter(visible=True).first.wait_for()


def open_sheet(name: str) -> Act:
    """Bring the sidebar or the run settings in, where a narrow window hides them."""

    def act(page: Page) -> None:
        opener = page.locator(f"[data-sheet={name}]").filter(visible=True)
        if opener.count():
            opener.first.click()

    return act
