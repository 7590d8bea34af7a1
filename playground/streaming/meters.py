"""What Prometheus is told of this process: runs under way, what waits, and how late the event loop is."""

from typing import Final

from django.conf import settings
from prometheus_client import Gauge, Histogram

from playground.ledger.meters import METERS

LAG: Final = Histogram(
    "trial_center_event_loop_lag_seconds",
    "How much later than asked for the event loop woke, four times a second.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=METERS,
)
RUNNING: Final = Gauge("trial_center_streams_running", "Runs under way in this process.", registry=METERS)
WAITING: Final = Gauge("trial_center_streams_waiting", "Of them, those without a first delta yet.", registry=METERS)
QUEUE: Final = Gauge("trial_center_database_queue", "Writes that wait for the database thread.", registry=METERS)


class Lag:
    """Hears the beats of a task that sleeps `interval` seconds between them, and notes by how much they are late."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._last: float | None = None

    def beat(self, now: float) -> float:
        """Note one beat; returns how late it was, in seconds."""
        late = 0.0 if self._last is None else max(0.0, now - self._last - self._interval)
        if self._last is not None and settings.METRICS_TOKEN:
            LAG.observe(late)
        self._last = now
        return late
