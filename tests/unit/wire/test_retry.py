"""When a request is sent again by itself: rarely, before the first byte only, and never in step with others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.wire.errors import BUSINESS_CODES, CODES, WireError, from_response
from playground.wire.retry import retry_delay

RETRIED_CODES = {"1302", "1303", "1305", "1312", "1200", "1230", "1234"}
RETRIED_STATUSES = {408, 409, 500, 502, 503, 504, 529}


def delays(error: WireError, random: float = 0.0) -> list[float | None]:
    return [retry_delay(error, attempt, lambda: random) for attempt in range(4)]


def refusal(status: int, body: bytes = b"", **headers: str) -> WireError:
    return from_response(status, headers, body)


@pytest.mark.parametrize("code", sorted(BUSINESS_CODES))
@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500])
def test_a_business_code_decides_whatever_the_status(code: str, status: int) -> None:
    error = refusal(status, b'{"error":{"code":"%s","message":"m"}}' % code.encode())
    assert (retry_delay(error, 0, lambda: 0.0) is not None) is (code in RETRIED_CODES)


@pytest.mark.parametrize("status", range(400, 600))
def test_a_bare_status_is_retried_only_if_it_passes(status: int) -> None:
    assert (retry_delay(refusal(status), 0, lambda: 0.0) is not None) is (status in RETRIED_STATUSES)


@pytest.mark.parametrize(
    ("body", "again"),
    [
        (b"", False),
        (b'{"error":{"code":"1399","message":"new"}}', False),
        (b'{"error":{"code":"1113","message":"m"}}', False),
        (b'{"error":{"type":"insufficient_quota","message":"m"}}', False),
        (b'{"error":{"code":"rate_limit_exceeded","message":"m"}}', True),
        (b'{"error":{"type":"rate_limit_exceeded","message":"m","code":null}}', True),
    ],
)
def test_status_429_alone_is_no_signal(body: bytes, again: bool) -> None:
    assert (retry_delay(refusal(429, body), 0, lambda: 0.0) is not None) is again


def test_status_429_with_a_time_to_wait_is_one() -> None:
    assert retry_delay(refusal(429, b"", **{"retry-after": "2"}), 0, lambda: 0.0) == 2


def test_two_further_attempts_at_most() -> None:
    assert delays(WireError("overloaded")) == [0.5, 1.0, None, None]
    assert delays(WireError("overloaded", retry_after=3)) == [3, 3, None, None]


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 1))
def test_the_wait_is_shortened_by_a_quarter_at_most(random: float, attempt: int) -> None:
    delay = retry_delay(WireError("overloaded"), attempt, lambda: random)
    assert delay is not None
    assert 0.375 * 2**attempt <= delay <= 0.5 * 2**attempt


@pytest.mark.parametrize("asked", [0.0, 0.5, 1.0, 29.0, 30.0])
@pytest.mark.parametrize("random", [0.0, 0.999])
def test_it_never_comes_back_earlier_than_asked(asked: float, random: float) -> None:
    delay = retry_delay(WireError("rate_limited", retry_after=asked), 0, lambda: random)
    assert delay is not None
    assert asked <= delay < asked + 1


@pytest.mark.parametrize("asked", [30.5, 60.0, 86400.0])
def test_a_long_wait_is_for_people_to_decide(asked: float) -> None:
    assert retry_delay(WireError("rate_limited", retry_after=asked), 0, lambda: 0.0) is None


@pytest.mark.parametrize("code", sorted(CODES))
def test_what_waiting_does_not_mend_is_not_retried(code: str) -> None:
    again = {"connect_failed", "concurrency_limited", "rate_limited", "overloaded", "provider_error", "network_error"}
    assert (retry_delay(WireError(code), 0, lambda: 0.0) is not None) is (code in again)
    assert retry_delay(WireError(code, retryable=False), 0, lambda: 0.0) is None
