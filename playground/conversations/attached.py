"""The files in front of a message, as `static/js/attached.js` puts them there: each a fenced block whose first line is
its name. Pure."""

import re
from dataclasses import dataclass

_BLOCK = re.compile(r"(`{3,})([^`\n]*[^`\n\s]\.[A-Za-z0-9]{1,12})\n(.*?)\n\1(?:\n+|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """One file, as it was quoted."""

    name: str
    text: str


def split(message: str) -> tuple[list[AttachedFile], str]:
    """The files of a message, and what was typed below them."""
    files, rest = [], message
    while found := _BLOCK.match(rest):
        files.append(AttachedFile(found[2], found[3]))
        rest = rest[found.end() :]
    return files, rest
