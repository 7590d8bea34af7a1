"""A database that nobody can write to for a while: a full disk, a server that restarts, a lock that somebody holds."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager

import psycopg
from django.db import connection


def database_away() -> AbstractContextManager[None]:
    """Every write fails meanwhile, after a moment. Needs `django_db(transaction=True)`.

    Call it outside the event loop, where Django knows the test's own connection: that one stays.
    """
    if connection.vendor == "sqlite":
        return _locked()
    return _closed(but=connection.connection.info.backend_pid if connection.connection else 0)


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    options = connection.settings_dict["OPTIONS"]
    patience, options["timeout"] = options["timeout"], 0.1  # seconds that others wait for the lock
    try:
        with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
    finally:
        options["timeout"] = patience


@contextlib.contextmanager
def _closed(*, but: int) -> Iterator[None]:
    known = connection.settings_dict
    name, where = known["NAME"], {"host": known["HOST"], "port": known["PORT"]}
    who = {"user": known["USER"], "password": known["PASSWORD"]}
    with psycopg.connect(**where, **who, dbname="postgres", autocommit=True) as other:
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s", [name, but]
        )
        try:
            yield
        finally:
            other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
