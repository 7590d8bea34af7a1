"""Where the grams of all texts are kept, and the one place that knows which database it is.

SQLite: an FTS5 table without content, made of words that are numbers. PostgreSQL: a table of integer arrays under a
GIN index. A gram is kept as a number made of its owner and itself, so that a search reads only what its owner has,
however much others wrote. Ids are `room << ROOM_BITS | place`: the conversation can be told from the id.
"""

import json
import zlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.lookups import In

from playground.conversations.grams import grams_of

ROOM_BITS = 20  # a million texts a conversation
TABLE = "conversations_search"

_CREATE = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE {TABLE} USING fts5(grams, content='', detail='none', columnsize=0, tokenize='ascii')",
    ),
    # Arrays move out of rows that have more than 2 KB, so that less is read to know the ids of a frequent gram.
    "postgresql": (
        f"CREATE TABLE {TABLE} (id bigint PRIMARY KEY, grams integer[] NOT NULL) WITH (toast_tuple_target = 128)",
        f"CREATE INDEX {TABLE}_grams ON {TABLE} USING gin (grams) WITH (fastupdate = off)",
    ),
}


def create() -> None:
    """Make the table."""
    with connection.cursor() as cursor:
        for statement in _CREATE[connection.vendor]:
            cursor.execute(statement)


def drop() -> None:
    """Remove the table, if it is there."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def numbers(owner: int, grams: Iterable[str]) -> list[int]:
    """The grams of an owner as signed 32 bit numbers."""
    start = zlib.crc32(f"{owner}:".encode())
    return [zlib.crc32(gram.encode("utf-8", "surrogatepass"), start) - 0x8000_0000 for gram in grams]


def prepared(owner: int, folded: str) -> Any:
    """The grams of a text in the form that `add` and `remove` take; the costly part, done outside transactions."""
    found = numbers(owner, grams_of(folded))
    return found if connection.vendor == "postgresql" else _words(found)


def add(rows: Sequence[tuple[int, Any]]) -> None:
    """Keep the prepared grams of texts, by id."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(f"INSERT INTO {TABLE} (id, grams) VALUES (%s, %s)", rows)  # noqa: S608
        else:
            cursor.executemany(f"INSERT INTO {TABLE} (rowid, grams) VALUES (%s, %s)", rows)  # noqa: S608


def remove(rows: Sequence[tuple[int, Any]]) -> None:
    """Forget texts. FTS5 without content must be told what it forgets."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DELETE FROM {TABLE} WHERE id = ANY(%s)", [[pk for pk, _ in rows]])  # noqa: S608
        else:
            cursor.executemany(
                f"INSERT INTO {TABLE} ({TABLE}, rowid, grams) VALUES ('delete', %s, %s)",  # noqa: S608
                rows,
            )


def rooms(owner: int, grams: Collection[str]) -> set[int]:
    """Each room with a text that has all of the grams."""
    wanted = numbers(owner, grams)
    if connection.vendor == "sqlite":
        match = " AND ".join(f'"{word}"' for word in _words(wanted).split())
        return _ask(f"SELECT DISTINCT rowid >> {ROOM_BITS} FROM {TABLE} WHERE {TABLE} MATCH %s", match)  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        # A frequent gram makes the planner prefer reading the whole table, whose arrays are costly to read.
        cursor.execute("SET LOCAL enable_seqscan = off")
        return _ask(f"SELECT DISTINCT id >> {ROOM_BITS} FROM {TABLE} WHERE grams @> %s", wanted)  # noqa: S608


def is_among(room: str, rooms: Collection[int]) -> Q:
    """A condition: the field `room` is one of these. They are one parameter, however many they are."""
    if connection.vendor == "sqlite":
        # A sum: for the bare number SQLite would try every one of them on every row.
        return Q(In(F(room) + 0, RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(rooms))])))
    # Not IN: that would be a join to the planner, and could come after what costs more.
    words = {"arg_joiner": " = ANY(", "template": "%(expressions)s::bigint[])"}
    return Q(Func(F(room), Value(list(rooms)), output_field=BooleanField(), **words))


def _ask(statement: str, parameter: str | list[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [parameter])
        return {room for (room,) in cursor.fetchall()}


def _words(found: Iterable[int]) -> str:
    return " ".join([str(number + 0x8000_0000) for number in found])
