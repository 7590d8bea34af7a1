"""Two batches over the same rows, answer beside answer. Plain values for templates."""

from typing import Any

from django.core.paginator import Paginator

from playground.batches.models import LEFT_OUT, WAITING, Batch, Row
from playground.web.batch_page import SHOWN, offer_title, spent_view
from playground.web.money import Rates
from playground.web.offers import Desk
from playground.web.troubles import trouble

ROWS = 20  # of one page
LONGEST = 2_000  # characters of an answer


def beside_view(batch: Batch, other: Batch, desk: Desk, page: str) -> dict[str, Any]:
    """Values of `batches/beside.html`."""
    sides = (batch, other)
    shown = Paginator(batch.rows.order_by("number"), ROWS).get_page(page)
    numbers = [row.number for row in shown.object_list]
    answers = [_answers(side, numbers, desk) for side in sides]
    return {
        "batch": batch,
        "sides": [_side(side, desk) for side in sides],
        "rows": [
            {
                "number": row.number,
                "cells": list(zip(batch.columns, row.texts, strict=False)),
                "answers": [found.get(row.number) for found in answers],
            }
            for row in shown.object_list
        ],
        "before": shown.previous_page_number() if shown.has_previous() else None,
        "after": shown.next_page_number() if shown.has_next() else None,
        "place": f"{shown.number} / {shown.paginator.num_pages}",
    }


def _side(batch: Batch, desk: Desk) -> dict[str, Any]:
    version = batch.template_version
    return {
        "id": batch.pk,
        "title": batch.title,
        "model": offer_title(batch),
        "version": f"{version.title} v{version.number}" if version else "",
        "spent": spent_view(batch, desk, left=0),
    }


def _answers(batch: Batch, numbers: list[int], desk: Desk) -> dict[int, dict[str, Any]]:
    rows = batch.rows.filter(number__in=numbers).select_related("generation__message", "generation__entry__correction")
    rates = Rates(desk.user.currency)
    return {row.number: _answer(batch, row, rates) for row in rows}


def _answer(batch: Batch, row: Row, rates: Rates) -> dict[str, Any]:
    run = row.generation
    entry = run.entry if run else None
    words, tone = SHOWN[run.state if run else (LEFT_OUT if row.flaw else WAITING)]
    text = run.message.content if run else ""
    return {
        "batch": batch.pk,
        "state": words,
        "tone": tone,
        "text": text if len(text) <= LONGEST else text[: LONGEST - 1] + "…",
        "why": row.flaw or (str(trouble(run.error_code).title) if run and run.error_code else ""),
        "tokens": f"{entry.completion_tokens:,}" if entry and entry.tokens_basis != "none" else "",
        "cost": rates.run_cost(entry) if entry else None,
    }
