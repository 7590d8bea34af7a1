"""What can go wrong between us and a provider, mapped once.

    WireError            code, message, retryable, retry_after, later, status, business_code

There is one class; `code` is a stable word from CODES and tells the kinds apart:

    connection   connect_failed  address_refused  redirected
    time         first_byte_timeout  idle_timeout  total_timeout
    form         stream_too_large  malformed_stream  malformed_answer
    key          key_refused  key_expired  not_allowed
    account      no_balance  account_locked  plan_expired  quota_exhausted (later)
    request      invalid_request  model_not_found  context_too_long  content_filtered  not_found
    load         rate_limited  concurrency_limited  overloaded        (retryable)
    provider     provider_error  network_error  interrupted           (retryable)

Status 429 alone says little: of BigModel's and Z.ai's business codes that come with it, four are worth another try.
Sources: wire protocol, sections 7.1 and 7.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from playground.wire.text import clean

LONGEST_MESSAGE = 500  # characters of a provider's own words that are kept


class WireError(Exception):
    """A run that a provider, its network or its protocol ended.

    `retryable`: another try of the same request may succeed. `later`: only after a time that the message names.
    `retry_after`: seconds the provider asks to wait. The message is the provider's, untrusted: escape it.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        retryable: bool | None = None,
        retry_after: float | None = None,
        later: bool = False,
        status: int | None = None,
        business_code: str | None = None,
    ) -> None:
        message = clean(message)[:LONGEST_MESSAGE]
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.retryable = code in RETRYABLE if retryable is None else retryable
        self.retry_after = retry_after
        self.later = later
        self.status = status
        self.business_code = business_code


RETRYABLE = frozenset(
    {
        "connect_failed",
        "first_byte_timeout",
        "idle_timeout",
        "rate_limited",
        "concurrency_limited",
        "overloaded",
        "provider_error",
        "network_error",
        "interrupted",
        "malformed_stream",
    }
)

# Business codes of BigModel and Z.ai -> (code, worth another try, later). Section 7.2.
BUSINESS_CODES: Mapping[str, tuple[str, bool, bool]] = {
    "1000": ("key_refused", False, False),
    "1001": ("key_refused", False, False),
    "1002": ("key_refused", False, False),
    "1003": ("key_expired", False, False),
    "1004": ("key_refused", False, False),
    "1005": ("key_refused", False, False),
    "1100": ("account_locked", False, False),
    "1110": ("account_locked", False, False),
    "1111": ("account_locked", False, False),
    "1112": ("account_locked", False, False),
    "1113": ("no_balance", False, False),
    "1120": ("account_locked", False, True),
    "1121": ("account_locked", False, False),
    "1200": ("provider_error", True, False),
    "1210": ("invalid_request", False, False),
    "1211": ("model_not_found", False, False),
    "1212": ("model_not_found", False, False),
    "1213": ("invalid_request", False, False),
    "1214": ("invalid_request", False, False),
    "1215": ("invalid_request", False, False),
    "1220": ("not_allowed", False, False),
    "1221": ("not_found", False, False),
    "1222": ("not_found", False, False),
    "1230": ("provider_error", True, False),
    "1231": ("invalid_request", False, False),
    "1234": ("network_error", True, False),
    "1261": ("context_too_long", False, False),
    "1300": ("content_filtered", False, False),
    "1301": ("content_filtered", False, False),
    "1302": ("concurrency_limited", True, False),
    "1303": ("rate_limited", True, False),
    "1304": ("quota_exhausted", False, True),
    "1305": ("overloaded", True, False),
    "1308": ("quota_exhausted", False, True),
    "1309": ("plan_expired", False, False),
    "1310": ("quota_exhausted", False, True),
    "1311": ("not_allowed", False, False),
    "1312": ("overloaded", True, False),
    "1313": ("not_allowed", False, False),
    "1314": ("plan_expired", False, False),
    "1315": ("not_allowed", False, False),
    "1316": ("quota_exhausted", False, True),
    "1317": ("quota_exhausted", False, True),
    "1318": ("quota_exhausted", False, True),
    "1319": ("quota_exhausted", False, True),
    "1320": ("quota_exhausted", False, True),
    "1321": ("quota_exhausted", False, True),
}

# HTTP status -> code, where no business code says more. Section 7.3; 402 OpenRouter, 434/435 BigModel.
STATUSES: Mapping[int, str] = {
    400: "invalid_request",
    401: "key_refused",
    402: "no_balance",
    403: "not_allowed",
    404: "model_not_found",
    408: "provider_error",
    409: "provider_error",
    413: "context_too_long",
    422: "invalid_request",
    429: "rate_limited",
    434: "not_allowed",
    435: "invalid_request",
    503: "overloaded",
    529: "overloaded",
}

# Words of the OpenAI family's `type` and `code`, section 8.4.
_WORDS: Mapping[str, str] = {
    "authentication_error": "key_refused",
    "invalid_api_key": "key_refused",
    "insufficient_quota": "no_balance",
    "rate_limit_exceeded": "rate_limited",
    "model_not_found": "model_not_found",
    "not_found_error": "model_not_found",
    "context_length_exceeded": "context_too_long",
    "exceed_context_size_error": "context_too_long",
    "content_filter": "content_filtered",
    "overloaded_error": "overloaded",
    "invalid_request_error": "invalid_request",
    "forbidden": "not_allowed",
}


@dataclass(frozen=True, slots=True)
class _Said:
    code: str
    type: str
    message: str


def from_response(status: int, headers: Mapping[str, str], body: bytes) -> WireError:
    """The error in an HTTP answer that is not a stream. `body`: at most its first 64 KiB."""
    try:
        data: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        data = None
    said = _said(data) or _Said("", "", body.decode("utf-8", "replace").strip())
    return _error(said, status, _retry_after(headers))


def from_object(data: object, status: int | None = None) -> WireError | None:
    """The error in a JSON object of a stream or of a 200 answer; None when it holds none."""
    if not isinstance(data, dict):
        return None
    flat = ("code" in data or data.get("success") is False) and ("message" in data or "msg" in data)
    if data.get("error") or (flat and "choices" not in data):
        said = _said(data)
        return _error(said, status, None) if said else None
    return None


def _said(data: object) -> _Said | None:
    """Find code, type and message in every shape of section 7.1."""
    if not isinstance(data, dict):
        return None
    error = data.get("error")
    if isinstance(error, dict):
        return _Said(_word(error.get("code")), _word(error.get("type")), _word(error.get("message")))
    if isinstance(error, str):
        return _Said("", "", error)
    if "detail" in data:
        detail = data["detail"]
        return _Said("", "", detail if isinstance(detail, str) else orjson.dumps(detail, default=str).decode())
    message = data.get("message", data.get("msg"))
    return _Said(_word(data.get("code")), "", _word(message)) if message is not None else None


def _error(said: _Said, status: int | None, retry_after: float | None) -> WireError:
    if said.code in BUSINESS_CODES:
        code, retryable, later = BUSINESS_CODES[said.code]
        return WireError(
            code,
            said.message,
            retryable=retryable,
            later=later,
            retry_after=retry_after,
            status=status,
            business_code=said.code,
        )
    number = int(said.code) if said.code.isdecimal() and len(said.code) == 3 else status
    code = _WORDS.get(said.code) or _WORDS.get(said.type) or ""
    if not code or (code == "invalid_request" and number in (401, 402, 403, 404, 429)):
        code = STATUSES.get(number or 0, "provider_error" if (number or 500) >= 500 else "invalid_request")
    return WireError(code, said.message, retry_after=retry_after, status=status, business_code=said.code or None)


def _word(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return clean(str(value)).strip()


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "")
    return float(value) if value.isdecimal() and len(value) < 6 else None
