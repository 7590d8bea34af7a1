"""Every page, with long words in it: nothing out of place, nothing cut, and nothing that axe calls serious in Chinese.

What axe says of every page and layer in both themes: test_every_screen.py.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from playground.accounts.models import Member, Team, User
from playground.accounts.people import create_user, current_team
from playground.accounts.roles import Role
from playground.batches import drafting
from playground.batches.models import Batch
from playground.batches.table import read_text
from playground.catalog.models import Offer, Provider
from playground.comparisons import columns
from playground.comparisons import sharing as compare_sharing
from playground.conversations.models import Conversation, Message
from playground.conversations.run_settings import RunSettings
from playground.presets import shelf
from playground.prompts import library
from playground.prompts.content import read_content
from playground.snapshots import sharing
from playground.vault import keys
from tests.browser.chat.conftest import Noise, ready, send, until_state
from tests.browser.compare.conftest import until_all
from tests.browser.reach.faults import grave
from tests.entries import write_days, write_entry
from tests.screens.budgets import set_budgets
from tests.server import Server

INSIDE = (
    "/",
    "/compare/",
    "/batches/",
    "/batches/new/",
    "/templates/",
    "/templates/new/",
    "/templates/import/",
    "/templates/built-in/extraction/",
    "/presets/",
    "/links/",
    "/usage/?range=30d",
    "/usage/?by=conversation",
    "/usage/files/",
    "/usage/entries/",
    "/budgets/",
    "/models/",
    "/prices/",
    "/usage/unpriced/",
    "/settings/tokens/",
    "/models/glm-4.5/",
    "/keys/",
    "/settings/",
    "/settings/people/",
    "/team/",
    "/team/log/",
    "/conversations/import/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
)
OUTSIDE = ("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/")
KEY = "0123456789abcdef.0123456789abcdef"
TEMPLATE = {
    "title": "Meeting notes of the whole logistics department, every week",
    "purpose": "A long sentence says what it is for, and what comes out.",
    "tags": ["Meetings", "会议"],
    "system_prompt": "You write long notes for {{a_rather_long_name_of_a_variable}}.",
    "first_message": "{{notes}}",
    "variables": [{"name": "notes", "kind": "file", "help": "Paste them"}],
    "model": "glm-4.5",
    "settings": {"thinking": False, "temperature": 0.2},
}
TABLE = (
    "a rather long name of a variable,country\n"
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch,Wales\n"
    "卑尔根,挪威\n/sandbox balance,nowhere\n"
)
PROMPT = "Write a Python function that parses a CSV line, and explain it in a table"

# What sticks out: of the window, or of a box that neither scrolls nor cuts with an ellipsis.
STICKING_OUT = """() => {
  const found = [];
  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} wide`);
  for (const one of document.querySelectorAll('body *')) {
    if (!one.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height || one.closest('svg, .katex, .tc-hidden-text, .tc-skip, [inert]')) continue;
    let scrolls = false;
    for (let up = one.parentElement; up && !scrolls; up = up.parentElement)
      scrolls = /auto|scroll/.test(getComputedStyle(up).overflowX);
    if (!scrolls && (box.right > innerWidth + 1 || box.left < -1))
      found.push(`${one.tagName}.${one.className} ${Math.round(box.left)}..${Math.round(box.right)}`);
    const style = getComputedStyle(one);
    if (style.overflowX === 'visible' && style.display !== 'inline' && style.display !== 'contents'
        && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
        && !one.matches('input, select, textarea, .tc-row-note, dialog'))
      found.push(`${one.tagName}.${one.className} holds ${one.scrollWidth} in ${one.clientWidth}`);
  }
  return [...new Set(found)].slice(0, 12);
}"""

# Text that a box cuts off below, or that leaves the button or field it belongs to. Single lines may end in an ellipsis.
CUT = """() => {
  const BOXES = 'button, .btn, .badge, .tc-nav a, .tc-row, th, td, label, summary';
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const owner = text.parentElement;
    if (!text.data.trim() || !owner.checkVisibility({visibilityProperty: true})) continue;
    if (owner.closest('svg, script, .tc-hidden-text, .tc-skip, .katex, [inert], option, noscript')) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const rect = range.getBoundingClientRect();
    if (!rect.width || owner.getBoundingClientRect().width <= 1) continue;  // one pixel: for screen readers only
    for (let up = owner; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (/auto|scroll/.test(style.overflowY)) break;
      const box = up.getBoundingClientRect();
      const isBox = up.matches(BOXES) || /hidden|clip/.test(style.overflowY);
      if (isBox && style.display !== 'inline' && (rect.bottom > box.bottom + 3 || rect.top < box.top - 3))
        found.push(`${up.tagName}.${up.className}: ${text.data.trim().slice(0, 40)}`);
    }
  }
  return [...new Set(found)].slice(0, 12);
}"""

# The values of success criterion 1.4.12.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; }
    * { word-spacing: .16em !important; } p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""


def template_pages(alice: User) -> list[str]:
    """A template with a draft, its form, its editor, and what changed."""
    content = read_content(TEMPLATE)
    template = library.create(team=current_team(alice), author=alice, content=content)
    later = replace(content, system_prompt=content.system_prompt.replace("long notes", "short, exact notes"))
    draft = library.save(template, author=alice, content=later, base=1, live=False)
    return [
        f"/templates/{template.pk}/?version={draft.pk}",
        f"/templates/{template.pk}/edit/",
        f"/templates/versions/{draft.pk}/use/",
        f"/templates/compare/?left={template.shown.pk}&right={draft.pk}",
        f"/templates/compare/try/?left={template.shown.pk}&right={draft.pk}",
    ]


def shared_pages(alice: User) -> list[str]:
    """A colleague's conversations, to read and to write, and one's own with the choices of sharing; comparisons too."""
    crew = Team.objects.create(name="Department of rather long names, research and development")
    colleague = create_user(email="colleague@example.org", password=None, name="Maximiliane Oberhofer-Wang")
    for person in (alice, colleague):
        Member.objects.create(team=crew, user=person, role=Role.OWNER)
    User.objects.filter(pk__in=[alice.pk, colleague.pk]).update(current_team=crew)
    pages = []
    for owner, shared in ((colleague, "read"), (colleague, "write"), (alice, "write")):
        room = Conversation.objects.create(
            team=crew, user=owner, title="Break-even volume of the LFP line", shared=shared
        )
        room.leaf = Message.objects.create(conversation=room, role="user", content="How much is it?", author=colleague)
        room.save()
        pages.append(f"/c/{room.pk}/")
    return pages + [shared_comparison(User.objects.get(pk=owner.pk)) for owner in (colleague, alice)]


def shared_comparison(owner: User) -> str:
    """A question that two models have answered, for the team to read and judge without names."""
    offers = Offer.objects.filter(provider__slug="sandbox", wire_name__startswith="zai/")[:2]
    made = columns.make(user=owner, columns=[RunSettings(offer=offer.pk, temperature=0.3) for offer in offers])
    for column in made.shown_columns():
        room = column.conversation
        question = Message.objects.create(conversation=room, role="user", content="How much is it?", author=owner)
        room.leaf = Message.objects.create(conversation=room, role="assistant", content="That much.", parent=question)
        room.save()
    columns.hide_names(made, hidden=True)
    compare_sharing.share(made, "read", by=owner)
    return f"/compare/{made.pk}/"


def batch_pages(alice: User) -> list[str]:
    """A draft, two batches that ran over the same rows, one of their rows, both side by side."""
    offer = Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air")
    chosen = RunSettings(offer=offer.pk, max_tokens=200, system_prompt="Answer for {{country}}.")
    draft = drafting.create(
        user=alice, team=current_team(alice), table=read_text(TABLE), title="Towns of the north", settings=chosen
    )
    drafting.write_prompt(draft, "Say what {{a_rather_long_name_of_a_variable}} is known for", {})
    drafting.keep(draft)
    ran = [drafting.begin_again(draft, user=alice) for _ in range(2)]
    for batch in ran:
        drafting.start(batch)
    until = time.monotonic() + 60
    while Batch.objects.filter(state=Batch.State.RUNNING).exists() and time.monotonic() < until:
        time.sleep(0.1)
    first, second = ran
    rows = [f"/batches/{first.pk}/rows/{number}/" for number in (1, 2)]
    return [f"/batches/{draft.pk}/", f"/batches/{first.pk}/", *rows, f"/batches/{first.pk}/beside/{second.pk}/"]


def shared_copy(alice: User) -> str:
    """A preset and a link to a copy of the one conversation; returns the secret part of the link."""
    room = Conversation.objects.get()
    settings = RunSettings(temperature=0.3, system_prompt="Be brief and exact, and say where a figure comes from.")
    name = "Answers for the whole logistics department"
    shelf.save(user=alice, team=room.team, name=name, settings=settings, for_team=True)
    shows = sharing.Shows(names=True, costs=True, system_prompt=True, reasoning=True)
    return sharing.share(user=alice, conversation=room, shows=shows, days=7)[1]


@pytest.fixture
def open_pages(
    browser_of_user: Callable[..., BrowserContext], alice: User, server: Server, noise: Noise
) -> Callable[..., Iterator[tuple[str, Page]]]:
    """Walks over every page: a conversation, a key, what stands before sign-in, and what does not exist."""
    noise.expected = ("status of 404",)
    provider = Provider.objects.get(slug="bigmodel")

    def walk(**options: Any) -> Iterator[tuple[str, Page]]:
        page = browser_of_user(alice, **options).new_page()
        page.goto("/")
        ready(page)
        send(page, PROMPT)
        until_state(page, "finished")
        page.wait_for_url("**/c/*/")
        yield "a conversation", page
        secret = shared_copy(alice)
        page.goto("/compare/")
        page.click("[data-begin-comparison]")
        page.wait_for_url("**/compare/*-*/")
        ready(page)
        page.fill("#prompt", PROMPT)
        page.press("#prompt", "Enter")
        until_all(page, "finished", 2)
        page.locator("[data-head] .badge").nth(1).wait_for()
        yield "a comparison", page
        team = current_team(alice)  # the key comes now: with one, the page would begin with a model that is far away
        key = keys.add(team=team, user=None, provider=provider, label="Work", key=KEY, created_by=alice)
        write_days(alice, team, 30)
        entry = write_entry(alice, team)
        budget = set_budgets(alice, team, {"batch_key": str(key.pk)})["budget"]
        for path in (
            *INSIDE,
            *batch_pages(alice),
            *template_pages(alice),
            f"/s/{secret}/continue/",
            f"/keys/{key.pk}/",
            f"/usage/entries/{entry.pk}/",
            f"/budgets/{budget}/",
            "/nowhere/",
        ):
            page.goto(path, wait_until="networkidle")
            yield path, page
        for path in shared_pages(alice):
            page.goto(path, wait_until="networkidle")
            if page.locator("#sharing-menu-trigger").count():
                page.click("#sharing-menu-trigger")
                page.locator("#sharing-menu-list").wait_for()
            yield path, page
        stranger = browser_of_user(None, **options).new_page()
        for path in (*OUTSIDE, f"/s/{secret}/"):
            stranger.goto(path, wait_until="networkidle")
            yield path, stranger

    return walk


def test_axe_finds_nothing_serious_in_chinese(
    open_pages: Callable[..., Iterator[tuple[str, Page]]], alice: User
) -> None:
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    walk = open_pages(locale="zh-CN", reduced_motion="reduce")
    found = [(name, *one) for name, page in walk for one in grave(page)]
    assert found == []


@pytest.mark.parametrize("width", [1440, 1024, 390, 320])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nothing_stands_outside_its_container(
    open_pages: Callable[..., Iterator[tuple[str, Page]]], alice: User, width: int, language: str
) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    walk = open_pages(viewport={"width": width, "height": 800}, locale=language, reduced_motion="reduce")
    found = {name: out for name, page in walk if (out := page.evaluate(STICKING_OUT))}
    assert found == {}


@pytest.mark.parametrize("width", [1440, 720])  # 720: a window of 1440 at 200 % zoom
def test_wider_text_spacing_cuts_nothing(open_pages: Callable[..., Iterator[tuple[str, Page]]], width: int) -> None:
    found = {}
    for name, page in open_pages(viewport={"width": width, "height": 450 if width == 720 else 900}):
        page.evaluate(SPACED)
        out = page.evaluate(CUT) + page.evaluate(STICKING_OUT)
        if out:
            found[name] = out
    assert found == {}
