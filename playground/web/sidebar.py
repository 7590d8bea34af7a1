"""The conversation list: rows in groups by date, with model and cost, a page at a time. Plain values for templates."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.accounts.models import Team, User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.conversations import search
from playground.conversations.grams import Part, has_all, parts, snippet, words_of
from playground.conversations.models import LIST_ORDER, Conversation, Generation, Message
from playground.folding import fold
from playground.ledger.models import Entry
from playground.ledger.unpriced import count_of_unpriced
from playground.web import access
from playground.web.money import format_money
from playground.web.usage_money import unpriced_words

ROWS = 40  # of one page
MOST = 1_000  # rows that a refresh brings again


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place of a row in the list: what stands after it comes later."""

    is_pinned: bool
    updated_at: dt.datetime
    pk: uuid.UUID

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """From an address; None when it makes no sense."""
        try:
            pinned, micros, pk = text.split("-", 2)
            moment = dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=int(micros))
            return cls(pinned == "1", moment, uuid.UUID(pk))
        except (ValueError, OverflowError):
            return None

    @classmethod
    def of(cls, row: Conversation) -> "Cursor":
        """The place of this row."""
        return cls(row.pinned_at is not None, row.updated_at, row.pk)

    def __str__(self) -> str:
        micros = (self.updated_at - dt.datetime.fromtimestamp(0, dt.UTC)) // dt.timedelta(microseconds=1)
        return f"{int(self.is_pinned)}-{micros}-{self.pk.hex}"

    @property
    def later(self) -> Q:
        """The rows that stand after it."""
        pinned = Q(pinned_at__isnull=not self.is_pinned)
        return pinned & self.older | (Q(pinned_at=None) if self.is_pinned else Q(pk=None))

    @property
    def older(self) -> Q:
        """The same in a list without pinned ones."""
        return Q(updated_at__lt=self.updated_at) | Q(updated_at=self.updated_at, pk__gt=self.pk)


def listing(
    user: User,
    *,
    team: Team | None = None,
    query: str = "",
    archived: bool = False,
    current: uuid.UUID | None = None,
    after: Cursor | None = None,
    upto: Cursor | None = None,
) -> dict[str, Any]:
    """Values of `conversations/_conversation_list.html`: the first page, the one `after` a row, or all `upto` a row.

    `team`: the one the person works in, where the caller knows it.
    """
    query, team = query.strip(), team or current_team(user)
    wanted = shelf(user, team, archived=archived).order_by(*LIST_ORDER)
    if after:
        wanted = wanted.filter(after.later)
    elif upto:
        wanted = wanted.exclude(upto.later)
    rows, hits, is_cut = _page(user, wanted, query, limit=MOST if upto else ROWS)
    has_more = is_cut or (upto is not None and shelf(user, team, archived=archived).filter(upto.later).exists())
    end = str(upto if upto and not is_cut else Cursor.of(rows[-1])) if rows else ""
    return {
        "groups": groups_of(rows, views_of(rows, words_of(query), hits, current), after),
        "query": query,
        "view": "archived" if archived else "",
        "shared_count": 0 if archived or query or after else access.shared_by_others(user).count(),
        "archived_count": 0 if archived or query or after else shelf(user, team, archived=True).count(),
        "searched": shelf(user, team, archived=archived).count() if query and not rows and not after else 0,
        "upto": end if after or upto else "",
        "more": end if has_more else "",
    }


def shelf(user: User, team: Team, *, archived: bool) -> "QuerySet[Conversation]":
    """The conversations of the list, or those of the archive; columns of comparisons and batches stand in neither."""
    return access.conversations(user, team).filter(archived_at__isnull=not archived, column=None, batch=None)


def _page(
    user: User, wanted: "QuerySet[Conversation]", query: str, *, limit: int
) -> tuple[list[Conversation], dict[uuid.UUID, uuid.UUID | None], bool]:
    """The rows, what they matched with, and whether there would be more."""
    shown = wanted.defer("settings")
    if not query:
        rows = list(shown[: limit + 1])
        return rows[:limit], {}, len(rows) > limit
    found = search.find(wanted, owner=user.pk, query=query, limit=limit + 1)
    hits = {hit.conversation_id: hit.message_id for hit in found[:limit]}
    by_id = shown.order_by().in_bulk(hits)
    return [by_id[pk] for pk in hits if pk in by_id], hits, len(found) > limit


def views_of(
    rows: Sequence[Conversation], words: list[str], hits: dict[uuid.UUID, uuid.UUID | None], current: uuid.UUID | None
) -> list[dict[str, Any]]:
    """The rows as `conversations/_conversation_rows.html` shows them; `hits`: the messages that a search found."""
    shown = [row.pk for row in rows]
    sums = spent(shown)
    models = _models(shown)
    running = Generation.objects.filter(conversation__in=shown, state__in=Generation.LIVE)
    live = set(running.values_list("conversation_id", flat=True))
    elsewhere = [row.pk for row in rows if words and not has_all(fold(row.title), words)]
    texts = dict(
        Message.objects.filter(pk__in=[pk for room in elsewhere if (pk := hits.get(room))])
        .order_by()
        .values_list("conversation_id", "content")
    )
    return [
        {
            "id": row.pk,
            "title": row.title,
            "title_parts": parts(row.title, words),
            "model_parts": parts(models[row.pk], words),
            "snippet": _snippet(row, texts.get(row.pk, ""), words),
            "cost": sums.get(row.pk, ("—", ""))[0],
            "sum": sums.get(row.pk, ("—", ""))[1],
            "is_live": row.pk in live,
            "is_current": row.pk == current,
            "is_pinned": row.pinned_at is not None,
            "is_shared": bool(row.shared),
        }
        for row in rows
    ]


def _models(shown: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The model that answered last in each; where none has yet, as in a copy, the one that is chosen."""
    found = dict(Conversation.objects.filter(pk__in=shown).values_list("pk", "leaf__generation__offer__title"))
    if unanswered := [pk for pk, title in found.items() if title is None]:
        chosen = dict(Conversation.objects.filter(pk__in=unanswered).values_list("pk", "settings__offer"))
        titles = Offer.objects.in_bulk([pk for pk in chosen.values() if pk])
        found |= {
            pk: titles[uuid.UUID(offer)].title for pk, offer in chosen.items() if offer and uuid.UUID(offer) in titles
        }
    return {pk: title or "" for pk, title in found.items()}


def _snippet(row: Conversation, text: str, words: list[str]) -> list[Part]:
    title = fold(row.title)
    return snippet(text, [word for word in words if word not in title]) if text else []


def groups_of(rows: Sequence[Conversation], views: list[dict[str, Any]], after: Cursor | None) -> list[dict[str, Any]]:
    """By date in the reader's time zone; a page that goes on within a group does not name it again."""
    now = timezone.now()
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row, view in zip(rows, views, strict=True):
        groups[_label(Cursor.of(row), now)].append(view)
    known = _label(after, now) if after else None
    return [{"label": label, "goes_on": label == known, "rows": listed} for label, listed in groups.items()]


def _label(place: Cursor, now: dt.datetime) -> str:
    return _("Pinned") if place.is_pinned else date_label(place.updated_at, now)


@dataclass(slots=True)
class Spending:
    """What a conversation used and cost: amounts by currency, and the runs without a price."""

    turns: int = 0
    unpriced: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)


def spending(conversations: Sequence[uuid.UUID]) -> dict[uuid.UUID, Spending]:
    """What each of them did, to the last digit; those that nothing was used in are left out."""
    later_round = Message.objects.filter(pk=OuterRef("message"), parent__role=Message.Role.TOOL)  # of the same turn
    rows = (
        Entry.objects.filter(conversation__in=conversations)
        .order_by()
        .values("conversation", "currency")
        .annotate(
            total=Sum("cost_total"),
            count=Count("pk", filter=Q(~Exists(later_round), corrects=None)),
            unpriced=count_of_unpriced(),
        )
    )
    found: dict[uuid.UUID, Spending] = defaultdict(Spending)
    for row in rows:
        one = found[row["conversation"]]
        one.turns += row["count"]
        one.unpriced += row["unpriced"]
        if row["total"] is not None:
            one.amounts[row["currency"]] = row["total"]
    return dict(found)


def spent(conversations: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[str, str]]:
    """Per conversation what it cost ("$0.0052 + 2 unpriced") and the header's words ("2 turns · $0.0052 …")."""
    words: dict[uuid.UUID, tuple[str, str]] = {}
    for conversation, one in spending(conversations).items():
        cost = _sum_words(one.amounts, one.unpriced) or "—"
        turns = ngettext("%(count)d turn", "%(count)d turns", one.turns) % {"count": one.turns}
        words[conversation] = cost, f"{turns} · {cost}"
    return words


def spent_on(groups: Mapping[uuid.UUID, Iterable[uuid.UUID]]) -> dict[uuid.UUID, str]:
    """What groups of conversations cost, each currency by itself: "¥0.0031 + $0.0010 + 2 unpriced".

    Empty where nothing has run.
    """
    group_of = {conversation: group for group, members in groups.items() for conversation in members}
    totals: dict[uuid.UUID, dict[str, Decimal]] = {group: defaultdict(Decimal) for group in groups}
    unpriced: dict[uuid.UUID, int] = defaultdict(int)
    rows = (
        Entry.objects.filter(conversation__in=list(group_of))
        .order_by("currency")
        .values_list("conversation", "currency")
        .annotate(total=Sum("cost_total"), unpriced=count_of_unpriced())
    )
    for conversation, currency, total, without in rows:
        unpriced[group_of[conversation]] += without
        if total is not None:
            totals[group_of[conversation]][currency] += total
    return {group: _sum_words(sums, unpriced[group]) for group, sums in totals.items()}


def _sum_words(sums: Mapping[str, Decimal], unpriced: int) -> str:
    """Amounts, and beside them what has none; of nothing else "—", never 0."""
    amounts = " + ".join(format_money(amount, currency) for currency, amount in sums.items())
    return f"{amounts or '—'} {unpriced_words(unpriced)}".strip() if amounts or unpriced else ""


def date_label(moment: dt.datetime, now: dt.datetime) -> str:
    """The group of a conversation of this moment: by calendar days, as the reader's time zone has them."""
    day = timezone.localdate(moment)
    age = (timezone.localdate(now) - day).days
    if age <= 0:
        return _("Today")
    if age == 1:
        return _("Yesterday")
    if age <= 7:
        return _("Previous 7 days")
    return formats.date_format(day, "YEAR_MONTH_FORMAT")
