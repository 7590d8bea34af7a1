"""A batch before its start: its first rows, prompt, what fills the places, forecast. Plain values for templates."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.batches import drafting, running
from playground.batches.forecast import Forecast
from playground.batches.models import Batch
from playground.batches.places import Source, open_places, variable_name
from playground.catalog.models import Offer
from playground.conversations import run_settings
from playground.errors import Refused
from playground.prompts.models import PromptTemplate
from playground.prompts.render import names_in
from playground.prompts.variables import Variable
from playground.web.batch_page import others_like
from playground.web.money import SIGNS, CostView, Rates
from playground.web.offers import Desk
from playground.web.template_shelf import offered

PREVIEW = 5  # rows
SHOWN_FLAWS = 5
LONGEST_CELL = 160  # characters of a previewed cell
TRIED_FIRST = 5  # rows of a first try
TEXT, COLUMN = "text", "column:"  # values of the choice what fills a variable


def setup_view(batch: Batch, desk: Desk) -> dict[str, Any]:
    """Values of `batches/setup.html` that do not change with the prompt."""
    head = batch.rows.order_by("number")[:PREVIEW]
    return {
        "batch": batch,
        "columns": [{"name": name, "place": f"{{{{{variable_name(name)}}}}}"} for name in batch.columns],
        "preview": [{"number": row.number, "cells": [_cut(cell) for cell in row.texts]} for row in head],
        "rest": max(0, batch.row_count - PREVIEW),
        "templates": [_template(one) for one in offered(desk.user, "")],
        "version_id": batch.template_version_id,
        "others": others_like(batch),
    }


def plan_view(batch: Batch, desk: Desk, refusal: Refused | None = None) -> dict[str, Any]:
    """Values of `batches/_plan.html`: what follows from the prompt and the run settings."""
    offer = desk.find(run_settings.parse(batch.chosen).offer)
    prompt, variables = batch.texts, drafting.variables_of(batch)
    names = names_in(prompt.system_prompt, prompt.text)
    flawed = list(islice(drafting.flawed_rows(batch), drafting.MOST_FLAWS)) if prompt.text.strip() else []
    found = drafting.forecast_of(batch)
    return {
        "batch": batch,
        "places": [_place(name, prompt.sources.get(name), batch, variables.get(name)) for name in names],
        "open": open_places(prompt),
        "flaws": [
            {"number": one.row.number, "line": one.row.line, "column": one.flaw.column, "why": one.flaw.sentence}
            for one in flawed[:SHOWN_FLAWS]
        ],
        "flaw_count": len(flawed),
        "forecast": forecast_view(found, desk),
        "right": _right(batch, offer),
        "most_at_once": running.MOST_AT_ONCE,
        "sign": SIGNS.get(found.currency, ""),
        "limit": f"{batch.most_cost.normalize():f}" if batch.most_cost is not None else "",
        "tried_first": TRIED_FIRST if batch.row_count > TRIED_FIRST else 0,
        "refusal": refusal.message if refusal else "",
    }


def forecast_view(found: Forecast, desk: Desk) -> dict[str, Any]:
    """A forecast in words."""
    return {
        "rows": f"{found.rows:,}",
        "prompt_tokens": f"{found.prompt_tokens:,}",
        "answer_expected": "" if found.answer_expected is None else f"{found.answer_expected:,}",
        "answer_most": "" if found.answer_most is None else f"{found.answer_most:,}",
        "expected": _amount(found.expected, found.currency, desk),
        "at_most": _amount(found.at_most, found.currency, desk),
        "is_priced": bool(found.currency),
    }


def keep_plan(batch: Batch, posted: QueryDict) -> None:
    """Take over what was typed. Raises Refused for what cannot be kept."""
    drafting.rename(batch, posted.get("title", ""))
    drafting.write_prompt(batch, posted.get("prompt", ""), _sources(posted))
    batch.at_once = _whole(posted.get("at_once", ""), low=1, high=running.MOST_AT_ONCE) or batch.at_once
    keep_limit(batch, posted.get("limit", ""), drafting.forecast_of(batch).currency)
    drafting.keep(batch)


def keep_limit(batch: Batch, text: str, currency: str) -> None:
    """Take over the most that it may cost; an empty text takes the limit off. Raises Refused("bad_limit")."""
    amount = text.strip().replace(",", ".")
    drafting.limit_cost(batch, _limit(amount) if amount else None, currency)


def _sources(posted: Mapping[str, str]) -> dict[str, Source]:
    """What was chosen for each variable: fields `source-<name>` and `text-<name>`."""
    found: dict[str, Source] = {}
    for field, value in posted.items():
        name = field.removeprefix("source-")
        if name == field:
            continue
        if value == TEXT:
            found[name] = Source(text=posted.get(f"text-{name}", ""))
        elif value.startswith(COLUMN) and value.removeprefix(COLUMN).isdecimal():
            found[name] = Source(column=int(value.removeprefix(COLUMN)))
    return found


def _limit(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise Refused("bad_limit", _("The limit is an amount, like 2.50.")) from None
    if not amount.is_finite() or not 0 < amount <= 1_000_000 or amount != round(amount, 6):
        raise Refused("bad_limit", _("The limit is an amount, like 2.50."))
    return amount


def _whole(text: str, *, low: int, high: int) -> int | None:
    return min(high, max(low, int(text))) if text.strip().isdecimal() and len(text) < 9 else None


def _right(batch: Batch, offer: Offer | None) -> dict[str, Any] | None:
    """What the key may have in flight with this model; None where nobody states rights or no key can be used."""
    try:
        right = running.right_of(batch)
    except Refused:
        return None
    return {"count": right, "model": offer.title} if right is not None and offer is not None else None


def _place(name: str, source: Source | None, batch: Batch, variable: Variable | None) -> dict[str, Any]:
    return {
        "name": name,
        "place": f"{{{{{name}}}}}",
        "words": variable.words if variable else name.replace("_", " "),
        "is_required": variable is not None and variable.required,
        "options": [
            {"value": f"{COLUMN}{number}", "words": column, "is_chosen": source is not None and source.column == number}
            for number, column in enumerate(batch.columns)
        ],
        "is_text": source is not None and source.column is None,
        "text": source.text if source is not None and source.column is None else "",
        "is_open": source is None,
    }


def _template(one: PromptTemplate) -> dict[str, Any]:
    return {"version_id": one.shown.pk, "title": one.shown.title, "number": one.shown.number}


def _amount(amount: Decimal | None, currency: str, desk: Desk) -> CostView:
    return Rates(desk.user.currency).view(amount, currency, "estimated", timezone.now().date())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
