"""A batch that was started: how far it is, what it cost, its rows. Plain values for templates."""

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from playground.batches import admission, running
from playground.batches.bill import Used, bill_of
from playground.batches.eta import seconds_left
from playground.batches.models import LEFT_OUT, WAITING, Batch, Row
from playground.catalog.errors import OfferRefused
from playground.catalog.models import Offer
from playground.catalog.recent import facts_and_price
from playground.conversations.models import Generation
from playground.conversations.sources import sources_of
from playground.ledger.models import Entry
from playground.web.batch_list import TONES
from playground.web.figures import reasoning_words, seconds_words
from playground.web.money import SIGNS, CostView, Rates
from playground.web.offers import Desk
from playground.web.tool_calls import closed_calls_of
from playground.web.troubles import trouble, trouble_of
from playground.web.usage_money import unpriced_words
from playground.web.verdicts import verdict_of, wants_json

ROWS = 50  # of one page
LONGEST_CELL, LONGEST_ANSWER = 90, 240  # characters in the table
LAST = 50  # rows whose pace is the pace,
NEWEST = 1_000  # if they are among so many entries, whosever these are: otherwise all of a batch would be sorted
UNSHOWN = (  # what a row's line does not need, and would cost most of its time
    *(f"generation__{name}" for name in ("settings", "price", "reserved", "request", "verdict", "raw_usage")),
    *(f"generation__message__{name}" for name in ("reasoning_content", "tool_calls", "results", "web_search")),
    *("weights", "generation__entry__price"),
)
SHOWN: dict[str, tuple[Any, str]] = {
    WAITING: (gettext_lazy("waiting"), ""),
    Generation.State.QUEUED: (gettext_lazy("running"), "info"),
    Generation.State.RUNNING: (gettext_lazy("running"), "info"),
    Generation.State.FINISHED: (gettext_lazy("done"), "ok"),
    Generation.State.FAILED: (gettext_lazy("failed"), "bad"),
    Generation.State.STOPPED: (gettext_lazy("stopped"), "warn"),
    Generation.State.INTERRUPTED: (gettext_lazy("interrupted"), "warn"),
    LEFT_OUT: (gettext_lazy("left out"), ""),
}
FILTERS = (
    Generation.State.FINISHED,
    Generation.State.RUNNING,
    Generation.State.FAILED,
    Generation.State.INTERRUPTED,
    Generation.State.STOPPED,
    WAITING,
    LEFT_OUT,
)


@dataclass(frozen=True, slots=True)
class RowsWish:
    """Which rows are wanted."""

    state: str
    query: str
    page: str

    @classmethod
    def read(cls, asked: QueryDict) -> "RowsWish":
        """From an address; what makes no sense is left out."""
        state = asked.get("state", "")
        return cls(state if state in FILTERS else "", asked.get("q", "").strip()[:200], asked.get("page", "")[:9])

    def address(self, **changes: object) -> str:
        """The query part of the address with some of it changed."""
        given = {"state": self.state, "q": self.query, "page": self.page} | changes
        return urlencode({name: value for name, value in given.items() if value})


def live_view(batch: Batch, wish: RowsWish, desk: Desk) -> dict[str, Any]:
    """Values of `batches/_live.html`: everything that moves."""
    counts = batch.counts()
    going = sum(counts[state] for state in Generation.LIVE)
    waits = counts[WAITING]
    ended = batch.row_count - waits - going - counts[LEFT_OUT]
    retried = sum(counts[state] for state in running.RETRIED)
    return {
        "batch": batch,
        "state": {"words": batch.get_state_display(), "tone": TONES[batch.state]},
        "is_moving": batch.state == Batch.State.RUNNING or going > 0,
        "can_pause": batch.state == Batch.State.RUNNING,
        "can_stop": batch.state == Batch.State.RUNNING or going > 0,
        "can_resume": batch.state in (Batch.State.PAUSED, Batch.State.STOPPED) and waits > 0,
        "retried": retried,
        "progress": {
            "ended": f"{ended:,}",
            "rows": f"{batch.row_count - counts[LEFT_OUT]:,}",
            "percent": ended * 100 // max(1, batch.row_count - counts[LEFT_OUT]),
            "segments": _segments(counts, batch.row_count),
            "left": _time_left(batch, waits + going),
            "pace": _pace(batch, going),
        },
        "halted": _halted(batch),
        "spent": spent_view(batch, desk, left=waits + going),
        "limit": limit_view(batch),
        "filters": _filters(counts, wish, batch),
        **rows_view(batch, wish, desk, counts),
        "wish": wish,
        "address": f"{reverse('batch-live', args=[batch.pk])}?{wish.address(q='')}",  # the field brings its words along
    }


def spent_view(batch: Batch, desk: Desk, *, left: int) -> dict[str, Any]:
    """What the batch has cost so far, in each currency, and its tokens; attempts that were made again included.

    `unpriced`: the runs that no cost includes, in words. `rest`: what the rows that are left will cost if they are
    like those before them.
    """
    rates = Rates(desk.user.currency)
    costs: list[CostView] = []
    rest: list[CostView] = []
    every = Used()
    for currency, used in bill_of(batch).items():
        every = every.with_more(used)
        if used.cost is not None and currency:
            costs.append(rates.view(used.cost, currency, "exact", _today()))
            if left and used.cost and used.priced > 0:
                rest.append(rates.view(used.cost * left / used.priced, currency, "estimated", _today()))
    tokens = {name: f"{getattr(every, f'{name}_tokens'):,}" for name in ("prompt", "completion")}
    return {
        "costs": costs,
        "rest": rest,
        **tokens,
        "runs": f"{every.runs:,}",
        "unpriced": unpriced_words(every.unpriced),
    }


def limit_view(batch: Batch) -> dict[str, str] | None:
    """The most that it may cost; None where no price is known, and so no limit can be kept."""
    try:
        _facts, price = facts_and_price(uuid.UUID(str(batch.settings["offer"])), scope=f"team:{batch.team_id}")
    except OfferRefused:
        price = None
    if price is None:
        return None
    amount = f"{batch.most_cost.normalize():f}" if batch.most_cost is not None else ""
    return {"amount": amount, "sign": SIGNS[price.currency], "currency": price.currency}


def rows_view(batch: Batch, wish: RowsWish, desk: Desk, counts: "Counter[str]") -> dict[str, Any]:
    """One page of the rows that are wanted."""
    numbers = found_rows(batch, wish).values_list("number", flat=True)
    page = Counted(numbers, None if wish.query else _wanted(batch, wish, counts)).get_page(wish.page)
    rates = Rates(desk.user.currency)
    rows = batch.rows.filter(number__in=list(page.object_list)).select_related(
        "generation__message", "generation__entry__correction"
    )
    return {
        "rows": [_line(row, batch, rates) for row in rows.defer(*UNSHOWN)],
        "found": f"{page.paginator.count:,}",
        "before": wish.address(page=page.previous_page_number()) if page.has_previous() else "",
        "after": wish.address(page=page.next_page_number()) if page.has_next() else "",
        "has_before": page.has_previous(),
        "place": _("%(page)s of %(pages)s") % {"page": page.number, "pages": page.paginator.num_pages},
        "pages": page.paginator.num_pages,
    }


def found_rows(batch: Batch, wish: RowsWish) -> "QuerySet[Row]":
    """The rows that are wanted, in their order."""
    rows = batch.rows.order_by("number")
    if wish.state == WAITING:
        rows = rows.filter(generation=None, flaw="")
    elif wish.state == LEFT_OUT:
        rows = rows.exclude(flaw="")
    elif wish.state == Generation.State.RUNNING:
        rows = rows.filter(generation__state__in=Generation.LIVE)
    elif wish.state:
        rows = rows.filter(generation__state=wish.state)
    if wish.query:
        rows = rows.filter(Q(cells__icontains=wish.query) | Q(generation__message__content__icontains=wish.query))
    return rows


if TYPE_CHECKING:
    _Numbers = Paginator[int]
else:
    _Numbers = Paginator  # generic for type checkers only


class Counted(_Numbers):
    """Numbers of rows, a page at a time; how many there are may be known already."""

    def __init__(self, numbers: "QuerySet[Row, int]", known: int | None) -> None:
        super().__init__(numbers, ROWS)
        self._known = known

    @cached_property
    def count(self) -> int:
        """How many rows are wanted."""
        return super().count if self._known is None else self._known


def row_view(row: Row, desk: Desk) -> dict[str, Any]:
    """Values of `batches/row.html`: one row in full."""
    batch, run = row.batch, row.generation
    system_prompt, text = batch.texts.texts_for(row.texts)
    if run is not None:
        system_prompt = str(run.settings.get("system_prompt", ""))
        text = run.message.parent.content if run.message.parent else text
    entry = run.entry if run else None
    words, tone = SHOWN[_state(row)]
    return {
        "batch": batch,
        "row": row,
        "state": {"words": words, "tone": tone},
        "is_moving": run is not None and run.is_live,
        "cells": list(zip(batch.columns, row.texts, strict=False)),
        "system_prompt": system_prompt,
        "text": text,
        "run": run,
        "answer": run.message.content if run else "",
        "is_json": wants_json(run),
        "calls": closed_calls_of(run.message, run) if run else (),
        "sources": sources_of(run.message.web_search) if run else (),
        "thinking": run.message.reasoning_content if run else "",
        "trouble": trouble_of(run) if run else None,
        "figures": _figures(entry) if entry else [],
        "cost": Rates(desk.user.currency).run_cost(entry) if entry else None,
        "entry": entry,
        "verdict": verdict_of(run),
        "is_row": True,
        "can_retry": run is not None and not run.is_live,
        "before": row.number - 1,
        "after": row.number + 1 if row.number < batch.row_count else 0,
    }


def offer_title(batch: Batch) -> str:
    """The model that the rows go to."""
    chosen = batch.chosen.get("offer")
    found = Offer.objects.filter(pk=str(chosen)).values_list("title", flat=True).first() if chosen else None
    return found or "—"


def others_like(batch: Batch) -> list[dict[str, Any]]:
    """Batches with the same rows: two that were started can be looked at side by side."""
    found = Batch.objects.filter(table=batch.table, user=batch.user_id, deleted_at=None).exclude(pk=batch.pk)
    found = found.select_related("conversation").order_by("created_at")
    return [
        {"id": one.pk, "title": one.title, "model": offer_title(one), "is_draft": one.is_draft} for one in found[:20]
    ]


def _wanted(batch: Batch, wish: RowsWish, counts: "Counter[str]") -> int:
    """How many rows are in the state that is wanted, or in any."""
    if wish.state == Generation.State.RUNNING:
        return sum(counts[state] for state in Generation.LIVE)
    return counts[wish.state] if wish.state else batch.row_count


def _state(row: Row) -> str:
    if row.flaw:
        return LEFT_OUT
    return row.generation.state if row.generation else WAITING


def _line(row: Row, batch: Batch, rates: Rates) -> dict[str, Any]:
    run, state = row.generation, _state(row)
    entry = run.entry if run else None
    words, tone = SHOWN[state]
    return {
        "number": row.number,
        "url": reverse("batch-row", args=[batch.pk, row.number]),
        "cells": " · ".join(_cut(cell, LONGEST_CELL) for cell in row.texts[:3] if cell.strip()),
        "state": words,
        "tone": tone,
        "answer": _cut(run.message.content.strip(), LONGEST_ANSWER) if run else "",
        "why": row.flaw or (str(trouble(run.error_code).title) if run and run.error_code else ""),
        "tokens": f"{entry.prompt_tokens:,} → {entry.completion_tokens:,}"
        if entry and entry.tokens_basis != "none"
        else "",
        "cost": rates.run_cost(entry) if entry else None,
        "seconds": seconds_words(entry.duration_ms) if entry and entry.duration_ms is not None else "",
        "attempts": row.attempts if row.attempts > 1 else 0,
    }


def _figures(entry: Entry) -> list[tuple[str, str]]:
    is_known = entry.tokens_basis != Entry.TokensBasis.NONE
    counts = [
        (_("Prompt"), entry.prompt_tokens),
        (_("of it cached"), entry.cached_tokens),
        (_("Completion"), entry.completion_tokens),
    ]
    speed = "—" if entry.tokens_per_second is None else f"{entry.tokens_per_second:.0f}"
    return [
        *((word, f"{count:,}" if is_known else "—") for word, count in counts),
        (_("of it reasoning"), reasoning_words(entry)),
        (_("TTFT"), "—" if entry.ttft_ms is None else f"{entry.ttft_ms:,} ms"),
        (_("Duration"), seconds_words(entry.duration_ms)),
        (_("Tokens per second"), speed),
    ]


def _segments(counts: dict[str, int], rows: int) -> list[dict[str, str]]:
    """The bar: done, failed, broken off, running; what is free waits."""
    parts = (
        ("completion", counts[Generation.State.FINISHED]),
        ("bad", counts[Generation.State.FAILED]),
        ("warn", counts[Generation.State.STOPPED] + counts[Generation.State.INTERRUPTED]),
        ("reserved", counts[Generation.State.RUNNING] + counts[Generation.State.QUEUED]),
    )
    place, segments = 0.0, []
    for kind, count in parts:
        width = round(count * 100 / max(1, rows), 2)
        segments.append({"kind": kind, "x": f"{place:.2f}", "width": f"{width:.2f}"})
        place += width
    return segments


def _time_left(batch: Batch, left: int) -> str:
    if batch.state != Batch.State.RUNNING or not left:
        return ""
    newest = Entry.objects.order_by("-pk").values(before=F("pk") - NEWEST)[:1]
    entries = Entry.objects.filter(
        conversation=batch.conversation_id, created_at__gte=batch.resumed_at or batch.created_at, pk__gt=newest
    )
    ended = list(entries.order_by("-pk").values_list("created_at", flat=True)[:LAST])
    seconds = seconds_left(ended, left, now=timezone.now())
    return "" if seconds is None else _duration_words(seconds)


def _duration_words(seconds: float) -> str:
    """About how long: "40 seconds left", "12 minutes left", "3 hours left"."""
    if seconds < 90:
        count = max(1, round(seconds))
        return ngettext("about %(count)s second left", "about %(count)s seconds left", count) % {"count": count}
    if seconds < 5_400:
        count = round(seconds / 60)
        return ngettext("about %(count)s minute left", "about %(count)s minutes left", count) % {"count": count}
    count = round(seconds / 3600)
    return ngettext("about %(count)s hour left", "about %(count)s hours left", count) % {"count": f"{count:,}"}


def _pace(batch: Batch, going: int) -> str:
    """How many rows run, and whether the provider slows them down."""
    words = ngettext("%(count)s row running", "%(count)s rows running", going) % {"count": going} if going else ""
    if batch.rests_until and batch.rests_until > timezone.now():
        wait = max(1, round((batch.rests_until - timezone.now()) / dt.timedelta(seconds=1)))
        return _("The provider asks for a rest: %(seconds)s s") % {"seconds": wait}
    if batch.slowed_to is not None and batch.state == Batch.State.RUNNING:
        slowed = _("slowed to %(now)s at a time: the provider refused more") % {"now": batch.slowed_to}
        return f"{words} · {slowed}" if words else slowed
    return words


def _halted(batch: Batch) -> dict[str, str] | None:
    """Why the batch paused by itself."""
    if not batch.halted_by or batch.state == Batch.State.RUNNING:
        return None
    if batch.halted_by == admission.BEYOND:
        title = _("Paused: the next row could cost more than the limit.")
        return {"title": title, "text": _("Raise the limit, or let it be.")}
    if batch.halted_by == admission.OVER_BUDGET:
        title = _("Paused: the next row could take more than a budget has left.")
        return {
            "title": title,
            "text": _("Go on when the budget was raised or has renewed. The budgets page says which."),
        }
    words = trouble(batch.halted_by)
    return {"title": _("Paused: %(why)s") % {"why": words.title}, "text": f"{words.cause} {words.step}"}


def _filters(counts: "Counter[str]", wish: RowsWish, batch: Batch) -> list[dict[str, Any]]:
    counts = Counter(counts)
    counts[Generation.State.RUNNING] = sum(counts[state] for state in Generation.LIVE)
    shown = [state for state in FILTERS if counts[state] or state == wish.state]
    every = {"words": _("all"), "count": f"{batch.row_count:,}", "is_on": not wish.state}
    return [
        every | {"address": wish.address(state="", page="")},
        *(
            {
                "words": SHOWN[state][0],
                "count": f"{counts[state]:,}",
                "is_on": wish.state == state,
                "address": wish.address(state=state, page=""),
            }
            for state in shown
        ),
    ]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _today() -> dt.date:
    return timezone.now().date()
