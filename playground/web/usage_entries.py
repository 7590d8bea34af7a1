"""The table of entries: a page of rows with names, and what can be asked for. Plain values for templates."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from playground.ledger import periods
from playground.ledger.history import within
from playground.ledger.models import Entry
from playground.web import access
from playground.web.figures import reasoning_words, seconds_words
from playground.web.money import Rates
from playground.web.usage_filters import filters_of, paper_words, values_of
from playground.web.usage_list import COLUMNS, ORDERS, PAGES, ROWS, ListWish, entries_within
from playground.web.usage_reckoning import reckoning_words
from playground.web.usage_seat import Names, Seat, names_of, state_words
from playground.web.usage_words import period_words, preset_words

NUMBERS: Final = frozenset(
    {"prompt", "cached", "reasoning", "completion", "ttft", "speed", "duration", "cost"}
)  # columns that stand to the right
TONES: Final = {"finished": "ok", "failed": "bad", "interrupted": "warn"}
ICONS: Final = {"finished": "check", "failed": "x", "interrupted": "triangle-alert", "stopped": "square"}


def entry_list(seat: Seat, asked: ListWish, now: dt.datetime) -> dict[str, Any]:
    """Values of `usage/_entries.html`."""
    period = asked.wish.period(timezone.localtime(now))
    ordered = asked.ordered(entries_within(seat, asked, period)).values_list("pk", flat=True)
    start = (asked.page - 1) * ROWS
    shown = list(ordered[start : start + ROWS + 1])
    rows = _entries(shown[:ROWS])
    found = within(seat.scope, period.first, period.end)
    keys = set(found.sums)
    names = names_of(
        {key.user_id for key in keys} | {row.user_id for row in rows},
        {key.provider for key in keys} | {row.provider for row in rows},
        {key.template for key in keys if key.template} | {row.template.hex for row in rows if row.template},
    )
    filters = filters_of(seat, asked.wish, values_of(keys), names)
    rates = Rates(seat.user.currency)
    rates.look_up({entry.created_at.date() for entry in rows})
    conversation = _title(seat, asked.conversation)
    more = (*_also_asked(asked), conversation, *rates.words())
    return {
        "asked": asked,
        "conversation": conversation,
        "wish": asked.wish,
        "period": period_words(period),
        "presets": [
            {"name": name, "word": preset_words(name), "is_on": name == period.preset} for name in periods.PRESETS
        ],
        "first": period.first.date().isoformat(),
        "last": period.last_day.isoformat(),
        "filters": filters,
        "paper": paper_words(seat, period_words(period), filters, more),
        "columns": [{"name": name, "word": head_words(name), "is_on": name in asked.columns} for name in COLUMNS],
        "heads": [_head(asked, name) for name in ("time", *asked.columns)],
        "reckoning": reckoning_words(seat, asked, period, found),
        "rows": _rows(seat, rows, asked.columns, names, rates),
        "from": start + 1,
        "to": start + len(rows),
        "newer": reverse("usage-entries") + asked.address(page=asked.page - 1) if asked.page > 1 else "",
        "older": reverse("usage-entries") + asked.address(page=asked.page + 1)
        if len(shown) > ROWS and asked.page < PAGES
        else "",
        "is_cut": len(shown) > ROWS and asked.page >= PAGES,
        "exports": [
            {"word": word, "url": reverse("usage-export", args=[kind]) + _exported(asked, bom)}
            for word, kind, bom in (
                (_("CSV"), "csv", ""),
                (_("CSV for Excel (UTF-8 with a mark)"), "csv", "1"),
                (_("JSON Lines"), "jsonl", ""),
            )
        ],
        "since": _since(asked),
        "sees_all": seat.sees_all,
        "overview_url": reverse("usage") + asked.wish.address(),
    }


def _also_asked(asked: ListWish) -> list[str]:
    """What the entries are narrowed to beyond the filters of both pages, in words."""
    flags = (
        (asked.wish.practice, _("With practice")),
        (asked.unpriced, _("Without a price")),
        (asked.fault, _("Faults of provider or network")),
        (asked.currency, _("Billed in %(currency)s") % {"currency": asked.currency}),
        (asked.since, _("From %(moment)s on") % {"moment": _since(asked)}),
    )
    return [*(word for is_on, word in flags if is_on), *([f"“{asked.text}”"] if asked.text else [])]


def _since(asked: ListWish) -> str:
    return moment_words(dt.datetime.fromisoformat(asked.since)) if asked.since else ""


def _title(seat: Seat, conversation: str) -> str:
    """What the conversation is called whose entries alone are asked for; where that is not known, by its id."""
    if not conversation:
        return ""
    known = titles_of(seat, {uuid.UUID(conversation)})
    return known.get(uuid.UUID(conversation)) or Names().word("conversation", conversation)


def _entries(ids: Sequence[int]) -> list[Entry]:
    """These entries, in this order. Only they are read whole: a database sorts a million numbers faster than rows."""
    found = {entry.pk: entry for entry in Entry.objects.filter(pk__in=ids).select_related("correction")}
    return [found[one] for one in ids if one in found]


def _exported(asked: ListWish, bom: str) -> str:
    words = asked.address(page=1, sort="time", is_descending=True).removeprefix("?")
    return "?" + "&".join(filter(None, [words, f"bom={bom}" if bom else ""])) if words or bom else ""


def _head(asked: ListWish, name: str) -> dict[str, Any]:
    sorted_now = "descending" if asked.is_descending else "ascending"
    return {
        "word": head_words(name),
        "is_number": name in NUMBERS,
        "url": reverse("usage-entries") + asked.sorted_by(name) if name in ORDERS else "",
        "sorted": sorted_now if asked.sort == name else "",
    }


def head_words(name: str) -> str:
    """The head of a column."""
    words = {
        "time": _("Time"),
        "conversation": _("Conversation"),
        "person": _("Person"),
        "provider": _("Provider"),
        "model": _("Model"),
        "key": _("Key"),
        "template": _("Template"),
        "prompt": _("Prompt"),
        "cached": _("Cached"),
        "reasoning": _("Reasoning"),
        "completion": _("Completion"),
        "ttft": _("TTFT"),
        "speed": _("tok/s"),
        "duration": _("Duration"),
        "cost": _("Cost"),
        "status": _("Status"),
        "request": _("Request id"),
    }
    return words[name]


def _rows(
    seat: Seat, entries: Sequence[Entry], columns: Sequence[str], names: Names, rates: Rates
) -> list[dict[str, Any]]:
    titles = titles_of(seat, {entry.conversation for entry in entries})
    return [
        {
            "url": reverse("usage-entry", args=[entry.pk]),
            "time": moment_words(entry.created_at),
            "is_correction": entry.corrects_id is not None,
            "is_corrected": hasattr(entry, "correction"),
            "cells": [_cell(entry, name, names, titles, rates) for name in columns],
        }
        for entry in entries
    ]


def _cell(entry: Entry, name: str, names: Names, titles: dict[uuid.UUID, str], rates: Rates) -> dict[str, Any]:
    cell: dict[str, Any] = {"name": name, "is_number": name in NUMBERS}
    if name == "cost":
        return {**cell, "cost": rates.cost(entry)}
    if name == "status":
        return {**cell, "status": status_badge(entry)}
    if name == "conversation":
        title = titles.get(entry.conversation)
        return {**cell, "text": title or "—", "url": conversation_url(entry.conversation) if title else ""}
    words = {
        "person": names.word("person", str(entry.user_id)),
        "provider": names.word("provider", entry.provider),
        "model": entry.model,
        "key": entry.key_label or "—",
        "template": names.word("template", entry.template.hex) if entry.template else "—",
        "prompt": f"{entry.prompt_tokens:,}",
        "cached": f"{entry.cached_tokens:,}",
        "reasoning": reasoning_words(entry),
        "completion": f"{entry.completion_tokens:,}",
        "ttft": seconds_words(entry.ttft_ms),
        "speed": "—" if entry.tokens_per_second is None else f"{entry.tokens_per_second:.0f}",
        "duration": seconds_words(entry.duration_ms),
        "request": entry.provider_request_id or "—",
    }
    return {**cell, "text": words[name]}


def status_badge(entry: Entry) -> dict[str, str]:
    """How a run ended: a word and an icon, and the error's code beside it."""
    return {
        "word": state_words(entry.state),
        "tone": TONES.get(entry.state, ""),
        "icon": ICONS.get(entry.state, "info"),
        "code": entry.error_code,
    }


def titles_of(seat: Seat, conversations: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Titles of the person's own conversations: whoever manages a team sees what others spent, not what they wrote."""
    found = access.conversations(seat.user).filter(pk__in=conversations).order_by()
    named = found.values_list("pk", "title", "batch__title")
    return {pk: title or batch or _("Untitled") for pk, title, batch in named}


def conversation_url(conversation: uuid.UUID) -> str:
    """Where a conversation is."""
    return reverse("conversation", args=[conversation])


def moment_words(moment: dt.datetime) -> str:
    """To the second: "21 Nov 2026 10:43:18"."""
    # Translators: Django's date format characters: day, month, year, hour, minute and second.
    return formats.date_format(timezone.localtime(moment), pgettext("exact moment", "j M Y H:i:s"))
