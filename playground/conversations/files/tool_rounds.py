"""Tool calls and their results as OpenAI's `messages` have them: brought into the rows of this house. Pure.

There a result is a message of its own that names its call. Here all results of an answer stand in one row below it, one
for each call in the order of the calls. Before there were `tool_calls`, an answer had one nameless `function_call`, and
its result the role "function": old files still have them.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from playground.conversations.files.imported import BadFile, ImportedMessage
from playground.wire.text import clean

MOST_CALLS: Final = 128  # of one answer
LONGEST_ID: Final = 200  # characters


def asks(row: Mapping[str, Any]) -> bool:
    """Whether a message calls a function."""
    return bool(row.get("tool_calls") or row.get("function_call"))


def calls_of(row: Mapping[str, Any], place: int) -> Sequence[Mapping[str, object]]:
    """The calls of an answer as the wire has them. Raises BadFile with the path of what is none."""
    calls = row.get("tool_calls")
    if not calls and row.get("function_call"):
        return [_call({"function": row["function_call"]}, f"$.messages[{place}].function_call", 0)]
    if not calls:
        return ()
    if not isinstance(calls, list) or len(calls) > MOST_CALLS:
        raise BadFile(_("%(path)s is no list of calls.") % {"path": f"$.messages[{place}].tool_calls"})
    return [_call(one, f"$.messages[{place}].tool_calls[{number}]", number) for number, one in enumerate(calls)]


def take_result(messages: list[ImportedMessage], place: int, row: Mapping[str, Any], text: str) -> None:
    """Add a result to the row below the answer that asked for it, which it begins. One that nobody asked for is left
    out: nothing could be sent with it."""
    called = messages[-1] if messages else None
    if called is not None and called.role == "tool":
        called = messages[-2]
    if called is None or not called.tool_calls:
        return
    ids = [str(one["id"]) for one in called.tool_calls]
    answered = str(row.get("tool_call_id") or "")
    if answered not in ids and len(ids) > 1:
        return
    if messages[-1] is called:
        messages.append(
            ImportedMessage(str(place), None, "tool", "", results=[_empty(one) for one in called.tool_calls])
        )
    number = ids.index(answered) if answered in ids else 0
    results = [dict(one) for one in messages[-1].results]
    results[number]["content"] = clean(text)
    messages[-1].results = results


def _empty(call: Mapping[str, Any]) -> dict[str, object]:
    return {"id": call["id"], "name": call["function"]["name"], "content": ""}


def _call(call: object, path: str, number: int) -> Mapping[str, object]:
    function = call.get("function") if isinstance(call, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(call, dict) or not isinstance(function, dict) or not isinstance(name, str):
        raise BadFile(_("%(path)s is no call of a function.") % {"path": path})
    arguments = function.get("arguments")
    written = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False)
    return {
        "id": clean(str(call.get("id") or f"call_{number}"))[:LONGEST_ID],
        "type": "function",
        "function": {"name": clean(name), "arguments": clean(written)},
    }
