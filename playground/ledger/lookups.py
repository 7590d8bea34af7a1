"""For each of some rows its look-up in an index, on both databases."""

from collections.abc import Sequence

from django.db import connection


def for_each(table: str, alias: str, columns: Sequence[str], where: str) -> str:
    """What follows `FROM some_rows`: the rows of a table that fit each of them.

    SQLite takes CROSS JOIN as the order to go in. PostgreSQL guesses that a range of an index holds a ninth of the
    table and then reads all of it; a sub-select with an OFFSET it leaves as it is, and does once for each row.
    """
    if connection.vendor == "postgresql":
        names = ", ".join(f"{alias}.{name}" for name in columns)
        return f"CROSS JOIN LATERAL (SELECT {names} FROM {table} {alias} WHERE {where} OFFSET 0) {alias}"  # noqa: S608
    return f"CROSS JOIN {table} {alias} ON {where}"
