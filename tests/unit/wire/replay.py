"""Plays bytes, cut as a test wishes, through the decoder into a completion; says what a reader of the run sees."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from playground.wire.completion import Completion
from playground.wire.decoding import StreamDecoder
from playground.wire.errors import WireError, from_response
from playground.wire.events import Ended, Event

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


@dataclass(frozen=True, slots=True)
class Seen:
    """A run's result. `usage`: prompt, completion, cached and reasoning tokens. `tools`: id, name and arguments."""

    content: str = ""
    reasoning: str = ""
    state: str = "finished"
    error: str = ""
    business_code: str | None = None
    message: str = ""
    warning: str = ""
    finish_reason: str = "stop"
    usage: tuple[int, int, int, int] | None = None
    cost: Decimal | None = None
    tools: tuple[tuple[str, str, str], ...] = ()
    sources: tuple[str, ...] = ()
    filtered: tuple[tuple[str, int], ...] = ()
    damaged: int = 0
    id: str = "r1"
    model: str = "m"


def recording(name: str) -> bytes:
    """The bytes of one recorded body."""
    return (RECORDINGS / name).read_bytes()


def replay(pieces: Iterable[bytes], reasoning: str = "auto") -> Seen:
    """The result of a stream that arrives in these pieces and then closes."""
    completion, decoder = Completion(), StreamDecoder(reasoning)
    last: Event | None = None
    for events in _reads(pieces, decoder):
        for last in events:
            completion.add(last)
    return _seen(completion, decoder.error, done=isinstance(last, Ended) and last.clean)


def refusal(status: int, body: bytes) -> Seen:
    """What an HTTP refusal, or a JSON error with status 200, says."""
    return _seen(Completion(), from_response(status, {}, body), done=False)


def byte_by_byte(data: bytes) -> list[bytes]:
    """One-byte reads."""
    return [data[at : at + 1] for at in range(len(data))]


def text_of(events: Iterable[Event]) -> tuple[str, str]:
    """Content and reasoning content that events add up to."""
    completion = Completion()
    for event in events:
        completion.add(event)
    return completion.content, completion.reasoning_content


def _reads(pieces: Iterable[bytes], decoder: StreamDecoder) -> Iterator[tuple[Event, ...]]:
    for piece in pieces:
        yield decoder.feed(piece)
        if decoder.over:
            return
    yield decoder.finish()


def _seen(completion: Completion, trouble: WireError | None, *, done: bool) -> Seen:
    outcome = completion.outcome("done" if done else "eof")
    error = trouble or outcome.error
    usage = completion.usage
    return Seen(
        content=completion.content,
        reasoning=completion.reasoning_content,
        state="failed" if trouble else outcome.state,
        error=error.code if error else "",
        business_code=error.business_code if error else None,
        message=trouble.message if trouble else "",
        warning="" if trouble else outcome.warning,
        finish_reason=completion.finish_reason,
        usage=(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens, usage.reasoning_tokens)
        if usage
        else None,
        cost=usage.reported_cost if usage else None,
        tools=tuple((call.id, call.name, call.arguments or "{}") for call in completion.tool_calls),
        sources=tuple(f"{row.refer} {row.title}" for row in completion.web_search),
        filtered=tuple(completion.content_filter),
        damaged=completion.damaged,
        id=completion.provider_request_id,
        model=completion.model,
    )
