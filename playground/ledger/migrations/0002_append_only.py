"""The database itself refuses to change or delete an entry; and the exchange rate to begin with."""

import datetime as dt
from decimal import Decimal

from django.db import migrations

SQLITE = """CREATE TRIGGER ledger_entry_no_{verb} BEFORE {verb} ON ledger_entry
    BEGIN SELECT RAISE(ABORT, 'ledger entries are append-only'); END"""
# TRUNCATE stays possible: it is how a whole database is emptied, not how an entry is changed.
POSTGRES = [
    """CREATE FUNCTION ledger_entry_refuse() RETURNS trigger AS $$
       BEGIN RAISE EXCEPTION 'ledger entries are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$ LANGUAGE plpgsql""",
    """CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
       FOR EACH ROW EXECUTE FUNCTION ledger_entry_refuse()""",
]


def add_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("update", "delete"):
            schema_editor.execute(SQLITE.format(verb=verb))
    else:
        for statement in POSTGRES:
            schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER ledger_entry_no_{verb}")
    else:
        schema_editor.execute("DROP TRIGGER ledger_entry_append_only ON ledger_entry")
        schema_editor.execute("DROP FUNCTION ledger_entry_refuse")


def add_first_rate(apps, schema_editor):
    apps.get_model("ledger", "ExchangeRate").objects.get_or_create(
        day=dt.date(2026, 11, 21),
        defaults={"cny_per_usd": Decimal("7.10"), "source": "set at installation; an owner can edit it"},
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunPython(add_triggers, drop_triggers),
        migrations.RunPython(add_first_rate, migrations.RunPython.noop),
    ]
