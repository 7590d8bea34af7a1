"""Arguments keep the schema: whatever is required is there, of the right type."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.sandbox.schema import Source, fill

TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}
PLAIN = st.one_of(
    st.sampled_from(["string", "integer", "number", "boolean"]).map(lambda kind: {"type": kind}),
    st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=3).map(lambda options: {"enum": options}),
    st.builds(
        lambda low, span: {"type": "integer", "minimum": low, "maximum": low + span},
        st.integers(-9, 9),
        st.integers(0, 9),
    ),
    st.integers(1, 9).map(lambda most: {"type": "string", "maxLength": most}),
)


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["city", "query", "email", "count", "date", "name", "items", "x"])
    return st.one_of(
        st.dictionaries(names, inner, max_size=3).map(
            lambda parts: {"type": "object", "properties": parts, "required": list(parts)}
        ),
        inner.map(lambda items: {"type": "array", "items": items}),
        inner.map(lambda option: {"anyOf": [option, {"type": "null"}]}),
    )


def keeps(schema: dict[str, Any], value: Any) -> bool:
    if "anyOf" in schema:
        return any(keeps(option, value) for option in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    kind = schema["type"]
    if kind == "null" or not isinstance(value, TYPES[kind]):  # type: ignore[arg-type]
        return kind == "null" and value is None
    checks: dict[str, Callable[[], bool]] = {
        "object": lambda: (
            set(schema["required"]) <= set(value)
            and all(keeps(schema["properties"][name], part) for name, part in value.items())
        ),
        "array": lambda: all(keeps(schema["items"], part) for part in value),
        "string": lambda: len(value) <= schema.get("maxLength", len(value)),
        "boolean": lambda: True,
    }
    if kind in checks:
        return checks[kind]()
    return not isinstance(value, bool) and schema.get("minimum", value) <= value <= schema.get("maximum", value)


@given(st.recursive(PLAIN, objects, max_leaves=5), st.text(max_size=60))
def test_every_value_keeps_its_schema(schema: dict[str, Any], text: str) -> None:
    value = fill(schema, Source.of(text))
    assert keeps(schema, value)
    json.dumps(value)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        True,
        None,
        {"type": "object"},
        {"$ref": "#/nowhere"},
        {"anyOf": []},
        {"type": []},
        {"$ref": "#"},
        {"type": "odd"},
    ],
)
def test_odd_schemas_do_no_harm(schema: object) -> None:
    json.dumps(fill(schema, Source.of("in Oslo")))


def test_local_references_are_followed_and_recursion_ends() -> None:
    schema = {
        "type": "object",
        "properties": {"node": {"$ref": "#/$defs/node"}},
        "required": ["node"],
        "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["next"]}},
    }
    value = fill(schema, Source.of("x"))
    assert isinstance(value, dict)
    assert "next" in value["node"]


@pytest.mark.parametrize(
    ("text", "name", "kind", "value"),
    [
        ("Weather in New York tomorrow", "city", "string", "New York"),
        ("上海天气", "city", "string", "上海"),
        ("mail ada@example.com", "recipient_email", "string", "ada@example.com"),
        ("meet on 2026-03-01", "date", "string", "2026-03-01"),
        ("send 3 copies", "count", "integer", 3),
        ("what is 3 * 4", "expression", "string", "3 * 4"),
        ("pay $12.50 now", "amount", "number", 12.5),
        ("search for “green tea”", "query", "string", "green tea"),
        ("without sugar", "sugar", "boolean", False),
    ],
)
def test_values_are_taken_from_the_text(text: str, name: str, kind: str, value: object) -> None:
    schema = {"type": "object", "properties": {name: {"type": kind}}, "required": [name]}
    assert fill(schema, Source.of(text)) == {name: value}


def test_an_enum_prefers_what_the_text_says_and_options_stay_out_unless_said() -> None:
    schema = {
        "type": "object",
        "properties": {"unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}, "days": {"type": "integer"}},
        "required": [],
    }
    assert fill(schema, Source.of("weather in fahrenheit")) == {"unit": "fahrenheit"}
    assert fill(schema, Source.of("weather")) == {}
