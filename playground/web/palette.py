"""What the palette asks the server for: models, templates and conversations. Plain values for templates."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.web import sidebar, template_shelf
from playground.web.offers import Desk, count_words, shop_words
from playground.web.presets import list_view

CONVERSATIONS = 12
TEMPLATES = 8


def models(user: User) -> list[dict[str, Any]]:
    """One row per offer, in the picker's order; one that cannot be run leads to where a key is added."""
    desk = Desk(user, current_team(user))
    rows = []
    for offer in desk.offers:
        refused = desk.refused(offer)
        rows.append(
            {
                "id": offer.pk,
                "offer_id": "" if refused else offer.pk,
                "href": reverse("keys") if refused else f"{reverse('playground')}?offer={offer.pk}",
                "title": _("Switch to %(model)s") % {"model": offer.title},
                "note": refused or " · ".join(filter(None, _facts(offer))),
            }
        )
    return sorted(rows, key=lambda row: not row["offer_id"])  # what can be run now comes first


def _facts(offer: Offer) -> tuple[str, ...]:
    return offer.provider.name, shop_words(offer), count_words(offer.context_tokens)


def presets(user: User) -> list[dict[str, Any]]:
    """Run settings under a name; a row uses them here, or for a new conversation."""
    desk = Desk(user, current_team(user))
    return [
        {
            "id": row["id"],
            "href": f"{reverse('playground')}?preset={row['id']}",
            "title": _("Preset %(name)s") % {"name": row["name"]},
            "note": " · ".join(filter(None, [row["model"], *row["words"]])),
        }
        for row in list_view(desk)["rows"]
        if row["may_use"]
    ]


def templates(user: User, query: str) -> list[dict[str, Any]]:
    """Those used most, or those with the words in title or tags; a row leads to the form of its variables."""
    found = template_shelf.offered(user, query)[:TEMPLATES]
    return [
        {
            "id": row.pk,
            "icon": row.shown.icon or template_shelf.FALLBACK_ICON,
            "href": reverse("template-use", args=[row.shown.pk]),
            "title": _("Use %(template)s") % {"template": row.shown.title},
            "note": row.shown.purpose,
        }
        for row in found
    ]


def conversations(user: User, query: str) -> list[dict[str, Any]]:
    """The newest, or what the sidebar's filter finds."""
    found = [
        {"id": row["id"], "title": row["title"], "note": group["label"]}
        for group in sidebar.listing(user, query=query)["groups"]
        for row in group["rows"]
    ]
    return found[:CONVERSATIONS]
