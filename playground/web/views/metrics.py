"""Figures for Prometheus: of this process, since it began. Off unless PLAYGROUND_METRICS_TOKEN is set."""

import secrets
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, ProcessCollector, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from playground.ledger.meters import METERS

ProcessCollector(registry=METERS)  # CPU, memory, open files, when it began


@never_cache
@require_GET
def exposition(request: HttpRequest) -> HttpResponse:
    """All figures, for who sends the token; there is no such page where none is set."""
    if not settings.METRICS_TOKEN:
        raise Http404
    sent = request.headers.get("authorization", "")
    if not secrets.compare_digest(sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse("The token is missing or wrong.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(OfThisProcess(METERS)), content_type=CONTENT_TYPE_LATEST)


class OfThisProcess(Collector):
    """The same figures, each with the name of this process: behind one address there may be several."""

    def __init__(self, figures: Collector) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        """The families with one more label."""
        return self._named()

    def _named(self) -> Iterator[Metric]:
        here = {"process": settings.METRICS_PROCESS}
        for family in self._figures.collect():
            family.samples = [sample._replace(labels={**sample.labels, **here}) for sample in family.samples]
            yield family
