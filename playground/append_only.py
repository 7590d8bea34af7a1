"""Rows that are written once: the ledger's entries and the log of deeds. Used from accounts and the ledger.

The model refuses to save again or to delete; the database itself refuses it for everybody, by triggers that a migration
makes (`forbid_changes`). On SQLite a later migration that remakes the table loses them: it has to make them again.
"""

from typing import Any, Final, NoReturn

from django.db import migrations, models

SQLITE: Final = """CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
    BEGIN SELECT RAISE(ABORT, '{what} are append-only'); END"""
# TRUNCATE stays possible: it is how a whole database is emptied, not how a row is changed.
POSTGRES: Final = (
    """CREATE FUNCTION {table}_refuse() RETURNS trigger AS $$
       BEGIN RAISE EXCEPTION '{what} are append-only' USING ERRCODE = 'integrity_constraint_violation'; END
       $$ LANGUAGE plpgsql""",
    """CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
       FOR EACH ROW EXECUTE FUNCTION {table}_refuse()""",
)
VERBS: Final = ("update", "delete")


class AppendOnly(Exception):
    """Somebody tried to change or delete what is written once."""


class WrittenOnce(models.Model):
    """A row that can be added and read, and nothing else."""

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> None:
        """Insert; what is there is never saved again."""
        if not self._state.adding:
            raise AppendOnly(f"{self._meta.verbose_name}: written once")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        """Refused."""
        raise AppendOnly(f"{self._meta.verbose_name}: never deleted")


def forbid_changes(table: str, what: str) -> migrations.RunPython:
    """The operation of a migration that lets the database refuse UPDATE and DELETE; `what` is for its words."""

    def make(_apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "sqlite":
            statements = [SQLITE.format(table=table, verb=verb, what=what) for verb in VERBS]
        else:
            statements = [statement.format(table=table, what=what) for statement in POSTGRES]
        for statement in statements:
            editor.execute(statement)

    def drop(_apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "sqlite":
            statements = [f"DROP TRIGGER {table}_no_{verb}" for verb in VERBS]
        else:
            statements = [f"DROP TRIGGER {table}_append_only ON {table}", f"DROP FUNCTION {table}_refuse"]
        for statement in statements:
            editor.execute(statement)

    return migrations.RunPython(make, drop)
