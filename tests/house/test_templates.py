"""Templates obey the content security policy, the rule of one root, and the translators."""

from pathlib import Path

import pytest

from tests.house.template_source import SPOKEN, Element, paths, read, read_source, words

PYTHON = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[2].glob("playground/web/**/*.py"))
# Partials that a view sends by themselves: htmx and the scripts replace one element by one element.
SWAPPED = [path for path in paths() if path.rsplit("/", 1)[-1].startswith("_") and f'"{path}"' in PYTHON]
# Mails are the one place for styles at elements: mail programs read no style sheets, and no policy of ours holds there.
DATA_SCRIPTS = {"application/json", "importmap"}  # not run by the browser; the policy still asks for their nonce
# Names and signs that are the same in every language.
SAME_EVERYWHERE = {
    "GLM",
    "Air",
    "BigModel",
    "esc",
    "ms",
    "API",
    "tok",
    "TTFT",
    "JSON",
    "YAML",
    "Enter",
    "Shift",
    "CNY",
    "USD",
}


def breaks_policy(element: Element) -> bool:
    """Whether the browser would refuse it, or run something that stands in the page."""
    inline_script = element.name == "script" and "src" not in element.attributes
    handlers = {name for name in element.attributes if name.startswith(("on", "hx-on"))}
    evaluated = any(value.lstrip().startswith(("js:", "javascript:")) for value in element.attributes.values())
    return (
        element.name == "style"
        or "style" in element.attributes
        or bool(handlers)
        or evaluated
        or (inline_script and element.attributes.get("type") not in DATA_SCRIPTS)
    )


@pytest.mark.parametrize("path", [path for path in paths() if not path.startswith("account/email/")])
def test_no_inline_style_script_or_handler(path: str) -> None:
    assert [element for element in read(path).elements if breaks_policy(element)] == []


@pytest.mark.parametrize("path", paths())
def test_every_text_can_be_translated(path: str) -> None:
    page = read(path)
    spoken = [value for element in page.elements for name, value in element.attributes.items() if name in SPOKEN]
    assert [text for text in page.texts + spoken if set(words(text)) - SAME_EVERYWHERE] == []


@pytest.mark.parametrize("path", SWAPPED)
def test_what_is_swapped_has_one_root(path: str) -> None:
    assert read(path).roots == 1


@pytest.mark.parametrize("path", paths())
def test_every_element_is_closed_in_its_branch(path: str) -> None:
    assert read(path).orphans == []


@pytest.mark.parametrize(
    ("source", "roots"),
    [
        ("{% comment %}<p>{% endcomment %}<p{% if a %} hidden{% endif %}>{{ text }}</p>\n", 1),
        ("{% if a %}<p></p>{% else %}<ul><li></li></ul>{% endif %}", 1),
        ("{% if a %}<p></p>{% endif %}<p></p>", 2),
        ("{% for a in b %}<p></p>{% endfor %}", 2),
        ("<svg><use href='x'/></svg>{{ text }}", 2),
        ("{% include 'a.html' %}", 1),
    ],
)
def test_roots_are_counted_by_branch(source: str, roots: int) -> None:
    assert read_source(source).roots == roots


@pytest.mark.parametrize(
    "source", ["<p onclick='x'>", "<p style='x'>", "<script>x</script>", "<a href='javascript:x'>"]
)
def test_what_the_policy_refuses_is_found(source: str) -> None:
    assert any(breaks_policy(element) for element in read_source(source).elements)
