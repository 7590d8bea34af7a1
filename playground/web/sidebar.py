"""The conversation list: rows in groups by date, with model and cost. Plain values for templates."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Sum
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.accounts.models import User
from playground.conversations.models import Conversation, Generation
from playground.conversations.threads import matching
from playground.ledger.models import Entry
from playground.web import access
from playground.web.money import format_money

ROWS = 80  # the newest; older ones are found by searching


def groups(user: User, *, query: str = "", current: uuid.UUID | None = None) -> list[dict[str, Any]]:
    """Groups of `conversations/_conversation_list.html`, newest first."""
    found = access.conversations(user)
    if query.strip():
        found = matching(found, query)
    rows = list(found.select_related("leaf__generation__offer")[:ROWS])
    sums = spent([row.pk for row in rows])
    live = set(
        Generation.objects.filter(conversation__in=rows, state__in=Generation.LIVE).values_list(
            "conversation_id", flat=True
        )
    )
    by_label: dict[str, list[dict[str, Any]]] = defaultdict(list)
    today = timezone.localdate()
    for row in rows:
        cost, words = sums.get(row.pk, ("—", ""))
        by_label[date_label(timezone.localtime(row.updated_at).date(), today)].append(
            {
                "id": row.pk,
                "title": row.title,
                "model_title": _model_title(row),
                "cost": cost,
                "sum": words,
                "is_live": row.pk in live,
                "is_current": row.pk == current,
            }
        )
    return [{"label": label, "rows": listed} for label, listed in by_label.items()]


def spent(conversations: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[str, str]]:
    """Per conversation what it cost ("$0.0052", "—" when unpriced) and the header's words ("2 turns · $0.0052")."""
    amounts: dict[uuid.UUID, list[str]] = defaultdict(list)
    turns: dict[uuid.UUID, int] = defaultdict(int)
    rows = (
        Entry.objects.filter(conversation__in=conversations)
        .order_by()
        .values("conversation", "currency")
        .annotate(total=Sum("cost_total"), count=Count("pk"))
    )
    for row in rows:
        turns[row["conversation"]] += row["count"]
        if row["total"] is not None:
            amounts[row["conversation"]].append(format_money(row["total"], row["currency"]))
    words: dict[uuid.UUID, tuple[str, str]] = {}
    for conversation, count in turns.items():
        cost = " + ".join(amounts[conversation]) or "—"
        words[conversation] = (
            cost,
            ngettext("%(count)d turn", "%(count)d turns", count) % {"count": count} + f" · {cost}",
        )
    return words


def date_label(day: dt.date, today: dt.date) -> str:
    """The group a conversation of this day stands in."""
    if day >= today:
        return _("Today")
    if day == today - dt.timedelta(days=1):
        return _("Yesterday")
    if day > today - dt.timedelta(days=8):
        return _("Previous 7 days")
    return formats.date_format(day, "YEAR_MONTH_FORMAT")


def _model_title(row: Conversation) -> str:
    generation = getattr(row.leaf, "generation", None) if row.leaf else None
    return generation.offer.title if generation else ""
