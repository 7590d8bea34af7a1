"""What the composer says before a turn is sent: whether one can be, why not, and the ways out. Values for templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.budgets.claims import Who
from playground.catalog.models import Offer
from playground.conversations.models import Conversation
from playground.conversations.run_settings import UNTOUCHED, RunSettings
from playground.web import access
from playground.web.budget_bars import Bar, of_next_turn, standing_words
from playground.web.offers import Desk
from playground.web.opening import template_words
from playground.web.thread import ThreadView, history_tokens
from playground.web.ways import Way, choose_model, larger_offers, use_offer


@dataclass(frozen=True, slots=True)
class Standing:
    """Why the composer is not simply open.

    `mode` "closed": the note stands in its place, the conversation can only be read. "blocked": a draft can be written
    but not sent. "open": turns can be sent, and the note is something to know.
    """

    mode: Literal["closed", "blocked", "open"]
    kind: str
    title: str
    text: str
    ways: Sequence[Way] = ()
    bar: Bar | None = None  # of the budget that it is about


def composer_view(desk: Desk, found: Conversation | None, shown: ThreadView, text: str = "") -> dict[str, Any]:
    """Values of `conversations/_composer.html` that do not depend on the run settings. `text` stands there already."""
    return {"conversation_id": str(found.pk) if found else "", "history_tokens": history_tokens(shown), "text": text}


def run_extras(desk: Desk, found: Conversation | None, chosen: RunSettings) -> dict[str, Any]:
    """What the run settings bring along for the composer; added to `offers.run_view`."""
    offer = desk.find(chosen.offer)
    return {
        "standing": standing(desk, found, offer, chosen),
        "template": template_words(desk.user, chosen.template),
        "larger": [use_offer(one) for one in larger_offers(desk, offer)] if offer else [],
        "converted_first": bool(desk.user.currency) and _currency(desk, offer) not in ("", desk.user.currency),
    }


def standing(
    desk: Desk, found: Conversation | None, offer: Offer | None, chosen: RunSettings = UNTOUCHED
) -> Standing | None:
    """Why a turn cannot be sent to the chosen offer, or what should be known first; None when all is well."""
    if found is not None and found.archived_at is not None:
        return _archived(is_own=found.user_id == desk.user.pk)
    if found is not None and not access.may_write_in(desk.user, found):
        return _read_only(desk, found)
    if offer is None:
        return Standing("blocked", "no_offer", _("No model is chosen."), "", [choose_model()])
    return _gone(desk, found, offer) or _keyless(desk, offer) or _short(desk, offer, chosen) or _unpriced(desk, offer)


def _archived(*, is_own: bool) -> Standing:
    title = _("This conversation is in the archive.")
    if not is_own:
        return Standing("closed", "archived", title, _("It can be read. Its owner can move it back to the list."), [])
    return Standing(
        "closed",
        "archived",
        title,
        _("It can be read. To write in it, move it back to the list."),
        [Way(_("Move back to the list"), icon="archive", act="list")],
    )


def _read_only(desk: Desk, found: Conversation) -> Standing:
    """Another person's, which the reader may follow; they may go on in a copy if they may start conversations."""
    title = _("%(name)s lets the team read this conversation.") % {"name": found.user.display_name}
    if not access.may_copy(desk.user, found):
        return Standing("closed", "read_only", title, _("New turns appear here as they are written."))
    text = _("New turns appear here as they are written. To write, go on in a copy of your own.")
    return Standing("closed", "read_only", title, text, [Way(_("Go on in a copy"), icon="git-branch", act="copy")])


def gone() -> Standing:
    """What a page says whose conversation is not shared any more; the draft stays in sight."""
    title = _("This conversation is not shared with you any more.")
    return Standing("blocked", "unshared", title, _("Your text stays here until you leave the page."), [])


def _gone(desk: Desk, found: Conversation | None, proposal: Offer) -> Standing | None:
    """The conversation's model was taken off: it can be read, and goes on with another one."""
    if found is None:
        return None
    last = Offer.objects.filter(pk=found.settings.get("offer")).first()
    if last is None or desk.find(last.pk) is not None:
        return None
    on = _("Go on with %(model)s") % {"model": proposal.title}
    return Standing(
        "closed",
        "gone",
        _("%(model)s is no longer offered.") % {"model": last.title},
        _("This conversation can be read. To write in it, go on with another model."),
        [Way(on, icon="arrow-right", act="offer", offer_id=str(proposal.pk)), choose_model()],
    )


def _keyless(desk: Desk, offer: Offer) -> Standing | None:
    if not desk.refused(offer):
        return None
    name = offer.provider.name
    ways = [Way(_("Add a key"), icon="key-round", url=reverse("keys"))]
    practice = next(
        (one for one in desk.offers if one.mirrors and one.language_model_id == offer.language_model_id), None
    )
    practice = practice or next((one for one in desk.offers if one.provider.practice), None)
    if practice is not None:
        words = _("Practise with %(model)s in the sandbox") % {"model": practice.title}
        ways.append(Way(words, icon="flask-conical", act="offer", offer_id=str(practice.pk)))
    return Standing(
        "blocked",
        "no_key",
        _("There is no key for %(provider)s yet.") % {"provider": name},
        _("%(model)s runs at %(provider)s, which answers only with a key. Your draft stays here.")
        % {"model": offer.title, "provider": name},
        ways,
    )


def _short(desk: Desk, offer: Offer, chosen: RunSettings) -> Standing | None:
    """A budget of the next turn is past its warning. It can be sent all the same: the server decides then."""
    if offer.provider.practice:
        return None
    key = desk.keys.get(offer.provider_id)
    who = Who(desk.team.pk, desk.user.pk, chosen.key or (key.pk if key else None), chosen.template)
    bar = of_next_turn(who, timezone.now())
    if bar is None:
        return None
    title, text = standing_words(bar)
    ways = [Way(_("Open budgets"), icon="coins", url=reverse("budgets"))]
    return Standing("open", "budget", title, text, ways, bar)


def _unpriced(desk: Desk, offer: Offer) -> Standing | None:
    if desk.price(offer) is not None:
        return None
    what = _("Turns run and their tokens are counted, but their cost is unknown: it shows as — and is in no total.")
    if offer.provider.practice:
        who, ways = _("The shop that this sandbox model imitates states none."), []
    elif desk.may_set_prices:
        who = _("You can type in what you pay.")
        ways = [Way(_("Set price"), icon="coins", url=reverse("model-price", args=[offer.pk]))]
    else:
        who, ways = _("An owner or admin of the team can set it."), []
    text = _("%(cause)s %(step)s") % {"cause": what, "step": who}
    return Standing("open", "unpriced", _("Price not set."), text, ways)


def _currency(desk: Desk, offer: Offer | None) -> str:
    price = desk.price(offer) if offer else None
    return price.currency if price else ""
