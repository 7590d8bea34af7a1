"""JSON mode: an object with the fields the prompt asks for, filled from the prompt; always valid JSON."""

import json
import re
from collections.abc import Mapping

from playground.sandbox.answers.extract import find_all
from playground.sandbox.answers.question import Answer, Question, shorten
from playground.sandbox.request import Request
from playground.sandbox.schema import Source, fill, guess

_KEYS = re.compile(
    r"(?:keys?|fields?|properties|attributes|字段|键|属性)\s*(?:named|called|are|is|为|是|有|包括)?\s*[:：]?\s*"
    r"((?:[\"'`]?[\w\u4e00-\u9fff-]+[\"'`]?)(?:\s*(?:,|，|、|\band\b|和|"
    r"与)\s*(?:and\s+)?[\"'`]?[\w\u4e00-\u9fff-]+[\"'`]?)*)",
    re.I,
)
_SCHEMA = re.compile(r"json[ -]?schema|JSON\s*模式", re.I)
_SHAPE = re.compile(r"\{[^{}]*\}", re.S)
_KEY = re.compile(r"[\"'“]?([A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff-]*)[\"'”]?\s*:")


def answer(question: Question, request: Request) -> Answer:
    """Return the object as text; `sandbox` in it says who wrote it."""
    source = Source.of(question.text)
    schema = request.json_schema or _told_schema(f"{question.system}\n{question.text}")
    if schema:
        value: object = fill(schema, source)
    else:
        keys = _asked(f"{question.system}\n{question.text}")
        value = {**({key: guess(key, source) for key in keys} if keys else _found(question)), "sandbox": True}
    return Answer(
        json.dumps(value, ensure_ascii=False, indent=2),
        (
            question.say(
                "The answer must be one JSON object, nothing around it.", "回答必须是一个 JSON 对象，不带其他文字。"
            ),
            question.say("Fields that the text does not settle become null.", "文本未说明的字段填 null。"),
        ),
    )


def _told_schema(text: str) -> Mapping[str, object]:
    """The JSON schema that a prompt holds, when it says that there is one."""
    named = _SCHEMA.search(text)
    begins = text.find("{", named.end()) if named else -1
    if begins < 0:
        return {}
    try:
        value, _end = json.JSONDecoder().raw_decode(text, begins)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) and {"type", "properties"} & set(value) else {}


def _asked(text: str) -> list[str]:
    """Return the keys of an example object, or those listed in words."""
    shape = _SHAPE.search(text)
    keys = _KEY.findall(shape[0]) if shape else []
    if not keys:
        listed = _KEYS.search(text)
        pieces = re.split(r"\s*(?:,|，|、|\band\b|和|与)\s*", listed[1]) if listed else []
        keys = [piece.strip("\"'` ") for piece in pieces]
    return [key for key in dict.fromkeys(keys) if key and key != "sandbox"][:24]


def _found(question: Question) -> dict[str, object]:
    found: dict[str, object] = {"answer": shorten(question.text, 120)}
    found["language"] = "zh" if question.chinese else "en"
    return found | {kind: values[:10] for kind, values in find_all(question.text).items()}
