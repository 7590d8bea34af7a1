"""The list: every screen and state that has a picture. A new page or state is one more entry here.

`tests/integration/web/test_screens.py` compares it with the addresses in `playground/web/urls.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.screens import texts
from tests.screens.acts import (
    Act,
    attach,
    choose_file,
    click,
    click_last,
    fail_to_sign_in,
    forget_cookie,
    if_there,
    leave_fields,
    open_sheet,
    press,
    show,
    stay_on_the_way,
    to_top,
    type_in,
    unfold,
    wait_for,
    write,
)
from tests.screens.household import BENCH
from tests.screens.plays import (
    Accompanied,
    Answering,
    Blocked,
    Counting,
    Forbidden,
    Offline,
    Play,
    Queued,
    Reconnecting,
    Retrying,
    SignedOut,
)

PRICE_MAP = Path(__file__).resolve().parents[1] / "recordings" / "prices" / "litellm.json"
TALL = 2_000  # pixels: what a reader would scroll to, in one picture


@dataclass(frozen=True, slots=True)
class Screen:
    """One picture in every look. `address` is filled from `household.Seeded.places`."""

    name: str  # of the file
    title: str
    address: str
    acts: tuple[Act, ...] = ()
    viewer: str = "owner"  # owner | colleague | newcomer | nobody
    play: Callable[[], Play] | None = None
    height: int = 0  # pixels; 0: that of the look
    fresh: bool = False  # on an installation that nobody has set up yet
    also: tuple[str, ...] = ()  # addresses that show the same page
    status: int = 200  # what the server answers with


@dataclass(frozen=True, slots=True)
class Part:
    """Screens that belong together."""

    title: str
    screens: tuple[Screen, ...]


BREAK_EVEN = "/c/{break_even}/"
PRICES = "month,price\n" + "\n".join(f"2026-{month:02},{74_200 - 310 * month}" for month in range(1, 13))
COMPARISON = "/compare/{comparison}/"
PRACTICE = "/?offer={practice_offer}"  # the sandbox answers: no picture asks a real provider anything
QUESTION = "Plan a launch for a small kitchen scale: goal, steps, risks."
outside = partial(Screen, viewer="nobody")
CONVERSATION_MENU = click("#conversation-menu-trigger")
KEY_MENU = click(".tc-key-menu > button")
FOUND_CONVERSATION = "#palette [data-group=conversations]"  # the last ones to come
ROW_MENU = ".tc-row[data-pinned=false] [data-row-menu]"
REFUSED = "[data-composer-note]:not([hidden])"


MODEL = ".tc-model-row:has(.tc-mono:text-is('glm-4.5-air'))"
NEW_SERVER = (
    lambda page: page.select_option("#key-endpoint", "custom"),
    write("#key-label", "Bench, llama.cpp"),
    write("#key-base_url", "http://{}:{}/v1".format(*BENCH)),
    write("#key-secret", "sample-0000-bench"),
    click("#model-choice [name=act][value=list]"),
    click(f"{MODEL} [type=checkbox]"),
    write(f"{MODEL} [name$=context_tokens]", "131072"),
    write(f"{MODEL} [name$=max_output_tokens]", "8192"),
    write(f"{MODEL} [name$=input_price]", "0.5"),
    write(f"{MODEL} [name$=output_price]", "2"),
    leave_fields,
    show("#key-form"),
)


def key_deed(name: str) -> tuple[Act, ...]:
    """Ask for a deed on the first key."""
    return (KEY_MENU, click(f".tc-key-menu [id$='-{name}']"), wait_for("#key-dialog form"))


CHAT = Part(
    "The chat page",
    (
        Screen("chat", "A conversation", BREAK_EVEN),
        Screen("chat-whole", "The same, from its beginning", BREAK_EVEN, (to_top,), height=TALL),
        Screen(
            "chat-thinking",
            "Thinking, unfolded",
            BREAK_EVEN,
            (click("[data-part=thinking] summary"), to_top),
            height=1_100,
        ),
        Screen("chat-chinese", "Chinese: emphasis, table, JSON", "/c/{ops}/", (to_top,), height=1_100),
        Screen("chat-code", "Code", "/c/{code}/", (to_top,)),
        Screen("chat-branches", "Two answers to one question", "/c/{branches}/"),
        Screen("chat-long", "A long conversation", "/c/{long}/"),
        Screen("chat-long-above", "Scrolled up: jump to latest", "/c/{long}/", (to_top, wait_for(".tc-jump"))),
        Screen("chat-unpriced", "A model without a price", "/c/{unpriced}/"),
        Screen(
            "chat-details",
            "Details: request and response",
            BREAK_EVEN,
            (click("[data-act=details]"), wait_for("#details")),
        ),
        Screen(
            "chat-what-if",
            "What it would cost with other models",
            BREAK_EVEN,
            (click("#conversation-menu-trigger"), click("[data-what-if]"), wait_for("#details")),
        ),
        Screen("chat-attached", "A file that goes along", BREAK_EVEN, (attach("prices.csv", PRICES),)),
        Screen(
            "chat-context-full",
            "More than the model reads, and the ways out",
            BREAK_EVEN,
            (attach("measurements.csv", texts.measurements(7_000)), wait_for("[data-context-out]")),
        ),
        Screen(
            "chat-too-long",
            "A message over the limit",
            BREAK_EVEN,
            (write("#prompt", "Summarise these forty contracts. " * 12_200), wait_for("[data-length][data-over]")),
        ),
        Screen(
            "chat-editing",
            "A question being edited",
            BREAK_EVEN,
            (click_last("message-view[data-role=user] [data-act=edit]"), wait_for(".tc-edit textarea")),
        ),
        Screen("chat-empty", "A new conversation", "/"),
        Screen("chat-practice", "Faults to practise with", "/", (click(".tc-practice summary"), show(".tc-practice"))),
        Screen("chat-first-visit", "First visit, without a key", "/", viewer="newcomer"),
        Screen("chat-no-key", "A model without a key", "/?offer={keyless_offer}", viewer="newcomer"),
        Screen("chat-read-only", "Only to read: its model is gone", "/c/{gone}/"),
    ),
)
TOOLS = Part(
    "Tools and structured output",
    (
        Screen("tools", "Calls, their results, and one that waits", "/c/{tools}/", (to_top,), height=1_300),
        Screen("tools-search", "A web search with its sources", "/c/{search}/"),
        Screen(
            "tools-settings",
            "Tools and the options of a web search",
            "/c/{search}/",
            (open_sheet("inspector"), unfold("#run-search-options > summary"), show("#run-search-options")),
            height=1_100,
        ),
        Screen(
            "tools-function",
            "A function, its schema checked",
            "/c/{tools}/",
            (open_sheet("inspector"), click(".tc-set-function button"), wait_for("#function-form")),
            height=1_100,
        ),
        Screen(
            "tools-new-function",
            "A new function, from an example",
            "/c/{tools}/",
            (
                open_sheet("inspector"),
                click("#function-add"),
                click("#function-form .tc-chip"),
                wait_for("#function-name[value=get_weather]"),
            ),
            height=1_100,
        ),
        Screen("json", "An answer that breaks its schema", "/c/{json}/", (wait_for("[data-json-tree]"),)),
        Screen(
            "json-settings",
            "The schema of an answer",
            "/c/{json}/",
            (open_sheet("inspector"), show("#run-schema")),
            height=1_100,
        ),
    ),
)
STATES = Part(
    "An answer's states",
    (
        Screen("state-waiting", "Waiting for the first token", PRACTICE, play=partial(Answering, QUESTION)),
        Screen("state-thinking", "Thinking", PRACTICE, play=partial(Answering, QUESTION, thinking=220)),
        Screen("state-streaming", "Answering", PRACTICE, play=partial(Answering, QUESTION, thinking=220, answer=420)),
        Screen("state-stopped", "Stopped", "/c/{stopped}/"),
        Screen("state-interrupted", "Interrupted", "/c/{interrupted}/"),
        Screen("state-rate-limited", "Rate limited, with the time to wait", "/c/{limited}/", play=Counting),
        Screen("state-retrying", "Asked to wait: the next attempt counts down", PRACTICE, play=Retrying),
        Screen("state-too-long", "Too long for the model", "/c/{too_long}/"),
        Screen("state-failures", "What can go wrong, one of each", "/c/{faults}/", (to_top,), height=TALL),
        Screen("state-failures-more", "What can go wrong, the rest", "/c/{faults}/", height=TALL),
    ),
)
CONNECTION = Part(
    "The connection",
    (
        Screen("connection-offline", "Offline", BREAK_EVEN, play=Offline),
        Screen("connection-queued", "Sent without a network: it waits", BREAK_EVEN, play=Queued),
        Screen("connection-lost", "Connection lost", BREAK_EVEN, play=Reconnecting),
        Screen("connection-blocked", "Websockets blocked", BREAK_EVEN, play=Blocked),
        Screen("connection-signed-out", "Session over, the draft stays", BREAK_EVEN, play=SignedOut),
    ),
)
CHOICES = Part(
    "Lists, menus, palette",
    (
        Screen(
            "picker",
            "Model picker",
            BREAK_EVEN,
            (open_sheet("inspector"), click("[data-open-picker]"), wait_for(".tc-picker-row.is-active")),
        ),
        Screen(
            "picker-search",
            "Model picker, searched",
            BREAK_EVEN,
            (open_sheet("inspector"), click("[data-open-picker]"), type_in("[data-picker-search]", "flash")),
        ),
        Screen("run-settings", "Run settings, thinking always on", "/c/{ops}/", (open_sheet("inspector"),)),
        Screen(
            "run-settings-more",
            "Run settings, all of them",
            BREAK_EVEN,
            (open_sheet("inspector"), unfold(".tc-set-guidance summary"), unfold("#run-more > summary")),
            height=1_100,
        ),
        Screen(
            "run-settings-dropped",
            "Another model, and what it does not take",
            "/c/{json}/",
            (
                open_sheet("inspector"),
                click("[data-open-picker]"),
                type_in("[data-picker-search]", "4.7-flashx"),
                press("Enter"),
                wait_for(".tc-set-dropped"),
            ),
        ),
        Screen(
            "presets",
            "Presets",
            BREAK_EVEN,
            (open_sheet("inspector"), click("#run-presets"), wait_for("#presets")),
            also=("/presets/",),
        ),
        Screen("palette", "Palette", BREAK_EVEN, (press("Control+k"), wait_for(FOUND_CONVERSATION))),
        Screen(
            "palette-search",
            "Palette, searched",
            BREAK_EVEN,
            (
                press("Control+k"),
                wait_for(FOUND_CONVERSATION),
                type_in("#palette input", "comp"),
                wait_for(FOUND_CONVERSATION),
            ),
        ),
        Screen("shortcuts", "Keyboard", BREAK_EVEN, (leave_fields, press("?"), wait_for("#shortcut-list h2"))),
        Screen("list", "Conversations", "/c/{ops}/", (open_sheet("sidebar"),)),
        Screen(
            "list-search",
            "Found in a text",
            BREAK_EVEN,
            (open_sheet("sidebar"), type_in("#conversation-filter", "赔付")),
        ),
        Screen(
            "list-nothing",
            "Nothing found",
            BREAK_EVEN,
            (open_sheet("sidebar"), type_in("#conversation-filter", "electrolite")),
        ),
        Screen(
            "list-archive",
            "Archive",
            BREAK_EVEN,
            (open_sheet("sidebar"), click("#open-archive"), wait_for("#archive-head")),
        ),
        Screen(
            "list-undo",
            "Deleted, and can be undone",
            "/c/{ops}/",
            (open_sheet("sidebar"), click(ROW_MENU), click("#row-delete"), wait_for("#toaster .toast button")),
        ),
        Screen("list-folded", "Sidebar folded", BREAK_EVEN, (if_there("[data-toggle-sidebar]"),)),
        Screen("menu", "Menu of a conversation", BREAK_EVEN, (CONVERSATION_MENU, wait_for("#conversation-menu-list"))),
        Screen(
            "share",
            "A link to a copy",
            BREAK_EVEN,
            (CONVERSATION_MENU, click("#conversation-share"), wait_for("#share form")),
            also=("/c/{break_even}/share/",),
        ),
        Screen("links", "One’s links", "/links/"),
        outside("shared", "What a link shows", "/s/{link}/", height=TALL),
        Screen("shared-continue", "Going on with a copy", "/s/{link}/continue/"),
        Screen("menu-account", "Menu of the account", "/", (open_sheet("sidebar"), click("#account-menu-trigger"))),
        Screen("menu-language", "Menu of languages", "/", (open_sheet("sidebar"), click("#language-menu-trigger"))),
        Screen("menu-theme", "Menu of themes", "/", (open_sheet("sidebar"), click("#theme-menu-trigger"))),
    ),
)
TOGETHER = Part(
    "Shared with the team",
    (
        Screen("together", "Two people in one conversation", "/c/{shared}/", play=Accompanied),
        Screen(
            "together-menu",
            "Who may read and write",
            BREAK_EVEN,
            (click("#sharing-menu-trigger"), wait_for("#sharing-menu-list")),
        ),
        Screen("together-read", "A colleague's, to read", "/c/{shared_read}/"),
    ),
)
COMPARE = Part(
    "Compare",
    (
        Screen("compare", "Three models side by side", COMPARISON),
        Screen(
            "compare-settings",
            "Run settings of one column",
            COMPARISON,
            (click("[data-column-settings]"), wait_for("#inspector[data-open]")),
        ),
        Screen(
            "compare-add",
            "One more model",
            COMPARISON,
            (unfold("[data-add-column]"), wait_for("[data-picker-foot]")),
        ),
        Screen(
            "compare-again",
            "Asked again: its questions wait in a new one",
            COMPARISON,
            (click("[data-run-all-again] button"), wait_for("[data-waiting-question]")),
        ),
        Screen("compare-read", "A colleague reads it and votes", COMPARISON, viewer="colleague"),
        Screen("compare-list", "Saved comparisons", "/compare/"),
        Screen(
            "compare-delete",
            "Delete a comparison",
            "/compare/",
            (click("[data-dialog^=delete]"), wait_for("dialog[open] h2")),
        ),
        Screen("compare-none", "No comparison yet", "/compare/", viewer="newcomer"),
    ),
)
BATCHES = Part(
    "Batches",
    (
        Screen("batch", "A batch on its way, paused", "/batches/{batch}/", height=1_400),
        Screen("batch-draft", "Before the start: prompt and forecast", "/batches/{batch_draft}/", height=1_500),
        Screen("batch-row", "One row", "/batches/{batch}/rows/3/", height=1_200),
        Screen("batch-beside", "Two models over the same rows", "/batches/{batch}/beside/{batch_other}/", height=1_200),
        Screen("batches", "Batches", "/batches/"),
        Screen("batch-new", "A table comes in", "/batches/new/"),
        Screen("batches-none", "No batch yet", "/batches/", viewer="newcomer"),
    ),
)
SLASH = (click("#prompt"), type_in("#prompt", "/meet"), wait_for(".tc-slash-row"))
TEMPLATES = Part(
    "Templates",
    (
        Screen("templates", "Templates", "/templates/"),
        Screen("template", "One template, a draft waiting", "/templates/{template}/", height=1_400),
        Screen(
            "template-edit", "Another version", "/templates/{template}/edit/", also=("/templates/new/",), height=1_400
        ),
        Screen(
            "template-compare",
            "Two versions side by side",
            "/templates/compare/?left={template_first}&right={template_version}",
        ),
        Screen(
            "template-try",
            "Two versions on the same inputs",
            "/templates/compare/try/?left={template_first}&right={template_version}",
        ),
        Screen("template-use", "Its variables", "/templates/versions/{template_version}/use/"),
        Screen("template-import", "From a file, into a file", "/templates/import/"),
        Screen("template-menu", "“/” in the composer", "/", SLASH),
        Screen("template-insert", "Its small form", "/", (*SLASH, press("Enter"), wait_for("#fill-dialog form"))),
    ),
)
MODELS = Part(
    "Models",
    (
        Screen("models", "Catalog", "/models/"),
        Screen("models-filtered", "Catalog, filtered", "/models/?q=flash"),
        Screen("models-nothing", "Catalog, nothing found", "/models/?q=electrolite&feature=thinking"),
        Screen("model", "One model", "/models/{model}/", height=TALL),
        Screen(
            "model-parameters",
            "What a provider takes",
            "/models/{model}/",
            (unfold(".tc-shop-parameters summary"), show(".tc-shop-parameters")),
        ),
        Screen("model-price", "A price to set", "/models/offers/{unpriced_offer}/price/"),
        Screen("prices", "List prices of the installation", "/prices/", height=1_300),
        Screen("prices-offer", "One list price and its history", "/prices/offers/{keyless_offer}/", height=1_100),
        Screen(
            "prices-check",
            "LiteLLM’s price map against what holds",
            "/prices/",
            (
                choose_file("#id_file", PRICE_MAP),
                click("form[enctype] button[type=submit]"),
                wait_for(".tc-price-diff"),
            ),
        ),
    ),
)
USAGE = Part(
    "Usage",
    (
        Screen("usage", "Overview, as billed", "/usage/", height=TALL),
        Screen("usage-person", "By person, all in one currency", "/usage/?by=person&show=CNY&range=90d", height=1_300),
        Screen("usage-range", "Another range", "/usage/", (unfold(".tc-range > summary"),)),
        Screen("usage-none", "Nothing used yet", "/usage/", viewer="newcomer"),
        Screen("usage-template", "By template", "/usage/?by=template", height=TALL),
        Screen("usage-files", "A file for every month", "/usage/files/"),
        Screen("usage-entries", "Entries", "/usage/entries/"),
        Screen("usage-unpriced", "Runs without a price", "/usage/unpriced/"),
        Screen("usage-entry", "A receipt", "/usage/entries/{entry}/", height=1_300),
        Screen("budgets", "Budgets", "/budgets/", height=TALL),
        Screen("budget", "Changing a budget", "/budgets/{budget}/"),
        Screen("budgets-none", "No budget yet", "/budgets/", viewer="newcomer", height=1_200),
        Screen("budget-near", "A budget of the next turn is used up", "/c/{budgeted}/"),
        Screen(
            "budget-refused",
            "A send that a budget refuses",
            "/c/{budgeted}/",
            (click("#prompt"), type_in("#prompt", texts.TAGGING_MORE), press("Enter"), wait_for(REFUSED)),
        ),
    ),
)
KEYS = Part(
    "Keys",
    (
        Screen("keys", "Keys", "/keys/", height=1_300),
        Screen("keys-none", "No key yet", "/keys/", viewer="newcomer", height=1_100),
        Screen(
            "keys-testing",
            "A key that is being tested",
            "/keys/",
            (stay_on_the_way, click("[id^=key-][id$=-test]"), wait_for(".tc-key-testing")),
        ),
        Screen("keys-failed", "A test that failed", "/keys/", play=Forbidden, height=1_300),
        Screen(
            "keys-new-server",
            "A server being added: its models, their context and price",
            "/keys/",
            NEW_SERVER,
            height=1_500,
        ),
        Screen("keys-menu", "What can be done with a key", "/keys/", (KEY_MENU,)),
        Screen("keys-label", "Name and tier", "/keys/", key_deed("rename")),
        Screen("keys-replace", "Replace", "/keys/", key_deed("replace")),
        Screen("keys-delete", "Delete", "/keys/", key_deed("delete")),
        Screen(
            "key",
            "One key, as without a script",
            "/keys/{default_key}/",
            also=tuple(f"/keys/{{default_key}}/{deed}/" for deed in ("label", "replace", "delete")),
        ),
        Screen("key-server", "A server of one's own", "/keys/{rack_key}/", height=1_300),
    ),
)
MEMBER_MENU = click(".tc-member-menu > button")


def member_deed(name: str) -> tuple[Act, ...]:
    """Ask for a deed on the first member that has a menu."""
    return (MEMBER_MENU, click(f".tc-member-menu [id$='-{name}']"), wait_for("#team-dialog form"))


TEAMS = Part(
    "Teams",
    (
        Screen("team", "Members, invitations, other teams", "/team/", height=1_500),
        Screen("team-menu", "Switch the team", "/team/", (open_sheet("sidebar"), click("#team-menu-trigger"))),
        Screen("team-role", "What can be done with a member", "/team/", (MEMBER_MENU,)),
        Screen("team-remove", "Remove a member", "/team/", member_deed("remove")),
        Screen(
            "team-ask",
            "The same questions, as without a script",
            "/team/{team}/members/{colleague}/remove/",
            also=("/team/{team}/members/{colleague}/hand-over/", "/team/{team}/leave/", "/team/{team}/delete/"),
        ),
        Screen("team-delete", "Delete the team", "/team/", (click("#delete-team"), wait_for("#team-dialog form"))),
        Screen("team-personal", "A personal team", "/team/", viewer="newcomer", height=1_200),
        Screen("team-log", "The log of deeds", "/team/log/", height=1_500),
        outside("invitation", "An invitation", "/invitation/{invitation}/", also=("/invitation/",)),
        outside("invitation-closed", "An invitation that is over", "/invitation/used/", status=404),
    ),
)
WRONG = (
    write("[name=login]", "lin.wei@northwind.example"),
    write("[name=password]", "wrong"),
    click("form[action*=login] [type=submit]"),
    wait_for("main h1"),
)
ACCOUNT = Part(
    "Account",
    (
        Screen("settings", "Settings of an owner", "/settings/", height=1_500),
        Screen("settings-member", "Settings of a member", "/settings/", viewer="newcomer", height=1_200),
        Screen("people", "The people of the installation", "/settings/people/"),
        Screen(
            "people-deactivate",
            "Deactivate somebody",
            "/settings/people/",
            (click("[id^='deactivate-']"), wait_for("#team-dialog form")),
            also=("/settings/people/{colleague}/deactivate/",),
        ),
        Screen("tokens", "Access tokens for programs", "/settings/tokens/"),
        Screen("import", "Bring conversations in", "/conversations/import/"),
        Screen("password", "Change the password", "/accounts/password/change/"),
        Screen("address", "Another e-mail address", "/accounts/email/"),
        Screen("again", "Confirm that it is you", "/accounts/reauthenticate/"),
        Screen("sign-out", "Sign out", "/accounts/logout/"),
        outside("sign-in", "Sign in", "/accounts/login/"),
        outside("sign-up-closed", "Sign-up is closed", "/accounts/signup/"),
        outside("inactive", "An account that is switched off", "/accounts/inactive/"),
        outside("reset", "Forgotten password", "/accounts/password/reset/"),
        outside("reset-sent", "The mail is on its way", "/accounts/password/reset/done/"),
        outside("reset-new", "A new password", "/accounts/password/reset/key/{reset_uid}-{reset_key}/"),
        outside("reset-used", "A link that was used", "/accounts/password/reset/key/{reset_uid}-used/"),
        outside("reset-done", "The password is changed", "/accounts/password/reset/key/done/"),
        outside("confirm", "Confirm an address", "/accounts/confirm-email/{confirm_key}/"),
        outside("confirm-sent", "An address to confirm", "/accounts/confirm-email/"),
        outside("set-up", "The first account", "{set_up}", fresh=True),
        outside("set-up-waiting", "Before the first account", "/accounts/login/", fresh=True),
        outside("set-up-closed", "Set-up is over", "/setup/", status=410),
        Screen("not-found", "A page that is not there", "/c/00000000-0000-0000-0000-000000000001/", status=404),
        Screen("forbidden", "Not allowed", "/models/offers/{unpriced_offer}/price/", viewer="colleague", status=403),
        outside("too-old", "A form that was open too long", "/accounts/login/", (forget_cookie("csrf"), *WRONG)),
        outside("too-many", "Too many tries", "/accounts/login/", (fail_to_sign_in(31), *WRONG)),
        Screen("broken", "A fault of the server", "/c/{damaged}/", viewer="newcomer", status=500),
    ),
)
PARTS = (
    *(CHAT, TOOLS, STATES, CONNECTION, CHOICES, TOGETHER, COMPARE, BATCHES),
    *(TEMPLATES, USAGE, MODELS, KEYS, TEAMS, ACCOUNT),
)
SCREENS = tuple(screen for part in PARTS for screen in part.screens)
