"""An answer that was to be JSON, judged by a schema; and a judge that nothing can keep busy."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from playground.tools.judging import MOST_VIOLATIONS, judge, read_answer

ROOT = Path(__file__).resolve().parents[3]
INVOICE = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "pattern": "^INV-[0-9]{4}$"},
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"price": {"type": "number", "minimum": 0}}},
        },
    },
    "required": ["number", "lines"],
    "additionalProperties": False,
}


def objections(schema: Any, value: Any) -> list[tuple[str, str]]:
    return [(one["path"], one["rule"]) for one in judge(schema, json.dumps(value))["violations"]]


def test_an_answer_that_fits_has_no_objections() -> None:
    verdict = judge(INVOICE, '{"number": "INV-0001", "lines": []}')
    assert verdict == {"form": "bare", "violations": [], "more": 0, "unfinished": False}


def test_each_violation_has_its_path() -> None:
    assert objections(INVOICE, {"number": "X", "lines": [{"price": 1}, {"price": -1}, {"price": "2"}]}) == [
        ("$.lines[1].price", "minimum"),
        ("$.lines[2].price", "type"),
        ("$.number", "pattern"),
    ]


def test_every_missing_and_every_unknown_property_is_named() -> None:
    assert objections(INVOICE, {"total": 1, "tax id": 2}) == [
        ("$.lines", "required"),
        ("$.number", "required"),
        ("$.total", "additionalProperties"),
        ('$["tax id"]', "additionalProperties"),
    ]


def test_a_list_of_violations_has_an_end() -> None:
    verdict = judge({"items": {"type": "string"}}, json.dumps(list(range(200))))
    assert (len(verdict["violations"]), verdict["more"]) == (MOST_VIOLATIONS, 200 - MOST_VIOLATIONS)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('{"a": 1}', "bare"),
        (" \n[1, 2]\n", "bare"),
        ('```json\n{"a": 1}\n```', "fenced"),
        ('```\n{"a": 1}\n```\n', "fenced"),
        ('Here you are: {"a": 1}', "none"),
        ("", "none"),
        ("[" * 100_000, "none"),
    ],
)
def test_the_form_of_an_answer_is_told(text: str, form: str) -> None:
    assert read_answer(text)[0] == form
    assert judge(None, text)["form"] == form


def test_a_schema_that_refers_to_itself_without_end_is_given_up() -> None:
    assert judge({"$ref": "#"}, "1")["unfinished"] is True


def test_a_tree_that_refers_to_itself_is_judged() -> None:
    tree = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#"}}}}
    assert objections(tree, {"children": [{"children": [3]}]}) == [("$.children[0].children[0]", "type")]


def in_a_process(schema: Any, text: str) -> subprocess.CompletedProcess[bytes]:
    asked = json.dumps({"schema": schema, "text": text}).encode()
    command = [sys.executable, "-m", "playground.tools.judging"]
    return subprocess.run(command, cwd=ROOT, input=asked, capture_output=True, timeout=60, check=False)


def test_the_process_says_what_the_function_says() -> None:
    text = '{"number": "X"}'
    assert json.loads(in_a_process(INVOICE, text).stdout) == judge(INVOICE, text)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"pattern": "^(a+)+$"}, json.dumps("a" * 40 + "!")),
        (
            {
                "$defs": {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(40)} | {"40": {}},
                "$ref": "#/$defs/0",
            },
            "1",
        ),
    ],
    ids=["a regular expression", "references that double"],
)
def test_a_judge_who_does_not_end_is_ended(schema: Any, text: str) -> None:
    began = time.monotonic()
    done = in_a_process(schema, text)
    assert done.returncode != 0
    assert done.stdout == b""
    assert time.monotonic() - began < 50
