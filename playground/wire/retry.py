"""When to ask a provider again by ourselves: only before the first byte of an answer, twice at most. Pure."""

from collections.abc import Callable

from playground.wire.errors import WireError

FURTHER_ATTEMPTS = 2
FIRST, LONGEST = 0.5, 8.0  # seconds; doubled each time (wire protocol, section 7.3)
LONGEST_ASKED = 30.0  # seconds a provider's Retry-After is honoured up to
# A limit on requests in flight is opened by waiting, a refused address or a bad stream is not.
ALONE = frozenset(
    {"connect_failed", "concurrency_limited", "rate_limited", "overloaded", "provider_error", "network_error"}
)


def retry_delay(error: WireError, attempt: int, random: Callable[[], float]) -> float | None:
    """Seconds to wait before the next attempt, None for no further one.

    `attempt` counts from 0: the attempts that failed before this one. `random` gives numbers in [0, 1).
    """
    if not error.retryable or error.code not in ALONE or attempt >= FURTHER_ATTEMPTS:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_ASKED else None
    return min(LONGEST, FIRST * float(2**attempt)) * (1 - 0.25 * random())
