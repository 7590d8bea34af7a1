"""What readers see of Markdown: one renderer for history and for text that is still growing."""

import random

import pytest
from playwright.sync_api import Page, expect

RENDER = """async ([text, live]) => {
  const { MarkdownView } = await import("/static/js/markdown.js");
  const root = document.getElementById("root");
  root.replaceChildren();
  window.view = new MarkdownView(root);
  window.view.update(text, { live });
  return root.innerHTML;
}"""
UPDATE = "([text, live]) => { window.view.update(text, { live }); return document.getElementById('root').innerHTML; }"
# Without what arrives a moment later by itself: colours and drawn formulas.
SKELETON = """() => {
  const copy = document.getElementById("root").cloneNode(true);
  for (const place of copy.querySelectorAll(".tc-math")) place.textContent = place.dataset.tex;
  for (const code of copy.querySelectorAll("code")) code.textContent = code.textContent;
  return copy.innerHTML;
}"""
SHOWN = "() => document.getElementById('root').textContent"

DOCUMENT = """# Break-even

At 85% recovery the margin falls to **¥3,691 per tonne**, see [the table][t] and `code`.

1. one
2. two
   - nested **bold**

   ```python
   print("in a list")
   ```
3. three

> quoted
> twice

| Price | Margin |
|---|--:|
| 60,000 | 2,432 |

**注意：**请在会后确认，这是**“重点”**内容。

$$x^2 + y^2$$

```js
const a = `b`;
```

Last line with \\(a\\) and $b$, costs $5 and $6.

[t]: https://example.org/table
"""


def render(page: Page, text: str, *, live: bool = False) -> str:
    return str(page.evaluate(RENDER, [text, live]))


def update(page: Page, text: str, *, live: bool = False) -> str:
    return str(page.evaluate(UPDATE, [text, live]))


@pytest.mark.parametrize(
    ("text", "bold"),
    [
        ("**注意：**请", ["注意："]),
        ("这是**“重点”**内容", ["“重点”"]),
        ("会议共形成 **4 项行动**，其中", ["4 项行动"]),
        ("**（一）**第一", ["（一）"]),
        ("a **b** c", ["b"]),
        ("**两**个**粗**体", ["两", "粗"]),
        ("**code `a**b` inside**", ["code a**b inside"]),
        ("***both***", ["both"]),
        ("** not bold **", []),
        ("2 ** 3 ** 4", []),
        ("`**code**`", []),
        (r"\*\*escaped\*\*", []),
        ("**open", []),
    ],
)
def test_bold_text_beside_han_signs_and_nowhere_else(page: Page, text: str, bold: list[str]) -> None:
    render(page, text)
    assert page.locator("#root strong").all_text_contents() == bold


def test_names_with_underscores_stay_as_they_are(page: Page) -> None:
    render(page, "call snake_case_name and __init__ of `a_b_c`")
    assert page.locator("#root em").count() == 0
    assert "snake_case_name" in page.evaluate(SHOWN)


@pytest.mark.parametrize(
    ("text", "formulas", "displayed"),
    [
        ("so $x^2$ is", ["x^2"], 0),
        (r"so \(x^2\) is", ["x^2"], 0),
        ("$$x^2$$", ["x^2"], 1),
        ("\\[\nx^2\n\\]", ["x^2"], 1),
        ("before\n$$\nx\n$$\nafter", ["x"], 1),
        ("it costs $5 and $6", [], 0),
        ("from $20,000 to $30,000", [], 0),
        ("`$x$`", [], 0),
        ("```\n$x$\n```", [], 0),
        ("$ x $", [], 0),
        (r"a \$5 bill", [], 0),
    ],
)
def test_formulas_are_drawn_and_prices_are_not(page: Page, text: str, formulas: list[str], displayed: int) -> None:
    render(page, text)
    assert page.locator("#root .tc-math").count() == len(formulas)
    assert page.locator("#root .tc-math[data-display]").count() == displayed
    for place, tex in zip(page.locator("#root .tc-math").all(), formulas, strict=True):
        expect(place.locator(".katex")).to_have_count(1)
        assert place.locator("annotation").text_content() == tex


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{1}",
        r"\undefined{x}",
        "x^",
        r"\href{https://evil.example}{x}",
        r"\url{https://evil.example}",
        r"\includegraphics{https://evil.example/x.png}",
        r"\htmlStyle{color:red}{x}",
        r"\htmlClass{tc-note}{x}",
        r"\htmlData{hx-get=/}{x}",
        r"\def\x{\x\x}\x",
        r"\edef\x{\x\x}\x",
    ],
)
def test_a_formula_that_may_not_be_drawn_harms_nothing(page: Page, tex: str) -> None:
    render(page, f"$x^2$ and ${tex}$")
    expect(page.locator("#root .katex").first).to_be_attached()
    assert page.locator("#root a, #root img, #root [class*=tc-note], #root [data-hx-get]").count() == 0


@pytest.mark.parametrize(
    "tex",
    [r"\color{red} x", r"\textcolor{#f00}{x}", r"\colorbox{red}{x}", r"\rule{2em}{1em}", r"\sqrt{\frac{a}{b}}"],
)
def test_formulas_with_sizes_and_colours_keep_the_policy(page: Page, tex: str) -> None:
    render(page, f"${tex}$")
    expect(page.locator("#root .katex")).to_have_count(1)


def test_tables_keep_their_alignment_and_scroll_inside_themselves(page: Page) -> None:
    render(page, "| a | b | c |\n|---|:-:|--:|\n| 1 | 2 | 3 |")
    assert page.locator("#root .tc-table-scroll > table").count() == 1
    cells = page.locator("#root td")
    assert [cell.evaluate("cell => getComputedStyle(cell).textAlign") for cell in cells.all()] == [
        "start",
        "center",
        "end",
    ]


def test_code_is_coloured_when_its_fence_closes(page: Page) -> None:
    render(page, "```python\ndef f():\n    pass", live=True)
    assert page.locator("#root .tc-code pre").text_content() == "def f():\n    pass"
    assert page.locator("#root .hljs-keyword").count() == 0
    update(page, "```python\ndef f():\n    pass\n```", live=True)
    expect(page.locator("#root .hljs-keyword").first).to_have_text("def")
    assert page.locator("#root .tc-code-head").first.text_content() == "pythonCopy"


def test_code_of_an_unknown_language_stays_plain(page: Page) -> None:
    render(page, "```brainfog\n<b>&amp;\n```\n\n    indented")
    assert page.locator("#root code").all_text_contents() == ["<b>&amp;", "indented"]


def test_code_above_forty_lines_folds_until_asked(page: Page) -> None:
    render(page, "```\n" + "\n".join(str(line) for line in range(41)) + "\n```")
    assert page.locator("#root .tc-code[data-folded]").count() == 1
    assert page.locator("#root [data-unfold]").text_content() == "Show all 41 lines"
    render(page, "```\n" + "\n".join(str(line) for line in range(40)) + "\n```")
    assert page.locator("#root [data-unfold]").count() == 0


@pytest.mark.parametrize(
    ("text", "href", "shown"),
    [
        ("[the table](https://example.org/x)", "https://example.org/x", "the table(example.org)"),
        ("https://example.org/a_b_c", "https://example.org/a_b_c", "https://example.org/a_b_c"),
        ("[example.org](https://example.org/)", "https://example.org/", "example.org"),
        (
            "[https://bank.example](https://evil.example/)",
            "https://evil.example/",
            "https://bank.example(evil.example)",
        ),
        (
            "[evil.example.bank.example](https://evil.example/)",
            "https://evil.example/",
            "evil.example.bank.example(evil.example)",
        ),
        ("[mail](mailto:a@example.org)", "mailto:a@example.org", "mail"),
        ("[x](https://en.example.org/a_(b))", "https://en.example.org/a_(b)", "x(en.example.org)"),
        ("[раураl](https://раураl.com/)", "https://xn--l-7sba6dbr.com/", "раураl(xn--l-7sba6dbr.com)"),
    ],
)
def test_links_say_where_they_lead(page: Page, text: str, href: str, shown: str) -> None:
    render(page, text)
    link = page.locator("#root a")
    assert link.evaluate("link => link.href") == href
    assert link.get_attribute("rel") == "noopener nofollow noreferrer"
    assert link.get_attribute("target") == "_blank"
    assert page.evaluate(SHOWN).strip() == shown


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "/accounts/logout/",
        "//evil.example",
        "#main",
        "vbscript:x",
        "file:///etc",
    ],
)
def test_links_that_lead_nowhere_safe_become_text(page: Page, address: str) -> None:
    render(page, f"[press]({address})")
    assert page.locator("#root a").count() == 0
    assert page.evaluate(SHOWN).strip() == "press"


def test_an_image_is_a_link_and_never_loads(page: Page) -> None:
    render(page, '![a chart](https://tracker.example/pixel.png "t")\n\n<img src="https://tracker.example/2.png">')
    assert page.locator("#root img, #root picture, #root video").count() == 0
    link = page.locator("#root a.tc-image")
    assert link.get_attribute("href") == "https://tracker.example/pixel.png"
    assert page.evaluate(SHOWN).strip() == "a chart(tracker.example)"


def test_ticks_of_task_lists_are_signs(page: Page) -> None:
    render(page, "- [x] done\n- [ ] open")
    assert page.locator("#root li").all_text_contents() == ["☑ done", "☐ open"]


def test_text_that_grew_looks_like_text_that_came_whole(page: Page) -> None:
    render(page, DOCUMENT)
    whole = page.evaluate(SKELETON)
    assert 'href="https://example.org/table"' in whole
    for seed in range(6):
        dice = random.Random(seed)
        render(page, "", live=True)
        at = 0
        while at < len(DOCUMENT):
            at += dice.randint(1, 40)
            update(page, DOCUMENT[:at], live=True)
        update(page, DOCUMENT)
        assert page.evaluate(SKELETON) == whole


def test_a_reference_defined_late_becomes_a_link(page: Page) -> None:
    render(page, "see [the table]\n\nmore", live=True)
    assert page.locator("#root a").count() == 0
    update(page, "see [the table]\n\nmore\n\n[the table]: https://example.org/t", live=True)
    assert page.locator("#root a").get_attribute("href") == "https://example.org/t"


def test_settled_blocks_stay_while_the_tail_grows(page: Page) -> None:
    render(page, "one\n\ntwo\n\nthr", live=True)
    page.evaluate("window.first = document.querySelector('#root .tc-block')")
    update(page, "one\n\ntwo\n\nthree\n\nfour", live=True)
    assert page.evaluate("window.first === document.querySelector('#root .tc-block')")
    assert [text.strip() for text in page.locator("#root .tc-block").all_text_contents()] == [
        "one",
        "two",
        "three",
        "four",
    ]


def test_the_caret_stands_at_the_end_and_goes_with_it(page: Page) -> None:
    render(page, "- a\n- b", live=True)
    assert page.locator("#root li:last-child > .tc-caret").count() == 1
    update(page, "- a\n- b\n\nend", live=True)
    assert page.locator("#root .tc-caret").count() == 1
    assert page.locator("#root p:last-child > .tc-caret").count() == 1
    update(page, "- a\n- b\n\nend")
    assert page.locator("#root .tc-caret").count() == 0


@pytest.mark.parametrize(
    "text",
    [
        DOCUMENT,
        "one\n\n<b>open\n\ntwo\n\n</b>three",
        "<div>\n\n# head\n\n</div>\n\nlast",
        "a <i>b\n\nc</i> d\n\n- e",
        "<!-- note -->\n\nseen\n\n<script>alert(1)</script>\n\nafter",
        "1 < 2\n\n<https://example.org>\n\n| a |\n|---|\n| <u>b |\n\nend",
        "![picture](https://example.org/x.png)\n\n[bad](javascript:alert(1))\n\n***\n\n[ref]\n\n[ref]: https://example.org",
        "```\ncode\n```\n\n    indented\n\ntext\n\n~~~js\nconst a = 1;\n~~~",
        "# \n\n>\n\n- \n\ntext after empty ones",
    ],
)
def test_blocks_drawn_together_look_like_blocks_drawn_one_by_one(page: Page, text: str) -> None:
    render(page, text, live=True)
    update(page, text)
    one_by_one = page.evaluate(SKELETON)
    render(page, text)
    assert page.evaluate(SKELETON) == one_by_one


def test_a_long_answer_is_whole_although_its_head_is_frozen(page: Page) -> None:
    parts = [f"Paragraph {number} with **bold** text and `code` in it.\n\n" for number in range(800)]
    text = "".join(parts)
    assert len(text) > 2 * 20_000
    render(page, "", live=True)
    for at in range(0, len(text), 1500):
        update(page, text[:at], live=True)
    update(page, text)
    assert page.locator("#root p").count() == 800
    assert page.locator("#root p").last.text_content() == "Paragraph 799 with bold text and code in it."


def test_windows_line_ends_make_no_difference(page: Page) -> None:
    assert render(page, "a\r\n\r\n- b\r\n- c\r") == render(page, "a\n\n- b\n- c\n")


BOMBS = {
    "size": "word " * 40_001,
    "quotes": ">" * 5_000 + " deep",
    "quotes with spaces": "> " * 5_000 + "deep",
    "lists": "- " * 5_000 + "deep",
    "numbered": "1. " * 5_000 + "deep",
    "indented lists": "\n".join(" " * (2 * level) + "- x" for level in range(400)),
    "columns": "|" + " a |" * 3_000 + "\n|" + "---|" * 3_000 + "\n" + ("|" + " 1 |" * 3_000 + "\n") * 3,
    "cells": "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 5_000,
    "brackets": "[" * 50_000,
    "images": "![" * 20_000,
    "stars": "**a " * 20_000,
    "stars and words": "*a **a " * 10_000,
    "underscores": "_" * 60_000,
    "ticks": "".join("`" * (1 + number % 60) + "a" for number in range(4_000)),
    "fence that is none": "```" + "www.`" * 20_000,
    "hidden in an indented fence": "a\n     ```\n" + "[[[[[[[[\n" * 10_000,
    "tags": "<a " * 30_000,
    "comments": "<!--" * 30_000,
    "entities": "&" * 60_000,
    "formulas": "$x$ " * 20_000,
    "displayed formulas": "\\[| a \n    |" * 6_000,
    "blocks": "x\n\n" * 60_000,
    "lines": "- x\n" * 40_000,
    "one line": "a" * 150_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_would_freeze_the_page_is_shown_as_plain_text(page: Page, name: str) -> None:
    """Refused before any parser sees it, at once and while it grows."""
    bomb = BOMBS[name]
    render(page, bomb)
    assert page.locator("#root > .tc-plain").count() == 1
    assert page.evaluate(SHOWN) == bomb.replace("\r", "")
    render(page, "Before.\n\n", live=True)
    for at in range(0, len(bomb), len(bomb) // 7 + 1):
        update(page, "Before.\n\n" + bomb[:at], live=True)
    update(page, "Before.\n\n" + bomb)
    assert page.evaluate(SHOWN) == "Before.\n\n" + bomb
    assert page.locator("#root *").count() == 1


def test_ordinary_long_answers_are_not_refused(page: Page) -> None:
    table = "| a | b | c | d |\n|---|---|---|---|\n" + "| **1** | `x_y` | 3 | 4 |\n" * 400
    code = "```python\n" + "x = [[a], *b, {'c': d}] & e  # <ok>\n" * 900 + "```\n"
    prose = "会议共形成 **4 项行动**，其中 2 项为高风险。[见表](https://example.org)。\n\n" * 1_500
    for text in (table, code, prose, DOCUMENT * 100):
        render(page, text)
        assert page.locator("#root > .tc-plain").count() == 0
