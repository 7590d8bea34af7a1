"""Templates as files: what is written is read again, and what is no file of templates is refused with the reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.prompts.content import Content, read_content
from playground.prompts.errors import TemplateFileError
from playground.prompts.files import MOST_BYTES, read, write
from playground.prompts.variables import Kind, Variable

HEAD = "format: trial-center templates\nversion: 1\n"
TEXTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), min_size=1, max_size=80
)


@pytest.mark.parametrize("kind", ["yaml", "json"])
@given(title=TEXTS, prompt=TEXTS, help_text=TEXTS)
def test_what_was_written_is_read_again(kind: str, title: str, prompt: str, help_text: str) -> None:
    variable = Variable("day", Kind.DATE, help=help_text, default="2026-11-26", required=False)
    first_message = "On {{day}}: yes, 05, null"
    raw = {"title": f"T {title}"[:100], "system_prompt": f"S {prompt}", "first_message": first_message}
    content = read_content(raw | {"variables": [variable.to_json()], "settings": {"temperature": 0.5}})
    assert read(write([content, Content("Two", first_message="x")], kind).encode()) == [
        content,
        Content("Two", first_message="x"),
    ]


def test_several_lines_are_written_as_a_block() -> None:
    written = write([Content("A", system_prompt="One\nTwo: {{x}}", variables=(Variable("x"),))], "yaml")
    assert "  system_prompt: |-\n    One\n    Two: {{x}}\n" in written


def test_dates_and_numbers_of_a_file_are_the_text_that_stands_there() -> None:
    text = HEAD + (
        "templates:\n- title: A\n  first_message: '{{day}} {{n}}'\n  variables:\n"
        "  - {name: day, kind: date, default: 2026-11-26}\n  - {name: n, kind: number, default: 5}\n"
    )
    (content,) = read(text.encode())
    assert [one.default for one in content.variables] == ["2026-11-26", "5"]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "This is no file of templates"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"[1, 2]", "This is no file of templates"),
        (b"a: [1", "line 1"),
        (b"{" * 5_000, "nested too deep"),
        (b"[" * 100_000, "nested too deep"),
        (b"x: !!python/object/apply:os.system ['true']", "could not determine a constructor"),
        (BOMB.encode(), "references (*name) are not taken"),
        (HEAD.replace("1", "2").encode(), "another version"),
        (HEAD.encode(), "There are no templates in this file."),
        ((HEAD + "templates: []").encode(), "There are no templates in this file."),
        ((HEAD + "templates: [x]").encode(), "Template 1 is no mapping"),
        ((HEAD + "templates: [{title: A}]").encode(), "Template 1 “A”, system_prompt: Write a system prompt"),
        ((HEAD + "templates: [{1: 2}]").encode(), "“1” is unknown"),
        (json.dumps({"format": "other"}).encode(), "begins with “format: trial-center templates”"),
        (b" " * (MOST_BYTES + 1), "2,000,000 bytes"),
    ],
)
def test_what_is_no_file_of_templates_is_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(TemplateFileError) as caught:
        read(data)
    assert said in caught.value.message


def test_too_many_templates_are_refused() -> None:
    with pytest.raises(TemplateFileError, match="200 templates"):
        read(write([Content("A", first_message="x")] * 201, "json").encode())


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except TemplateFileError:
        return
