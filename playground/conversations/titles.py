"""What a conversation is called by itself: the first line that somebody typed. Pure."""

import re

LENGTH = 80
# A file in front of a message, as `static/js/attached.js` puts it there: a fenced block whose first line is its name.
_FILE = re.compile(r"(`{3,})([^`\n]*[^`\n\s]\.[A-Za-z0-9]{1,12})\n(?:.*?)\n\1(?:\n+|\Z)", re.DOTALL)


def title_of(text: str) -> str:
    """What a conversation is called that begins with this text; after its files where nothing else was said."""
    names, typed = [], text.strip()
    while found := _FILE.match(typed):
        names.append(found[2].strip())
        typed = typed[found.end() :].lstrip()
    return shortened(typed.splitlines()[0].strip() if typed else ", ".join(names))


def shortened(title: str) -> str:
    """The title as far as a list has room for it."""
    return title if len(title) <= LENGTH else title[: LENGTH - 1].rstrip() + "…"
