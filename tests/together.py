"""Many threads at one moment: for everything that must hold when it is done in parallel."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def together(count: int, act: Callable[[int], T]) -> list[T | Exception]:
    """Run `act(0)` to `act(count - 1)` in threads that start at once; returns their results or what they raised.

    Needs `django_db(transaction=True)`: each thread has a database connection of its own.
    """
    start = threading.Barrier(count)

    def run(index: int) -> T | Exception:
        try:
            start.wait()
            return act(index)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
