"""What the API answers when it cannot answer: problem details as JSON (RFC 9457), each with a stable code."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import JsonResponse

CONTENT_TYPE: Final = "application/problem+json"
# code -> status and title; docs/api.md and the OpenAPI document list them
PROBLEMS: Final[Mapping[str, tuple[int, str]]] = {
    "bad_parameter": (400, "A parameter makes no sense"),
    "bad_token": (401, "The access token is missing, wrong, expired or revoked"),
    "not_allowed": (403, "The access token may not be used for this"),
    "not_found": (404, "There is nothing at this address"),
    "method_not_allowed": (405, "This can only be read"),
    "too_many_requests": (429, "Too many requests"),
}


class Problem(Exception):
    """Ends a request with a problem. `detail` is for the person who wrote the program."""

    def __init__(self, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.code, self.detail, self.more = code, detail, more
        self.headers = dict(headers or {})

    def answer(self) -> JsonResponse:
        """The problem as a response."""
        status, title = PROBLEMS[self.code]
        body = {"type": "about:blank", "title": title, "status": status, "code": self.code, "detail": self.detail}
        return JsonResponse(body | self.more, status=status, content_type=CONTENT_TYPE, headers=self.headers)
