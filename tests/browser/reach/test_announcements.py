"""What a screen reader says while an answer comes: once that it begins, once that it is there."""

from playwright.sync_api import Page

from tests.browser.chat.conftest import ready, send, until_state

LISTEN = """
document.addEventListener("DOMContentLoaded", () => {
  window.__said = [];
  const REGIONS = '[aria-live]:not([aria-live="off"]), [role=status], [role=alert]';
  const hear = new MutationObserver((changes) => {
    for (const {target} of changes) {
      const words = (target.nodeType === 1 ? target : target.parentElement)?.closest(REGIONS)?.textContent.trim();
      if (words) window.__said.push(words);
    }
  });
  hear.observe(document.body, {subtree: true, childList: true, characterData: true});
});
"""


def test_an_answer_is_announced_at_its_start_and_its_end_and_never_between(page: Page) -> None:
    page.add_init_script(LISTEN)
    page.reload()
    ready(page)
    send(page, "/sandbox long 600")
    until_state(page, "finished")
    said = page.evaluate("window.__said")
    assert said[0] == "Answering"
    assert said[-1].startswith("Finished, ")
    assert len(said) == 2, said
    assert page.locator("#announcer").get_attribute("aria-live") == "polite"
    assert page.locator("#thread").get_attribute("aria-live") == "off"
