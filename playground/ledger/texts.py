"""Entries as a file has them: everything exact as text, straight from what the driver gives.

The ORM would make an object of every UUID, moment and amount, only for it to be written out again: half of what a
file of a million entries costs.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.functions import Cast

from playground.ledger.fields import AmountField
from playground.ledger.models import Entry

PLACES: Final = 12  # of an amount: picounits


def read_texts(entries: "QuerySet[Entry]", columns: Sequence[str]) -> list[Sequence[Any]]:
    """A list of values for each of `columns`, in the order of the query; nothing at all where there is no entry.

    UUIDs, moments (UTC, ISO 8601) and decimal numbers are text; texts, whole numbers and truths are themselves, and
    what is not known is None.
    """
    asked = [_as_kept(name) if _is_text_moment(name) else name for name in columns]
    sql, params = entries.values_list(*asked).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        # By column: what a value needs is asked once for all of them.
        read: list[Sequence[Any]] = list(zip(*cursor.fetchall(), strict=True))
    return [_written(values, _writer(name)) for name, values in zip(columns, read, strict=False)]


def _written(values: Sequence[Any], write: Callable[[Any], str] | None) -> Sequence[Any]:
    return values if write is None else [None if value is None else write(value) for value in values]


def amount_text(picounits: int) -> str:
    """An amount with all its twelve places."""
    digits = str(abs(picounits)).zfill(PLACES + 1)
    return f"{'-' if picounits < 0 else ''}{digits[:-PLACES]}.{digits[-PLACES:]}"


def moment_text(moment: dt.datetime) -> str:
    """A moment in UTC; without a zone it is UTC, as SQLite keeps it."""
    return (moment.astimezone(dt.UTC) if moment.tzinfo else moment).isoformat().removesuffix("+00:00") + "Z"


def _is_text_moment(column: str) -> bool:
    """Whether the database keeps it as text: the driver would make an object of it."""
    return connection.vendor == "sqlite" and isinstance(Entry._meta.get_field(column), models.DateTimeField)


def _as_kept(column: str) -> Cast:
    return Cast(column, models.TextField())


def _kept_moment_text(kept: str) -> str:
    return f"{kept.replace(' ', 'T')}Z"


def _writer(column: str) -> Callable[[Any], str] | None:
    """What makes text of a driver's value; None where it is written as it is."""
    field = Entry._meta.get_field(column)
    if isinstance(field, AmountField):
        return amount_text
    if isinstance(field, models.DecimalField):
        return f"{{:.{field.decimal_places}f}}".format
    if isinstance(field, models.DateTimeField):
        return _kept_moment_text if _is_text_moment(column) else moment_text
    if isinstance(field, models.UUIDField):
        return str if connection.features.has_native_uuid_field else _uuid_text
    return None


def _uuid_text(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
