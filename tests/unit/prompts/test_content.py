"""What a version says: read from anywhere, refused with the field, filled."""

from dataclasses import replace

import pytest

from playground.prompts.content import Content, examples_of, fill_content, read_content
from playground.prompts.errors import Unusable
from playground.prompts.variables import Kind, Variable

WHOLE = {
    "title": "Meeting summary",
    "purpose": "Agenda, decisions, actions",
    "language": "en",
    "icon": "scroll-text",
    "tags": ["Meetings"],
    "system_prompt": "You write for {{team}}.",
    "first_message": "{{transcript}}",
    "variables": [{"name": "transcript", "kind": "long_text", "example": "Mei: hello"}],
    "model": "glm-4.5",
    "settings": {"thinking": False, "temperature": 0.3, "max_tokens": 2000, "stop": ["END"]},
}


def test_places_that_nobody_declared_are_lines_of_text_in_their_order() -> None:
    content = read_content(WHOLE)
    assert content.variables == (Variable("team"), Variable("transcript", Kind.LONG_TEXT, example="Mei: hello"))


def test_a_content_survives_its_json() -> None:
    content = read_content(WHOLE)
    assert read_content(content.to_json()) == content


def test_filling_puts_values_into_both_texts() -> None:
    filled = fill_content(read_content(WHOLE), {"team": "{{transcript}}", "transcript": "x"})
    assert (filled.system_prompt, filled.first_message) == ("You write for {{transcript}}.", "x")


def test_an_empty_value_leaves_nothing_in_its_place() -> None:
    assert fill_content(read_content(WHOLE), {"team": "us"}).first_message == ""


def test_examples_stand_before_defaults() -> None:
    content = read_content(WHOLE)
    content = replace(content, variables=(Variable("team", default="Sales"), *content.variables[1:]))
    assert examples_of(content) == {"team": "Sales", "transcript": "Mei: hello"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": 5}, "title"),
        ({"system_prompt": "", "first_message": " ", "variables": []}, "system_prompt"),
        ({"system_prompt": "x" * 100_001}, "system_prompt"),
        ({"tags": "Meetings"}, "tags"),
        ({"tags": ["x" * 41]}, "tags"),
        ({"variables": [{"name": "idle"}]}, "variables"),
        ({"system_prompt": " ".join(f"{{{{v{n}}}}}" for n in range(31))}, "variables"),
        ({"settings": {"colour": 1}}, "settings"),
        ({"settings": {"max_tokens": True}}, "settings"),
        ({"settings": {"stop": [1]}}, "settings"),
        ({"settings": []}, None),
        ({"settings": [1]}, "settings"),
        ({"colour": 1}, "file"),
    ],
)
def test_what_cannot_be_used_names_its_field(change: dict[str, object], field: str | None) -> None:
    if field is None:
        assert read_content(WHOLE | change).settings == ()
        return
    with pytest.raises(Unusable) as caught:
        read_content(WHOLE | change)
    assert caught.value.field == field


def test_least_content_is_a_title_and_a_text() -> None:
    assert read_content({"title": " A  b ", "first_message": "\nhello\r\n"}) == Content("A b", first_message="hello")
