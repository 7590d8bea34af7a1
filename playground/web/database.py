"""The database from the event loop: one thread hop, for commands and session checks."""

from playground.streaming.database import DatabaseThread

# A thread of its own, so that a command never waits behind a checkpoint or a page that is being rendered.
in_database = DatabaseThread("commands").run
