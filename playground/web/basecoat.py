"""Basecoat's style sheet without the components that no page has, half its weight. `storage` calls it.

The file in `static/vendor/` stays as its maker published it; only what goes out to browsers is shorter. What it does to
an element of ours stays the same to the last rule: order and specificity are kept.
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
ABSENT = ("[data-tooltip", "::-ms-")  # what no page has, and parts that no browser of today names so

Weight = tuple[int, int, int]
NEVER = ("#_", "._", "_")  # an id, a class and a type that nothing has: in :not() they only weigh
WEIGHS_AS_ITS_HEAVIEST = (":is(", ":not(", ":has(")
ELEMENTS = (":before", ":after")  # as they were written before there was "::"

HOLDS_RULES = re.compile(r"(?:/\*.*?\*/\s*)?@(?:layer|media|supports|container|starting-style)\b", re.DOTALL)
MARK = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[(\[{]|[)\]}]|[;,]""", re.DOTALL)
BRANCHES = re.compile(r":(is|where|has|not)\(")
PART = re.compile(r"""::?[\w-]+\(?|[.#]?-?[a-zA-Z_][\w-]*|\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]""")
ATTRIBUTE = re.compile(r"\[[^\]]*\]")
CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")


def only_used(sheet: str) -> str:
    """The rules that can apply to an element of ours, in their order."""
    return "".join(_used(rule) for rule in _cut(sheet, "};"))


def _used(rule: str) -> str:
    head, brace, body = rule.partition("{")
    if HOLDS_RULES.match(head) and brace:
        inside = only_used(body[:-1])
        return f"{head}{{{inside}}}" if inside else ""
    if not brace or head.startswith("@"):
        return rule
    selectors = [one.removesuffix(",") for one in _cut(head, ",") if _can_match(one)]
    return f"{','.join(part for one in selectors for part in _spread(one))}{{{body}" if selectors else ""


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
    if any(mark in own for mark in ABSENT):
        return False
    return COMPONENTS.union(STATES).issuperset(CLASS.findall(ATTRIBUTE.sub("", own)))


def _spread(selector: str) -> list[str]:
    """A choice at the beginning, spread: of `:is(.a,.b):hover` come `.a:hover` and `.b:hover`, if they can match.

    A browser looks up the rules of an element by its class. A rule that begins with a choice it tries at every element.
    """
    if not selector.startswith(":is("):
        return [selector]
    inside = next(_cut(selector[3:], ")"))
    rest = selector[3 + len(inside) :]
    branches = [one.removesuffix(",") for one in _cut(inside[1:-1], ",")]
    heaviest = max(map(_weight, branches))
    padded = [_padded(one, heaviest) for one in branches if _can_match(one)]
    if None in padded:
        return [selector]
    return [part for one in padded for part in _spread(f"{one}{rest}")]


def _padded(selector: str, weight: Weight) -> str | None:
    """The selector with a specificity that is as high, or None where it exceeds it in part."""
    missing = [wanted - own for wanted, own in zip(weight, _weight(selector), strict=True)]
    if min(missing) < 0:
        return None
    return selector + "".join(f":not({never})" * count for never, count in zip(NEVER, missing, strict=True))


def _weight(selector: str) -> Weight:
    """The specificity of a selector: ids; classes, attributes and states; types."""
    ids, classes, types = 0, 0, 0
    at = 0
    while part := PART.search(selector, at):
        at = part.end()
        name = part[0]
        if name.endswith("("):
            inside = next(_cut(selector[at - 1 :], ")"))
            at += len(inside) - 1
            if name in WEIGHS_AS_ITS_HEAVIEST:
                inner = max(_weight(one) for one in _cut(inside[1:-1], ","))
                ids, classes, types = ids + inner[0], classes + inner[1], types + inner[2]
            else:
                classes += name != ":where("
        elif name.startswith("#"):
            ids += 1
        elif name.startswith("::") or name in ELEMENTS or name[0].isalpha():
            types += 1
        else:
            classes += 1
    return ids, classes, types


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
