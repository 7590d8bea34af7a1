"""A schema that somebody types: what is wrong with it, where, and that nothing it holds can hurt."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.tools.schemas import DEEPEST, LONGEST, LONGEST_PATTERN, MOST_FLAWS, MOST_PARTS, read_schema
from playground.tools.violations import json_path

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def flaws(value: Any, **more: bool) -> list[tuple[str, str]]:
    text = value if isinstance(value, str) else json.dumps(value)
    return [(flaw.path, flaw.sentence) for flaw in read_schema(text, **more).flaws]


def paths(value: Any) -> list[str]:
    return [path for path, _sentence in flaws(value)]


def test_a_schema_is_read_as_it_is() -> None:
    reading = read_schema(json.dumps(CITY))
    assert (reading.schema, reading.flaws) == (CITY, ())


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("{", 1, 2),
        ('{"a": 1,\n "b" 2}', 2, 6),
        ('{"a": 1,\n}', 2, 1),
        ('{"a": "x\n"}', 1, 9),
        ('{"a": "x', 1, 7),
        ("{} {}", 1, 4),
        ("[1 2]", 1, 4),
    ],
)
def test_a_mistake_of_writing_names_line_and_column(text: str, line: int, column: int) -> None:
    (flaw,) = read_schema(text).flaws
    assert (flaw.path, flaw.line, flaw.column) == ("", line, column)
    assert flaw.sentence


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"type": "strng"}, "$.type"),
        ({"properties": {"a b": {"minLength": "3"}}}, '$.properties["a b"].minLength'),
        ({"anyOf": [{"type": "string"}, {"enum": 3}]}, "$.anyOf[1].enum"),
        ({"required": ["a", 1]}, "$.required[1]"),
        ({"items": {"items": {"maximum": "many"}}}, "$.items.items.maximum"),
        ({"properties": {"a": 1}}, "$.properties.a"),
        ({"pattern": "("}, "$.pattern"),
        ({"patternProperties": {"(": {}}}, '$.patternProperties["("]'),
        ({"pattern": "a" * (LONGEST_PATTERN + 1)}, "$.pattern"),
    ],
)
def test_a_flaw_names_its_exact_path(schema: dict[str, Any], path: str) -> None:
    assert paths(schema) == [path]


def test_a_wrong_type_says_which_there_are() -> None:
    ((_path, sentence),) = flaws({"type": "strng"})
    assert "array, boolean, integer" in sentence


@pytest.mark.parametrize("value", ["[]", "3", '"x"', "null", "true"])
def test_what_is_no_object_is_no_schema(value: str) -> None:
    assert paths(value) == ["$"]


def test_parameters_of_a_function_are_an_object() -> None:
    assert flaws({"type": "string"}, of_parameters=True)[0][0] == "$.type"
    assert flaws({}, of_parameters=True)[0][0] == "$.type"
    assert flaws(CITY, of_parameters=True) == []


@pytest.mark.parametrize(
    "reference",
    [
        "https://example.com/s.json",
        "file:///etc/passwd",
        "other.json",
        "#/$defs/none",
        "#anchor",
        "#/$defs/a%20b",
        "",
        3,
    ],
)
def test_a_reference_that_leads_out_or_nowhere_is_refused(reference: object) -> None:
    schema = {"$defs": {"a": {"type": "string"}}, "properties": {"x": {"$ref": reference}}}
    assert paths(schema) == ["$.properties.x.$ref"]


@pytest.mark.parametrize("reference", ["#", "#/$defs/a", "#/properties/y/allOf/0", "#/$defs/c~1d"])
def test_a_reference_inside_is_taken(reference: str) -> None:
    schema = {
        "$defs": {"a": {"type": "string"}, "c/d": {}},
        "properties": {"x": {"$ref": reference}, "y": {"allOf": [{}]}},
    }
    assert flaws(schema) == []


@pytest.mark.parametrize("word", ["$id", "$anchor", "$dynamicRef", "$dynamicAnchor"])
def test_a_schema_stands_alone(word: str) -> None:
    assert paths({"properties": {"x": {word: "#a" if word == "$dynamicRef" else "a"}}}) == [f"$.properties.x.{word}"]


def test_what_is_data_is_not_taken_for_a_schema() -> None:
    data = {"$ref": "https://example.com", "pattern": "("}
    assert flaws({"properties": {"$ref": {"type": "string"}}, "enum": [data], "const": data, "examples": [data]}) == []


def test_a_name_that_stands_twice_is_refused_at_its_place() -> None:
    ((path, sentence),) = flaws('{"type": "object", "properties": {"a b": {"items": [{"type": 1, "type": 2}]}}}')
    assert path == '$.properties["a b"].items[0].type'
    assert sentence == "“type” stands twice in the same object."


def test_every_name_that_stands_twice_is_named() -> None:
    text = '{"type": "object", "type": "object", "properties": {"a": {}, "a": {"type": "string"}}}'
    assert paths(text) == ["$.type", "$.properties.a"]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_refused_at_its_place(word: str) -> None:
    ((path, sentence),) = flaws(f'{{"type": "object", "properties": {{"a": {{"maximum": {word}}}}}}}')
    assert (path, sentence) == ("$.properties.a.maximum", f"{word} is no number in JSON.")


def test_too_much_is_refused_before_it_is_looked_at() -> None:
    assert flaws("x" * (LONGEST + 1)) != []
    deep: dict[str, Any] = {}
    for _ in range(DEEPEST + 1):
        deep = {"items": deep}
    assert paths(deep) == ["$" + ".items" * DEEPEST]
    assert paths({"enum": list(range(MOST_PARTS))}) == ["$"]
    assert flaws("[" * 40_000) != []
    assert flaws("1" * 5_000) != []
    assert flaws('{"maximum": NaN}') != []


def test_a_list_of_flaws_has_an_end() -> None:
    assert len(flaws({"properties": {str(n): {"type": "x"} for n in range(100)}})) == MOST_FLAWS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "items", "required", "enum", "$ref", "pattern", "anyOf", "a b", ""]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_whatever_is_typed_is_read_or_has_flaws_with_places_in_it(value: Any) -> None:
    reading = read_schema(json.dumps(value))
    assert (reading.schema is None) == bool(reading.flaws)
    for flaw in reading.flaws:
        assert flaw.path.startswith("$")
        assert flaw.sentence


@given(st.text(max_size=60))
def test_whatever_text_is_typed_is_answered(text: str) -> None:
    reading = read_schema(text)
    assert reading.schema is not None or reading.flaws


@given(st.lists(st.text(max_size=6) | st.integers(0, 99), max_size=5))
def test_a_path_tells_places_apart(parts: list[str | int]) -> None:
    """Following a path by its own rules leads back to the parts."""
    path, found = json_path(parts)[1:], []
    decoder = json.JSONDecoder()
    while path:
        if path.startswith("."):
            name = path[1:].split(".")[0].split("[")[0]
            found.append(name)
            path = path[1 + len(name) :]
        elif path[1] == '"':
            name, end = decoder.raw_decode(path, 1)
            found.append(name)
            path = path[end + 1 :]
        else:
            number = path[1 : path.index("]")]
            found.append(int(number))
            path = path[path.index("]") + 1 :]
    assert found == parts
