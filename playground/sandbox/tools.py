"""Tool calls: which of the offered functions a prompt asks for, with which arguments, and what their results say."""

import json
from collections.abc import Mapping, Sequence

from playground.sandbox.answers.question import Answer, Question, bullets, mentions, shorten, table
from playground.sandbox.answers.words import content_words, pairs, stem
from playground.sandbox.encode import Call
from playground.sandbox.request import Function, Request
from playground.sandbox.schema import Source, fill, for_each_place, takes_place

_MAX_CALLS = 4
_WEAK_WORDS = """
get set run call fetch find look search lookup function tool tools data info information return returns given
value values result results current user
"""
_WEAK = frozenset(_WEAK_WORDS.split())
OWN = (
    Function(
        "get_weather",
        "Weather of a city",
        {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    ),
    Function("get_time", "Current time", {"type": "object", "properties": {}}),
)


def choose(request: Request, *, all_of_them: bool = False) -> tuple[Call, ...]:
    """Return the calls this prompt leads to; none after a tool has answered, or when none fits."""
    if request.messages[-1].role == "tool" or request.tool_choice == "none":
        return ()
    functions = (request.functions or OWN) if all_of_them else _wanted(request)
    source = Source.of(request.prompt)
    calls = []
    for function in functions:
        several = request.parallel and takes_place(function.parameters)
        for part in for_each_place(source) if several else [source]:
            calls.append(Call(function.name, json.dumps(_arguments(function, part), ensure_ascii=False)))
    return tuple(calls[: _MAX_CALLS if request.parallel else 1])


def told(question: Question, request: Request) -> Answer | None:
    """Answer out of the results, when the last messages are from tools."""
    results: list[str] = []
    for said in reversed(request.messages):
        if said.role != "tool":
            break
        results.insert(0, said.text)
    if not results:
        return None
    names = next((said.calls for said in reversed(request.messages) if said.calls), ())
    shown = [_shown(question, name, result) for name, result in zip(_padded(names, results), results, strict=True)]
    lead = question.say(
        f"To “{shorten(request.prompt, 60)}” the tools say:", f"关于“{shorten(request.prompt, 40)}”，工具返回："
    )
    return Answer(
        "\n\n".join([lead, *shown]),
        (
            question.say(f"{len(results)} tool results are here.", f"收到 {len(results)} 个工具结果。"),
            question.say("I use only what they say.", "只采用其中的内容。"),
        ),
    )


def _arguments(function: Function, source: Source) -> object:
    filled = fill(function.parameters, source)
    return filled if isinstance(filled, dict) else {}


def _wanted(request: Request) -> Sequence[Function]:
    if not request.functions:
        return ()
    if request.tool_choice not in ("auto", "required"):
        return [function for function in request.functions if function.name == request.tool_choice]
    asked = {stem(word) for word in content_words(request.prompt)}
    hanzi = pairs(request.prompt)
    rated = [(_rating(function, request.prompt, asked, hanzi), function) for function in request.functions]
    fitting = [function for rating, function in rated if rating > 0]
    if not fitting and request.tool_choice == "required":
        return [max(rated, key=lambda pair: pair[0])[1]]
    return fitting


def _rating(function: Function, prompt: str, asked: set[str], hanzi: set[str]) -> int:
    """Count the words a function's name and description share with the prompt; its name alone decides."""
    spoken = function.name.lower().replace("_", " ").replace("-", " ")
    if mentions(prompt, function.name.lower(), spoken):
        return 100
    named = {stem(word) for word in content_words(spoken)} - _WEAK
    described = {stem(word) for word in content_words(function.description)} - _WEAK
    shared = hanzi & pairs(function.description)
    described_hits = len(described & asked)
    return 3 * len(named & asked) + (described_hits if described_hits > 1 else 0) + 2 * len(shared)


def _shown(question: Question, name: str, result: str) -> str:
    title = f"**{name or question.say('tool', '工具')}**"
    try:
        value = json.loads(result)
    except ValueError:
        return f"{title}: {shorten(result, 600)}"
    if isinstance(value, Mapping) and value:
        rows = [[str(key), _cell(entry)] for key, entry in list(value.items())[:30]]
        return f"{title}\n\n{table([question.say('Field', '字段'), question.say('Value', '值')], rows)}"
    if isinstance(value, list):
        return f"{title}\n\n{bullets([_cell(entry) for entry in value[:20]])}"
    return f"{title}: {_cell(value)}"


def _cell(value: object) -> str:
    return shorten(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 200)


def _padded(names: Sequence[str], results: Sequence[str]) -> list[str]:
    return [*names, *[""] * len(results)][: len(results)]
