"""What versions of templates were worth to a team: figures of its own entries, for pages. Two statements.

Runs of the sandbox do not count, nor are corrections runs; a price that came later counts as if it had been there.
Medians are over answered runs, at most the newest SAMPLE of each version: of more it is no other number, only slower.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from playground.ledger.models import Entry

SAMPLE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Worth:
    """One version's figures; nothing is known of a version that nobody ran."""

    runs: int = 0
    people: int = 0
    stopped: int = 0
    failed: int = 0  # with those that were interrupted
    costs: dict[str, Decimal] = field(default_factory=dict)  # the median of each currency by itself
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    ttft_ms: int | None = None


def worth_of(team_id: int, versions: Collection[uuid.UUID]) -> dict[uuid.UUID, Worth]:
    """The figures of those versions that the team ran."""
    entries = Entry.objects.filter(template_version__in=versions, team=team_id, practice=False, corrects=None)
    answered = _newest(entries.filter(state="finished"))
    counted = (
        entries.order_by()
        .values_list("template_version")
        .annotate(
            runs=Count("pk"),
            people=Count("user", distinct=True),
            stopped=Count("pk", filter=Q(state="stopped")),
            failed=Count("pk", filter=Q(state__in=("failed", "interrupted"))),
        )
    )
    return {version: Worth(*counts, **_medians(answered[version])) for version, *counts in counted if version}


def _newest(entries: "QuerySet[Entry]") -> dict[uuid.UUID | None, list[Any]]:
    place = Window(RowNumber(), partition_by=F("template_version"), order_by=F("created_at").desc())
    rows = (
        entries.annotate(place=place)
        .filter(place__lte=SAMPLE)
        .values_list(
            *("template_version", "currency", "cost_total", "correction__currency", "correction__cost_total"),
            *("prompt_tokens", "completion_tokens", "ttft_ms"),
        )
    )
    found: defaultdict[uuid.UUID | None, list[Any]] = defaultdict(list)
    for version, *row in rows:
        found[version].append(row)
    return found


def _medians(rows: Iterable[Any]) -> dict[str, Any]:
    columns: list[Any] = list(zip(*rows, strict=True))
    if not columns:
        return {}
    *costs, prompts, completions, waits = columns
    paid: defaultdict[str, list[Decimal]] = defaultdict(list)
    for currency, cost, later_currency, later in zip(*costs, strict=True):
        if cost is not None or later is not None:
            paid[later_currency or currency].append((cost or Decimal(0)) + (later or Decimal(0)))
    return {
        "costs": {currency: median(amounts) for currency, amounts in sorted(paid.items())},
        "prompt_tokens": _middle(prompts),
        "completion_tokens": _middle(completions),
        "ttft_ms": _middle(wait for wait in waits if wait is not None),
    }


def _middle(numbers: Iterable[int]) -> int | None:
    known = list(numbers)
    return round(median(known)) if known else None
