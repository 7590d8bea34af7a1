"""Asks the HTTP endpoint of a team's function for the result of one call. Somebody has pressed a button for it.

It goes out through the client that speaks to providers: names are resolved and checked there, private addresses only
where an owner has let them in, no redirects, no cookies, no proxies.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from playground.streaming import upstream
from playground.wire.client import Endpoint
from playground.wire.errors import WireError
from playground.wire.request import Dialect

PATIENCE = 20.0  # seconds for the whole call


@dataclass(frozen=True, slots=True)
class Fetched:
    """The result, or why there is none: `code` is "" or a word of wire.errors, `words` the endpoint's own."""

    text: str
    code: str
    words: str
    milliseconds: int


async def fetch(address: str, arguments: Mapping[str, object], *, allowed: frozenset[str]) -> Fetched:
    """POST the arguments, a JSON object, and give what comes back. Never raises for what the network does."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            endpoint = Endpoint(address, Dialect("openai"), allowed=allowed)
            body = await upstream.client().post(endpoint, arguments)
    except TimeoutError:
        return Fetched("", "first_byte_timeout", "", _since(began))
    except WireError as error:
        return Fetched("", error.code, error.message, _since(began))
    return Fetched(body.decode(errors="replace"), "", "", _since(began))


def _since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)
