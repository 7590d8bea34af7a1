"""Django's clock, held at one moment: dates and "5 minutes ago" on the pictures are the same whenever they are made.

Only what asks `django.utils.timezone` and `naturaltime` is held; tasks, deadlines and measurements use other clocks.
"""

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Self

from django.contrib.humanize.templatetags import humanize
from django.utils import timezone

NOW = dt.datetime(2026, 11, 24, 6, 52, tzinfo=dt.UTC)  # a Tuesday, 14:52 in Shanghai
TAKING = NOW + dt.timedelta(seconds=1)  # the servers' time while pictures are taken: after all that was seeded


class HeldClock:
    """One moment; a microsecond passes with every look, so that rows written one after the other stay in order."""

    def __init__(self, moment: dt.datetime) -> None:
        self.set(moment)

    def set(self, moment: dt.datetime) -> None:
        """Go on from another moment."""
        self._moments = (moment + dt.timedelta(microseconds=passed) for passed in itertools.count())

    def now(self) -> dt.datetime:
        """The moment that is held."""
        return next(self._moments)


class _LikeDatetime(type):
    """Django also asks what a datetime is: every one is."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, dt.datetime)


@contextmanager
def time_held(moment: dt.datetime = NOW) -> Iterator[HeldClock]:
    """Hold Django's clock until the block ends."""
    clock = HeldClock(moment)

    class HeldDatetime(dt.datetime, metaclass=_LikeDatetime):
        """What django.utils.timezone asks for the time."""

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Self:
            held = clock.now().astimezone(tz)
            return cls.fromisoformat(held.isoformat())

    with ExitStack() as held:
        for asking in (timezone, humanize):
            held.enter_context(_replaced(asking, HeldDatetime))
        yield clock


@contextmanager
def _replaced(module: ModuleType, datetime: type[dt.datetime]) -> Iterator[None]:
    real = vars(module)["datetime"]
    vars(module)["datetime"] = datetime
    try:
        yield
    finally:
        vars(module)["datetime"] = real
