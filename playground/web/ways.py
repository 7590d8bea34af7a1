"""Ways out of a trouble: buttons that a note offers, and which offers can take over. Plain values for templates."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from playground.catalog.choices import Statuses
from playground.catalog.models import Offer
from playground.web.offers import Desk, count_words

LARGER_AT_MOST = 2


@dataclass(frozen=True, slots=True)
class Way:
    """One button: a link (`url`) or a deed of the page (`act`, see static/js/ways.js), with its words.

    `act` "offer" goes on with `offer_id`, "model" opens the picker, "settings" the run settings, "reword" the question;
    "drop" leaves out the oldest turns from now on; "list" moves the conversation out of the archive; "copy" goes on in
    one of the reader's own.
    """

    label: str
    icon: str
    url: str = ""
    act: str = ""
    offer_id: str = ""


def choose_model() -> Way:
    """Opens the model picker."""
    return Way(_("Choose a model"), icon="boxes", act="model")


def use_offer(offer: Offer) -> Way:
    """Goes on with another offer, named with how much it reads."""
    words = _("Use %(model)s, %(context)s") % {"model": offer.title, "context": count_words(offer.context_tokens)}
    return Way(words, icon="arrow-right", act="offer", offer_id=str(offer.pk))


def run_on(offer: Offer) -> Way:
    """Asks another offer the same, at once."""
    return Way(_("Run on %(model)s now") % {"model": offer.title}, icon="zap", act="offer", offer_id=str(offer.pk))


def free_offer(desk: Desk, offer: Offer) -> Offer | None:
    """An offer that this person can use now while `offer` is busy: another model, which reads as much.

    One of the same family comes first, best at another provider, which shares nothing with the one that refuses.
    """
    found = [
        one
        for one in _usable(desk, offer)
        if one.title != offer.title and (one.context_tokens or 0) >= (offer.context_tokens or 0)
    ]
    family = _family(offer)
    found.sort(
        key=lambda one: (_family(one) != family, one.provider_id == offer.provider_id, abs(one.sort - offer.sort))
    )
    return next(iter(found), None)


def larger_offers(desk: Desk, offer: Offer, needed: int = 0) -> list[Offer]:
    """Offers that this person can use now and that read more than `offer`, and at least `needed` tokens.

    The same provider comes first, then the least context that does.
    """
    least = max(needed, (offer.context_tokens or 0) + 1)
    found = [one for one in _usable(desk, offer) if (one.context_tokens or 0) >= least]
    found.sort(key=lambda one: (one.provider_id != offer.provider_id, one.mirrors != offer.mirrors, one.context_tokens))
    by_title = {one.title: one for one in reversed(found)}  # a model that several shops sell is one button
    return [one for one in found if by_title[one.title] is one][:LARGER_AT_MOST]


def _usable(desk: Desk, offer: Offer) -> list[Offer]:
    """What can stand in for an offer: practice for practice, real for real, and nothing that is on its way out."""
    return [
        one
        for one in desk.offers
        if one.provider.practice == offer.provider.practice
        and not desk.refused(one)
        and (one.language_model is None or one.language_model.status == Statuses.CURRENT)
    ]


def _family(offer: Offer) -> str:
    return offer.language_model.family_id if offer.language_model else ""
