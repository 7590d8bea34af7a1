"""What each conversation used and cost, bar by bar: read from the entries themselves, in one statement.

There are more conversations than totals could be kept of, so this is for ranges of at most MOST entries; how many there
are, the totals say before (history.py).
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from playground.ledger.fold import Sum
from playground.ledger.history import Cell, Only, Scope
from playground.ledger.lookups import for_each
from playground.ledger.measured import FAULTS
from playground.ledger.models import Entry

MOST: Final = 40_000  # entries: a quarter of a second
_IS_RUN: Final = "e.corrects_id IS NULL"
_COUNTED: Final = (
    _IS_RUN,
    # "Not null" is for PostgreSQL, which reads the whole index into a hash: of the few corrections only.
    "e.cost_basis = 'unpriced' AND NOT EXISTS "
    "(SELECT 1 FROM ledger_entry c WHERE c.corrects_id = e.id AND c.corrects_id IS NOT NULL)",
    f"{_IS_RUN} AND e.state = 'finished'",
    f"{_IS_RUN} AND e.state IN ('failed', 'interrupted') AND e.duration_ms IS NOT NULL "
    f"AND e.error_code IN ({', '.join(['%s'] * len(FAULTS))})",
)
_ADDED: Final = ("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "cost_total")
_READ: Final = (
    *("id", "conversation", "currency", "corrects_id", "cost_basis", "state", "duration_ms", "error_code"),
    *_ADDED,
)


def read_conversations(scope: Scope, only: Only, edges: Sequence[dt.datetime]) -> dict[Cell, Sum]:
    """Sums between the edges, by conversation (its id in hexadecimal) and currency. No percentiles, no savings."""
    adapt = connection.ops.adapt_datetimefield_value
    bars = [(place, adapt(first), adapt(past)) for place, (first, past) in enumerate(itertools.pairwise(edges))]
    counted = ", ".join(f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)" for condition in _COUNTED)
    added = ", ".join(f"SUM(COALESCE(e.{name}, 0))" for name in _ADDED)
    where, values = _where(scope, only)
    entries = for_each("ledger_entry", "e", _READ, f"e.created_at >= b.first AND e.created_at < b.past AND {where}")
    sql = (
        f"WITH bars (place, first, past) AS (VALUES {', '.join(['(%s, %s, %s)'] * len(bars))}) "  # noqa: S608 - our own names
        f"SELECT b.place, e.conversation, e.currency, {counted}, {added} "
        f"FROM bars b {entries} "
        f"GROUP BY b.place, e.conversation, e.currency"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*itertools.chain(*bars), *sorted(FAULTS), *values])
        rows = cursor.fetchall()
    return {Cell(row[0], _hex(row[1]), row[2]): _sum(row[3:]) for row in rows}


def _where(scope: Scope, only: Only) -> tuple[str, list[Any]]:
    wanted: list[tuple[str, Any]] = [("team_id", scope.team_id)]
    if scope.user_id is not None:
        wanted.append(("user_id", scope.user_id))
    words, values = [], []
    for column, value in (*wanted, *only.columns.items()):
        if column == "template" and value == "":
            words.append("e.template IS NULL")
            continue
        words.append(f"e.{column} = %s")
        values.append(_value(column, value))
    if not only.practice:
        words.append("NOT e.practice")
    return " AND ".join(words), values


def _value(column: str, value: Any) -> Any:
    """As the database has it; what no address can mean is nobody's."""
    if column == "user_id":
        return int(value) if str(value).isdecimal() and len(str(value)) < 18 else 0
    if column == "template":
        try:
            template = uuid.UUID(value)
        except ValueError:
            template = uuid.UUID(int=0)
        return Entry._meta.get_field("template").get_db_prep_value(template, connection)
    return value


def _sum(row: Sequence[Any]) -> Sum:
    entries, unpriced, succeeded, faults, prompt, cached, completion, reasoning, cost = map(int, row)
    return Sum(entries, unpriced, succeeded, faults, prompt, cached, completion, reasoning, cost)


def _hex(value: Any) -> str:
    return uuid.UUID(str(value)).hex
