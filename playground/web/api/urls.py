"""Addresses of the API, below /api/v1/."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from playground.web.api import endpoints
from playground.web.api.document import document
from playground.web.api.door import check_method
from playground.web.api.problems import Problem


@csrf_exempt
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document; no secret, so that tools can fetch it without a token."""
    try:
        check_method(request)
    except Problem as problem:
        return problem.answer()
    return JsonResponse(document())


@csrf_exempt
def nothing(_request: HttpRequest, rest: str) -> HttpResponse:
    """Every other address, in JSON too."""
    return Problem("not_found", f"There is nothing at /api/v1/{rest[:200]}.").answer()


urlpatterns = [
    path("openapi.json", openapi, name="api-document"),
    path("token", endpoints.who, name="api-token"),
    path("entries", endpoints.entries, name="api-entries"),
    path("totals", endpoints.totals, name="api-totals"),
    path("hours", endpoints.hours, name="api-hours"),
    path("models", endpoints.models, name="api-models"),
    path("prices", endpoints.prices, name="api-prices"),
    re_path(r"^(?P<rest>.*)$", nothing, name="api-nothing"),
]
