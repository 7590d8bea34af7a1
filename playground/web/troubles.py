"""What went wrong, in words: for every stable error code a title, a cause, the next step and the ways to take it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playground.conversations.context import turn_starts
from playground.conversations.lines import lines_before
from playground.conversations.models import Generation
from playground.conversations.threads import tokens_before
from playground.web.offers import Desk
from playground.web.ways import Way, choose_model, free_offer, larger_offers, run_on, use_offer


@dataclass(frozen=True, slots=True)
class Trouble:
    """A title, what it means, and what to do now."""

    title: Promise
    cause: Promise
    step: Promise

    @property
    def text(self) -> str:
        """What it means and what to do, as one paragraph."""
        return gettext("%(cause)s %(step)s") % {"cause": self.cause, "step": self.step}


@dataclass(frozen=True, slots=True)
class TroubleView:
    """The trouble of one run: its words, what the provider said, and the ways out.

    `wait_seconds`: how long the provider still does not want to be asked again; 0 for not at all.
    """

    title: str
    cause: str
    step: str
    quote: str
    wait_seconds: int
    ways: Sequence[Way]


_AGAIN = _("Retry now, or in a moment.")
_KEY = _("Check the key on the Keys page, or choose another one.")

TROUBLES: dict[str, Trouble] = {
    "interrupted": Trouble(
        _("The answer was cut off."),
        _("The connection ended before the answer did."),
        _("Continue from here, or retry."),
    ),
    "rate_limited": Trouble(
        _("Too many requests right now."), _("The provider limits how often this key may ask."), _AGAIN
    ),
    "concurrency_limited": Trouble(
        _("Too many requests at once."), _("The provider limits how many requests of this key run in parallel."), _AGAIN
    ),
    "overloaded": Trouble(_("The model is overloaded."), _("The provider is busy for everyone."), _AGAIN),
    "quota_exhausted": Trouble(
        _("The limit of this key's plan is reached."),
        _("The provider opens it again at the time named in its message (UTC+8)."),
        _("Wait until then, or use another key or model."),
    ),
    "no_balance": Trouble(
        _("The provider says the account has no balance."),
        _("The account is empty, or a Coding Plan key is used on the pay-as-you-go address (or the other way round)."),
        _("Top up the account, or check the key's address on the Keys page."),
    ),
    "account_locked": Trouble(
        _("The provider has locked this account."), _("It refuses every request of this key."), _KEY
    ),
    "plan_expired": Trouble(
        _("The plan of this key is over."), _("The provider refuses requests until it is renewed."), _KEY
    ),
    "key_refused": Trouble(
        _("The provider refused the key."), _("It is wrong, revoked or meant for another site."), _KEY
    ),
    "key_expired": Trouble(_("The key has expired."), _("The provider does not accept it any more."), _KEY),
    "key_unreadable": Trouble(
        _("The stored key cannot be opened."),
        _("It was encrypted under another master key, or it was removed."),
        _("Enter it again on the Keys page."),
    ),
    "no_key": Trouble(_("There is no key for this provider."), _("The key of this run was removed."), _KEY),
    "not_allowed": Trouble(
        _("This key may not do that."), _("The provider does not let this key use the model."), _KEY
    ),
    "model_not_found": Trouble(
        _("The provider does not know this model."),
        _("It was renamed or retired, or this key cannot see it."),
        _("Choose another model."),
    ),
    "invalid_request": Trouble(
        _("The provider did not accept the request."),
        _("A parameter is outside of what the model takes; the provider's message names it."),
        _("Change the run settings and retry."),
    ),
    "context_too_long": Trouble(
        _("The conversation is too long for this model."),
        _("Prompt and reserved answer together are more than the model can read."),
        _("Start a new conversation, or choose a model with a larger context."),
    ),
    "content_filtered": Trouble(
        _("The provider stopped the answer."),
        _("Its moderation found the prompt or the answer unsafe."),
        _("Word the question differently."),
    ),
    "first_byte_timeout": Trouble(
        _("No answer came."), _("The provider took the request and then stayed silent."), _AGAIN
    ),
    "idle_timeout": Trouble(_("The answer stalled."), _("Nothing came from the provider for too long."), _AGAIN),
    "total_timeout": Trouble(
        _("The answer took too long."),
        _("It reached the time limit of this server."),
        _("Continue from here, or ask for less at once."),
    ),
    "connect_failed": Trouble(
        _("The provider cannot be reached."), _("No connection could be made to its address."), _AGAIN
    ),
    "host_unknown": Trouble(
        _("No server has this name."),
        _("The name in the address could not be looked up."),
        _("Check the spelling of the address, then try again."),
    ),
    "tls_failed": Trouble(
        _("No secure connection could be made."),
        _("The certificate of the server is not trusted, or it was made for another name."),
        _("Check the address; a house’s own root certificate belongs into this machine’s trusted ones."),
    ),
    "address_refused": Trouble(
        _("This server may not connect there."),
        _("The address is private or reserved. An owner can allow its host and port."),
        _("Ask an owner to allow the address under Settings."),
    ),
    "redirected": Trouble(
        _("The provider's address leads elsewhere."),
        _("It answered with a redirect, which is never followed with a key."),
        _("Correct the address on the Keys page."),
    ),
    "network_error": Trouble(_("The model broke off."), _("The provider reported a fault of its own."), _AGAIN),
    "provider_error": Trouble(_("The provider failed."), _("It answered with an error of its own."), _AGAIN),
    "stream_too_large": Trouble(
        _("The answer is too large."),
        _("It passed the size that this server keeps."),
        _("Ask for less at once."),
    ),
    "malformed_stream": Trouble(
        _("The provider's answer cannot be read."),
        _("It does not follow the protocol."),
        _AGAIN,
    ),
    "malformed_answer": Trouble(
        _("The provider's answer cannot be read."),
        _("It does not follow the protocol."),
        _("Check the key's address on the Keys page, or choose another model."),
    ),
}
TROUBLES["not_found"] = TROUBLES["redirected"]

UNKNOWN = Trouble(_("The run failed."), _("The provider's message is below."), _AGAIN)

# Codes whose message is our own English sentence: the words above say it in the reader's language.
_OUR_WORDS = frozenset(
    {"interrupted", "first_byte_timeout", "idle_timeout", "total_timeout", "address_refused", "redirected"}
    | {"stream_too_large", "malformed_stream", "malformed_answer", "key_unreadable", "no_key", "content_filtered"}
)
_KEY_CODES = frozenset(
    {"key_refused", "key_expired", "key_unreadable", "no_key", "no_balance", "not_allowed", "account_locked"}
    | {"plan_expired", "quota_exhausted", "redirected", "not_found", "host_unknown", "tls_failed", "malformed_answer"}
)
_BUSY_CODES = frozenset({"rate_limited", "concurrency_limited", "overloaded"})
_OTHER_MODEL_CODES = _BUSY_CODES | {"model_not_found", "not_allowed", "quota_exhausted", "no_balance"}
_OTHER_MODEL_CODES |= {"malformed_answer", "provider_error"}
_REWORD_CODES = frozenset({"content_filtered", "total_timeout", "stream_too_large"})
_SECONDS = re.compile(r"(\d+(?:\.\d+)?) seconds")


def trouble(code: str) -> Trouble:
    """The words for an error code; a code of a newer provider gets general ones."""
    return TROUBLES.get(code, UNKNOWN)


def trouble_of(run: Generation) -> TroubleView | None:
    """What went wrong in a run, for its reader; None when nothing did."""
    if not run.error_code:
        return None
    words = trouble(run.error_code)
    wait = max(0, math.ceil((run.retry_at - timezone.now()).total_seconds())) if run.retry_at else 0
    step = gettext("It asks to be left alone for a while; Retry opens when that is over.") if wait else str(words.step)
    if run.error_code == "context_too_long":
        return _too_long(run, words)
    return TroubleView(
        title=str(words.title),
        cause=_cause(run, words),
        step=step,
        quote="" if run.error_code in _OUR_WORDS else run.error_message,
        wait_seconds=wait,
        ways=_ways(run),
    )


def _cause(run: Generation, words: Trouble) -> str:
    """With the seconds that a deadline had, where one passed."""
    sentences = {
        "first_byte_timeout": _("The provider took the request and then stayed silent for %(seconds)s seconds."),
        "idle_timeout": _("Nothing came from the provider for %(seconds)s seconds in the middle of its answer."),
        "total_timeout": _("It reached the time limit of this server, %(seconds)s seconds."),
    }
    found = _SECONDS.search(run.error_message)
    if run.error_code in sentences and found:
        return str(sentences[run.error_code]) % {"seconds": found[1]}
    return str(words.cause)


def _ways(run: Generation) -> list[Way]:
    ways: list[Way] = []
    if run.error_code in _KEY_CODES:
        key = f"#key-{run.api_key_id}" if run.api_key_id else ""
        label = gettext("Open this key") if key else gettext("Open keys")
        ways.append(Way(label, icon="key-round", url=reverse("keys") + key))
    if run.error_code in _BUSY_CODES:
        free = free_offer(Desk(run.user, run.conversation.team), run.offer)
        ways += [run_on(free)] if free else []
    if run.error_code in _OTHER_MODEL_CODES:
        ways.append(choose_model())
    if run.error_code == "invalid_request":
        ways.append(Way(gettext("Open run settings"), icon="sliders-horizontal", act="settings"))
    if run.error_code in _REWORD_CODES:
        ways.append(Way(gettext("Edit the question"), icon="pencil", act="reword"))
    if run.error_code == "address_refused":
        ways.append(Way(gettext("Open settings"), icon="settings", url=reverse("settings")))
    return ways


def _too_long(run: Generation, words: Trouble) -> TroubleView:
    """The numbers, and the models that would take it."""
    prompt = tokens_before(run)
    reserved, reads = int(run.settings.get("max_tokens") or 0), run.offer.context_tokens
    over = prompt + reserved - reads if reads else 0
    values = {
        "prompt": f"{prompt:,}",
        "reserved": f"{reserved:,}",
        "model": run.offer.title,
        "reads": f"{reads or 0:,}",
    }
    title = (
        gettext("This prompt is about %(over)s tokens too long.") % {"over": f"{over:,}"} if over > 0 else words.title
    )
    if not reads:
        cause = gettext("It is about %(prompt)s tokens; nobody states how much %(model)s reads.")
    elif reserved:
        cause = gettext("About %(prompt)s tokens with %(reserved)s reserved for the answer; %(model)s reads %(reads)s.")
    else:
        cause = gettext("About %(prompt)s tokens; %(model)s reads %(reads)s, its answer included.")
    cause %= values
    if reads and over <= 0:
        # One message, so that each language puts its own space, or none, between the two sentences.
        cause = gettext("%(numbers)s By our count it fits; the provider counts otherwise.") % {"numbers": cause}
    desk = Desk(run.user, run.conversation.team)
    ways = [use_offer(offer) for offer in larger_offers(desk, run.offer, prompt + reserved)]
    has_older_turns = len(turn_starts(lines_before(run))) > 1
    if reads and has_older_turns and not run.settings.get("when_full"):
        ways.append(Way(gettext("Leave out the oldest turns"), icon="eye-off", act="drop"))
    ways.append(Way(gettext("New conversation"), icon="plus", url=reverse("playground")))
    return TroubleView(
        title=str(title),
        cause=cause,
        step=str(words.step),
        quote=run.error_message,
        wait_seconds=0,
        ways=ways,
    )
