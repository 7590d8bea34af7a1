"""Kit pages built from the app's own partials, with values that a view would give."""

import datetime as dt
import uuid
from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string

from playground.web.money import CostView
from tests.browser.kit.conftest import document

CONVERSATION = "9a1f0000-0000-4000-8000-000000000001"
QUESTION = "c2b70000-0000-4000-8000-000000000002"
ANSWER = "77de0000-0000-4000-8000-000000000003"
GENERATION = "e0d40000-0000-4000-8000-000000000004"
ZERO = str(uuid.UUID(int=0))
MOMENT = dt.datetime(2026, 11, 21, 10, 41, tzinfo=dt.UTC)


def message(role: str, content: str, *, id: str = QUESTION, **more: Any) -> SimpleNamespace:
    """A message as `conversations/_message.html` wants it."""
    siblings = SimpleNamespace(index=1, count=1, prev_id=None, next_id=None)
    values: dict[str, Any] = {"reasoning_content": "", "siblings": siblings, "generation": None, "meter": None}
    return SimpleNamespace(
        id=id, conversation_id=CONVERSATION, role=role, content=content, created_at=MOMENT, **(values | more)
    )


def generation(state: str, **more: Any) -> SimpleNamespace:
    """The run of an answer."""
    values: dict[str, Any] = {"seq": 0, "model_title": "GLM-4.5-Air", "thinking_ms": None, "retryable": False}
    words = {"error_code": "", "error_title": "", "error_text": "", "error_message": "", "next_step": ""}
    return SimpleNamespace(id=GENERATION, state=state, **(values | words | more))


def meter(*, prompt: int = 20, completion: int = 30, reasoning: int = 10) -> SimpleNamespace:
    """What an answer used."""
    bar = SimpleNamespace(cached=0, prompt=40, reasoning=20, completion=40, prompt_x=0, reasoning_x=40, completion_x=60)
    cost = CostView(native="$0.00438", converted="¥0.0311", basis="exact", rate="1 USD = 7.1 CNY")
    return SimpleNamespace(
        prompt=prompt,
        cached=0,
        reasoning=reasoning,
        completion=completion,
        basis="reported",
        ttft_ms=420,
        tokens_per_second=88,
        cost=cost,
        practice=False,
        bar=bar,
    )


def partial(shown: SimpleNamespace) -> str:
    """One message, rendered by the partial that history, swaps and acks share."""
    return render_to_string("conversations/_message.html", {"message": shown})


def chat(*messages: SimpleNamespace, conversation: str = CONVERSATION) -> str:
    """The thread and the composer, without the rest of the chat page."""
    thread = render_to_string("conversations/_thread.html", {"thread": {"messages": messages}})
    box = (
        f'<thread-view class="tc-thread-box" data-conversation="{conversation}" data-address="/c/{ZERO}/" '
        f'data-message-address="/messages/{ZERO}/" data-new-address="/"><section id="thread" class="tc-thread">'
        f'{thread}</section><button type="button" class="btn tc-jump" data-jump hidden>Jump</button></thread-view>'
    )
    composer = render_to_string(
        "conversations/_composer.html", {"composer": {"conversation_id": conversation, "history_tokens": 100}}
    )
    frame = f'<div class="tc-frame"><div class="tc-center"><main class="tc-main">{box}{composer}</main></div></div>'
    modules = ("elements/thread-view.js", "elements/message-view.js", "elements/prompt-composer.js")
    return document(frame, modules=modules)
