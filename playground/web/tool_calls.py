"""The calls of an answer as cards: what was asked for, what it came back with, whether a result is awaited."""

import itertools
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from playground.conversations.models import Generation, Message
from playground.tools.models import Function

State = Literal["forming", "awaited", "answered", "open", "broken"]


@dataclass(frozen=True, slots=True)
class CallView:
    """One card. `arguments` as text, `result` what it came back with, `proposed` what fills the field for it;
    `is_fixed` when that was set with the function.

    `state`: forming (still being written), awaited (its result can be given), answered, open (the conversation went
    on without it), broken (the answer ended before the call was whole).
    """

    name: str
    arguments: str
    state: State
    is_valid: bool = True
    result: str = ""
    proposed: str = ""
    is_fixed: bool = False
    function_id: str = ""  # of a function whose endpoint can be asked
    host: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the cards of several answers need beside their own rows; looked up once for a page.

    `after`: the message that follows each on the shown branch; `results`: of those that are results; `functions`: of
    the team that are called, by name.
    """

    after: Mapping[uuid.UUID, uuid.UUID]
    results: Mapping[uuid.UUID, Sequence[Mapping[str, str]]]
    functions: Mapping[str, Function]

    @classmethod
    def of(cls, rows: Sequence[Message], line: Sequence[uuid.UUID]) -> "Surroundings":
        """For these rows, the shown branch being `line`. Asks nothing when no row has a call."""
        calling = [row for row in rows if row.tool_calls]
        if not calling:
            return cls({}, {}, {})
        after = dict(itertools.pairwise(line))
        following = [after[row.pk] for row in calling if row.pk in after]
        found = Message.objects.filter(pk__in=following, role=Message.Role.TOOL).order_by()
        names = {_name(call) for row in calling for call in row.tool_calls}
        team = Function.objects.filter(team__conversations=calling[0].conversation_id, name__in=names)
        return cls(after, dict(found.values_list("pk", "results")), {row.name: row for row in team})


def calls_of(row: Message, run: Generation | None, around: Surroundings) -> tuple[CallView, ...]:
    """The cards of one answer. `run`: the run that filled it."""
    results = around.results.get(around.after[row.pk], ()) if row.pk in around.after else ()
    return tuple(
        _call(call, _state(row, run, around), results[place] if place < len(results) else None, around)
        for place, call in enumerate(row.tool_calls)
    )


def closed_calls_of(row: Message, run: Generation | None) -> tuple[CallView, ...]:
    """The cards of an answer that nothing follows, as a row of a batch has it: no result is awaited."""
    calls = calls_of(row, run, Surroundings({}, {}, {}))
    return tuple(replace(call, state="open") if call.state == "awaited" else call for call in calls)


def reopened(calls: Sequence[CallView]) -> tuple[CallView, ...]:
    """The cards with fields for other results, filled with what was given."""
    return tuple(
        replace(call, state="awaited", proposed=call.result, is_fixed=False) if call.state == "answered" else call
        for call in calls
    )


def _call(call: Mapping[str, Any], state: State, result: Mapping[str, str] | None, around: Surroundings) -> CallView:
    written = str(call.get("function", {}).get("arguments", ""))
    is_valid, pretty = _pretty(written)
    known = around.functions.get(_name(call))
    return CallView(
        name=_name(call),
        arguments=written if state == "forming" else pretty,
        state="answered" if result else state,
        is_valid=is_valid or state == "forming",
        result=result["content"] if result else "",
        proposed=known.fixed_result if known else "",
        is_fixed=bool(known and known.fixed_result),
        function_id=str(known.pk) if known and known.endpoint else "",
        host=urlsplit(known.endpoint).hostname or "" if known else "",
    )


def _state(row: Message, run: Generation | None, around: Surroundings) -> State:
    if run is not None and run.is_live:
        return "forming"
    if run is not None and run.state != Generation.State.FINISHED:
        return "broken"
    return "open" if row.pk in around.after else "awaited"


def _name(call: Mapping[str, Any]) -> str:
    return str(call.get("function", {}).get("name", ""))


def _pretty(arguments: str) -> tuple[bool, str]:
    """Whether the arguments are a JSON object, and how they are shown: as they came when they are none."""
    try:
        value = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return False, arguments
    return isinstance(value, dict), json.dumps(value, ensure_ascii=False, indent=2)
