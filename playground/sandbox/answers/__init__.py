"""What the sandbox answers. `compose` tries one room after the other; the first that knows the matter answers.

Pure: the same question always gets the same answer. `script` turns it into wire bytes.
"""

from collections.abc import Callable

from playground.sandbox.answers import (
    about,
    arithmetic,
    chat,
    coding,
    comparing,
    deriving,
    extract,
    facts,
    figures,
    followup,
    general,
    listing,
    matching,
    meeting,
    review,
    summary,
    translate,
    writing,
)
from playground.sandbox.answers.question import Answer, Question, shorten

_ROOMS: tuple[Callable[[Question], Answer | None], ...] = (
    about.answer,
    facts.answer,
    matching.answer,
    translate.answer,
    review.answer,
    extract.answer,
    comparing.answer,
    meeting.answer,
    summary.answer,
    coding.answer,
    deriving.answer,
    figures.answer,
    arithmetic.answer,
    chat.answer,
    writing.answer,
    listing.answer,
)


def compose(question: Question) -> Answer:
    """Answer the question, closing with the line that says who is speaking."""
    found = _answer(question)
    heard = (
        question.say(
            f"The instructions say: “{shorten(question.system, 80)}”.", f"系统指令：“{shorten(question.system, 50)}”。"
        ),
    )
    thoughts = (heard if question.system else ()) + found.thoughts
    return Answer(f"{found.content.rstrip()}\n\n{signature(question)}", thoughts)


def signature(question: Question) -> str:
    """The closing line: this was a script, in the place of a model."""
    return question.say(
        f"*Sandbox: written by a script in place of {question.model.title}.*",
        f"*沙盒：由脚本代替 {question.model.title} 生成。*",
    )


def _answer(question: Question) -> Answer:
    return (
        followup.answer(question)
        or _from_rooms(question)
        or followup.leaning(question, lambda joined: _from_rooms(joined) or general.answer(joined))
        or general.answer(question)
    )


def _from_rooms(question: Question) -> Answer | None:
    for room in _ROOMS:
        found = room(question)
        if found is not None:
            return found
    return None
