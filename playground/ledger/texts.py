"""Entries as a file has them: everything exact as text, straight from what the driver gives.

The ORM would make an object of every UUID, moment and amount, only for it to be written out again: half of what a
file of a million entries costs.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db import connection, models
from django.db.models import QuerySet

from playground.ledger.fields import AmountField
from playground.ledger.models import Entry

PLACES: Final = 12  # of an amount: picounits


def read_texts(entries: "QuerySet[Entry]", columns: Sequence[str]) -> list[list[Any]]:
    """A list of values for each entry, in the order of `columns` and of the query.

    UUIDs, moments (UTC, ISO 8601) and decimal numbers are text; texts, whole numbers and truths are themselves, and
    what is not known is None.
    """
    sql, params = entries.values_list(*columns).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = [list(row) for row in cursor.fetchall()]
    for place, name in enumerate(columns):
        if write := _writer(name):
            for row in rows:
                if row[place] is not None:
                    row[place] = write(row[place])
    return rows


def amount_text(picounits: int) -> str:
    """An amount with all its twelve places."""
    digits = f"{abs(picounits):0{PLACES + 1}d}"
    return f"{'-' if picounits < 0 else ''}{digits[:-PLACES]}.{digits[-PLACES:]}"


def moment_text(moment: dt.datetime) -> str:
    """A moment in UTC; without a zone it is UTC, as SQLite keeps it."""
    return (moment.astimezone(dt.UTC) if moment.tzinfo else moment).isoformat().removesuffix("+00:00") + "Z"


def _writer(column: str) -> Callable[[Any], str] | None:
    """What makes text of a driver's value; None where it is written as it is."""
    field = Entry._meta.get_field(column)
    if isinstance(field, AmountField):
        return amount_text
    if isinstance(field, models.DecimalField):
        return f"{{:.{field.decimal_places}f}}".format
    if isinstance(field, models.DateTimeField):
        return moment_text
    if isinstance(field, models.UUIDField):
        return str if connection.features.has_native_uuid_field else _uuid_text
    return None


def _uuid_text(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
