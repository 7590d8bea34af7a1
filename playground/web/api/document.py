"""The OpenAPI document, made of the same declarations that the endpoints read their parameters with."""

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings

from playground.accounts.tokens import Scope
from playground.web.api import endpoints as e
from playground.web.api import shapes
from playground.web.api.parameters import Parameter
from playground.web.api.problems import CONTENT_TYPE, PROBLEMS

BASE: Final = "/api/v1"
_SECURITY: Final = "token"


def document() -> dict[str, Any]:
    """All of it, for OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trial center",
            "version": settings.VERSION,
            "description": "Usage, models and prices, read only. Amounts are texts with every digit; currencies are "
            "never added; days and moments are UTC.",
        },
        "servers": [{"url": BASE}],
        "security": [{_SECURITY: []}],
        "paths": {
            "/token": _path(e.who, {"$ref": "#/components/schemas/Token"}),
            "/entries": _path(
                e.entries,
                shapes.list_of("Entry", next_cursor=shapes.known_or_null(shapes.COUNT)),
                e.ENTRIES,
                Scope.USAGE,
            ),
            "/totals": _path(e.totals, shapes.list_of("Total"), e.TOTALS, Scope.USAGE),
            "/hours": _path(e.hours, shapes.list_of("Hour"), e.HOURS, Scope.USAGE),
            "/models": _path(e.models, shapes.list_of("Model"), e.PRICES, Scope.CATALOG),
            "/prices": _path(e.prices, shapes.list_of("Price"), e.PRICES, Scope.CATALOG),
        },
        "components": {
            "schemas": dict(shapes.SCHEMAS),
            "responses": {code: _problem(code) for code in PROBLEMS},
            "securitySchemes": {
                _SECURITY: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A personal access token (Settings, Access tokens).",
                }
            },
        },
    }


def _path(view: Any, schema: shapes.Schema, known: Sequence[Parameter] = (), scope: Scope | None = None) -> Any:
    problems = {code: status for code, (status, _title) in PROBLEMS.items() if code not in _ELSEWHERE}
    return {
        "get": {
            "operationId": view.__name__,
            "summary": view.__doc__,
            "description": f"Scope: `{scope}`." if scope else "Any token.",
            "parameters": [one.document for one in known],
            "responses": {
                "200": {"description": "What was asked for.", "content": {"application/json": {"schema": schema}}},
                **{str(status): {"$ref": f"#/components/responses/{code}"} for code, status in problems.items()},
            },
        }
    }


_ELSEWHERE: Final = frozenset({"not_found", "method_not_allowed"})  # no answers of an address and method that are there


def _problem(code: str) -> dict[str, Any]:
    _status, title = PROBLEMS[code]
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    headers = {
        "bad_token": {"WWW-Authenticate": {"schema": shapes.TEXT, "required": True}},
        "too_many_requests": {"Retry-After": {"schema": shapes.COUNT, "required": True}},
        "not_ready": {"Retry-After": {"schema": shapes.COUNT, "required": True}},
        "method_not_allowed": {"Allow": {"schema": shapes.TEXT, "required": True}},
    }.get(code)
    return {"description": f"{title} (`{code}`).", "content": content} | ({"headers": headers} if headers else {})
