"""Which role gets in where: every route, every verb, every place of what its address names. Declared, not derived.

Letters are those of world.py. A rule says per verb who is let in to a thing at each place: one's own, the team's (or
somebody else's in the team), one in a conversation that somebody shares to read or to write. Nobody is ever let in
where a place is not named, nor to an unknown thing. A route without a rule fails the build, and so does a
rule without a route.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

Letters = Mapping[str, str]  # place -> who gets in

EVERYBODY: Final = "oamvrs"
WITH_PAGES: Final = "oamvrs-"
# Without an id in the address the team at work counts: "r" and "s" own theirs.
ALL: Final[Letters] = {"": EVERYBODY}
OPEN: Final[Letters] = {"": WITH_PAGES}
WRITERS: Final[Letters] = {"": "oamrs"}
LEADERS: Final[Letters] = {"": "oars"}
PRIVATE: Final[Letters] = {"own": "oamv", "team": ""}
# Of a conversation: who reads it, writes in it, takes it back from the team, goes on in one of their own
SEEN: Final[Letters] = {**PRIVATE, "read": "oamv", "write": "oamv"}
WRITTEN: Final[Letters] = {**PRIVATE, "write": "oam"}
CLOSED: Final[Letters] = {**PRIVATE, "read": "oa", "write": "oa"}
COPIED: Final[Letters] = {**PRIVATE, "read": "oam", "write": "oam"}
# Of a comparison, which is shared to be read and voted in
READABLE: Final[Letters] = {**PRIVATE, "read": "oamv"}
OF_KEY: Final[Letters] = {"own": "oam", "team": "oa"}
USE_OF_KEY: Final[Letters] = {"own": "oam", "team": "oam"}
READ: Final[Letters] = {"team": "oamv"}
USE: Final[Letters] = {"team": "oam"}
EDIT: Final[Letters] = {"team": "oam"}
LEAD: Final[Letters] = {"team": "oa"}
OWN: Final[Letters] = {"team": "o"}
EVERYWHERE: Final[Letters] = {"team": "o", "foreign": "o"}  # for who owns the installation nobody is foreign


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may GET and POST; None: the route does not know the verb (405).

    `kinds`: what a parameter of the address is the id of, where its name does not say it. `data` and `query` go along,
    "{kind}" in them stands for the id of a thing at the same place. `fixed`: parameters that are no ids. `is_open`: the
    page answers anybody in its own way (allauth, set-up), so that only faults count. `is_told`: a member who lacks the
    right gets a 403, for they see the thing. `codes`: statuses of a denied request other than the usual.
    """

    get: Letters | None = None
    post: Letters | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False
    is_told: bool = False


def page(letters: Letters = ALL, **more: object) -> Rule:
    """Only to be read."""
    return replace(Rule(get=letters), **more)  # type: ignore[arg-type]


def deed(letters: Letters = ALL, **more: object) -> Rule:
    """Only to be posted."""
    return replace(Rule(post=letters), **more)  # type: ignore[arg-type]


def form(letters: Letters = ALL, **more: object) -> Rule:
    """Both."""
    return replace(Rule(get=letters, post=letters), **more)  # type: ignore[arg-type]


GONE: Final = {"conversation_id": "deleted"}
OPEN_PAGE: Final = Rule(get=OPEN, post=OPEN, is_open=True)

RULES: Final[Mapping[str, Rule]] = {
    # The chat
    "playground": page(),
    "conversation": page(SEEN),
    "thread": page(SEEN, query={"around": "{message}"}),
    "conversation-rename": deed(PRIVATE, data={"title": "Another"}),
    "conversation-sharing": Rule(get=SEEN, post=CLOSED, data={"shared": ""}),
    "conversation-pin": deed(PRIVATE),
    "conversation-archive": deed(PRIVATE),
    "conversation-delete": deed(PRIVATE),
    "conversation-restore": deed(PRIVATE, kinds=GONE),
    "branch": deed(WRITTEN, data={"message": "{message}"}),
    "conversation-settings": deed(WRITTEN),
    "conversation-what-if": page(SEEN),
    "conversation-export": page(SEEN, fixed={"kind": "json"}),
    "conversations-export": page(),
    "conversations-import": form(),
    "conversation-schema": page(),
    "conversation-list": page(),
    "trials": page(),
    "model-picker": page(SEEN, query={"conversation": "{conversation}"}),
    "message": page(SEEN),
    "message-details": page(SEEN),
    "branch-off": deed(COPIED),
    "thumb": deed(SEEN, data={"thumb": "up"}),
    "live-command": deed(),  # its commands have a table of their own
    "live-poll": deed(),
    "palette": page(),
    # Presets, and links to a copy; what one's own preset lets one do: tests/integration/web/test_presets.py
    "presets": page(SEEN, query={"conversation": "{conversation}"}),
    "preset-add": deed(data={"name": "Another"}),
    "preset-rename": deed(EDIT, data={"name": "Another"}),
    "preset-delete": deed(EDIT),
    "preset-default": deed(USE, data={"on": "1"}),
    "conversation-share": form(PRIVATE),
    "snapshots": page(),
    "snapshot-take-back": deed(PRIVATE),
    "snapshot": Rule(get=OPEN, is_open=True, fixed={"secret": "wrong"}),
    "snapshot-continue": form({"": ""}, fixed={"secret": "wrong"}),  # there is nothing behind it
    # Comparisons
    "comparisons": page(),
    "comparison-begin": deed(),
    "comparison": page(READABLE),
    "comparison-parts": page(READABLE),
    "comparison-rename": deed(PRIVATE, data={"title": "Another"}),
    "comparison-delete": deed(PRIVATE),
    "comparison-names": deed(PRIVATE),
    "comparison-sharing": Rule(get=READABLE, post={**PRIVATE, "read": "oa"}, data={"shared": ""}),
    "comparison-scroll": deed(PRIVATE),
    "comparison-prefer": deed(READABLE, data={"message": "{reply}"}),
    "comparison-again": deed({**PRIVATE, "read": "oam"}),
    "comparison-add": deed(PRIVATE, data={"offer": "{offer}"}),
    "column-settings": page(PRIVATE),
    "column-remove": deed(PRIVATE),
    "column-continue": deed({**PRIVATE, "read": "oam"}),
    # Batches
    "batches": page(),
    "batch-new": form(),
    "batch": page(PRIVATE),
    "batch-plan": deed(PRIVATE),
    "batch-template": deed(PRIVATE),
    "batch-start": deed(PRIVATE),
    "batch-live": page(PRIVATE),
    "batch-move": deed(PRIVATE, data={"act": "pause"}),
    "batch-retry": deed(PRIVATE),
    "batch-again": deed(PRIVATE),
    "batch-delete": deed(PRIVATE),
    "batch-row": page(PRIVATE, fixed={"number": "1"}),
    "batch-results": page(PRIVATE, fixed={"kind": "csv"}),
    "batch-beside": page(PRIVATE, kinds={"other_id": "beside"}),
    # Models and prices
    "models": page(),
    "model": page(fixed={"slug": "glm-4.5"}),
    "model-price": form(LEAD, is_told=True),
    "model-price-end": deed(LEAD, is_told=True),
    "prices": page({"": "o"}),
    "prices-check": deed({"": "o"}),
    "prices-accept": deed({"": "o"}),
    "prices-reprice": deed({"": "o"}),
    "list-price": form(OWN, kinds={"offer_id": "listed"}),
    # Functions
    "function-add": form(WRITERS),
    "function-check": deed(),
    "function": form(EDIT),
    "function-call": deed(USE, data={"arguments": "no JSON"}),
    "function-delete": deed(EDIT),
    # Keys
    "keys": page(),
    "keys-now": page(),
    "key-add": deed(WRITERS),
    "key-list-models": deed(WRITERS),
    "key": page(OF_KEY),
    "key-test": deed(USE_OF_KEY),
    "key-label": form(OF_KEY),
    "key-replace": form(OF_KEY),
    "key-switch": deed(OF_KEY),
    "key-models": deed({"own": "", "team": "oa"}),  # the own one is for a shop, whose models are not chosen
    "key-delete": form(OF_KEY),
    # Templates
    "templates": page(),
    "template-new": form(WRITERS),
    "template-preview": deed(),
    "template-import": form(WRITERS),
    "templates-export": page(fixed={"kind": "yaml"}),
    "template-compare": page(READ, query={"left": "{version}", "right": "{version}"}),
    "template-try-both": form(
        USE, query={"left": "{version}", "right": "{version}"}, data={"left": "{version}", "right": "{version}"}
    ),
    "template-menu": page(),
    "template-built-in": page(fixed={"name": "meeting-summary"}),
    "template-use": form(USE),
    "template": page(READ),
    "template-edit": form(EDIT),
    "template-star": deed(READ),
    "template-archive": deed(EDIT),
    "template-live": deed(EDIT, data={"version": "{version}"}),
    "template-restore": deed(EDIT, data={"version": "{version}"}),
    "template-copy": deed(EDIT, data={"version": "{version}"}),
    "template-fork": deed(READ, data={"version": "{version}", "team": "{personal}"}),
    "template-catch-up": deed(EDIT),
    "template-export": page(READ, fixed={"kind": "json"}),
    # Usage
    "usage": page(),
    "usage-notices": page(),
    "usage-budget": page(),
    "usage-unpriced": form(LEADERS),
    "usage-entries": page(),
    "usage-entry": page({"own": "oamv", "team": "oa"}),
    "usage-files": page(LEADERS),
    "usage-file": page({"": ""}, fixed={"name": "usage-2000-01.csv"}),  # none was written
    "usage-export": page(fixed={"kind": "csv"}),
    # Budgets
    "budgets": page(),
    "budget-add": deed(LEADERS),
    "budget": form(LEAD),
    "budget-delete": deed(LEAD),
    # Teams
    "team": page(),
    "team-make": deed(),
    "team-switch": deed(READ, data={"team": "{team}"}),
    "team-rename": deed(LEAD, data={"name": "Another"}),
    "team-leave": form(READ),
    "team-delete": form(OWN, data={"name": "Another"}),
    "member-role": deed(LEAD, data={"role": "member"}),
    "member-remove": form(LEAD),
    "team-hand-over": form(OWN),
    "team-invite": deed(LEAD),
    "invitation-revoke": deed(LEAD),
    "audit": page(LEADERS),
    "audit-export": page(LEADERS),
    "invitation": OPEN_PAGE,
    "invitation-accept": Rule(post=OPEN, is_open=True),
    "invitation-sign-up": Rule(post=OPEN, is_open=True),
    "invitation-link": Rule(get=OPEN, is_open=True, fixed={"token": "wrong"}),
    # Settings: the last ones are the installation's, for its owner
    "settings": page(),
    "settings-profile": deed(),
    "tokens": form(),
    "token-revoke": deed({"own": "oamvr", "team": ""}, data={"token": "{token}"}),
    "settings-end-session": deed({"": ""}),  # none is posted
    "settings-end-others": deed(),
    "people": page({"": "o"}),
    "person-deactivate": form(EVERYWHERE),
    "person-let-in": deed(EVERYWHERE),
    "settings-rates": deed({"": "o"}),
    "settings-addresses": deed({"": "o"}),
    "settings-forbid": deed({"": "o"}),
    # Before and around the app
    "setup-form": OPEN_PAGE,
    "setup": replace(OPEN_PAGE, fixed={"token": "wrong"}),
    "account_login": OPEN_PAGE,
    "account_logout": OPEN_PAGE,
    "account_signup": OPEN_PAGE,
    "account_inactive": OPEN_PAGE,
    "account_reauthenticate": form(),
    "account_email": form(),
    "account_change_password": form(),
    "account_set_password": form(),
    "account_reset_password": OPEN_PAGE,
    "account_reset_password_done": OPEN_PAGE,
    "account_reset_password_from_key_done": OPEN_PAGE,
    "account_reset_password_from_key": replace(OPEN_PAGE, fixed={"uidb36": "1", "key": "abc-def"}),
    "account_email_verification_sent": OPEN_PAGE,
    "account_confirm_email": replace(OPEN_PAGE, fixed={"key": "wrong"}),
    "set-language": Rule(post=OPEN, is_open=True),
    "health": Rule(get=OPEN, is_open=True),
    # For programs, which show a token: tests/integration/web/api has who sees what
    "metrics": Rule(get=OPEN, is_open=True),
    "api-document": OPEN_PAGE,
    "api-token": OPEN_PAGE,
    "api-entries": OPEN_PAGE,
    "api-totals": OPEN_PAGE,
    "api-hours": OPEN_PAGE,
    "api-models": OPEN_PAGE,
    "api-prices": OPEN_PAGE,
    "api-nothing": replace(OPEN_PAGE, fixed={"rest": "x"}),
}
