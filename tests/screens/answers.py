"""How the seeded runs ended: as the sandbox answers, or as texts.py says; with figures that are the same every time."""

import asyncio
import random
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal

import orjson

from playground.conversations.progress import Settlement
from playground.conversations.turns import Turn
from playground.streaming import upstream
from playground.streaming.plan import Plan
from playground.streaming.records import plan_of
from playground.wire.client import USER_AGENT
from playground.wire.completion import Completion
from playground.wire.errors import WireError
from playground.wire.events import Ended
from playground.wire.request import build_payload
from playground.wire.sent import Sent
from playground.wire.tokens import estimate_tokens
from playground.wire.usage import Usage, as_text
from tests.screens.texts import SPEEDS, Said


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a model was: milliseconds to the first token and of thinking, tokens per second."""

    ttft: int
    thinking: int
    speed: int

    @classmethod
    def of(cls, model: str, chance: random.Random) -> "Pace":
        """A likely pace of a model."""
        speed = SPEEDS.get(model, 60) + chance.randint(-6, 6)
        return cls(chance.randint(320, 640), chance.randint(1_200, 7_400), speed)


def plan_for(turn: Turn) -> Plan:
    """What the run of a turn would send."""
    assert turn.made is not None
    plan = plan_of(turn.made, turn.made.conversation.team_id)
    assert isinstance(plan, Plan)
    return plan


def as_written(turn: Turn, said: Said, state: str, pace: Pace) -> Settlement:
    """The end of a run with the text of texts.py."""
    reasoning = estimate_tokens(said.thinking)
    completion = reasoning + estimate_tokens(said.answer)
    prompt = said.prompt_tokens or estimate_tokens(said.question) + 40
    is_whole = state == "finished"
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "prompt_tokens_details": {"cached_tokens": said.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": prompt + completion,
    }
    return Settlement(
        turn.generation_id,
        state,
        said.answer,
        said.thinking,
        40,
        finish_reason="stop" if is_whole else "",
        usage=Usage.from_wire(usage) if is_whole else None,
        raw_usage=as_text(usage) if is_whole else "",
        estimated_prompt_tokens=prompt,
        request=sent(plan_for(turn)).to_json(),
        ttft_ms=pace.ttft,
        duration_ms=pace.ttft + completion * 1000 // pace.speed,
        thinking_ms=min(pace.thinking, reasoning * 1000 // pace.speed) if said.thinking else None,
        tokens_per_second=Decimal(pace.speed),
    )


def as_the_sandbox_says(turn: Turn) -> Settlement:
    """The end of a run that the sandbox answers, or refuses."""
    plan = plan_for(turn)
    completion, error = asyncio.run(_read(plan))
    outcome = completion.outcome("done")
    error = error or outcome.error
    return Settlement(
        turn.generation_id,
        "failed" if error and outcome.state == "finished" else outcome.state,
        completion.content,
        completion.reasoning_content,
        1,
        finish_reason=completion.finish_reason,
        error_code=error.code if error else "",
        error_message=error.message if error else "",
        retryable=error.retryable if error else False,
        retry_after=error.retry_after if error else None,
        usage=completion.usage,
        raw_usage=as_text(completion.raw_usage),
        billable=completion.started,
        request=sent(plan).to_json(),
        ttft_ms=420 if completion.started else None,
    )


def sent(plan: Plan) -> Sent:
    """The request of a run, as the client would hand it to the network."""
    headers = (("accept", "text/event-stream"), ("content-type", "application/json"), ("user-agent", USER_AGENT))
    body = orjson.dumps(build_payload(plan.request, plan.endpoint.dialect))
    return Sent.of("POST", f"{plan.endpoint.base_url}/chat/completions", headers, body)


async def _read(plan: Plan) -> tuple[Completion, WireError | None]:
    """Ask once, as the engine does, without trying again."""
    completion = Completion()
    try:
        async with aclosing(upstream.client().stream(plan.endpoint, plan.secret, plan.request)) as reads:
            async for events in reads:
                for event in events:
                    if not isinstance(event, Ended):
                        completion.add(event)
    except WireError as error:
        return completion, error
    finally:
        await upstream.close()
    return completion, None
