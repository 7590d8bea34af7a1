"""The database from the event loop: a thread with a connection of its own, one hop a call. Used by records and web.

A plain executor: what channels and asgiref put around a hop (context, deadlock detection, a look-up of the thread that
may be used) costs as much as a query, and a run makes two hops.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")


class DatabaseThread:
    """One thread, so that its calls never compete with each other for SQLite's lock and its connection stays warm."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self.calls = 0  # that wait or run now

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function that uses the database, in this thread; one that is cancelled meanwhile ends unheard."""
        call = partial(_with_sound_connection, partial(function, *args, **kwargs))
        self.calls += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, call)
        finally:
            self.calls -= 1


def _with_sound_connection(function: Callable[[], R]) -> R:
    """As a request does: a connection that broke or is too old is closed before and after."""
    close_old_connections()
    try:
        return function()
    finally:
        close_old_connections()
