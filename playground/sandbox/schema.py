"""Values for a JSON schema, taken from a text where it holds something that fits: tool arguments and JSON answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from playground.sandbox.answers.extract import find_all, first, label_of, quotes
from playground.sandbox.answers.question import is_chinese, mentions, shorten
from playground.sandbox.answers.words import key_words

_MAX_DEPTH = 6
_KINDS: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "mail", "邮箱"),
    "url": ("url", "link", "website", "href", "链接"),
    "date": ("date", "day", "deadline", "birthday", "since", "until", "日期"),
    "time": ("time", "hour", "时间"),
    "phone": ("phone", "tel", "mobile", "电话", "手机"),
    "amount": ("amount", "price", "cost", "total", "budget", "fee", "金额", "价格"),
    "order": ("order", "reference", "ticket", "sku", "订单", "编号"),
    "name": ("name", "person", "author", "customer", "recipient", "姓名"),
}
_PLACE_NAMES = ("city", "location", "place", "town", "country", "destination", "origin", "address", "城市", "地点")
_LONG_NAMES = ("query", "question", "text", "content", "message", "prompt", "search", "keyword", "q", "input", "查询")
_PLACE = re.compile(
    r"\b(?:in|at|for|to|from|of|near)\s+((?:[A-Z][\w'-]+)(?:\s(?!and\b|or\b)[A-Z][\w'-]+)?"
    r"(?:\s*(?:,|and|or|&)\s*[A-Z][\w'-]+(?:\s[A-Z][\w'-]+)?)*)"
)
_CITIES = re.compile(
    r"北京|上海|广州|深圳|杭州|成都|武汉|西安|南京|重庆|天津|苏州|香港|台北|东京|巴黎|伦敦|纽约|柏林|"
    r"奥斯陆|罗马|悉尼|首尔|新加坡"
)
_DEFAULT_CITY = "Oslo"


@dataclass(frozen=True, slots=True)
class Source:
    """A text to take values from, with everything found in it."""

    text: str
    found: Mapping[str, Sequence[str]] = field(default_factory=dict)
    places: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> "Source":
        return cls(text, find_all(text), tuple(_places(text)))


def fill(schema: object, source: Source, name: str = "", *, root: object = None, depth: int = 0) -> object:
    """Return a value that keeps the schema: its type, enum, required properties and simple bounds."""
    schema = _resolved(schema, root if root is not None else schema)
    root = root if root is not None else schema
    if "const" in schema:
        return schema["const"]
    options = schema.get("enum")
    if isinstance(options, list) and options:
        return _best(options, source.text)
    kind = schema.get("type")
    kind = next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else kind
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    if kind == "object":
        return _object(schema, source, root, depth)
    if kind == "array":
        return _array(schema, source, name, root, depth)
    return _plain(str(kind), schema, source, name)


def guess(name: str, source: Source) -> object:
    """Return a value for a field of which only the name is known."""
    lowered = name.lower()
    if mentions(lowered.replace("_", " "), "sentiment", "label", "category", "类别", "情感"):
        return label_of(source.text)[0]
    if lowered in ("keywords", "tags", "topics", "关键词", "标签"):
        return key_words(source.text, 5)
    if lowered in ("language", "lang", "语言"):
        return "zh" if is_chinese(source.text) else "en"
    if lowered in ("summary", "title", "摘要", "标题"):
        return shorten(source.text, 80)
    if re.search(r"count|number|age|quantity|score|数量|年龄|分数", lowered):
        return _number({}, source, whole=True)
    return _word(lowered, source) or None


def _resolved(schema: object, root: object) -> Mapping[str, object]:
    """Follow a local `$ref` and the first branch of anyOf, oneOf and allOf."""
    for _ in range(_MAX_DEPTH):
        if not isinstance(schema, Mapping):
            return {}
        branches = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if "$ref" in schema:
            schema = _pointed(str(schema["$ref"]), root)
        elif isinstance(branches, list) and branches:
            schema = branches[0]
        else:
            return schema
    return {}


def _pointed(reference: str, root: object) -> object:
    place = root
    for step in reference.removeprefix("#/").split("/"):
        place = place.get(step) if isinstance(place, Mapping) else None
    return place


def _object(schema: Mapping[str, object], source: Source, root: object, depth: int) -> dict[str, object]:
    properties = schema.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    required = schema.get("required")
    required = [str(name) for name in required] if isinstance(required, list) else []
    wanted = list(dict.fromkeys([*required, *properties])) if depth < 2 else required
    if depth >= _MAX_DEPTH:
        return {}
    filled = {}
    for name in wanted:
        if name in required or _is_said(str(name), properties.get(name), source):
            filled[str(name)] = fill(properties.get(name, {}), source, str(name), root=root, depth=depth + 1)
    return filled


def _is_said(name: str, schema: object, source: Source) -> bool:
    """Does the text say something about a property that may be left out?"""
    options = schema.get("enum") if isinstance(schema, Mapping) else None
    if isinstance(options, list):
        return any(mentions(source.text, str(option).lower()) for option in options)
    return mentions(source.text, name.lower().replace("_", " ")) and name.lower() not in _LONG_NAMES


def _array(schema: Mapping[str, object], source: Source, name: str, root: object, depth: int) -> list[object]:
    if depth >= _MAX_DEPTH:
        return []
    items = schema.get("items", {})
    least = schema.get("minItems")
    count = max(1, least if isinstance(least, int) else 1)
    singular = name[:-1] if name.endswith("s") else name
    if _is_place(singular) and len(source.places) > 1:
        return [fill(items, _only(source, place), singular, root=root, depth=depth + 1) for place in source.places]
    return [fill(items, source, singular, root=root, depth=depth + 1) for _ in range(min(count, 20))]


def _plain(kind: str, schema: Mapping[str, object], source: Source, name: str) -> object:
    if "default" in schema and not _word(name.lower(), source):
        return schema["default"]
    if kind in ("integer", "number"):
        return _number(schema, source, whole=kind == "integer")
    if kind == "boolean":
        return not mentions(source.text, "no", "not", "without", "false", "off", "不", "不要", "关闭")
    if kind == "null":
        return None
    return _text(schema, source, name.lower())


def _number(schema: Mapping[str, object], source: Source, *, whole: bool) -> int | float:
    digits = re.search(
        r"-?\d{1,15}(?:\.\d{1,9})?", first(source.found, "number") or first(source.found, "amount") or source.text
    )
    value = float(digits[0]) if digits else 1.0
    low, high = schema.get("minimum"), schema.get("maximum")
    value = max(value, low) if isinstance(low, int | float) else value
    value = min(value, high) if isinstance(high, int | float) else value
    return int(value) if whole or value == int(value) else value


def _text(schema: Mapping[str, object], source: Source, name: str) -> str:
    wanted = str(schema.get("format") or "")
    described = str(schema.get("description") or "").lower()
    value = _word({"date-time": "date", "uri": "url"}.get(wanted, wanted), source) if wanted else ""
    value = value or _word(name, source) or _described(described, source) or shorten(source.text.strip(), 200) or "?"
    most = schema.get("maxLength")
    return value[:most] if isinstance(most, int) else value


def _described(described: str, source: Source) -> str:
    if source.places and mentions(described, "city", "location", "place", "城市", "地点"):
        return source.places[0]
    return ""


def _word(name: str, source: Source) -> str:
    """Return what the text says for a field of this name, or nothing."""
    if _is_place(name):
        return source.places[0] if source.places else _DEFAULT_CITY
    if name in ("expression", "formula", "算式"):
        found = re.search(r"[\d(][\d\s.+\-*/×÷()^%]*[\d)]", source.text)
        return found[0].replace("×", "*").replace("÷", "/") if found else ""
    if name in _LONG_NAMES:
        return next(iter(quotes(source.text)), "") or shorten(source.text.strip(), 200)
    for kind, names in _KINDS.items():
        if any(part in name for part in names):
            found_here = first(source.found, kind)
            return found_here or (next(iter(quotes(source.text)), "") if kind == "name" else "")
    return ""


def _is_place(name: str) -> bool:
    return any(part in name.lower() for part in _PLACE_NAMES)


def _only(source: Source, place: str) -> Source:
    return Source(source.text, source.found, (place,))


def _places(text: str) -> list[str]:
    named = _CITIES.findall(text)
    for hit in _PLACE.finditer(text):
        named += [piece.strip() for piece in re.split(r"\s*(?:,|\band\b|\bor\b|&)\s*", hit[1]) if piece.strip()]
    return list(dict.fromkeys(named))


def for_each_place(source: Source) -> list[Source]:
    """Return one source per place named, so that a function is called once for each; one source when there is none."""
    return [_only(source, place) for place in source.places[:4]] or [source]


def takes_place(schema: object) -> bool:
    """Does the schema ask for a single place?"""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping):
        return False
    return any(
        _is_place(str(name)) and isinstance(value, Mapping) and value.get("type", "string") == "string"
        for name, value in properties.items()
    )


def _best(options: Sequence[object], text: str) -> object:
    return next((option for option in options if mentions(text, str(option).lower())), options[0])
