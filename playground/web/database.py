"""The database from the event loop: one thread hop, for commands and session checks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async

P = ParamSpec("P")
R = TypeVar("R")

# A thread of its own, so that a command never waits behind a checkpoint or a page that is being rendered.
_COMMANDS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="commands")


async def in_database(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function that uses the database, in the thread for commands."""
    hop = database_sync_to_async(function, thread_sensitive=False, executor=_COMMANDS)
    result: R = await hop(*args, **kwargs)
    return result
