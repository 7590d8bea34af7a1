"""The comparisons of a person and those that others share with the team, newest first. Plain values for templates."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.comparisons.models import Column, Comparison
from playground.conversations.models import Generation
from playground.web import sidebar
from playground.web.moments import clock_words

ROWS = 50  # of one page


def list_page(comparisons: "QuerySet[Comparison]", number: str, *, reader: User) -> dict[str, Any]:
    """Values of `comparisons/list.html`; `number`: which page, the nearest one there is."""
    found = comparisons.select_related("user").annotate(votes_count=Count("votes"))
    page = Paginator(found, ROWS).get_page(number)
    return {"rows": _rows(list(page.object_list), reader), "page": _turning(page), "count": page.paginator.count}


def _turning(page: "Page[Any]") -> dict[str, Any]:
    return {
        "newer": page.previous_page_number() if page.has_previous() else None,
        "older": page.next_page_number() if page.has_next() else None,
    }


def _rows(comparisons: Sequence[Comparison], reader: User) -> list[dict[str, Any]]:
    columns: dict[uuid.UUID, list[Column]] = defaultdict(list)
    shown = Column.objects.filter(comparison__in=comparisons, conversation__deleted_at=None)
    for column in shown.select_related("conversation"):
        columns[column.comparison_id].append(column)
    settings = [column.conversation.settings.get("offer") for row in columns.values() for column in row]
    titles = {str(pk): offer.title for pk, offer in Offer.objects.in_bulk(list(filter(None, settings))).items()}
    running = Generation.objects.filter(conversation__column__comparison__in=comparisons, state__in=Generation.LIVE)
    live = set(running.values_list("conversation__column__comparison", flat=True))
    sums = sidebar.spent_on({pk: [column.conversation_id for column in row] for pk, row in columns.items()})
    return [
        {
            "id": row.pk,
            "title": row.title or _("New comparison"),
            "models": [] if row.hides_names else _names(columns[row.pk], titles),
            "columns": len(columns[row.pk]),
            "sum": "" if row.hides_names and row.user_id != reader.pk else sums.get(row.pk, ""),
            "votes": row.votes_count,  # type: ignore[attr-defined]  # annotated
            "updated": clock_words(row.updated_at),
            "is_live": row.pk in live,
            "owner": "" if row.user_id == reader.pk else row.user.display_name,
            "is_shared": bool(row.shared),
        }
        for row in comparisons
    ]


def _names(columns: Sequence[Column], titles: dict[str, str]) -> list[str]:
    return [title for column in columns if (title := titles.get(column.conversation.settings.get("offer", "")))]
