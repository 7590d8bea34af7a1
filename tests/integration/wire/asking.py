"""Asks a provider through the client and keeps all that came, whether or not it ended well."""

from contextlib import aclosing
from dataclasses import dataclass, field

from playground.wire.client import Client, Endpoint
from playground.wire.completion import Completion
from playground.wire.errors import WireError
from playground.wire.events import Ended, Event
from playground.wire.request import CompletionRequest
from playground.wire.secret import Secret
from tests.integration.wire.provider import QUESTION


@dataclass
class Heard:
    """What a run heard: the reads, what they add up to, and the error that ended them."""

    reads: list[tuple[Event, ...]] = field(default_factory=list)
    completion: Completion = field(default_factory=Completion)
    error: WireError | None = None

    @property
    def code(self) -> str:
        """The error's word, "" for none."""
        return self.error.code if self.error else ""

    @property
    def clean(self) -> bool | None:
        """How the stream says that it ended; None when it does not say."""
        last = self.reads[-1][-1] if self.reads else None
        return last.clean if isinstance(last, Ended) else None


async def ask(
    client: Client, endpoint: Endpoint, secret: Secret | None = None, request: CompletionRequest = QUESTION
) -> Heard:
    """Listen to the end."""
    heard = Heard()
    try:
        async with aclosing(client.stream(endpoint, secret, request)) as reads:
            async for events in reads:
                assert events, "an empty read reached the reader"
                heard.reads.append(events)
                for event in events:
                    heard.completion.add(event)
    except WireError as error:
        heard.error = error
    return heard
