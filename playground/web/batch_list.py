"""The batches of a person, newest first, a page at a time. Plain values for templates."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet

from playground.batches.models import Batch
from playground.catalog.models import Offer
from playground.conversations.models import Generation
from playground.web import sidebar
from playground.web.moments import clock_words

ROWS = 50  # of one page
TONES = {"draft": "", "running": "info", "paused": "warn", "stopped": "warn", "done": "ok"}


def list_page(batches: "QuerySet[Batch]", number: str) -> dict[str, Any]:
    """Values of `batches/list.html`; `number`: which page, the nearest one there is."""
    page = Paginator(batches.select_related("conversation"), ROWS).get_page(number)
    return {
        "rows": _rows(list(page.object_list)),
        "newer": page.previous_page_number() if page.has_previous() else None,
        "older": page.next_page_number() if page.has_next() else None,
        "count": page.paginator.count,
    }


def _rows(batches: Sequence[Batch]) -> list[dict[str, Any]]:
    offers = [str(batch.chosen.get("offer", "")) for batch in batches]
    titles = {str(pk): offer.title for pk, offer in Offer.objects.in_bulk(list(filter(None, offers))).items()}
    ended = Generation.objects.filter(conversation__in=[batch.conversation_id for batch in batches]).order_by()
    ended = ended.exclude(state__in=Generation.LIVE)
    done = dict(ended.values_list("conversation").annotate(count=Count("*")))
    sums = sidebar.spent_on({batch.pk: [batch.conversation_id] for batch in batches})
    return [
        {
            "id": batch.pk,
            "title": batch.title,
            "model": titles.get(str(batch.chosen.get("offer", "")), "—"),
            "state": batch.get_state_display(),
            "tone": TONES[batch.state],
            "done": done.get(batch.conversation_id, 0) - sum(batch.superseded.values()),
            "rows": batch.row_count,
            "sum": sums.get(batch.pk, "") or "—",
            "made": clock_words(batch.created_at),
        }
        for batch in batches
    ]
