"""What Prometheus is told of runs: counted once when a run is settled, never per token. web/views/metrics.py serves it.

Counts of this process since it began. Costs are floats here, for graphs and alarms; the ledger has the exact sums.
How the night's work went is the same in all processes: it is asked of the database.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from playground.ledger.models import Entry, NightlyTask
from playground.ledger.unpriced import is_unpriced

METERS: Final = CollectorRegistry()
_WHAT: Final = ("provider", "model")
_THOUSAND: Final = 1000  # milliseconds of a second

_requests = Counter("trial_center_requests", "Runs that ended.", (*_WHAT, "state"), registry=METERS)
_errors = Counter("trial_center_errors", "Runs that failed.", (*_WHAT, "code"), registry=METERS)
_tokens = Counter(
    "trial_center_tokens",
    "Tokens; cached ones are part of prompt, reasoning ones part of completion.",
    (*_WHAT, "kind"),
    registry=METERS,
)
_cost = Counter("trial_center_cost", "Cost in the currency that is billed.", (*_WHAT, "currency"), registry=METERS)
_unpriced = Counter("trial_center_unpriced", "Runs whose cost is not known.", _WHAT, registry=METERS)
_ttft = Histogram(
    "trial_center_ttft_seconds",
    "From the request to the first delta.",
    _WHAT,
    buckets=(0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 13, 21, 34, 60),
    registry=METERS,
)


def count(entry: Entry) -> None:
    """Count a run that was settled; nothing while nobody may ask."""
    if not settings.METRICS_TOKEN:
        return
    what = entry.provider, entry.model
    _requests.labels(*what, entry.state).inc()
    if entry.error_code:
        _errors.labels(*what, entry.error_code).inc()
    for kind in ("prompt", "cached", "completion", "reasoning"):
        if tokens := getattr(entry, f"{kind}_tokens"):
            _tokens.labels(*what, kind).inc(tokens)
    _count_cost(entry, what)
    if entry.ttft_ms is not None:
        _ttft.labels(*what).observe(entry.ttft_ms / _THOUSAND)


def _count_cost(entry: Entry, what: tuple[str, str]) -> None:
    amount: Decimal | None = entry.cost_total
    if amount is not None:
        _cost.labels(*what, entry.currency).inc(float(amount))
    if is_unpriced(entry.cost_basis):
        _unpriced.labels(*what).inc()


class _Night(Collector):
    """When each task of the night ended last, and whether all was well."""

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """The names alone: they are asked for when there is no database yet."""
        return (
            GaugeMetricFamily("trial_center_nightly_ended_seconds", "When it ended last.", labels=["task"]),
            GaugeMetricFamily("trial_center_nightly_well", "1: all was well; 0: look at it.", labels=["task"]),
        )

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """One query."""
        ended, well = self.describe()
        for name, at, outcome in NightlyTask.objects.exclude(ended_at=None).values_list("name", "ended_at", "outcome"):
            ended.add_metric([name], at.timestamp() if at else 0)
            well.add_metric([name], outcome == NightlyTask.Outcome.WELL)
        return ended, well


METERS.register(_Night())
