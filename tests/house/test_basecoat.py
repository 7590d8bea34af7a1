"""Basecoat as it is sent: everything that pages name is in it, and what they do not name is not."""

import re
from pathlib import Path

import pytest

from playground.web.basecoat import COMPONENTS, STATES, only_used

ROOT = Path(__file__).resolve().parents[2]
SHEET = (ROOT / "static/vendor/basecoat-1.0.2/basecoat-mira.cdn.min.css").read_text()
CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")
# How a class is given: class="…" in templates, class: "…" and className = "…" in scripts, "class": "…" in forms.
GIVEN = re.compile(r"""\bclass(?:Name|List\.\w+)?"?\s*[:=(]\s*["'`]([^"'`]*)""")


def named() -> set[str]:
    """Every class that a template, a script or a form gives to an element."""
    files = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "static" / "js").rglob("*.js"),
        *(ROOT / "playground" / "web").rglob("*.py"),
    ]
    texts = [found for file in files for found in GIVEN.findall(file.read_text())]
    return {word for text in texts for word in re.findall(r"[a-zA-Z][\w-]*", text)}


def test_every_class_of_basecoat_that_pages_name_is_sent() -> None:
    known = set(CLASS.findall(SHEET)) - STATES
    used = named() & known
    assert used >= {"btn", "input", "dropdown-menu", "dialog", "toast"}
    assert used <= COMPONENTS


def test_every_component_that_is_sent_is_there_and_used() -> None:
    scripts = "".join(file.read_text() for file in (ROOT / "static/vendor/basecoat-1.0.2").glob("*.js"))
    assert {one for one in COMPONENTS - named() if one not in scripts} == set()


def test_what_is_sent_are_rules_of_the_published_sheet_in_their_order() -> None:
    sent = only_used(SHEET)
    assert len(sent) < len(SHEET) * 0.55
    at = 0
    for body in re.findall(r"\.btn[^{}]*(\{[^{}]*\})", sent):
        at = SHEET.index(body, at)
    assert only_used(sent) == sent


@pytest.mark.parametrize(
    ("rule", "sent"),
    [
        (".btn{a:b}", ".btn{a:b}"),
        (".accordion{a:b}", ""),
        (".btn,.card{a:b}", ".btn{a:b}"),
        (".card,.btn{a:b}", ".btn{a:b}"),
        (":is(.card,.btn) svg{a:b}", ".btn svg{a:b}"),
        (":is(.card,.btn,.kbd):focus{a:b}", ".btn:focus,.kbd:focus{a:b}"),
        (":is(.card.active,.btn):focus{a:b}", ".btn:not(._):focus{a:b}"),
        (":is(#card>a,.btn):focus{a:b}", ":is(#card>a,.btn):focus{a:b}"),
        (".dialog :is(.card,.btn):focus{a:b}", ".dialog :is(.card,.btn):focus{a:b}"),
        ("[data-tooltip]:hover{a:b}", ""),
        (":is(.card,.sidebar) svg{a:b}", ""),
        (".btn:not(.card){a:b}", ".btn:not(.card){a:b}"),
        (".btn:is(:has(.card) *){a:b}", ""),
        ('.btn[data-is=".card,"]{a:b}', '.btn[data-is=".card,"]{a:b}'),
        ("@media print{.card{a:b}}", ""),
        ("@media print{.card{a:b}.kbd{a:b}}", "@media print{.kbd{a:b}}"),
        ("@layer utilities;", "@layer utilities;"),
        ("@keyframes pulse{50%{opacity:.5}}", "@keyframes pulse{50%{opacity:.5}}"),
        ('a{content:"}.card{"}', 'a{content:"}.card{"}'),
    ],
)
def test_a_rule_is_sent_when_an_element_can_match_it(rule: str, sent: str) -> None:
    assert only_used(rule) == sent
