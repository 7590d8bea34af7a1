"""What can go wrong between us and a provider, mapped once. Pure.

    WireError            code, message, retryable, retry_after, later, status, business_code

There is one class; `code` is a stable word of CODES and tells the kinds apart:

    connection   connect_failed  host_unknown (both retryable)  tls_failed  address_refused  redirected
    time         first_byte_timeout  idle_timeout (both retryable)  total_timeout
    form         malformed_stream (retryable)  malformed_answer  stream_too_large
    key          key_refused  key_expired  not_allowed
    account      no_balance  account_locked  plan_expired  quota_exhausted (later)
    request      invalid_request  model_not_found  not_found  context_too_long  content_filtered
    load         rate_limited  concurrency_limited  overloaded (all retryable)
    provider     provider_error  network_error  interrupted (all retryable)

`retryable` says that the same request may succeed when a person sends it again; what is sent again by itself is
retry.py's to decide. HTTP status 429 alone says little: of the business codes of BigModel and Z.ai that come with it,
four are worth another try. Sources: wire protocol, sections 7.1, 7.2 and 8.4.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from playground.wire.text import clean, load_json

LONGEST_MESSAGE: Final = 500  # characters of a provider's own words that are kept

RETRYABLE: Final = frozenset(
    {"connect_failed", "host_unknown", "first_byte_timeout", "idle_timeout", "malformed_stream", "rate_limited"}
    | {"concurrency_limited", "overloaded", "provider_error", "network_error", "interrupted"}
)
CODES: Final = RETRYABLE | {
    *("tls_failed", "address_refused", "redirected", "total_timeout", "malformed_answer", "stream_too_large"),
    *("key_refused", "key_expired", "not_allowed", "no_balance", "account_locked", "plan_expired", "quota_exhausted"),
    *("invalid_request", "model_not_found", "not_found", "context_too_long", "content_filtered"),
}


class WireError(Exception):
    """A run that a provider, its network or its protocol ended.

    `later`: worth another try only after a time that the message names. `retry_after`: seconds the provider asks to
    wait. `status`: the HTTP status, None where there was none. `business_code`: the provider's own code or type, as
    text. The message may be the provider's: it is untrusted and at most LONGEST_MESSAGE characters; escape it.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        retryable: bool | None = None,
        retry_after: float | None = None,
        status: int | None = None,
        business_code: str | None = None,
        later: bool = False,
    ) -> None:
        message = clean(message)[:LONGEST_MESSAGE]
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.retryable = code in RETRYABLE if retryable is None else retryable
        self.retry_after = retry_after
        self.status = status
        self.business_code = business_code
        self.later = later

    def without(self, secret: str) -> "WireError":
        """The same error, with a secret that the provider repeated in its words taken out.

        A text of fewer than eight characters is no key that anyone issues; to blank it would garble ordinary words.
        """
        message = _hide(secret, self.message) if len(secret) >= 8 else self.message
        if message == self.message:
            return self
        return WireError(
            self.code,
            message,
            retryable=self.retryable,
            retry_after=self.retry_after,
            status=self.status,
            business_code=self.business_code,
            later=self.later,
        )


def _hide(secret: str, message: str) -> str:
    """Take a secret out of a message, also where the message was cut in the middle of it."""
    message = message.replace(secret, "…")
    for length in range(min(len(secret) - 1, len(message)), 7, -1):
        if message.endswith(secret[:length]):
            return message[:-length] + "…"
    return message


# Business codes of BigModel and Z.ai: our code, whether another try is worth it, whether only later. Section 7.2.
BUSINESS_CODES: Final[Mapping[str, tuple[str, bool, bool]]] = {
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
    "1113": ("no_balance", False, False),  # also for a key of the coding plan on the ordinary endpoint
    "1120": ("account_locked", False, True),
    "1121": ("account_locked", False, False),
    "1200": ("provider_error", True, False),
    "1210": ("invalid_request", False, False),
    "1211": ("model_not_found", False, False),
    "1212": ("invalid_request", False, False),
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

# HTTP status to code, where no code says more. 402 is OpenRouter's, 434 and 435 are BigModel's. Sections 7.2 and 7.3.
STATUSES: Final[Mapping[int, str]] = {
    400: "invalid_request",
    401: "key_refused",
    402: "no_balance",
    403: "not_allowed",
    404: "not_found",
    408: "provider_error",
    409: "provider_error",
    413: "context_too_long",
    429: "rate_limited",
    434: "not_allowed",
    503: "overloaded",
    529: "overloaded",
}
# Of the statuses that become provider_error, those after which the same request may succeed. Section 7.3.
_PASSING: Final = frozenset({408, 409, 500, 502, 503, 504, 529})

# Words of the OpenAI family's `type` and `code`. Section 8.4.
_WORDS: Final[Mapping[str, str]] = {
    "authentication_error": "key_refused",
    "invalid_api_key": "key_refused",
    "insufficient_quota": "no_balance",
    "rate_limit_exceeded": "rate_limited",
    "rate_limit_error": "rate_limited",
    "model_not_found": "model_not_found",
    "not_found_error": "model_not_found",
    "context_length_exceeded": "context_too_long",
    "exceed_context_size_error": "context_too_long",
    "content_filter": "content_filtered",
    "content_policy_violation": "content_filtered",
    "overloaded_error": "overloaded",
    "unavailable_error": "overloaded",
    "permission_error": "not_allowed",
    "forbidden": "not_allowed",
}
# vLLM, Ollama and LiteLLM say only in prose that a prompt is too long or a model is not there.
_TOO_LONG: Final = re.compile(r"context (length|window|size)|maximum context|prompt is too long", re.IGNORECASE)
_NO_MODEL: Final = re.compile(r"\bmodel\b.{0,200}\b(not found|does not exist|not exist)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a provider said: its code and type as text ("" for none) and its words."""

    code: str
    type: str
    message: str


def from_response(status: int, headers: Mapping[str, str], body: bytes) -> WireError:
    """The error in an HTTP answer with a status of 400 or more. `body`: what was read of it, at most 64 KiB."""
    text = body.decode("utf-8", "replace").strip()
    try:
        said = _said(load_json(text))
    except ValueError:
        said = None
    plain = _Said("", "", text)  # HTML, plain text, nothing
    return _error(said or plain, status, _retry_after(headers))


def from_object(obj: object, status: int | None = None) -> WireError | None:
    """The error in a JSON object of a stream or of a 200 answer; None when it holds none.

    The flat forms count only without `choices`, and not when they say that all is well.
    """
    if not isinstance(obj, dict):
        return None
    if not obj.get("error") and ("choices" in obj or not _is_flat_error(obj)):
        return None
    said = _said(obj)
    return _error(said, status, None) if said else None


def _is_flat_error(obj: Mapping[str, object]) -> bool:
    if "detail" in obj:
        return True
    well = obj.get("success", _word(obj.get("code")) in {"", "0", "200"})
    return not well and ("message" in obj or "msg" in obj)


def _said(obj: object) -> _Said | None:
    """Code, type and message in every shape of section 7.1; None when there is nothing of the kind."""
    if not isinstance(obj, dict):
        return None
    if error := obj.get("error"):
        if isinstance(error, dict):
            message = error.get("message", error.get("msg"))
            return _Said(_word(error.get("code")), _word(error.get("type")), _word(message))
        return _Said(_word(obj.get("code")), "", _word(error) or _word(obj.get("message")))
    if "detail" in obj:
        return _Said("", "", _word(obj["detail"]))
    message = obj.get("message", obj.get("msg"))
    return _Said(_word(obj.get("code")), _word(obj.get("type")), _word(message)) if message is not None else None


def _error(said: _Said, status: int | None, retry_after: float | None) -> WireError:
    if said.code in BUSINESS_CODES:
        code, retryable, later = BUSINESS_CODES[said.code]
    else:
        code, retryable = _by_words(said, _status_in(said.code) or status or 500)
        later = False
    return WireError(
        code,
        said.message,
        retryable=retryable,
        retry_after=retry_after,
        status=status,
        business_code=said.code or said.type or None,
        later=later,
    )


def _by_words(said: _Said, status: int) -> tuple[str, bool]:
    """Code and retryable of an error without a known business code."""
    code = _WORDS.get(said.code) or _WORDS.get(said.type)
    if code is None:
        code = STATUSES.get(status) or ("invalid_request" if 400 <= status < 500 else "provider_error")
    if code in {"invalid_request", "context_too_long"} and _TOO_LONG.search(said.message):
        code = "context_too_long"
    elif code in {"not_found", "invalid_request"} and _NO_MODEL.search(said.message):
        code = "model_not_found"
    if code == "provider_error":
        return code, status in _PASSING
    return code, code in RETRYABLE


def _status_in(code: str) -> int | None:
    """llama.cpp, vLLM and OpenRouter put an HTTP status in the place of a code."""
    return int(code) if re.fullmatch("[45][0-9][0-9]", code) else None


def _word(value: object) -> str:
    """Any JSON value as a line of text; lists and objects as the JSON they are."""
    if isinstance(value, str):
        return clean(value).strip()
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return clean(json.dumps(value, ensure_ascii=False))
    except (ValueError, RecursionError):
        return ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header. A date is taken against the answer's own Date: our clock stays out of it."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value, re.ASCII):
        return float(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())
