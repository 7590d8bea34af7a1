"""Basecoat's style sheet without the components that no page has, half its weight. `storage` calls it.

The file in `static/vendor/` stays as its maker published it; only what goes out to browsers is shorter.
"""

import re
from collections.abc import Iterator

# The classes of Basecoat that pages have. A page that takes up another one adds it here (tests/house/test_basecoat.py).
COMPONENTS = frozenset(
    [
        "badge",
        "btn",
        "dialog",
        "dropdown-menu",
        "input",
        "kbd",
        "select",
        "textarea",
        "toast",
        "toast-content",
        "toaster",
    ],
)
STATES = frozenset(["active", "dark"])

HOLDS_RULES = re.compile(r"(?:/\*.*?\*/\s*)?@(?:layer|media|supports|container|starting-style)\b", re.DOTALL)
MARK = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[(\[{]|[)\]}]|[;,]""", re.DOTALL)
BRANCHES = re.compile(r":(is|where|has|not)\(")
ATTRIBUTE = re.compile(r"\[[^\]]*\]")
CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")


def only_used(sheet: str) -> str:
    """The rules that can apply to an element of ours, in their order and word for word."""
    return "".join(_used(rule) for rule in _cut(sheet, "};"))


def _used(rule: str) -> str:
    head, brace, body = rule.partition("{")
    if HOLDS_RULES.match(head) and brace:
        inside = only_used(body[:-1])
        return f"{head}{{{inside}}}" if inside else ""
    if not brace or head.startswith("@"):
        return rule
    selectors = [one for one in _cut(head, ",") if _can_match(one)]
    return f"{''.join(selectors).removesuffix(',')}{{{body}" if selectors else ""


def _can_match(selector: str) -> bool:
    """Whether an element can have all classes that are asked for, and fit one branch of each :is() or :has()."""
    own, end = "", 0
    for start in BRANCHES.finditer(selector):
        if start.start() < end:
            continue  # inside of branches that were looked at
        own += selector[end : start.start()]
        inside = next(_cut(selector[start.end() - 1 :], ")"))
        end = start.end() - 1 + len(inside)
        if start[1] != "not" and not any(_can_match(branch) for branch in _cut(inside[1:-1], ",")):
            return False
    own += selector[end:]
    return COMPONENTS.union(STATES).issuperset(CLASS.findall(ATTRIBUTE.sub("", own)))


def _cut(text: str, ends: str) -> Iterator[str]:
    """The text in pieces, each up to and with an end that is not within a string or brackets."""
    depth = start = 0
    for mark in MARK.finditer(text):
        sign = mark[0]
        depth += (sign in "([{") - (sign in ")]}")
        if sign in ends and depth == 0:
            yield text[start : mark.end()]
            start = mark.end()
    if text[start:]:
        yield text[start:]
