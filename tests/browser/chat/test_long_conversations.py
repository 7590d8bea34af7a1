"""A conversation of a thousand messages: a window of it stands in the page, and every place in it can be reached."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.accounts.models import User
from playground.conversations.models import Conversation, Message
from tests.browser.chat.conftest import ready, send, until_state
from tests.browser.chat.histories import long_conversation
from tests.server import Server

MESSAGES = 1000
MOST = 200
SHOWN = "document.querySelectorAll('message-view').length"
TEXTS = "[...document.querySelectorAll('message-view [data-source=content]')].map((source) => source.textContent)"


@pytest.fixture
def room(server: Server, alice: User) -> Conversation:
    """A thousand messages, two megabytes."""
    return long_conversation(alice, messages=MESSAGES)


@pytest.fixture
def rows(room: Conversation) -> list[Message]:
    """Its messages, oldest first."""
    return list(room.messages.order_by("created_at"))


@pytest.fixture
def reader(browser_of_user: Callable[..., BrowserContext], alice: User) -> Page:
    """An empty tab of Alice's."""
    return browser_of_user(alice).new_page()


def at_end(page: Page) -> bool:
    return bool(
        page.evaluate(
            "((box) => box.scrollHeight - box.scrollTop - box.clientHeight <= 1)(document.getElementById('thread'))"
        )
    )


def top_of(page: Page, message: Message) -> float:
    """How far below the thread's upper edge a message begins."""
    return float(
        page.evaluate(
            "(id) => document.getElementById(id).getBoundingClientRect().top"
            " - document.getElementById('thread').getBoundingClientRect().top",
            f"message-{message.pk}",
        )
    )


def until_still(page: Page) -> None:
    """Wait until the thread neither grows nor moves for a quarter of a second."""
    page.evaluate(
        """() => new Promise((resolve) => {
          const box = document.getElementById("thread");
          let known = "", since = performance.now();
          const look = () => {
            const now = [box.scrollTop, box.scrollHeight, box.querySelectorAll("message-view").length].join();
            if (now !== known) { known = now; since = performance.now(); }
            if (performance.now() - since > 250) resolve(); else requestAnimationFrame(look);
          };
          look();
        })"""
    )


def to_top(page: Page) -> None:
    page.evaluate("document.getElementById('thread').scrollTop = 0")


def test_it_opens_at_its_end_with_a_window_of_its_messages(
    reader: Page, room: Conversation, rows: list[Message]
) -> None:
    assert sum(len(row.content) for row in rows) > 1_900_000
    reader.goto(f"/c/{room.pk}/")
    ready(reader)
    last = reader.locator(f"#message-{rows[-1].pk}")
    expect(last.locator("[data-body] table").last).to_be_in_viewport()
    until_still(reader)
    assert at_end(reader)
    assert 4 <= reader.evaluate(SHOWN) < 10  # long ones: a page begins with few
    expect(reader.locator("[data-jump]")).to_be_hidden()


def test_earlier_messages_come_by_scrolling_up_and_nothing_in_sight_moves(
    reader: Page, room: Conversation, rows: list[Message]
) -> None:
    reader.goto(f"/c/{room.pk}/")
    ready(reader)
    until_still(reader)
    shown = reader.evaluate(SHOWN)
    first = rows[-shown]
    reader.evaluate("document.querySelector('message-view').scrollIntoView()")
    reader.wait_for_function(f"(shown) => {SHOWN} > shown", arg=shown)
    until_still(reader)
    assert abs(top_of(reader, first)) <= 2
    assert reader.evaluate(TEXTS)[:40] == [row.content for row in rows[-shown - 40 : -shown]]


def test_a_reader_can_go_to_the_beginning_and_the_page_never_holds_more_than_two_hundred(
    reader: Page, room: Conversation, rows: list[Message]
) -> None:
    reader.goto(f"/c/{room.pk}/")
    ready(reader)
    most = 0
    while reader.locator('[data-more="before"]').count():
        shown = reader.evaluate(TEXTS)[0]
        to_top(reader)
        reader.wait_for_function(f"(shown) => {TEXTS}[0] !== shown", arg=shown)
        most = max(most, reader.evaluate(SHOWN))
    assert most <= MOST
    texts = reader.evaluate(TEXTS)
    assert texts[0] == rows[0].content
    # Without a gap but one, and with the last turn at the end.
    assert texts[:-2] == [row.content for row in rows[: len(texts) - 2]]
    assert texts[-2:] == [row.content for row in rows[-2:]]
    assert reader.locator('[data-more="after"]').count() == 1


def test_jumping_to_the_latest_from_far_away_shows_the_end(
    reader: Page, room: Conversation, rows: list[Message]
) -> None:
    reader.goto(f"/c/{room.pk}/#message-{rows[100].pk}")
    ready(reader)
    expect(reader.locator("[data-jump]")).to_be_visible()
    reader.click("[data-jump]")
    expect(reader.locator(f"#message-{rows[-1].pk} [data-body] table").last).to_be_in_viewport()
    reader.wait_for_function(f"() => {SHOWN} >= 20")  # those above the last turn come by themselves
    until_still(reader)
    assert at_end(reader)
    assert reader.evaluate(TEXTS)[-20:] == [row.content for row in rows[-20:]]
    assert reader.locator('[data-more="after"]').count() == 0
    expect(reader.locator("[data-jump]")).to_be_hidden()


def test_a_link_to_an_old_message_opens_there_with_its_surroundings(
    reader: Page, room: Conversation, rows: list[Message]
) -> None:
    wanted = rows[301]
    reader.goto(f"/c/{room.pk}/#message-{wanted.pk}")
    ready(reader)
    expect(reader.locator(f"#message-{wanted.pk}")).to_be_focused()
    until_still(reader)
    assert 0 <= top_of(reader, wanted) <= 60
    texts = reader.evaluate(TEXTS)
    place = texts.index(wanted.content)
    assert texts[place - 5 : place + 5] == [row.content for row in rows[296:306]]
    # And on the open page, such as a search hit.
    other = rows[700]
    reader.evaluate("(id) => { location.hash = `message-${id}`; }", str(other.pk))
    expect(reader.locator(f"#message-{other.pk}")).to_be_focused()
    until_still(reader)
    assert 0 <= top_of(reader, other) <= 60


def test_scrolling_down_from_an_old_message_reaches_the_end_without_a_hole(
    reader: Page, room: Conversation, rows: list[Message]
) -> None:
    reader.goto(f"/c/{room.pk}/#message-{rows[-200].pk}")
    ready(reader)
    expect(reader.locator(f"#message-{rows[-200].pk}")).to_be_focused()
    most = 0
    while reader.locator('[data-more="after"]').count():
        # It may come by itself between the question above and this one.
        reader.evaluate("document.querySelector('[data-more=\"after\"]')?.scrollIntoView({ block: 'end' })")
        until_still(reader)
        most = max(most, reader.evaluate(SHOWN))
    assert most <= MOST
    texts = reader.evaluate(TEXTS)
    assert texts == [row.content for row in rows[-len(texts) :]]


def test_a_message_sent_from_far_up_goes_to_the_end_of_the_branch(server: Server, alice: User, reader: Page) -> None:
    room = long_conversation(alice, messages=300, size=300)
    rows = list(room.messages.order_by("created_at"))
    reader.goto(f"/c/{room.pk}/#message-{rows[100].pk}")
    ready(reader)
    expect(reader.locator(f"#message-{rows[100].pk}")).to_be_focused()
    send(reader, "one more question")
    until_state(reader, "finished")
    asked = Message.objects.get(content="one more question")
    assert asked.parent_id == rows[-1].pk
    expect(reader.locator(f"#message-{asked.pk}")).to_be_in_viewport()


def test_back_and_forward_and_a_reload_keep_the_place(reader: Page, room: Conversation, rows: list[Message]) -> None:
    reader.goto(f"/c/{room.pk}/#message-{rows[500].pk}")
    ready(reader)
    expect(reader.locator(f"#message-{rows[500].pk}")).to_be_focused()
    until_still(reader)
    reader.evaluate("document.getElementById('thread').scrollTop += 700")
    reader.wait_for_function("() => history.state?.at?.message")
    until_still(reader)
    reader.wait_for_function("(id) => history.state.at.message !== id", arg=str(rows[500].pk))
    before = top_of(reader, rows[502])
    reader.goto("/models/")
    reader.go_back()
    ready(reader)
    reader.wait_for_function("(id) => document.getElementById(id)", arg=f"message-{rows[502].pk}")
    until_still(reader)
    assert abs(top_of(reader, rows[502]) - before) <= 4
    reader.reload()
    ready(reader)
    reader.wait_for_function("(id) => document.getElementById(id)", arg=f"message-{rows[502].pk}")
    until_still(reader)
    assert abs(top_of(reader, rows[502]) - before) <= 4


def test_days_are_separated_in_the_readers_time_zone(
    browser_of_user: Callable[..., BrowserContext], server: Server, alice: User
) -> None:
    room = long_conversation(alice, messages=4, days=0, size=300)
    rows = list(room.messages.order_by("created_at", "id"))
    by_number = sorted(rows, key=lambda row: int("".join(c for c in row.content.split(":")[0] if c.isdigit())))
    for row, moment in zip(
        by_number,
        ("2026-03-01T15:30Z", "2026-03-01T15:31Z", "2026-03-01T16:30Z", "2026-03-01T16:31Z"),
        strict=True,
    ):
        Message.objects.filter(pk=row.pk).update(created_at=moment)
    alice.time_zone = "Asia/Shanghai"
    alice.save()
    page = browser_of_user(alice).new_page()
    page.goto(f"/c/{room.pk}/")
    assert page.locator(".tc-day").all_inner_texts() == ["1 Mar 2026", "2 Mar 2026"]
    expect(page.locator(f"#message-{by_number[2].pk} .tc-day")).to_have_text("2 Mar 2026")
    alice.time_zone = "Europe/Berlin"
    alice.save()
    page.reload()
    assert page.locator(".tc-day").all_inner_texts() == ["1 Mar 2026"]


def test_a_new_list_of_conversations_does_not_touch_the_document(reader: Page, room: Conversation) -> None:
    """Whatever stands beside the body for a moment makes a page with formulas restyle all of its elements."""
    reader.goto(f"/c/{room.pk}/")
    ready(reader)
    until_still(reader)
    reader.evaluate(
        """() => {
          window.__beside = [];
          new MutationObserver((changes) => __beside.push(...changes.map(({ addedNodes }) => addedNodes.length)))
            .observe(document.documentElement, { childList: true });
          addEventListener("htmx:after:swap", () => { window.__swapped = true; });
          htmx.trigger("#conversation-list", "refresh");
        }"""
    )
    reader.wait_for_function("() => window.__swapped")
    assert reader.evaluate("__beside") == []
    assert reader.locator("head > div").count() == 0


def test_without_scripts_earlier_messages_are_a_link_away(
    browser_of_user: Callable[..., BrowserContext], room: Conversation, rows: list[Message], alice: User
) -> None:
    page = browser_of_user(alice, java_script_enabled=False).new_page()
    page.goto(f"/c/{room.pk}/")
    expect(page.locator(f"#message-{rows[-1].pk}")).to_have_count(1)
    expect(page.locator(f"#message-{rows[-20].pk}")).to_have_count(0)
    page.click('[data-more="before"]')
    expect(page.locator(f"#message-{rows[-20].pk}")).to_have_count(1)
    page.close()


FORMULAS = r"""The area is \(A = \frac{\pi d^2}{4}\), and with it

$$V = \int_0^h A(x)\,dx = \sum_{k=1}^{n} \frac{A_k h}{n}$$

```python
def volume(area: float, height: float) -> float:
    return area * height
```

That is all.
"""
MOVED = """() => {
  window.moved = [];
  const watch = ({ value, sources }) => window.moved.push([value, sources.map(({ node }) => node?.id)]);
  new PerformanceObserver((list) => list.getEntries().forEach(watch)).observe({ type: "layout-shift", buffered: true });
}"""


def test_nothing_in_sight_moves_while_formulas_and_older_answers_are_drawn(
    reader: Page, room: Conversation, rows: list[Message]
) -> None:
    answers = rows[-19::2]
    for row in answers:
        row.content = FORMULAS * 6
    Message.objects.bulk_update(answers, ["content"])
    reader.add_init_script(f"({MOVED})()")
    reader.goto(f"/c/{room.pk}/", wait_until="load")
    reader.wait_for_function("document.querySelector('message-view:last-of-type .katex')")
    until_still(reader)
    assert reader.evaluate("document.querySelectorAll('.tc-math:not(:has(.katex))').length") == 0
    moved = reader.evaluate("window.moved.filter(([value]) => value > 0.02)")
    assert moved == []
