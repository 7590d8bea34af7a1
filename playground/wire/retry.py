"""When a request is sent again by itself: only before the first byte of an answer, twice at most. Pure.

After any byte was shown it would cost twice and say things twice. Source: wire protocol, section 7.3.
"""

from collections.abc import Callable
from typing import Final

from playground.wire.errors import BUSINESS_CODES, WireError

FURTHER_ATTEMPTS: Final = 2
FIRST, LONGEST = 0.5, 8.0  # seconds; doubled from one attempt to the next
LONGEST_ASKED: Final = 30.0  # seconds up to which a provider's Retry-After is honoured; longer ones are a person's

# Faults that pass by themselves within seconds. A deadline that ran out is not among them: it has been waited for.
_PASSING: Final = frozenset(
    {"connect_failed", "concurrency_limited", "rate_limited", "overloaded", "provider_error", "network_error"}
)
_TOO_MANY_REQUESTS: Final = 429
# Words beside status 429 that make it worth another try. BigModel and Z.ai send it for empty accounts too: of their
# codes those that are known have decided already, and a new one is not guessed at.
_WORTH_IT: Final = frozenset({"rate_limit_exceeded", "rate_limit_error"})


def retry_delay(error: WireError, attempt: int, random: Callable[[], float]) -> float | None:
    """Seconds to wait before sending again, None for not at all.

    `attempt` counts those that failed before this one, from 0. `random` gives numbers from 0 to below 1.
    """
    if not error.retryable or error.code not in _PASSING or attempt >= FURTHER_ATTEMPTS:
        return None
    if error.retry_after is not None:
        # Never earlier than asked for; the jitter keeps many waiting runs from coming back at once.
        return error.retry_after + 0.25 * FIRST * random() if error.retry_after <= LONGEST_ASKED else None
    known = error.business_code in BUSINESS_CODES or error.business_code in _WORTH_IT
    if error.status == _TOO_MANY_REQUESTS and not known:
        return None
    return min(LONGEST, FIRST * 2.0**attempt) * (1 - 0.25 * random())
