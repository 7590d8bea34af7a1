"""What every installation begins with - the catalog, the built-in templates - put into a test's empty database.

Reading the files and comparing them with the database costs half a second, which a thousand tests need not pay again:
the rows are remembered once the commands have made them, and put into empty tables as they were.
"""

from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

LOADED_BY = {"load_catalog": "catalog", "load_templates": "prompts"}  # command: the app whose rows it makes

Rows = list[tuple[Any, ...]]
_known: dict[str, list[tuple[type[Model], Rows]]] = {}


def put_stock(*commands: str) -> None:
    """Fill the tables as these commands of `manage.py` do. Tables that hold rows are left to the command itself."""
    for command in commands:
        models = list(apps.get_app_config(LOADED_BY[command]).get_models(include_auto_created=True))
        if any(model._base_manager.exists() for model in models):
            call_command(command, verbosity=0)
        elif command in _known:
            _insert(_known[command])
        else:
            call_command(command, verbosity=0)
            _known[command] = [(model, rows) for model in models if (rows := _rows(model))]


def _rows(model: type[Model]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_columns(model)} FROM {model._meta.db_table}")  # noqa: S608 - names of our own models
        return list(cursor.fetchall())


def _columns(model: type[Model]) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in model._meta.local_concrete_fields)


def _insert(stock: list[tuple[type[Model], Rows]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:  # at its end the foreign keys are looked at
        for model, rows in stock:
            marks = ", ".join(["%s"] * len(rows[0]))
            into = f"INSERT INTO {model._meta.db_table} ({_columns(model)}) VALUES ({marks})"  # noqa: S608
            cursor.executemany(into, rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), [model for model, _rows in stock]):
            cursor.execute(statement)
